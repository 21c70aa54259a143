import { isOfLead, parseMoney } from '../base/money.ts'
import type { Money } from '../base/money.ts'
import type { Lead } from './lead.ts'

/** What a lead says of its own cost. */
type LeadCost =
  | { readonly kind: 'named'; readonly cost: Money }
  /** No field `cost`, or nothing in it. */
  | { readonly kind: 'unsaid' }
  | { readonly kind: 'unreadable'; readonly got: string }

/** Field `cost`; a bare number is in `currency`. Nobody is paid for taking a lead: what is below zero is no cost. */
export const readCost = (fields: Lead['fields'], currency: string): LeadCost => {
  const value = fields['cost']
  if (value === undefined || value === null || (typeof value === 'string' && value.trim() === '')) return { kind: 'unsaid' }
  const cost = parseMoney(value, currency)
  return cost === null || !isOfLead(cost) ? { kind: 'unreadable', got: typeof value === 'string' ? value : JSON.stringify(value) } : { kind: 'named', cost }
}
