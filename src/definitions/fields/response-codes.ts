import type { Place } from '../../base/diagnostic.ts'
import { parseDuration } from '../../base/time.ts'
import type { Again } from '../../core/verdict.ts'
import type { ResponseCodeRow } from '../answer-definition.ts'
import { parseCondition } from '../conditions/condition.ts'
import { parsed, refused, type Parsed } from '../values/parsed.ts'
import { retryCount } from '../values/retries.ts'
import { eachStatus, parseStatusRange } from '../values/status-range.ts'
import { isEmpty, take, textOf, type Kind, type Reading } from './field.ts'

/** Keys are statuses and words in the body; the first row that matches wins. */
export const RESPONSE_CODES: Kind<readonly ResponseCodeRow[]> = {
  takes: 'rows of a status (or several: `400, 422`), a condition on the answer or both, and what they mean: Success, Duplicate, Rejected, Invalid data, Auth failed, Rate limited, Server error, Error or Retry',
  schema: { type: 'object', additionalProperties: { type: 'string' } },
  read: (node, reading) => {
    if (node.kind !== 'map') return reading.tell(node.place, 'wrong-shape', 'Response Codes is a block of rows', 'write 400: Invalid data on a line below, indented')
    const rows = node.entries.flatMap((entry): readonly ResponseCodeRow[] => {
      if (entry.kind === 'block') { reading.tell(entry.open.place, 'misplaced-block', 'Response Codes cannot depend on the lead', 'leave the block out'); return [] }
      const means = textOf(isEmpty(entry.value) ? { ...entry.value, place: entry.keyPlace } : entry.value, 'what the answer means', reading)
      return means === undefined ? [] : eachStatus(entry.key).flatMap((key) => take(parseResponseCode(key, means, entry.keyPlace, entry.value.place), reading) ?? [])
    })
    tellOfUnread(rows, reading)
    return rows
  },
}

/** The first row that matches counts: one below a row of the same statuses, whatever the body, is never looked at. */
const tellOfUnread = (rows: readonly ResponseCodeRow[], reading: Reading): void => {
  for (const [i, { status, place }] of rows.entries()) {
    const above = rows.slice(0, i).find((each) => each.when === null && (each.status === null || (status !== null && each.status.from <= status.from && status.to <= each.status.to)))
    if (above) reading.tell(place, 'unreachable', `this row is never read: the one in line ${above.place.line} takes all of its answers`, 'put it above that row; words in the body are written 200 + "DUP" in body', 'warning')
  }
}

type Means = ResponseCodeRow['means']

/** First that matches, so that "Duplicate (retry)" is a duplicate. HTTP's own names of the statuses are taken too. */
const MEANINGS: readonly (readonly [RegExp, Means])[] = [
  [/^(success|accepted|ok\b|sold|bought|created|no content)/i, 'success'],
  [/^(dup|conflict)/i, 'duplicate'],
  [/^(reject|declined|not (wanted|accepted|sold)|unsold|no match)/i, 'rejected'],
  [/^(auth|unauthori[sz]ed|forbidden|credentials|(invalid|missing|wrong|bad|expired|unknown) (api[ _-]?|access )?(keys?|tokens?|credentials|signature|password|user ?name|user|login|auth\w*)\b(?! (agent|area|data|details?|e-?mail|fields?|info|phone|values?)))/i, 'auth'],
  [/^(invalid|bad (data|request)|validation|missing|malformed|not found|method not allowed|unsupported|unprocessable)/i, 'invalid-data'],
  [/^(rate|too many|throttled|slow down)/i, 'rate-limited'],
  [/^(server|internal|(service )?(is )?(temporarily )?unavailable|service (down|error|failure)|maintenance|temporar|overload|(bad )?gateway|(request )?time-?out)/i, 'server-error'],
  [/^(retry|try again)/i, 'retry'],
  [/^(error|fail)/i, 'error'],
]

/** `no retry`, `must not be retried`, `cannot retry`, `no more retries`, `retries will not help`. */
const NOT_AGAIN = /\b(?:no|not|never|without|cannot|dont|\w+n['’]t)\s+(?:(?:be|ever|more|any|further|need|sense|point|use|to|in)\s+)*(?:retr(?:y|ies|ied)|try again)\b|\bretr(?:y|ies)\s+(?:(?:is|are|will|would)\s+)?not\b(?!\s+more)/i

/** One row: a status, words in the body or both, and what they mean. `200 + "OK" in body` and `Success`. */
export const parseResponseCode = (key: string, means: string, keyPlace: Place, place: Place): Parsed<ResponseCodeRow> => {
  const match = /^\s*(?:([1-5](?:xx|\d\d)(?:\s*(?:-|–|to)\s*[1-5]\d\d)?)(?:\s+(?!\+|and\b|where\b|when\b|if\b)[a-z' ]+)?|any|\*)?\s*(?:(?:\+|,|\band\b|\bwhere\b|\bwhen\b|\bif\b)\s*)?(\S.*?)?\s*$/is.exec(key)
  const [, written, condition] = match ?? []
  const status = written === undefined ? null : parseStatusRange(written)
  if (!match || (written !== undefined && status === null)) return refused(keyPlace, 'bad-response-code', `got "${key}", expected a status, words in the body, or both`, 'write 200 + "OK" in body: Success, or 5xx: Server error (retry 3x)')
  const when = condition === undefined ? null : parseCondition(condition, { ...keyPlace, col: keyPlace.col + key.lastIndexOf(condition), length: condition.length })
  if (when && !when.ok) return written === undefined && !/["=<>]|\b(in|contains|matches|exists)\b/.test(key) ? refused(keyPlace, 'bad-response-code', `got "${key}", expected a status, words in the body, or both`, 'write 200 + "OK" in body: Success, or 5xx: Server error (retry 3x)') : when
  const meaning = MEANINGS.find(([words]) => words.test(means.trim()))?.[1]
  if (meaning === undefined) return refused(place, 'bad-response-code', `got "${means}", expected what the answer means`, 'write Success, Duplicate, Rejected, Invalid data, Auth failed, Rate limited, Server error, Error or Retry')
  const price = meaning === 'success' ? /[$€£¥₹]\s*\d+(?:[.,]\d+)*/.exec(means)?.[0] : undefined
  if (price !== undefined) return refused(place, 'price-in-row', `got "${means}": a row says what an answer means, and names no price`, `leave it out, and write Price: ${price} at the top level, or where the answer names the price as Price under Response Parsing`)
  const remark = /\(([^)]*)\)/.exec(means)?.[1] ?? means.replace(/^[^,]*,?/, '')
  const again = againOf(means)
  const retry = NOT_AGAIN.test(remark) || again?.times === 0 ? false : /\bretr(y|ies|ied)\b|\btry again\b/i.test(remark) ? true : null
  return parsed({ status, when: when?.value ?? null, means: meaning, retry, ...(again && retry !== false ? { again } : {}), pause: /(?<!\b(?:no|not|never|without|dont|\w+n['’]t)\s+)\bpause\b/i.test(remark), text: means.trim(), place: keyPlace })
}

/** `retry 5x`, `up to 3 retries`, `retry twice`, `retry after 30 seconds`, `3 times every 5 min`. */
export const againOf = (means: string): Again | null => {
  const [, count, word] = /\b(\d{1,3})\s*(?:x|times?|retries)\b(?!\s*(?:per\b|an?\b|\/))|\b(once|twice)\b(?!\s+(?!after\b|in\b|every\b|then\b|only\b|more\b)\w)/i.exec(means) ?? []
  const times = retryCount(count ?? word ?? '')
  const wait = parseDuration(/\b(?:after|in|every|wait)\s+(\d+(?:\.\d+)?\s*[a-z]+)/i.exec(means)?.[1] ?? '')
  return times === null && !wait.ok ? null : { ...(times === null ? {} : { times }), ...(wait.ok ? { waitMs: wait.ms } : {}) }
}
