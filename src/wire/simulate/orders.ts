import type { Field } from './request-fields.ts'

/** What a person told the sandbox to do, whatever it would have done. */
export const ORDERS = ['accept', 'reject', 'duplicate', 'invalid', 'unreadable', 'timeout', 'reset', 'slow', 'flaky', 'rate-limit'] as const
type OrderKind = (typeof ORDERS)[number]
export type Order = { readonly kind: OrderKind } | { readonly kind: 'status'; readonly status: number }

/** `reject`, `timeout` … or a status of three digits; null for anything else. */
export const parseOrder = (text: string): Order | null => {
  const word = text.trim().toLowerCase()
  if (word === '429') return { kind: 'rate-limit' }
  if (/^[2-5]\d\d$/.test(word)) return { kind: 'status', status: Number(word) }
  const kind = ORDERS.find((each) => each === word)
  return kind === undefined ? null : { kind }
}

/**
 * The lead itself can order a fault: any value of the form `sandbox+reject` or `sandbox+503@example.com`, in a field
 * that this recipient maps; so can `?fault=reject` in the URL. An unknown word orders nothing.
 */
export const orderIn = (fields: readonly Field[]): Order | null => {
  for (const { name, value } of fields) {
    if (name === 'fault') { const order = parseOrder(value); if (order) return order }
    if (!value.startsWith('sandbox+')) continue
    const order = parseOrder(/^[^@]*/.exec(value.slice('sandbox+'.length))?.[0] ?? '')
    if (order) return order
  }
  return null
}
