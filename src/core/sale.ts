import type { DeliveryEvent } from './event.ts'

/**
 * The recipients that a step's events book a sale with: posts that were accepted, and what a person accepts in review.
 * Surplus acceptances and pings book nothing.
 */
export const salesIn = (events: readonly DeliveryEvent[]): readonly string[] => {
  let sales: string[] | null = null
  let byHand = false
  for (const event of events) {
    if (event.type === 'attemptFinished' && event.phase === 'post' && event.verdict.kind === 'accepted' && event.surplus !== true) (sales ??= []).push(event.recipient)
    else if (event.type === 'reviewed') {
      if (event.sale) (sales ??= []).push(event.sale.recipient)
      byHand = event.decision === 'accept' && !event.sale
    }
    else if (byHand && event.type === 'settled' && event.outcome.recipient !== null && !sales?.includes(event.outcome.recipient)) (sales ??= []).push(event.outcome.recipient)
  }
  return sales ?? NONE
}

const NONE: readonly string[] = []
