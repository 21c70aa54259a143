import type { Money } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import type { DeliveryEvent, EventOf } from './event.ts'
import { attemptCount, emptyHistory, evolve, evolveAll, nodeAt } from './history.ts'
import { outcomeOf } from './outcome.ts'
import { rootPath } from './plan.ts'
import { createOurs } from './reconcile.ts'
import { inReview, salesIn } from './sale.ts'

/** What a person decides of a lead. `buyer`: who has it; `revenue`: what it pays; `buyerLeadId`: as the buyer named it, null where that is not known. */
export type Review =
  | { readonly decision: 'retry' | 'drop'; readonly note: string | null }
  | { readonly decision: 'accept'; readonly note: string | null; readonly buyer: string | null; readonly revenue: Money; readonly buyerLeadId: string | null }

/** What to record of it. `settled` null: it waits to be tried again, or stays as it is settled (`besides`: what it earns more). */
interface Reviewed { readonly events: readonly DeliveryEvent[]; readonly settled: EventOf<'settled'> | null; readonly besides: Money | null }

/**
 * `cost`: what was paid for the lead where no settlement said it. An acceptance is a sale (see `saleIn`): it settles the
 * lead, but for one that is sold already to somebody else, which then has one sale more.
 */
export const decideReview = (events: readonly DeliveryEvent[], cost: Money | null, review: Review, now: Instant): Reviewed => {
  const { decision, note } = review
  const reviewed = { type: 'reviewed', at: now, decision, note } as const
  if (review.decision === 'retry') return { events: [reviewed], settled: null, besides: null }
  const before = events.findLast((event) => event.type === 'settled')
  const buyer = review.decision === 'accept' ? review.buyer : null
  const answer = lastAnswer(events, buyer)
  // A pool answers nothing: its place is where the lead was settled.
  const path = answer?.path ?? before?.outcome.path ?? rootPath
  const named = before?.outcome.recipient === buyer ? before?.outcome.buyerLeadId : answer?.verdict.buyerLeadId
  if (review.decision === 'accept' && buyer !== null && before?.outcome.kind === 'accepted') {
    const sale = { path, recipient: buyer, buyerLeadId: review.buyerLeadId ?? named ?? null, revenue: review.revenue }
    return { events: [{ ...reviewed, sale }], settled: null, besides: review.revenue }
  }
  const outcome = review.decision === 'accept'
    ? outcomeOf('accepted', path, buyer, inReview('accepted', note), { buyerLeadId: review.buyerLeadId ?? named ?? null, revenue: review.revenue })
    : outcomeOf('rejected', path, null, inReview('dropped', note))
  const settled = { type: 'settled', at: now, outcome, cost: before?.cost ?? cost, attempts: attemptCount(events.reduce(evolve, emptyHistory)) } as const
  return { events: [reviewed, settled], settled, besides: null }
}

/** Who has said no, where a retry would ask nobody: an answer that was given stands. Null where somebody would be asked. */
export const refusedByAll = (events: readonly DeliveryEvent[]): readonly string[] | null => {
  const history = events.reduce(evolve, emptyHistory)
  const retried = evolve(history, { type: 'reviewed', at: 0, decision: 'retry', note: null })
  const isAsked = [...retried.nodes].some(([path, { attempts, before }]) => before === attempts.length && (before > 0 || nodeAt(history, path).passed !== null))
  return isAsked ? null : [...new Set([...history.nodes.values()].flatMap(({ attempts }) => attempts.map(({ recipient }) => recipient)))]
}

/** Whether a lead that waits may be let go: nothing of it is sold or on its way, nor in a batch that goes again only with all of its leads. */
export const mayBeDropped = (events: readonly DeliveryEvent[]): boolean => {
  const { flying, nodes } = evolveAll(emptyHistory, events)
  return flying === 0 && salesIn(events).length === 0 && [...nodes.values()].every(({ attempts }) => (attempts.at(-1)?.batch ?? null) === null)
}

/** Who may have the lead, for all that is recorded: no answer came, it could not be read, or it was an acceptance second to another's. */
export const mayHaveIt = (events: readonly DeliveryEvent[]): readonly string[] => {
  const settled = events.findLast((event) => event.type === 'settled')?.outcome
  if (!settled) return []
  const asked = new Set(events.flatMap((event) => (event.type === 'attemptFinished' && event.phase === 'post' ? event.recipient : [])))
  // Settled as a buyer's own, it may be surplus all the same: sold to that buyer through another target.
  if (settled.kind === 'accepted' && settled.recipient !== null) asked.delete(settled.recipient)
  return [...asked].filter((recipient) => {
    const ours = createOurs(recipient)
    for (const event of events) ours.add('', '', event)
    const state = ours.lines.get('')?.state
    return state === 'in doubt' || state === 'unconfirmed' || state === 'surplus'
  })
}

/** Whose currency a price without one is in, the likeliest first: a pool is no buyer, so that who was asked last goes before it. */
export const payersOf = (events: readonly DeliveryEvent[], buyer: string | null): readonly string[] => {
  const before = events.findLast((event) => event.type === 'settled')?.outcome
  const last = before?.kind === 'pooled' && before.recipient === buyer ? (lastAnswer(events, null)?.recipient ?? null) : null
  return [last, buyer].filter((each) => each !== null)
}

const lastAnswer = (events: readonly DeliveryEvent[], recipient: string | null): EventOf<'attemptFinished'> | undefined =>
  events.filter((event) => event.type === 'attemptFinished').findLast((event) => recipient === null || event.recipient === recipient)
