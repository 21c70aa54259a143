import { fractionOf } from '../base/hash.ts'
import type { Instant } from '../base/time.ts'
import type { RetryPolicy, RetryRule } from './policy.ts'
import { asksForNewToken, isInterrupted, type FailureClass, type Verdict } from './verdict.ts'

/** A finished attempt, as much of it as retries depend on. */
interface Tried { readonly at: Instant; readonly verdict: Verdict }

export type NextAttempt =
  | { readonly kind: 'retry'; readonly at: Instant; readonly timeoutMs: number }
  /** The buyer asked for a longer wait than the rule allows: closed to this lead until then. */
  | { readonly kind: 'closed'; readonly until: Instant }
  | { readonly kind: 'give up' }

/**
 * Whether, when and how patiently an attempt is followed by another (contract, section 5).
 * `identity` names the work (lead and recipient, or batch): jitter is a hash of it, so that replays agree.
 */
export const nextAttempt = (policy: RetryPolicy, timeoutMs: number, tried: readonly Tried[], identity: string): NextAttempt => {
  const last = tried.at(-1)
  if (last && asksForNewToken(last.verdict)) {
    const before = tried.at(-2)
    return before && asksForNewToken(before.verdict) ? { kind: 'give up' } : { kind: 'retry', at: last.at, timeoutMs }
  }
  if (!last || !('retry' in last.verdict) || !last.verdict.retry) return { kind: 'give up' }
  if (last.verdict.kind === 'failed' && isInterrupted(last.verdict)) return { kind: 'retry', at: last.at, timeoutMs }
  const rule = ruleIn(policy, last.verdict.class) ?? (RULED.has(last.verdict.class) && !isInterrupted(last.verdict) ? undefined : ruleIn(policy, 'server_error'))
  if (!rule) return { kind: 'give up' }
  const asked = last.verdict.kind === 'failed' ? last.verdict.retryAfterMs : undefined
  if (asked !== undefined && asked > rule.maxWaitMs) return { kind: 'closed', until: last.at + asked }
  const used = tried.filter(({ verdict }) => accountOf(verdict) === accountOf(last.verdict) && !asksForNewToken(verdict) && !isInterrupted(verdict)).length - 1
  // What our own end left open is asked again at once, and costs the buyer none of its retries.
  if (isInterrupted(last.verdict)) return { kind: 'retry', at: last.at, timeoutMs: grownTimeout(rule, timeoutMs, tried) }
  const again = last.verdict.kind === 'failed' ? last.verdict.again : undefined
  if (used >= (again?.times ?? rule.retries)) return { kind: 'give up' }
  return {
    kind: 'retry',
    at: last.at + (asked ?? again?.waitMs ?? backoffMs(rule, used, identity)),
    timeoutMs: grownTimeout(rule, timeoutMs, tried),
  }
}

/**
 * Which retries an attempt uses up. A missing answer has its own: a buyer that failed first must not leave the lead in doubt without a repeat.
 * So has waiting as told: after four waits a busy buyer's one 500 is tried again as any other.
 */
const accountOf = (verdict: Verdict): string => (verdict.kind === 'failed' && verdict.class === 'rate_limited' ? 'rate limited' : verdict.kind)

/** By which a class is tried again; undefined where it is not. */
export const ruleIn = (policy: RetryPolicy, name: FailureClass): RetryRule | undefined => {
  const rule = policy[name]
  return rule && rule.retries > 0 ? rule : undefined
}

/** Classes with rules of their own: without one they are not tried again. Exceptions of `Retry On` among the others go by the rule of server errors. */
const RULED: ReadonlySet<FailureClass> = new Set(['network', 'proxy', 'timeout', 'rate_limited', 'server_error'])

/** The wait before retry `n` (0 for the first). */
export const backoffMs = (rule: RetryRule, n: number, identity: string): number => {
  if (rule.backoff.kind === 'steps') return rule.backoff.ms[Math.min(n, rule.backoff.ms.length - 1)] ?? 0
  const spread = 0.75 + fractionOf(`${identity}#${n}`) / 2
  return Math.min(Math.round(rule.backoff.firstMs * 2 ** n * spread), rule.maxWaitMs)
}

/** Half as long again for every time-out so far. */
const grownTimeout = (rule: RetryRule, timeoutMs: number, tried: readonly Tried[]): number =>
  rule.growTimeout ? Math.round(timeoutMs * 1.5 ** tried.filter((each) => each.verdict.kind === 'unknown' && !isInterrupted(each.verdict)).length) : timeoutMs
