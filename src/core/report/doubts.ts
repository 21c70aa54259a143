import type { DeliveryEvent } from '../event.ts'

/** Deliveries in doubt by recipient: a request was sent and no answer said what became of it, as `reconcile` tells of each. */
export type Doubts = Map<string, Set<string>>

export const addDoubt = (doubts: Doubts, deliveryId: string, event: DeliveryEvent): void => {
  // Whoever lets a lead go has decided what its missing answers mean; `reconcile` asks on, since the buyer's list may know better.
  if (event.type === 'reviewed' && event.decision === 'drop') {
    for (const leads of doubts.values()) leads.delete(deliveryId)
    return
  }
  const recipient = answeredBy(event)
  if (recipient === null) return
  if (event.type === 'attemptFinished' && event.verdict.kind === 'unknown') {
    const known = doubts.get(recipient)
    if (known) known.add(deliveryId)
    else doubts.set(recipient, new Set([deliveryId]))
  } else if (doubts.size > 0) doubts.get(recipient)?.delete(deliveryId)
}

/** Whose having the lead the event is about; a failure after a doubt does not say that the first request was not processed, nor does a buyer that has the lead already. */
const answeredBy = (event: DeliveryEvent): string | null => {
  switch (event.type) {
    case 'attemptFinished': return event.phase === 'post' && event.verdict.kind !== 'failed' && event.verdict.kind !== 'duplicate' ? event.recipient : null
    case 'reviewed': return event.sale?.recipient ?? null
    case 'settled': return event.outcome.kind === 'accepted' ? event.outcome.recipient : null
    default: return null
  }
}
