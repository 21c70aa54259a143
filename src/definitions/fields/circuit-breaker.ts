import { HOUR, MINUTE } from '../../base/time.ts'
import type { CircuitPolicy } from '../../core/policy.ts'
import { parsed, refused } from '../values/parsed.ts'
import type { YamlEntry } from '../yaml-tree.ts'
import { textual, type Field, type Kind } from './field.ts'
import { orOff, yesNo } from './plain.ts'
import { block } from './section.ts'
import { COUNT, DURATION } from './values.ts'

const ERROR_RATE = textual('a percentage', (text, place) => {
  const match = /^(?:>|over|above|more than)?\s*(\d+(?:\.\d+)?)\s*%$/i.exec(text)
  const share = match ? Number(match[1]) / 100 : Number.NaN
  return share > 0 && share < 1 ? parsed(share) : refused(place, 'bad-percentage', `got "${text}", expected a percentage between 0 and 100`, 'write "> 50%"')
})

export const CIRCUIT_SECTION = {
  errorRate: { key: 'Error Rate', kind: ERROR_RATE, doc: 'It opens when more than this share failed or were unknown', example: '"> 50%"', default: '> 50%' },
  over: { key: 'Over', aliases: ['Attempts', 'Last'], kind: COUNT, doc: 'Of how many of the last attempts', example: '100 attempts', default: '100 attempts' },
  wait: { key: 'Wait', kind: DURATION, doc: 'How long it stays open before one lead is tried', example: '5 minutes', default: '5 minutes' },
  maximumWait: { key: 'Maximum Wait', aliases: ['Max Wait'], kind: DURATION, doc: 'How long at most, where the trial fails again and again', example: '1 hour', default: '1 hour' },
} as const satisfies Readonly<Record<string, Field<unknown>>>

export const DEFAULT_CIRCUIT: CircuitPolicy = { errorRate: 0.5, over: 100, waitMs: 5 * MINUTE, maxWaitMs: HOUR }

const KEYS = block<typeof CIRCUIT_SECTION, CircuitPolicy | null>('Circuit Breaker', CIRCUIT_SECTION, ({ values }) => {
  const { errorRate, over, waitMs, maxWaitMs } = DEFAULT_CIRCUIT
  const wait = values.wait ?? waitMs
  return { errorRate: values.errorRate ?? errorRate, over: values.over ?? over, waitMs: wait, maxWaitMs: Math.max(wait, values.maximumWait ?? maxWaitMs) }
}, {
  takes: 'on',
  read: (node, reading) => {
    if (node.kind === 'scalar' && yesNo(node.text) === true) return DEFAULT_CIRCUIT
    const errorRate = ERROR_RATE.read(node, reading)
    return errorRate === undefined ? undefined : { ...DEFAULT_CIRCUIT, errorRate }
  },
})

/** Null: off. */
export const CIRCUIT_BREAKER: Kind<CircuitPolicy | null> = orOff({
  ...KEYS,
  read: (node, reading) => KEYS.read(node.kind === 'map' ? { ...node, entries: node.entries.flatMap(fromProse) } : node, reading),
})

const OPENS = /^if (?:the )?error rate (?:is )?((?:>|over|above|more than)\s*[\d.]+\s*%)(?: (?:in|of|over) (?:the )?last (\d+)(?: attempts)?)?$/i
/** What every circuit breaker does. */
const ALWAYS = /^(open (the )?circuit( \(stop trying\))?|try (1|one) (test )?(request|lead)|if success close (the )?circuit|if (fail|failure|it fails) wait longer)$/i

/** The subject document's `If error rate > 50% in last 100 attempts:`, which may stand at the top level too. */
export const isCircuitRule = (key: string): boolean => OPENS.test(key.trim())

/** A step in prose as the key that says the same, or none where it says what always happens. */
const fromProse = (entry: YamlEntry): readonly YamlEntry[] => {
  if (entry.kind === 'block') return [entry]
  const { key, keyPlace, value } = entry
  const said = (name: string, text: string): YamlEntry => ({ kind: 'entry', key: name, keyPlace, value: { kind: 'scalar', value: text, text, quoted: false, place: keyPlace } })
  const [, rate, over] = OPENS.exec(key.trim()) ?? []
  if (rate !== undefined) return [said('Error Rate', rate), ...(over === undefined ? [] : [said('Over', over)]), ...(value.kind === 'map' ? value.entries.flatMap(fromProse) : [])]
  const wait = entry.bare ? /^wait (\d.*)$/i.exec(key)?.[1] : undefined
  if (wait !== undefined) return [said('Wait', wait)]
  return ALWAYS.test(value.kind === 'scalar' ? `${key} ${value.text}`.trim() : key) ? [] : [entry]
}
