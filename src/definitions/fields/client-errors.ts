import type { Place } from '../../base/diagnostic.ts'
import type { RetryRule } from '../../core/policy.ts'
import { normalKey } from '../keys.ts'
import { againOf } from '../values/response-code.ts'
import type { RetryOn } from '../values/retry-on.ts'
import { parseStatusRange, type StatusRange } from '../values/status-range.ts'
import type { YamlEntry, YamlNode } from '../yaml-tree.ts'
import type { Reading } from './field.ts'
import { RETRY_ON } from './retry-on.ts'
import { readRule, RULE_SECTION } from './retry-rule.ts'
import { namesOf } from './section.ts'

interface ClientErrors {
  /** Statuses that are tried again. */
  readonly retryOn: readonly RetryOn[]
  /** How often and when; absent where the block says nothing of it. */
  readonly rule?: Partial<RetryRule>
}

/** Credentials and duplicates are not mended by another try; 408, 425 and 429 belong to other classes. */
const NEVER_MEANT = [401, 403, 407, 408, 409, 425, 429]

/** `Retry: 3 times` is about all of them; `400 Bad Request: Don't retry (our fault)` is the default, `409 Conflict: Retry` an exception. */
export const readClientErrors = (node: YamlNode, key: string, reading: Reading): ClientErrors => {
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
