import type { Claim } from './claim.ts'
import { openingOf } from './circuit.ts'
import { gate, type Gate } from './gate.ts'
import { lookBack } from './look-back.ts'
import type { Policy } from './policy.ts'
import type { Context } from './step.ts'

/** Whether a recipient may be sent this lead now. */
export const gateOf = (policy: Policy, { facts, lead, mode, now }: AtGate): Gate => gate(policy, facts.recipients.get(policy.recipient), lead, mode, now)

type AtGate = Pick<Context, 'facts' | 'lead' | 'mode' | 'now'>

/** What is claimed together with a start: the one trial of an open circuit, and on the first attempt the lead's look-back. */
export const claimsOf = (policy: Policy, context: AtGate, firstTry: boolean): readonly Claim[] => {
  const open = gateOf(policy, context)
  const claims: Claim[] = []
  if (open.open && open.trial) claims.push({ kind: 'permit', recipient: policy.recipient, name: trialName(context, policy.recipient), until: context.now + policy.timeoutMs * 2 })
  const seen = firstTry ? lookBack(policy, context.lead, context.mode, context.now) : null
  if (seen !== null) claims.push(seen)
  return claims.length === 0 ? NO_CLAIMS : claims
}

const NO_CLAIMS: readonly Claim[] = []

const trialName = ({ mode, facts }: AtGate, recipient: string): `trial:${string}` => `trial:${mode}:${recipient}:${openingOf(facts.recipients.get(recipient)?.circuit)}`

/** As a lead meets it that has joined a batch: its place of the caps it has, all else may have closed since. */
export const whileGathered = (policy: Policy): Policy => ({ ...policy, caps: [] })
