import type { Place } from '../../base/diagnostic.ts'
import { parseMoney, type Money } from '../../base/money.ts'
import { parsed, refused, type Parsed } from './parsed.ts'

/** Money as it was written; `bare`: it names no currency, and means the recipient's. */
export type Amount = Money & { readonly bare?: true }

/** `$45.00`, `45 USD`, `45`; a remark in parentheses may follow (`$15.00 (still paid)`). */
export const parseAmount = (text: string, place: Place): Parsed<Amount> => {
  const amount = parseMoney(text.replace(/\s*\([^)]*\)$/, ''))
  if (!amount) return refused(place, 'bad-money', `got "${text}", expected an amount of money`, 'write $45.00 or 45 USD')
  if (amount.amount < 0) return refused(place, 'bad-money', `got "${text}", expected an amount that is not below zero`, 'write $45.00 or 45 USD')
  return parsed(hasCurrency(text) ? amount : { ...amount, bare: true })
}

export const hasCurrency = (text: string): boolean => /[$€£¥₹]|[A-Z]{3}/.test(text)
