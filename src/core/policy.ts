import type { Money } from '../base/money.ts'
import type { Condition, LeadCondition } from './condition.ts'
import type { StepName } from './plan.ts'
import type { FailureClass } from './verdict.ts'

/** How often, when and how patiently one class of failure is tried again (contract, section 5). */
export interface RetryRule {
  /** Further tries after the first attempt; 0 for none. */
  readonly retries: number
  /** `steps`: the waits in turn, the last repeated. `exponential`: first, first×2, first×4 … with jitter of ±25 %. */
  readonly backoff: { readonly kind: 'steps'; readonly ms: readonly number[] } | { readonly kind: 'exponential'; readonly firstMs: number }
  /** Each try waits half as long again for its answer. */
  readonly growTimeout: boolean
  /** Longest wait a buyer may ask for by Retry-After; past it the recipient is closed to the lead until then. */
  readonly maxWaitMs: number
  readonly alertIfAllFail: boolean
}

/** A class without a rule, or with no retries in it, is not tried again. */
export type RetryPolicy = Readonly<Partial<Record<FailureClass, RetryRule>>>

export type CapPeriod = 'hour' | 'day' | 'week' | 'month'
export interface Cap {
  readonly period: CapPeriod
  readonly limit: { readonly kind: 'leads'; readonly count: number } | { readonly kind: 'revenue'; readonly amount: Money }
}

/** Minutes since local midnight, `from` inside, `to` outside; several where a day has a break. */
export interface ClockSpan { readonly fromMinute: number; readonly toMinute: number }

export interface CallWindow {
  readonly spans: readonly ClockSpan[]
  /** ISO weekdays, 1 = Monday. */
  readonly days: readonly number[]
}

/** When people may be called, by the state they are in: a dated table with its source, which a user may replace. */
export interface CallingHours {
  readonly source: string
  /** The day on which it was looked up, `2025-11-30`. */
  readonly asOf: string
  /** By two-letter state; several windows where days differ, none where nobody may be called. */
  readonly byState: Readonly<Record<string, readonly CallWindow[]>>
  readonly elsewhere: readonly CallWindow[]
}

/** In whose time zone a window is read: a fixed IANA zone, or found from the lead. */
export type ZoneSource = { readonly kind: 'zone'; readonly name: string } | { readonly kind: 'lead' } | { readonly kind: 'field'; readonly path: string }

export interface CircuitPolicy {
  /** Opens when more than this share (0 to 1) of the last `over` attempts failed or were unknown. */
  readonly errorRate: number
  readonly over: number
  readonly waitMs: number
  readonly maxWaitMs: number
}

/** `Duplicate Check: phone_1 within 30 days`. */
export interface DuplicateCheck { readonly field: string; readonly withinMs: number }

/** A named check on the lead; a lead that fails it is skipped with `reason` and nothing is sent. */
export interface Requirement {
  readonly reason: string
  readonly check:
    | { readonly kind: 'condition'; readonly condition: Condition }
    /** `phone`, which lists call `phone_1` too. */
    | { readonly kind: 'mobile-phone'; readonly field: string }
    | { readonly kind: 'trusted-form'; readonly maxAgeMs: number }
    | { readonly kind: 'jornaya' }
    | { readonly kind: 'business-hours' }
}

export interface BatchPolicy {
  readonly maxLeads: number
  /** A batch leaves when its first lead has waited this long. */
  readonly maxWaitMs: number
  /** A cron expression in the recipient's zone; then batches leave at its times instead. */
  readonly schedule: string | null
}

/** All that the core needs to know of one endpoint recipient. */
export interface Policy {
  readonly recipient: string
  readonly name: string
  readonly price: Money | null
  readonly cost: Money | null
  readonly timeoutMs: number
  /** How long a ping is waited for; null: as long as a post. */
  readonly pingTimeoutMs: number | null
  readonly retry: RetryPolicy
  /** The most requests for one lead, whatever `retry` allows; null: by `retry` alone. */
  readonly maxAttempts: number | null
  readonly onUnknown: 'next' | 'hold'
  /** Null: by the pattern (passed by where there is another to go to, else waited for). */
  readonly whenClosed: 'wait' | 'skip' | null
  readonly acceptWhen: LeadCondition | null
  readonly requirements: readonly Requirement[]
  readonly zone: ZoneSource
  readonly window: CallWindow | null
  /** Kept beside `window`, in the lead's own zone; null: not kept. */
  readonly callingHours: CallingHours | null
  readonly caps: readonly Cap[]
  readonly circuit: CircuitPolicy | null
  readonly duplicateCheck: DuplicateCheck | null
  readonly batch: BatchPolicy | null
  /** A second address is tried when the endpoint's gave up. */
  readonly hasBackup: boolean
  /** What follows an accepted post, in this order; absent for none. */
  readonly steps?: readonly StepName[]
  /** Parks the lead instead of sending it. */
  readonly pool: boolean
}

export const policyIn = (policies: ReadonlyMap<string, Policy>, recipient: string): Policy => {
  const policy = policies.get(recipient)
  if (!policy) throw new Error(`no policy for recipient ${recipient}`)
  return policy
}

/** For people; its id where it has no file. */
export const nameIn = (policies: ReadonlyMap<string, Policy>, recipient: string): string => policies.get(recipient)?.name ?? recipient
