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
