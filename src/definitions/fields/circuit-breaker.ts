import { HOUR, MINUTE } from '../../base/time.ts'
import type { CircuitPolicy } from '../../core/policy.ts'
import { parsed, refused } from '../values/parsed.ts'
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

/** Null: off. */
export const CIRCUIT_BREAKER: Kind<CircuitPolicy | null> = orOff(block<typeof CIRCUIT_SECTION, CircuitPolicy | null>('Circuit Breaker', CIRCUIT_SECTION, ({ values }) => {
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
}))
