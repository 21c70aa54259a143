import type { History } from './history.ts'

/** Whether a recipient has the lead for all that one delivery of it tells, or may have it until a person has looked: it accepted it, be it second to another's, or it is held there. */
export const hasLead = (history: History, recipient: string): boolean =>
  (history.settled?.kind === 'held' && history.settled.recipient === recipient) || takersOf(history).includes(recipient)

/** Who accepted the lead or said neither yes nor no, as far as no person has looked. */
export const takersOf = ({ nodes }: History): readonly string[] =>
  [...nodes.values()].flatMap(({ attempts, before }) => attempts.flatMap(({ recipient, phase, finished }, i) => {
    const kind = phase === 'post' ? finished?.verdict.kind : undefined
    return kind === 'accepted' || (kind === 'unconfirmed' && i >= before) ? recipient : []
  }))

/**
 * What stands in the events of a delivery that may tell of a taker who is neither booked nor held for a person: an acceptance
 * second to another's, an answer that could not be read beside a sale. Stores look for these before they fold.
 */
export const TAKEN_BESIDE = ['"surplus":true', '"kind":"unconfirmed"'] as const
