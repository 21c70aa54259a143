import { durationWords, type Instant } from '../base/time.ts'
import { capClaims } from '../core/caps.ts'
import { isPermit, type Claim } from '../core/claim.ts'
import type { History } from '../core/history.ts'
import { batchLookBacks } from '../core/look-back.ts'
import { nameIn } from '../core/policy.ts'
import { createCapPlaces } from './cap-places.ts'
import { createPaces } from './pace.ts'
import type { Surroundings } from './surroundings.ts'
import type { Starts } from './turn.ts'
import { leaveOut, type Answered, type Work } from './work.ts'

export type Limits = ReturnType<typeof createLimits>

/** What steps claim of limits that many leads share (caps, a circuit's trial, look-backs, rates), and what follows from what the store says to that. */
export const createLimits = (around: Surroundings) => {
  const { settings, facts } = around
  const paces = createPaces(settings.mode)
  const places = createCapPlaces()

  /** What a step that leads to `history` changes in caps, and in look-backs of batches. */
  const placesOf = (work: Work, history: History, now: Instant): readonly Claim[] => {
    const caps = capClaims(facts.policies, work.plan, work.history, history, settings.mode)
    const seen = batchLookBacks(facts.policies, work.plan, work.history, history, work.delivery.lead, settings.mode, now)
    return seen.length === 0 ? caps : [...seen, ...caps]
  }

  return {
    paces, places, placesOf,
    /** Circuit trials and look-backs of what is started, and the places that the step takes or gives back. */
    claimsOf: (work: Work, history: History, starts: Starts, now: Instant): readonly Claim[] => {
      const placed = placesOf(work, history, now)
      if (starts.ready.every(({ send, pace }) => pace === null && send.claims.length === 0)) return placed
      return [...starts.ready.flatMap(({ send, pace }) => (pace ? [...send.claims, pace] : send.claims)), ...placed]
    },
    /** The step is durable: what it starts has its places, what it records may have freed one. */
    granted: (starts: Starts, taken: readonly Answered[], claims: readonly Claim[], now: Instant): void => {
      for (const { send, pace } of starts.ready) if (pace) paces.granted(send.recipient)
      if (claims.length > 0) around.heard.claimed(claims, now)
      for (const { send } of starts.ready) if (send.phase === 'post' && (facts.policies.get(send.recipient)?.caps.length ?? 0) > 0) places.taken(send)
      for (const { send } of taken) places.answered(send, claims.some((claim) => claim.kind === 'cap' && claim.recipient === send.recipient && claim.amount < 0))
    },
    refused: (work: Work, claim: Claim, now: Instant): void => {
      if (isPermit(claim, 'rate:')) {
        const until = paces.denied(claim.recipient, now)
        if (until !== null) around.lanes.of(claim.recipient).hold(until)
      } else if (isPermit(claim, 'seen:')) {
        const within = facts.policies.get(claim.recipient)?.duplicateCheck
        leaveOut(work, claim.recipient, `${nameIn(facts.policies, claim.recipient)} was offered a lead with the same ${within?.field ?? 'value'} within ${durationWords(within?.withinMs ?? 0)}`)
      } else if (claim.kind !== 'cap' || !places.refused(claim.recipient)) around.heard.refused(claim, now)
    },
  }
}
