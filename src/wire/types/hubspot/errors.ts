import { HOUR } from '../../../base/time.ts'
import type { Verdict, FailedVerdict } from '../../../core/verdict.ts'
import { classOfStatus, failureOfClass, statusText, verdictOfFault } from '../../judge/classify.ts'
import { Answer } from '../../parse/answer.ts'
import { buyersWords, tidy } from '../../parse/words.ts'
import type { Reply } from '../../request.ts'
import { retryAfterMs } from '../../judge/retry-after.ts'
import { objectIn } from '../../parse/json.ts'

/** A whole answer that is none of 2xx. `count`: how many leads were asked for with it. */
export const verdictOfRefusal = (answer: Answer, at: number, count: number): Verdict => {
  const { status } = answer
  const said = buyersWords(answer)
  const told = { reason: said ?? statusText(status), said, retryAfterMs: retryAfterIn(answer, at) }
  if (status === 429) return verdictOfLimit(answer, told)
  // Of one lead in a batch it is not known which: each is asked for by itself.
  if (count > 1 && (status === 400 || status === 409)) return { kind: 'failed', class: status === 409 ? 'duplicate' : 'invalid_data', retry: true, instead: 'alone', reason: told.reason, said }
  // The contact is there, under this address or as another's second one: create or update means to update it.
  if (status === 409) return { kind: 'failed', class: 'duplicate', retry: true, instead: 'update', reason: told.reason, said }
  if (PASSING.has(status)) return { ...failureOfClass('server_error', status, told), retry: true, ...(told.retryAfterMs === null ? {} : { retryAfterMs: told.retryAfterMs }) }
  const failed = failureOfClass(classOfStatus(status, told.retryAfterMs), status, told)
  return failed.class === 'invalid_data' && (status === 404 || status === 405 || status === 410 || status === 415) ? { ...failed, alert: true } : failed
}

/** Locked, and while the account is moved (477 says how long). */
const PASSING = new Set([423, 477])

const TEN_SECONDS = 10_000
const LONG = HOUR

/** The allowance of a day comes back at midnight of the portal's time zone, which nobody tells: asked again every hour. */
const verdictOfLimit = (answer: Answer, told: { readonly reason: string; readonly said: string | null; readonly retryAfterMs: number | null }): FailedVerdict => {
  const policy = String(objectIn(answer.json())?.['policyName'] ?? '')
  const daily = /daily/i.test(policy === '' ? told.reason : policy) || answer.headers['x-hubspot-ratelimit-daily-remaining'] === '0'
  if (daily) return { ...failureOfClass('rate_limited', 429, { ...told, retryAfterMs: Math.max(LONG, told.retryAfterMs ?? 0) }), alert: true }
  return failureOfClass('rate_limited', 429, { ...told, retryAfterMs: told.retryAfterMs ?? (/^SECONDLY$/i.test(policy) ? 1_000 : TEN_SECONDS) })
}

const retryAfterIn = (answer: Answer, at: number): number | null => (answer.headers['retry-after'] === undefined ? null : retryAfterMs(answer.headers, at))

/** One entry of a 207's `errors`: it speaks of one lead, by category. */
export const verdictOfEntry = (entry: Readonly<Record<string, unknown>>): Verdict => {
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  const inner = Array.isArray(entry['errors']) ? entry['errors'].map((each) => text((each as Record<string, unknown> | null)?.['message'])) : []
  const words = [text(entry['message']), ...inner].filter((each, i, all) => each !== '' && all.indexOf(each) === i)
  const said = tidy(words.join('; '), 300)
  const category = text(entry['category']) || text(entry['subCategory'])
  const told = { reason: said ?? (category || 'refused without a reason'), said, retryAfterMs: null }
  switch (category) {
    case 'CONFLICT': case 'OBJECT_ALREADY_EXISTS': return { kind: 'failed', class: 'duplicate', retry: true, instead: 'update', reason: told.reason, said }
    case 'RATE_LIMITS': case 'RATE_LIMIT': return failureOfClass('rate_limited', 429, { ...told, retryAfterMs: TEN_SECONDS })
    case 'MISSING_SCOPES': case 'EXPIRED_AUTHENTICATION': case 'INVALID_AUTHENTICATION': return failureOfClass('auth', 403, told)
    case 'INTERNAL_ERROR': case 'SERVER_ERROR': case 'TIMEOUT': return failureOfClass('server_error', 500, told)
    default: return failureOfClass('invalid_data', 400, told)
  }
}

/** Of a step after the sale: a person is told of what does not pass by itself; the recipient is paused only where its token is refused. */
export const failureOfStep = (reply: Reply): FailedVerdict => {
  if (reply.kind === 'fault') {
    const verdict = verdictOfFault(reply)
    return verdict.kind === 'failed' ? verdict : { kind: 'failed', class: 'network', retry: true, reason: verdict.reason, said: null }
  }
  const verdict = verdictOfRefusal(new Answer(reply, null), reply.at, 1)
  if (verdict.kind !== 'failed') return { kind: 'failed', class: 'unreadable', retry: false, alert: true, reason: verdict.reason, said: verdict.said ?? null }
  const { pause, instead: _instead, ...failed } = verdict
  if (verdict.instead) return { ...failed, class: 'invalid_data', retry: false, alert: true }
  return { ...failed, ...(failed.retry ? {} : { alert: true }), ...(pause && reply.status === 401 ? { pause } : {}) }
}
