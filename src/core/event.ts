import type { Money } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import type { Outcome } from './outcome.ts'
import type { PhaseName, SendTarget } from './plan.ts'
import type { Verdict } from './verdict.ts'

export type Mode = 'live' | 'test'

/**
 * What was decided and must never be derived again under a later clock (design, money rule 1).
 * `pass`: the node at `path` is done, skipped, for `reason`; nothing (more) is sent there.
 * `order`: the children are tried in this order (a share drawn, bids ranked).
 * `queue`: the lead joined the accumulating batch of its endpoint.
 * `apart`: its batch failed and is not repeated, as not all of its leads are left; this one may join another.
 */
export type Choice =
  | { readonly kind: 'pass'; readonly recipient: string | null; readonly reason: string }
  | { readonly kind: 'order'; readonly order: readonly number[]; readonly why: string }
  | { readonly kind: 'queue' }
  | { readonly kind: 'apart' }

/** Facts about one delivery, past tense, append-only. `at` is when it was known. */
export type DeliveryEvent =
  | { readonly type: 'received'; readonly at: Instant; /** when the lead was received by the user's own account */ readonly receivedAt: Instant; readonly planHash: string; readonly cost: Money | null }
  | { readonly type: 'chose'; readonly at: Instant; readonly path: string; readonly choice: Choice }
  | (OfAttempt & {
      readonly type: 'attemptStarted'
      /** Empty where nothing is sent: no request could be made, or no token be had. */
      readonly requestHash: string
      readonly version: string | null
      /** Set where many leads share one request. */
      readonly batch?: string
      /** Set where it is not the endpoint's ordinary request. */
      readonly target?: Exclude<SendTarget, 'endpoint'>
    })
  | (OfAttempt & {
      readonly type: 'attemptFinished'
      readonly verdict: Verdict
      /** What this attempt earned; null unless it was accepted and booked. */
      readonly revenue: Money | null
      readonly httpStatus: number | null
      readonly durationMs: number
      readonly batch?: string
      /** An acceptance beyond what the pattern takes: recorded as class `surplus`, never booked. */
      readonly surplus?: boolean
    })
  | { readonly type: 'settled'; readonly at: Instant; readonly outcome: Outcome; readonly cost: Money | null; /** requests made for this lead in all runs */ readonly attempts?: number }
  /** `--retry-failed`: failed nodes are tried again with the same keys; answers already given stand, and so do batches that nobody answered, but for `batches`, of which all leads were taken up. */
  | { readonly type: 'reopened'; readonly at: Instant; readonly reason: string; readonly batches?: readonly string[] }
  /** An acceptance is followed by the settlement that tells the sale; `sale`: one beside the sale that has settled the lead, which stays. */
  | { readonly type: 'reviewed'; readonly at: Instant; readonly decision: 'retry' | 'accept' | 'drop'; readonly note: string | null; readonly sale?: { readonly path: string; readonly recipient: string; readonly buyerLeadId: string | null; readonly revenue: Money } }
  /** A buyer gave a sale back, whole or in part (`finalmile returns`). It corrects revenue on the day it was recorded; `ref` names the row of the buyer's file, so that it counts once. */
  | { readonly type: 'returned'; readonly at: Instant; readonly path: string; readonly recipient: string; readonly buyerLeadId: string | null; readonly amount: Money; readonly reason: string | null; readonly ref: string }

/** When, and which attempt of which node of the plan. */
interface OfAttempt {
  readonly at: Instant
  readonly path: string
  readonly recipient: string
  readonly phase: PhaseName
  /** 1 for the first HTTP attempt at this node; a post that follows a ping is 2. */
  readonly attempt: number
  /** Idempotency key: one per lead, recipient, phase and delivery; the same on every attempt. */
  readonly key: string
}

type EventType = DeliveryEvent['type']
export type EventOf<T extends EventType> = Extract<DeliveryEvent, { type: T }>
