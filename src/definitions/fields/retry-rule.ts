import type { RetryRule } from '../../core/policy.ts'
import { parsed, refused } from '../values/parsed.ts'
import { parseBackoff, parseRetries, retryCount } from '../values/retries.ts'
import type { YamlEntry, YamlNode } from '../yaml-tree.ts'
import { textual, type Field, type Reading, type ValuesOf } from './field.ts'
import { PROSE, YES_NO } from './plain.ts'
import { readSection } from './section.ts'
import { DURATION } from './values.ts'

/** `asked`: as often as the buyer asks for it (`After specified time`). */
const RETRY = textual<number | 'asked'>('how often', (text, place) => {
  const count = retryCount(text)
  if (count !== null) return parsed(count)
  if (/^(after|as|when)\b/i.test(text)) return parsed<number | 'asked'>('asked')
  return /^(don'?t|do not|never)/i.test(text) ? parsed(0) : refused(place, 'bad-retries', `got "${text}", expected how often it is tried again`, 'write 3 times, none, or After specified time')
})
export const RETRIES = textual('a count, with a backoff if you like, or none', parseRetries, { type: ['string', 'integer'] })
const BACKOFF = textual('waits, or exponential', parseBackoff)
const ALERT = textual('if all fail, yes or no', (text, place) =>
  /^(if\s+all\s+fail|yes|true|on|always)$/i.test(text) ? parsed(true) : /^(no|never|off|false|none)$/i.test(text) ? parsed(false) : refused(place, 'bad-value', `got "${text}", expected when somebody is told`, 'write Alert: If all fail'))

export const RULE_SECTION = {
  retry: { key: 'Retry', aliases: ['Retries'], kind: RETRY, doc: 'How often it is tried again', example: '3 times' },
  backoff: { key: 'Backoff', kind: BACKOFF, doc: 'The waits in turn, the last repeated; or exponential, with jitter', example: '1s, 2s, 4s' },
  increaseTimeout: { key: 'Increase Timeout', aliases: ['Increase Timeout Each Retry'], kind: YES_NO, doc: 'Each try waits half as long again', example: 'yes' },
  honor: { key: 'Honor', aliases: ['Honour'], kind: PROSE, doc: 'Retry-After is always honoured', example: 'Retry-After' },
  maxWait: { key: 'Max Wait', aliases: ['Maximum Wait'], kind: DURATION, doc: 'The longest wait a buyer may ask for; past it the recipient is closed until then', example: '5 minutes' },
  alert: { key: 'Alert', kind: ALERT, doc: 'Somebody is told when all tries failed', example: 'If all fail' },
} as const satisfies Readonly<Record<string, Field<unknown>>>

/** How often, when and how patiently one class of failure is tried again; a count alone is how often. */
export const readRule = (node: YamlNode, key: string, reading: Reading): Partial<RetryRule> | undefined => {
  if (node.kind === 'scalar' && node.value !== null) {
    // The one line of its block: it has no colon, and so is the block's value.
    if (/^increase timeout( each retry)?$/i.test(node.text.trim())) return { growTimeout: true }
    const count = RETRY.read(node, reading)
    return count === undefined || count === 'asked' ? undefined : { retries: count }
  }
  if (node.kind !== 'map') { wrongShape(node, key, reading); return undefined }
  // A line without a colon is a rule in prose: `Increase timeout each retry`.
  const entries = node.entries.map((each): YamlEntry => (each.kind === 'entry' && each.bare ? { ...each, value: { ...YES, place: each.keyPlace } } : each))
  return ruleOf(readSection(RULE_SECTION, entries, reading, { within: key }).values)
}

const YES = { kind: 'scalar', value: true, text: 'yes', quoted: false } as const

const ruleOf = ({ retry, backoff, increaseTimeout, maxWait, alert }: ValuesOf<typeof RULE_SECTION>): Partial<RetryRule> => ({
  ...(typeof retry === 'number' ? { retries: retry } : {}),
  ...(backoff ? { backoff } : {}),
  ...(increaseTimeout === undefined ? {} : { growTimeout: increaseTimeout }),
  ...(maxWait === undefined ? {} : { maxWaitMs: maxWait }),
  ...(alert === undefined ? {} : { alertIfAllFail: alert }),
})

const wrongShape = (node: YamlNode, key: string, reading: Reading): void =>
  reading.tell(node.place, 'wrong-shape', `${key} is a block of keys`, 'write Retry: 3 times on the line below, indented')
