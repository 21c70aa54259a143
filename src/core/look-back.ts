import { shortHash } from '../base/hash.ts'
import { barePhone, phoneDigits } from '../base/phone.ts'
import type { Instant } from '../base/time.ts'
import type { Claim } from './claim.ts'
import type { Mode } from './event.ts'
import { nodeAt, type History } from './history.ts'
import type { Lead } from './lead.ts'
import { resolveLead } from './lead-path.ts'
import { sendAt, type Plan } from './plan.ts'
import type { Policy } from './policy.ts'

/** `Duplicate Check`: the permit of a first offer, which equal people share; null where the recipient does not look back, or has nothing to look for. */
export const lookBack = ({ recipient, duplicateCheck }: Policy, lead: Lead, mode: Mode, now: Instant): Claim | null => {
  if (duplicateCheck === null) return null
  const value = valueOf(lead, duplicateCheck.field)
  return value === null ? null : { kind: 'permit', recipient, name: `seen:${mode}:${recipient}:${shortHash(value)}`, until: now + duplicateCheck.withinMs }
}

/** Of batches, as places of caps are: taken by what joins one, and given back where it leaves and nothing was sent of it; by one that was sent something before, not again. */
export const batchLookBacks = (policies: ReadonlyMap<string, Policy>, plan: Plan, before: History, after: History, lead: Lead, mode: Mode, now: Instant): readonly Claim[] => {
  let claims: Claim[] | null = null
  for (const [path, { queuedAt, attempts }] of after.nodes) {
    const since = nodeAt(before, path).queuedAt
    if ((since === null) === (queuedAt === null) || attempts.some(({ unsent }) => unsent !== true)) continue
    const policy = policies.get(sendAt(plan, path)?.recipient ?? '')
    const permit = policy ? lookBack(policy, lead, mode, since ?? queuedAt ?? now) : null
    // One that has run out is another's by now.
    if (permit?.kind === 'permit' && permit.until > now) (claims ??= []).push(since === null ? permit : { ...permit, until: 0 })
  }
  return claims ?? NONE
}

const NONE: readonly Claim[] = []

/** Equal for equal people: trimmed, lower case, digits only for phones; null where the lead has no such value. */
const valueOf = (lead: Lead, field: string): string | null => {
  const [value] = resolveLead(lead, { kind: 'path', text: field })
  const text = value === undefined || value === null ? '' : (typeof value === 'object' ? JSON.stringify(value) : String(value)).trim().toLowerCase()
  if (text === '') return null
  const digits = phoneDigits(text)
  return /^[\d\s()+.-]+$/.test(barePhone(text)) && digits.length >= 10 ? digits : text
}
