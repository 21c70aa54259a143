import type { Money } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import type { DeliveryEvent } from './event.ts'
import type { PhaseName } from './plan.ts'
import type { Verdict } from './verdict.ts'

/** One sale of a lead as it was booked; what becomes of it later (a return) is an event of its own. */
export interface Sale {
  readonly path: string
  readonly recipient: string
  /** As the buyer named it, null where it did not. */
  readonly buyerLeadId: string | null
  /** Null where nobody named a price. */
  readonly revenue: Money | null
  readonly at: Instant
  readonly reason: string | null
}

/** Whether an answer sells: an accepted ping is a bid, an accepted step finishes a sale, and what is surplus was bought by another. */
export const sells = (phase: PhaseName, verdict: Verdict, surplus: boolean): boolean => phase === 'post' && verdict.kind === 'accepted' && !surplus

/**
 * The sale that an event books, null for none: the one answer for reports, returns, reconciliations and stores. `before`: what
 * was recorded before it, null where it is the first. A settlement tells what its answers have booked, but where a person
 * has accepted the lead: that review and its settlement stand together, in one step.
 */
const saleIn = (event: DeliveryEvent, before: DeliveryEvent | null): Sale | null => {
  const { at } = event
  switch (event.type) {
    case 'attemptFinished': {
      const { path, recipient, verdict, revenue } = event
      return sells(event.phase, verdict, event.surplus === true) ? { path, recipient, buyerLeadId: verdict.buyerLeadId ?? null, revenue, at, reason: verdict.reason } : null
    }
    // Beside the sale that has settled the lead.
    case 'reviewed': return event.sale ? { ...event.sale, at, reason: inReview('accepted', event.note) } : null
    case 'settled': {
      const { path, recipient, buyerLeadId, revenue, reason } = event.outcome
      const isByHand = before?.type === 'reviewed' && before.decision === 'accept' && !before.sale
      return isByHand && recipient !== null ? { path, recipient, buyerLeadId, revenue, at, reason } : null
    }
    default: return null
  }
}

/** What is told of a lead that a person decided of. */
export const inReview = (done: 'accepted' | 'dropped', note: string | null): string => (note === null ? `${done} in review` : `${done} in review: ${note}`)

/** Tells, event after event of a ledger in its order, which sale each books. */
export const createSaleReader = (): ((event: DeliveryEvent) => Sale | null) => {
  let before: DeliveryEvent | null = null
  return (event) => {
    const sale = saleIn(event, before)
    before = event
    return sale
  }
}

/** All sales of a delivery, or of a step of one, oldest first. */
export const salesIn = (events: readonly DeliveryEvent[]): readonly Sale[] => {
  let sales: Sale[] | null = null
  let before: DeliveryEvent | null = null
  for (const event of events) {
    const sale = saleIn(event, before)
    if (sale) (sales ??= []).push(sale)
    before = event
  }
  return sales ?? NONE
}

/** Who bought, of the same. */
export const buyersIn = (events: readonly DeliveryEvent[]): readonly string[] => salesIn(events).map(({ recipient }) => recipient)

const NONE: readonly Sale[] = []
