import { diagnosticAt, type Place } from '../../base/diagnostic.ts'
import type { RetryRule } from '../../core/policy.ts'
import type { FailureClass } from '../../core/verdict.ts'
import { normalKey } from '../keys.ts'
import { suggest } from '../suggest.ts'
import { parsed, refused } from '../values/parsed.ts'
import { parseBackoff, retryCount } from '../values/retries.ts'
import { parseRetryOn, type RetryOn } from '../values/retry-on.ts'
import { parseStatusRange } from '../values/status-range.ts'
import type { YamlEntry, YamlNode } from '../yaml-tree.ts'
import { textual, type Field, type Kind, type Reading, type ValuesOf } from './field.ts'
import { PROSE, YES_NO, listOf } from './plain.ts'
import { readSection } from './section.ts'
import { DURATION } from './values.ts'

export interface RetryStrategy {
  readonly rules: Readonly<Partial<Record<FailureClass, Partial<RetryRule>>>>
  readonly retryOn: readonly RetryOn[]
}

/** `asked`: as often as the buyer asks for it (`After specified time`). */
const RETRY = textual<number | 'asked'>('how often', (text, place) => {
  const count = retryCount(text)
  if (count !== null) return parsed(count)
  if (/^(after|as|when)\b/i.test(text)) return parsed<number | 'asked'>('asked')
  return /^(don'?t|do not|never)/i.test(text) ? parsed(0) : refused(place, 'bad-retries', `got "${text}", expected how often it is tried again`, 'write 3 times, none, or After specified time')
})
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

const RULE: Kind<Partial<RetryRule>> = {
  takes: `a block of ${Object.values(RULE_SECTION).map((field) => field.key).join(', ')}`,
  schema: { type: ['object', 'string', 'integer'] },
  section: () => RULE_SECTION,
  read: (node, reading) => readRule(node, 'this class', reading),
}

/** For the reference and for hints; the keys are read by what they begin with, as `Rate Limit (429)` is one of them. */
export const STRATEGY_SECTION = {
  network: { key: 'Network Errors', kind: RULE, doc: 'Nothing was sent: refused, no such host, no connection in time', example: '{Retry: 3 times}', default: '3 times: 1s, 2s, 4s' },
  timeout: { key: 'Timeout Errors', kind: RULE, doc: 'No answer came in time; repeated with the same idempotency key', example: '{Retry: 3 times, Increase Timeout: yes}', default: '3 times: 1s, 2s, 4s, the timeout growing' },
  rateLimit: { key: 'Rate Limit', kind: RULE, doc: '429, and 503 with Retry-After', example: '{Honor: Retry-After, Max Wait: 5 minutes}', default: '10 times, as told, up to 5 minutes' },
  server: { key: 'Server Errors', kind: RULE, doc: '408, 425, 5xx but 501 and 505', example: '{Retry: 3 times, Backoff: exponential, Alert: If all fail}', default: '3 times, exponential; alert when all fail' },
  client: { key: 'Client Errors', kind: RULE, doc: 'Statuses from 400 to 499, each with Don\'t retry (the default) or Retry', example: '{404 Not Found: Retry}', default: 'not tried again' },
} as const satisfies Readonly<Record<string, Field<unknown>>>

const CLASSES: Readonly<Record<string, readonly FailureClass[]>> = {
  'Network Errors': ['network', 'proxy'],
  'Timeout Errors': ['timeout'],
  'Rate Limit': ['rate_limited'],
  'Server Errors': ['server_error'],
}
const CLIENT = 'Client Errors'
const RETRY_ONS = listOf(textual('a status, a condition, or both', parseRetryOn))
export const RETRY_ON: Kind<readonly RetryOn[]> = { ...RETRY_ONS, read: (node, reading) => (node.kind === 'list' ? RETRY_ONS.read(node, reading) : single(node, reading)) }

/** A condition may hold commas: one line is one exception. */
const single = (node: YamlNode, reading: Reading): readonly RetryOn[] | undefined => {
  const one = textual('a status, a condition, or both', parseRetryOn).read(node, reading)
  return one && [one]
}

export const RETRY_STRATEGY: Kind<RetryStrategy> = {
  takes: `blocks by class of failure: ${Object.keys(CLASSES).join(', ')}, ${CLIENT}; and Retry On`,
  schema: { type: 'object' },
  section: () => STRATEGY_SECTION,
  read: (node, reading) => {
    if (node.kind !== 'map') {
      reading.report(diagnosticAt(node.place, 'wrong-shape', 'Retry Strategy is a block by class of failure', 'write Server Errors: on a line below, and under it Retry: 3 times; one rule for all is Retries: 3'))
      return undefined
    }
    const rules: Partial<Record<FailureClass, Partial<RetryRule>>> = {}
    const retryOn: RetryOn[] = []
    for (const entry of node.entries) {
      if (entry.kind === 'block') { reading.report(diagnosticAt(entry.open.place, 'misplaced-block', 'retries cannot depend on the lead', 'leave the block out')); continue }
      const named = entry.key.replace(/\s*\([^)]*\)\s*$/, '')
      const key = normalKey(named)
      if (key === 'retryon') { retryOn.push(...(RETRY_ON.read(entry.value, reading) ?? [])); continue }
      if (isKey(key, CLIENT)) { if (entry.value.kind === 'map') readClientErrors(entry.value.entries, retryOn, reading); else wrongShape(entry.value, entry.key, reading); continue }
      const classes = Object.entries(CLASSES).find(([name]) => isKey(key, name))?.[1]
      if (!classes) {
        const names = [...Object.keys(CLASSES), CLIENT, 'Retry On']
        const near = suggest(named, names)
        reading.report(diagnosticAt(entry.keyPlace, 'unknown-key', `"${entry.key}" is no key of Retry Strategy`, near === null ? `its keys are ${names.join(', ')}` : `did you mean "${near}"?`))
        continue
      }
      const rule = readRule(entry.value, entry.key, reading)
      for (const each of classes) if (rule) rules[each] = rule
    }
    return { rules, retryOn }
  },
}

/** `Timeout Errors`, `Timeout`, `Timeouts`. */
const isKey = (key: string, name: string): boolean => {
  const known = normalKey(name)
  return key === known || key === `${known}s` || (known.endsWith('errors') && (key === known.slice(0, -1) || key === known.slice(0, -6) || key === `${known.slice(0, -6)}s`)) || (known === 'ratelimit' && key === 'ratelimited')
}

const wrongShape = (node: YamlNode, key: string, reading: Reading): void =>
  reading.report(diagnosticAt(node.place, 'wrong-shape', `${key} is a block of keys`, 'write Retry: 3 times on the line below, indented'))

const readRule = (node: YamlNode, key: string, reading: Reading): Partial<RetryRule> | undefined => {
  if (node.kind === 'scalar' && node.value !== null) {
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

/** `400 Bad Request: Don't retry (our fault)` is the default; `409 Conflict: Retry` an exception. */
const readClientErrors = (entries: readonly YamlEntry[], retryOn: RetryOn[], reading: Reading): void => {
  for (const entry of entries) {
    if (entry.kind === 'block') continue
    const tell = (place: Place, message: string, help: string): void => reading.report(diagnosticAt(place, 'bad-retry-on', message, help))
    const says = entry.value.kind === 'scalar' ? entry.value.text : ''
    const status = parseStatusRange(entry.key)
    if (normalKey(entry.key) === 'retry' && /^(none|no|0|never|don'?t)/i.test(says)) continue
    if (status === null || status.from < 400 || status.to > 499) tell(entry.keyPlace, `got "${entry.key}", expected a status from 400 to 499`, "write 400 Bad Request: Don't retry")
    else if (/^(don'?t|do not|never|no)\b/i.test(says)) continue
    else if (/^retry\b/i.test(says)) retryOn.push({ status, when: null })
    else tell(entry.value.place, `got "${says}", expected whether it is tried again`, "write Don't retry, or Retry")
  }
}
