import type { Place } from '../../base/diagnostic.ts'
import { parseAmount, type Amount } from './amount.ts'
import { parsed, refused, type Parsed } from './parsed.ts'

/** A recipient as a pattern names it. */
export interface Reference {
  readonly name: string
  readonly price: Amount | null
  /** Of a Weighted pattern: 60 for `(60%)`. */
  readonly weight: number | null
  readonly place: Place
}

/** `Buyer A`, `Buyer A ($50)`, `Buyer A (60%)`, `Buyer A (60%, $50)`, `Buyer A ($50) (60%)`. Parentheses with other words belong to the name. */
export const parseReference = (text: string, place: Place): Parsed<Reference> => {
  const match = /^(.*\S)\s*\(([^()]*)\)$/s.exec(text.trim().replace(TWO_BRACKETS, '($1, '))
  const plain: Reference = { name: text.trim(), price: null, weight: null, place }
  if (!match || !/[\d$€£¥₹%]/.test(match[2] ?? '') || /^[a-z ]/i.test((match[2] ?? '').trim().replace(/^(?:[A-Z]{3}\s*\d|[A-Z]{1,2}\$)/, '0'))) return parsed(plain)
  let price: Amount | null = null
  let weight: number | null = null
  for (const part of (match[2] ?? '').split(/\s*,\s+|\s+at\s+/)) {
    const share = /^(\d+(?:\.\d+)?)\s*%$/.exec(part)
    const amount = share ? null : parseAmount(part, place)
    if (amount?.ok === false || (share ? weight : price) !== null) return refused(place, 'bad-reference', `got "(${match[2]})" behind ${match[1]}, expected a price or a share`, 'write Buyer A ($50) or Buyer A (60%)')
    if (share) weight = Number(share[1])
    else price = amount?.value ?? null
  }
  return parsed({ name: match[1] ?? '', price, weight, place })
}

/** `($50) (60%)`, which is `($50, 60%)`; other words in the second belong to a name that a price stands in. */
const TWO_BRACKETS = /\(\s*([$€£¥₹][\d.,]+|\d+(?:\.\d+)?\s*%)\s*\)\s*\((?=\s*(?:[A-Z]{1,3}\s?)?[$€£¥₹]?\d)/
