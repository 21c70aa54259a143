import { shortHash } from '../base/hash.ts'
import { barePhone, phoneDigits } from '../base/phone.ts'
import type { Instant } from '../base/time.ts'
import type { CapNode, Claim } from './caps.ts'
import type { DeliveryEvent, Mode } from './event.ts'
import type { History } from './history.ts'
import { nodeAt } from './history.ts'
import type { Lead } from './lead.ts'
import { resolveLead } from './lead-path.ts'
import type { Policy } from './policy.ts'

/** `Duplicate Check`: the permit of a first offer, which equal people share; null where the recipient does not look back, or has nothing to look for. */
export const lookBack = ({ recipient, duplicateCheck }: Policy, lead: Lead, mode: Mode, now: Instant): Claim | null => {
  if (duplicateCheck === null) return null
  const value = valueOf(lead, duplicateCheck.field)
  return value === null ? null : { kind: 'permit', recipient, name: `seen:${mode}:${recipient}:${shortHash(value)}`, until: now + duplicateCheck.withinMs }
}

/** Of what joins a batch: taken when it joins, as its place of a cap is; by one that was sent something, or had joined, before, not again. */
export const joiningLookBacks = (policies: ReadonlyMap<string, Policy>, before: History, chosen: readonly DeliveryEvent[], lead: Lead, mode: Mode, nodeOf: (path: string) => CapNode | null): readonly Claim[] =>
  chosen.flatMap((event) => {
    if (event.type !== 'chose' || event.choice.kind !== 'queue') return []
    const { attempts, joined } = nodeAt(before, event.path)
    const policy = policies.get(nodeOf(event.path)?.recipient ?? '')
    return policy === undefined || attempts.some(({ unsent }) => unsent !== true) || joined === true ? [] : (lookBack(policy, lead, mode, event.at) ?? [])
  })

/** Equal for equal people: trimmed, lower case, digits only for phones; null where the lead has no such value. */
const valueOf = (lead: Lead, field: string): string | null => {
  const [value] = resolveLead(lead, { kind: 'path', text: field })
  const text = value === undefined || value === null ? '' : (typeof value === 'object' ? JSON.stringify(value) : String(value)).trim().toLowerCase()
  if (text === '') return null
  const digits = phoneDigits(text)
  return /^[\d\s()+.-]+$/.test(barePhone(text)) && digits.length >= 10 ? digits : text
}
