import type { Money } from '../base/money.ts'
import { mayHaveFromBatch } from './batch.ts'
import { answerOfTaker } from './had.ts'
import type { Attempt } from './history.ts'
import { holdsFor } from './lead-path.ts'
import { lookBack } from './look-back.ts'
import type { Policy } from './policy.ts'
import { aboveCap, belowMinimum } from './price.ts'
import { unmetRequirement } from './requirements.ts'
import type { Context } from './step.ts'

/** Why this recipient is not offered the lead at all; null where it is. */
export const whyUnwanted = (policy: Policy, price: Money | null, path: string, context: Context): string | null =>
  whyNotOffered(policy, path, context) ?? belowMinimum(price ?? policy.price, path, policy.recipient, context) ?? aboveCap(price ?? policy.price, policy.caps)

/** `whyUnwanted` but for the price, which a bidder is yet to name. */
export const whyNotOffered = (policy: Policy, path: string, context: Context): string | null => {
  const had = whyHad(policy, context) ?? seenHere(policy, path, context)
  if (had !== null) return had
  if (policy.acceptWhen && !holdsFor(policy.acceptWhen.condition, context)) return `${policy.name} accepts only leads where ${policy.acceptWhen.text}`
  return unmetRequirement(policy, context, context.history.receivedAt, context.now)
}

/** Why it gets the lead no more: it has it, or may have, from another target or another place of the plan. */
export const whyHad = (policy: Policy, context: Context): string | null =>
  context.facts.elsewhere.get(policy.recipient) ?? boughtHere(policy, context) ?? inDoubtHere(policy, context)

export const boughtHere = (policy: Policy, { history }: Context): string | null => {
  const answer = answerOfTaker(history, policy.recipient)
  return answer && `${policy.name} ${answer === 'accepted' ? 'has bought' : 'may have bought'} this lead already, at another place of the pattern`
}

/** A batch that nobody answered may have brought the lead, and another batch would bring it again: no key tells the buyer. */
const inDoubtHere = (policy: Policy, { history }: Context): string | null =>
  policy.batch !== null && mayHaveFromBatch(history, policy.recipient) ? `${policy.name} may have this lead already, from a batch at another place of the pattern that was not answered` : null

/** Who looks back for equal leads (`Duplicate Check`) has seen this one, where another place of the pattern sent it: the permit is this lead's own. */
const seenHere = (policy: Policy, path: string, { history, lead, mode, now }: Context): string | null => {
  if (policy.duplicateCheck === null || lookBack(policy, lead, mode, now) === null) return null
  const since = now - policy.duplicateCheck.withinMs
  const isSeen = (attempt: Attempt): boolean => attempt.recipient === policy.recipient && attempt.unsent !== true && attempt.startedAt > since
  for (const [at, { attempts }] of history.nodes) if (at !== path && attempts.some(isSeen)) return `${policy.name} was offered this lead already, at another place of the pattern`
  return null
}
