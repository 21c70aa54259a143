import type { Attempt, History } from './history.ts'

type Taken = 'accepted' | 'unconfirmed'

/**
 * What an answer to a post says of its recipient's having the lead: it accepted it, be it second to another's, or may have.
 * Whoever ordered the lead to be tried again has looked at the answers before that could not be read: those say nothing any more.
 */
const takenBy = ({ phase, finished }: Attempt, isBefore: boolean): Taken | null => {
  const kind = phase === 'post' ? finished?.verdict.kind : undefined
  return kind === 'accepted' || (kind === 'unconfirmed' && !isBefore) ? kind : null
}

/** What says that a recipient has the lead, or may have it, at whatever place of the plan; null where nothing does. */
export const answerOfTaker = ({ nodes }: History, recipient: string): Taken | null => {
  for (const { attempts, before } of nodes.values()) {
    for (const [i, each] of attempts.entries()) {
      const taken = each.recipient === recipient ? takenBy(each, i < before) : null
      if (taken) return taken
    }
  }
  return null
}

/** All of whom that is so. */
export const takersOf = ({ nodes }: History): readonly string[] =>
  [...nodes.values()].flatMap(({ attempts, before }) => attempts.flatMap((each, i) => (takenBy(each, i < before) ? each.recipient : [])))

/** Whether a recipient has the lead for all that one delivery of it tells, or may have it until a person has looked. */
export const hasLead = (history: History, recipient: string): boolean =>
  (history.settled?.kind === 'held' && history.settled.recipient === recipient) || answerOfTaker(history, recipient) !== null

/** Whether a request for the lead is on its way to a recipient. */
export const isUnderWay = ({ nodes }: History, recipient: string): boolean =>
  [...nodes.values()].some(({ attempts }) => attempts.some((each) => each.recipient === recipient && each.phase === 'post' && each.finished === null))

/**
 * What stands in the events of a delivery that may tell of a taker who is neither booked nor held for a person: an acceptance
 * second to another's, an answer that could not be read beside a sale. Stores look for these before they fold.
 */
export const TAKEN_BESIDE = ['"surplus":true', '"kind":"unconfirmed"'] as const
