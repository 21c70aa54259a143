import type { History } from './history.ts'

/** Whether a recipient has the lead for all that one delivery of it tells, or may have it until a person has looked: it accepted it, be it second to another's, or it is held there. */
export const hasLead = (history: History, recipient: string): boolean => {
  if (history.settled?.kind === 'held' && history.settled.recipient === recipient) return true
  for (const { attempts, before } of history.nodes.values()) {
    for (const [i, { recipient: to, phase, finished }] of attempts.entries()) {
      if (to !== recipient || phase !== 'post') continue
      if (finished?.verdict.kind === 'accepted' || (i >= before && finished?.verdict.kind === 'unconfirmed')) return true
    }
  }
  return false
}
