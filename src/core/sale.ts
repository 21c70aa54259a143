import type { DeliveryEvent } from './event.ts'

/** The recipients that a step's events book a sale with. Surplus acceptances and pings book nothing. */
export const salesIn = (events: readonly DeliveryEvent[]): readonly string[] => {
  let sales: string[] | null = null
  for (const event of events) {
    if (event.type === 'attemptFinished' && event.phase === 'post' && event.verdict.kind === 'accepted' && event.surplus !== true) (sales ??= []).push(event.recipient)
  }
  return sales ?? NONE
}

const NONE: readonly string[] = []
