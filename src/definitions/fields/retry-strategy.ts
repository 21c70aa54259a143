import type { Place } from '../../base/diagnostic.ts'
import type { RetryRule } from '../../core/policy.ts'
import type { FailureClass } from '../../core/verdict.ts'
import { normalKey, withoutRemark } from '../keys.ts'
import { suggest } from '../suggest.ts'
import { parseStatusRange, type StatusRange } from '../values/status-range.ts'
import type { YamlEntry, YamlNode } from '../yaml-tree.ts'
import { againOf } from './response-codes.ts'
import { RETRY_ON, type RetryOn } from './retry-on.ts'
import type { Field, Kind, Reading } from './field.ts'
import { readRule, RULE_SECTION } from './retry-rule.ts'
import { namesOf } from './section.ts'

interface RetryStrategy {
  readonly rules: Readonly<Partial<Record<FailureClass, Partial<RetryRule>>>>
  readonly retryOn: readonly RetryOn[]
}

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
  client: { key: 'Client Errors', kind: RULE, doc: 'As the others, for statuses from 400 to 499 that no other class has and that are neither 401, 403, 407 nor 409; or a status with Retry (or Retry 2 times) or Don\'t retry (the default), or Retry On for some answers alone', example: '{404 Not Found: Retry}', default: 'not tried again' },
} as const satisfies Readonly<Record<string, Field<unknown>>>

const CLASSES: Readonly<Record<string, readonly FailureClass[]>> = {
  'Network Errors': ['network', 'proxy'],
  'Timeout Errors': ['timeout'],
  'Rate Limit': ['rate_limited'],
  'Server Errors': ['server_error'],
}
const CLIENT = 'Client Errors'

export const RETRY_STRATEGY: Kind<RetryStrategy> = {
  takes: `blocks by class of failure: ${Object.keys(CLASSES).join(', ')}, ${CLIENT}; and Retry On`,
  schema: { type: 'object' },
  section: () => STRATEGY_SECTION,
  read: (node, reading) => {
    if (node.kind !== 'map') return reading.tell(node.place, 'wrong-shape', 'Retry Strategy is a block by class of failure', 'write Server Errors: on a line below, and under it Retry: 3 times; one rule for all is Retries: 3')
    const rules: Partial<Record<FailureClass, Partial<RetryRule>>> = {}
    const retryOn: RetryOn[] = []
    for (const entry of node.entries) {
      if (entry.kind === 'block') { reading.tell(entry.open.place, 'misplaced-block', 'retries cannot depend on the lead', 'leave the block out'); continue }
      const named = withoutRemark(entry.key)
      const key = normalKey(named)
      if (key === 'retryon') { retryOn.push(...(RETRY_ON.read(entry.value, reading) ?? [])); continue }
      if (isKey(key, CLIENT)) {
        const client = readClientErrors(entry.value, entry.key, reading)
        retryOn.push(...client.retryOn)
        if (client.rule) rules.invalid_data = client.rule
        continue
      }
      const classes = Object.entries(CLASSES).find(([name]) => isKey(key, name))?.[1]
      if (!classes) {
        const names = [...Object.keys(CLASSES), CLIENT, 'Retry On']
        const near = suggest(named, names)
        reading.tell(entry.keyPlace, 'unknown-key', `"${entry.key}" is no key of Retry Strategy`, near === null ? `its keys are ${names.join(', ')}` : `did you mean "${near}"?`)
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

interface ClientErrors {
  /** Statuses that are tried again. */
  readonly retryOn: readonly RetryOn[]
  /** How often and when; absent where the block says nothing of it. */
  readonly rule?: Partial<RetryRule>
}

/** Credentials and duplicates are not mended by another try; 408, 425 and 429 belong to other classes. */
const NEVER_MEANT = [401, 403, 407, 408, 409, 425, 429]

/** `Retry: 3 times` is about all of them; `400 Bad Request: Don't retry (our fault)` is the default, `409 Conflict: Retry` an exception. */
const readClientErrors = (node: YamlNode, key: string, reading: Reading): ClientErrors => {
  const rules = namesOf(RULE_SECTION)
  const isRule = (each: YamlEntry): boolean => each.kind === 'entry' && rules.has(normalKey(each.key))
  const statuses = node.kind === 'map' ? readStatuses(node.entries.filter((each) => !isRule(each) && !isException(each)), reading) : { retried: [], refused: [] }
  const named = node.kind === 'map' ? node.entries.flatMap((each) => (isException(each) ? (RETRY_ON.read(each.value, reading) ?? []) : [])) : []
  const own = node.kind === 'map' ? { ...node, entries: node.entries.filter(isRule) } : node
  const rule = own.kind === 'map' && own.entries.length === 0 ? undefined : readRule(own, key, reading)
  // What is named is meant: `Retry: 5 times` beside `Retry On` says how often those.
  const all = (rule?.retries ?? 0) > 0 && named.length === 0 ? rangesBut([...NEVER_MEANT, ...statuses.refused]) : []
  const retryOn: readonly RetryOn[] = [...named, ...statuses.retried, ...all.map((status) => ({ status, when: null }))]
  // A rule without a number still says when; `Retry: none` beside `404: Retry` is about the others.
  return { retryOn, ...(rule && retryOn.length > 0 ? { rule: { ...rule, retries: rule.retries || 3 } } : {}) }
}

const isException = (each: YamlEntry): each is Extract<YamlEntry, { kind: 'entry' }> => each.kind === 'entry' && normalKey(each.key) === 'retryon'

const readStatuses = (entries: readonly YamlEntry[], reading: Reading): { readonly retried: readonly RetryOn[]; readonly refused: readonly number[] } => {
  const retried: RetryOn[] = []
  const refused: number[] = []
  for (const entry of entries) {
    if (entry.kind === 'block') continue
    const tell = (place: Place, message: string, help: string): void => reading.tell(place, 'bad-retry-on', message, help)
    const says = entry.value.kind === 'scalar' ? entry.value.text : ''
    const status = parseStatusRange(entry.key)
    if (status === null || status.from < 400 || status.to > 499) tell(entry.keyPlace, `got "${entry.key}", expected a status from 400 to 499, or ${Object.values(RULE_SECTION).map((field) => field.key).join(', ')}, Retry On`, "write 400 Bad Request: Don't retry, or Retry: 3 times")
    else if (/^(don'?t|do not|never|no)\b/i.test(says)) for (let each = status.from; each <= status.to; each++) refused.push(each)
    else if (/^retry\b/i.test(says)) {
      const again = againOf(says)
      retried.push({ status, when: null, ...(again ? { again } : {}) })
    }
    else tell(entry.value.place, `got "${says}", expected whether it is tried again`, "write Don't retry, or Retry")
  }
  return { retried, refused }
}

/** 400 to 499 without these. */
const rangesBut = (left: readonly number[]): readonly StatusRange[] => {
  const edges = [399, ...new Set(left), 500].toSorted((a, b) => a - b)
  return edges.slice(1).flatMap((edge, i) => { const from = (edges[i] ?? 0) + 1; return from < edge ? [{ from, to: edge - 1 }] : [] })
}
