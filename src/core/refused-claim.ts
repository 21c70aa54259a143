import type { Instant } from '../base/time.ts'
import { isPermit, type Claim } from './caps.ts'
import { CLOCK_PUT_BACK_MS } from './rate.ts'

/**
 * The first of a step's claims that cannot be granted at `at`, those before it in the same step counted in; null where all can.
 * `counted`: what a cap's counter holds; `takenUntil`: when a permit is free again.
 */
export const refusedClaim = (claims: readonly Claim[], at: Instant, counted: (counter: string) => number, takenUntil: (permit: string) => Instant): Claim | null => {
  if (claims.length === 0) return null
  const within = new Map<string, number>()
  for (const claim of claims) {
    const name = claim.kind === 'cap' ? claim.counter : claim.name
    const before = within.get(name) ?? 0
    if (claim.kind === 'cap' && counted(name) + before + claim.amount > claim.limit) return claim
    if (claim.kind === 'permit' && claim.until > 0 && (before > 0 || isTaken(claim, takenUntil(name), at))) return claim
    within.set(name, before + (claim.kind === 'cap' ? claim.amount : 1))
  }
  return null
}

/** A start of a rate that lasts much longer than one of now would is of a clock that has been put back since, and keeps nothing shut until it is there again. */
const isTaken = (claim: Extract<Claim, { kind: 'permit' }>, until: Instant, at: Instant): boolean =>
  until > at && !(isPermit(claim, 'rate:') && until > claim.until + CLOCK_PUT_BACK_MS)
