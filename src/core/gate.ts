import type { Instant } from '../base/time.ts'
import type { Policy } from './policy.ts'

/** What is known now of one recipient, beside its policy; shared by all leads. */
export interface RecipientFacts {
  readonly paused: { readonly reason: string } | null
  /** It asked for a wait longer than its `Max Wait`. */
  readonly closedUntil: Instant | null
}

export type Gate =
  | { readonly open: true }
  /** `until` null: until a person acts. `why` is a sentence for the ledger and the terminal. */
  | { readonly open: false; readonly until: Instant | null; readonly why: string }

const OPEN: Gate = { open: true }

/** Whether a recipient may be sent to now (contract, section 5: closed). */
export const gate = (policy: Policy, facts: RecipientFacts | undefined, now: Instant): Gate => {
  if (facts === undefined) return OPEN
  if (facts.paused) return { open: false, until: null, why: `${policy.name} is paused (${facts.paused.reason}); \`finalmile unpause ${policy.recipient}\` opens it` }
  if (facts.closedUntil !== null && facts.closedUntil > now) {
    return { open: false, until: facts.closedUntil, why: `${policy.name} asked for a longer wait, until ${new Date(facts.closedUntil).toISOString()}` }
  }
  return OPEN
}
