import { outcomeOf, type Outcome, type OutcomeKind } from './outcome.ts'

/** A failure may yet succeed, so it outweighs an answer; an answer outweighs a skip. */
const WEIGHT: Readonly<Record<OutcomeKind, number>> = { accepted: 7, held: 6, pooled: 5, failed: 4, rejected: 3, duplicate: 2, skipped: 1 }

/** What a pattern came to when none of its recipients took the lead: the weightiest outcome, the last of equals. */
export const combine = (outcomes: readonly Outcome[], path: string): Outcome =>
  outcomes.reduce<Outcome>(
    (best, each) => (WEIGHT[each.kind] >= WEIGHT[best.kind] ? each : best),
    outcomeOf('skipped', path, null, 'no recipient to try'),
  )
