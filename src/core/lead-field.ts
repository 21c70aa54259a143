import { isOfLead, parseMoney, type Money } from '../base/money.ts'
import type { Lead, LeadValue } from './lead.ts'

/** What a lead says of itself in one field. */
export type InField<T> =
  | { readonly kind: 'said'; readonly value: T }
  /** No such field, or nothing in it. */
  | { readonly kind: 'unsaid' }
  | { readonly kind: 'unreadable'; readonly got: string }

/** `read`: null where the value is none. */
export const saidIn = <T>(fields: Lead['fields'], field: string, read: (value: NonNullable<LeadValue>) => T | null): InField<T> => {
  const written = fields[field]
  if (written === undefined || written === null || (typeof written === 'string' && written.trim() === '')) return { kind: 'unsaid' }
  const value = read(written)
  return value === null ? { kind: 'unreadable', got: typeof written === 'string' ? written : JSON.stringify(written) } : { kind: 'said', value }
}

/** Field `cost`; a bare number is in `currency`. Nobody is paid for taking a lead: what is below zero is no cost. */
export const readCost = (fields: Lead['fields'], currency: string): InField<Money> => saidIn(fields, 'cost', (value) => {
  const cost = parseMoney(value, currency)
  return cost !== null && isOfLead(cost) ? cost : null
})
