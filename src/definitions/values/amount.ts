import type { Place } from '../../base/diagnostic.ts'
import { parseMoney, type Money } from '../../base/money.ts'
import { parsed, refused, type Parsed } from './parsed.ts'

/** Money as it was written; `bare`: it names no currency, and means the recipient's; `symbol`: a sign alone names it, which may be the recipient's own. */
export type Amount = Money & { readonly bare?: true; readonly symbol?: string }

/** `$45.00`, `45 USD`, `45`; a remark in parentheses may follow (`$15.00 (still paid)`). */
export const parseAmount = (text: string, place: Place): Parsed<Amount> => {
  const amount = parseMoney(text.replace(/\s*\([^)]*\)$/, ''))
  if (!amount) return refused(place, 'bad-money', `got "${text}", expected an amount of money`, 'write $45.00 or 45 USD')
  if (amount.amount < 0) return refused(place, 'bad-money', `got "${text}", expected an amount that is not below zero`, 'write $45.00 or 45 USD')
  if (!hasCurrency(text)) return parsed({ ...amount, bare: true })
  const symbol = /[$€£¥₹]/.exec(text)?.[0]
  return parsed(symbol === undefined || NAMED.test(text) ? amount : { ...amount, symbol })
}

const NAMED = /[A-Z]{3}|\b(?:usd|eur|gbp|cad|aud)\b|[A-Z]\$/
export const hasCurrency = (text: string): boolean => /[$€£¥₹]/.test(text) || NAMED.test(text)
