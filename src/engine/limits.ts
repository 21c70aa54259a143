import { durationWords, type Instant } from '../base/time.ts'
import { capClaims } from '../core/caps.ts'
import { isPermit, type Claim } from '../core/claim.ts'
import type { History } from '../core/history.ts'
import { batchLookBacks } from '../core/look-back.ts'
import { nameIn } from '../core/policy.ts'
import type { Send } from '../core/step.ts'
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

interface Taken { readonly sends: Set<Send>; tight: boolean; readonly waiting: (() => void)[] }

/**
 * Places of caps that are taken by attempts whose answers are not recorded yet. While there are such, a refused claim does
 * not mean that the cap is reached: a rejection may free the place. The lead then waits for the next answer, and is
 * neither passed on nor put off to the next day.
 */
const createCapPlaces = () => {
  const all = new Map<string, Taken>()
  const of = (recipient: string): Taken => {
    let found = all.get(recipient)
    if (!found) all.set(recipient, (found = { sends: new Set(), tight: false, waiting: [] }))
    return found
  }
  return {
    /** An attempt on a recipient with caps is durable as started. */
    taken: (send: Send): void => { of(send.recipient).sends.add(send) },
    /** Its answer is durable; `freed`: the buyer did not take the lead. What was not `taken` here (a batch) changes nothing. */
    answered: (send: Send, freed: boolean): void => {
      const places = all.get(send.recipient)
      if (!places?.sends.delete(send)) return
      const last = places.sends.size === 0
      if (freed || last) places.tight = false
      // One place, one lead; with the last answer all, so that nobody waits for what nobody will bring.
      for (const resume of places.waiting.splice(0, last ? Infinity : freed ? 1 : 0)) resume()
    },
    /** A claim was refused; true where an answer that is still to come may free a place. */
    refused: (recipient: string): boolean => {
      const places = of(recipient)
      places.tight = places.sends.size > 0
      return places.tight
    },
    /** No use to ask now: a claim was refused, and no answer has come since. */
    tight: (recipient: string): boolean => all.get(recipient)?.tight ?? false,
    /** Resolves when it is worth to ask again. */
    next: (recipient: string): Promise<void> => {
      const places = of(recipient)
      return places.tight ? new Promise((resolve) => { places.waiting.push(resolve) }) : Promise.resolve()
    },
  }
}
