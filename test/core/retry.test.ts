import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backoffMs, nextAttempt } from '../../src/core/retry.ts'
import type { Again, Verdict } from '../../src/core/verdict.ts'
import { T0, broken, defaultRetry, invalid, refused, unknown } from './given.ts'

const limited = (retryAfterMs?: number): Verdict => ({ kind: 'failed', class: 'rate_limited', retry: true, reason: null, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) })
const left: Verdict = { kind: 'unknown', class: 'timeout', retry: true, interrupted: true, reason: null }
const unsent: Verdict = { kind: 'failed', class: 'network', retry: true, interrupted: true, reason: null }
const renew: Verdict = { kind: 'failed', class: 'auth', retry: true, renew: true, reason: null }
const again = (says: Again): Verdict => ({ kind: 'failed', class: 'server_error', retry: true, again: says, reason: null })
const after = (...verdicts: Verdict[]) => nextAttempt(defaultRetry, 10_000, verdicts.map((verdict) => ({ at: T0, verdict })), 'lead')

describe('nextAttempt', () => {
  it.each([
    ['refused: 1 s', after(refused), { kind: 'retry', at: T0 + 1000, timeoutMs: 10_000 }],
    ['then 2 s', after(refused, refused), { kind: 'retry', at: T0 + 2000, timeoutMs: 10_000 }],
    ['then 4 s', after(refused, refused, refused), { kind: 'retry', at: T0 + 4000, timeoutMs: 10_000 }],
    ['then no more', after(refused, refused, refused, refused), { kind: 'give up' }],
    ['no answer: the timeout grows by half', after(unknown), { kind: 'retry', at: T0 + 1000, timeoutMs: 15_000 }],
    ['and by half again', after(unknown, unknown), { kind: 'retry', at: T0 + 2000, timeoutMs: 22_500 }],
    ['invalid data: never', after(invalid), { kind: 'give up' }],
    ['Retry-After: 0 is now', after(limited(0)), { kind: 'retry', at: T0, timeoutMs: 10_000 }],
    ['exactly the longest wait is waited', after(limited(300_000)), { kind: 'retry', at: T0 + 300_000, timeoutMs: 10_000 }],
    ['a millisecond more closes', after(limited(300_001)), { kind: 'closed', until: T0 + 300_001 }],
    ['ten years close too', after(limited(315_360_000_000)), { kind: 'closed', until: T0 + 315_360_000_000 }],
    ['where none are allowed, a buyer that asks for ten years gets none', nextAttempt({ rate_limited: { ...defaultRetry.rate_limited!, retries: 0 } }, 10_000, [{ at: T0, verdict: limited(315_360_000_000) }], 'lead'), { kind: 'give up' }],
    ['429 without Retry-After backs off', after(limited()), { kind: 'retry', at: T0 + 1000, timeoutMs: 10_000 }],
    ['an attempt that our own end left open is repeated at once', after(left), { kind: 'retry', at: T0, timeoutMs: 10_000 }],
    ['and costs no retry, however often', after(left, left, left, left, left, refused), { kind: 'retry', at: T0 + 1000, timeoutMs: 10_000 }],
    ['no answer after three failures is repeated all the same', after(refused, refused, refused, unknown), { kind: 'retry', at: T0 + 1000, timeoutMs: 15_000 }],
    ['and three times, not more', after(refused, refused, refused, unknown, unknown, unknown, unknown), { kind: 'give up' }],
    ['a failure after four waits as told has its retries still', after(limited(0), limited(0), limited(0), limited(0), broken), { kind: 'retry', at: expect.any(Number), timeoutMs: 10_000 }],
    ['and three of them, with waits between', after(limited(0), broken, limited(0), broken, limited(0), broken, limited(0), broken), { kind: 'give up' }],
    ['a wait as told after three failures is waited', after(broken, broken, broken, limited(2_000)), { kind: 'retry', at: T0 + 2_000, timeoutMs: 10_000 }],
    ['a class without a rule of its own is not tried again by that of another', nextAttempt({ server_error: defaultRetry.server_error! }, 10_000, [{ at: T0, verdict: limited(1_000) }], 'lead'), { kind: 'give up' }],
    ['nor one that could not be reached', nextAttempt({ server_error: defaultRetry.server_error! }, 10_000, [{ at: T0, verdict: refused }], 'lead'), { kind: 'give up' }],
    ['nor does what it kept from being sent', after(unsent, unsent, unsent, unsent, refused), { kind: 'retry', at: T0 + 1000, timeoutMs: 10_000 }],
    ['which goes at once, with retries or without', nextAttempt({}, 10_000, [{ at: T0, verdict: unsent }], 'lead'), { kind: 'retry', at: T0, timeoutMs: 10_000 }],
    ['but what our own end left open is repeated all the same', nextAttempt({ server_error: defaultRetry.server_error! }, 10_000, [{ at: T0, verdict: left }], 'lead'), { kind: 'retry', at: T0, timeoutMs: 10_000 }],
    ['a token that was refused is asked for anew at once, whatever came before', after(refused, renew), { kind: 'retry', at: T0, timeoutMs: 10_000 }],
    ['not twice in a row', after(renew, renew), { kind: 'give up' }],
    ['and costs no retry', after(refused, renew, refused, refused), { kind: 'retry', at: T0 + 4000, timeoutMs: 10_000 }],
    ['as often as the recipient says of this answer', after(again({ times: 1 }), again({ times: 1 })), { kind: 'give up' }],
    ['more often than its class, too', after(refused, refused, refused, again({ times: 5 })), { kind: 'retry', at: expect.any(Number), timeoutMs: 10_000 }],
    ['and after the wait that it says', after(again({ waitMs: 600_000 })), { kind: 'retry', at: T0 + 600_000, timeoutMs: 10_000 }],
    ['not where the buyer names another', after({ ...limited(2_000), ...{ again: { waitMs: 600_000 } } }), { kind: 'retry', at: T0 + 2_000, timeoutMs: 10_000 }],
    ['nothing tried: nothing to try again', after(), { kind: 'give up' }],
    ['a failure that the recipient says to retry uses the rule of server errors', nextAttempt({ server_error: { ...defaultRetry.server_error!, backoff: { kind: 'steps', ms: [7] } } }, 1, [{ at: T0, verdict: { kind: 'failed', class: 'invalid_data', retry: true, reason: null } }], ''), { kind: 'retry', at: T0 + 7, timeoutMs: 1 }],
  ])('%s', (_rule, got, want) => { expect(got).toEqual(want) })

  it('exponential waits double, within a quarter, the same on every replay', () => {
    const rule = defaultRetry.server_error!
    fc.assert(fc.property(fc.string(), fc.integer({ min: 0, max: 5 }), (identity, n) => {
      const wait = backoffMs(rule, n, identity)
      expect(wait).toBe(backoffMs(rule, n, identity))
      expect(wait).toBeGreaterThanOrEqual(750 * 2 ** n)
      expect(wait).toBeLessThanOrEqual(1250 * 2 ** n)
    }))
  })

  it('ten thousand leads do not come back at once', () => {
    const waits = Array.from({ length: 10_000 }, (_, i) => backoffMs(defaultRetry.server_error!, 0, `lead ${i}`))
    const perTenth = new Map<number, number>()
    for (const wait of waits) perTenth.set(Math.floor(wait / 50), (perTenth.get(Math.floor(wait / 50)) ?? 0) + 1)
    expect(perTenth.size).toBeGreaterThanOrEqual(10)
    expect(Math.max(...perTenth.values())).toBeLessThan(1_300)
  })

  it('every class that may be retried has a rule', () => {
    for (const verdict of [refused, unknown, broken, limited()]) expect(after(verdict).kind).toBe('retry')
  })
})
