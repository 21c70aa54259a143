import type { Money } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import type { DeliveryEvent, EventOf } from './event.ts'
import { attemptCount, emptyHistory, evolve } from './history.ts'
import type { Outcome } from './outcome.ts'
import { rootPath } from './plan.ts'

/** What a person decides of a lead that is held or in a pool. `revenue`: what the buyer pays; `buyerLeadId`: as the buyer named it, null where it is not known. */
export type Review =
  | { readonly decision: 'retry' | 'drop'; readonly note: string | null }
  | { readonly decision: 'accept'; readonly note: string | null; readonly revenue: Money; readonly buyerLeadId: string | null }

/** What to record of it; `settled` null: it waits to be tried again. */
export interface Reviewed { readonly events: readonly DeliveryEvent[]; readonly settled: EventOf<'settled'> | null }

/** `cost`: what was paid for the lead where no settlement said it. An acceptance is a sale to whoever held the lead (see `salesIn`). */
export const decideReview = (events: readonly DeliveryEvent[], cost: Money | null, review: Review, now: Instant): Reviewed => {
  const { decision, note } = review
  const reviewed: DeliveryEvent = { type: 'reviewed', at: now, decision, note }
  if (decision === 'retry') return { events: [reviewed], settled: null }
  const before = events.findLast((event) => event.type === 'settled')
  const last = lastAnswer(events)
  const sold = review.decision === 'accept'
  const outcome: Outcome = {
    kind: sold ? 'accepted' : 'rejected', recipient: sold ? (before?.outcome.recipient ?? null) : null, path: last?.path ?? rootPath, class: null,
    buyerLeadId: sold ? (review.buyerLeadId ?? before?.outcome.buyerLeadId ?? null) : null, revenue: sold ? review.revenue : null,
    reason: [sold ? 'accepted in review' : 'dropped in review', ...(note === null ? [] : [note])].join(': '),
  }
  const settled = { type: 'settled', at: now, outcome, cost: before?.cost ?? cost, attempts: attemptCount(events.reduce(evolve, emptyHistory)) } as const
  return { events: [reviewed, settled], settled }
}

/** Who sells a lead from a pool sells it to the buyer that was asked last; a held one to whoever held it. The first is the likeliest. */
export const buyersInReview = (events: readonly DeliveryEvent[]): readonly string[] => {
  const before = events.findLast((event) => event.type === 'settled')?.outcome
  const holder = before?.recipient ?? null
  const last = before?.kind === 'pooled' ? (lastAnswer(events)?.recipient ?? null) : null
  return [last, holder].filter((each) => each !== null)
}

const lastAnswer = (events: readonly DeliveryEvent[]): EventOf<'attemptFinished'> | undefined => events.findLast((event) => event.type === 'attemptFinished')
