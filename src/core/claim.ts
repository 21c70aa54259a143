import type { Instant } from '../base/time.ts'
import { CLOCK_PUT_BACK_MS } from './rate.ts'

/** What a step takes of a hard limit, or gives back (negative); counted in the same transaction, or refused. */
export type Claim =
  | { readonly kind: 'cap'; readonly recipient: string; readonly counter: string; readonly limit: number; readonly amount: number }
  /** Held by one until its time, or given back (0): the one trial of a circuit, a lead's look-back, a start of a rate. Its name begins with what it is of. */
  | { readonly kind: 'permit'; readonly recipient: string; readonly name: `${PermitOf}${string}`; readonly until: Instant }

type PermitOf = 'trial:' | 'seen:' | 'rate:'

export const isPermit = (claim: Claim, of: PermitOf): boolean => claim.kind === 'permit' && claim.name.startsWith(of)

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
