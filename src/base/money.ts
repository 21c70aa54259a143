/**
 * Exact money: an integer count of ten-thousandths of the currency's main unit, so that bids of a tenth of a cent
 * stay exact. The largest sum kept exactly is 900 billion; past it `addMoney` throws rather than round.
 */
export interface Money {
  /** 1/10,000 of the main unit: $45.00 is 450_000. */
  readonly amount: number
  /** ISO 4217 code. */
  readonly currency: string
}

const SCALE = 10_000
const CENT = SCALE / 100
const SYMBOLS: Readonly<Record<string, string>> = { $: 'USD', '€': 'EUR', '£': 'GBP', '¥': 'JPY', '₹': 'INR' }
/** Whose own sign it is as well. */
const SHARED: Readonly<Record<string, readonly string[]>> = { $: ['CAD', 'AUD', 'NZD', 'MXN', 'SGD', 'HKD', 'TWD', 'CLP', 'COP', 'BSD', 'BBD', 'JMD', 'TTD'], '¥': ['CNY'], '£': ['EGP', 'GIP'] }
const DOLLARS: Readonly<Record<string, string>> = { US: 'USD', CA: 'CAD', C: 'CAD', AU: 'AUD', A: 'AUD', NZ: 'NZD', HK: 'HKD' }

/** The currency of a sign: in an account in Canadian dollars `$` is one of them, else of the United States. */
export const currencyOfSymbol = (symbol: string, account: string): string | undefined => (SHARED[symbol]?.includes(account) ? account : SYMBOLS[symbol])

export const money = (amount: number, currency = 'USD'): Money => {
  if (!Number.isSafeInteger(amount)) throw new RangeError(`money out of exact range: ${amount}`)
  return { amount, currency }
}

/** 100 million, in whatever currency no lead's price or cost: a place that holds an id, a phone number or a time, whose sums would soon be past what is kept exactly. */
const HIGHEST_OF_LEAD = 100_000_000 * SCALE

/** Whether it may be what one lead earns or costs. */
export const isOfLead = ({ amount }: Money): boolean => amount >= 0 && amount <= HIGHEST_OF_LEAD

export const addMoney = (a: Money, b: Money): Money => {
  if (a.currency !== b.currency) throw new RangeError(`cannot add ${b.currency} to ${a.currency}`)
  return money(a.amount + b.amount, a.currency)
}

export const negative = ({ amount, currency }: Money): Money => money(-amount, currency)

export const subtractMoney = (a: Money, b: Money): Money => addMoney(a, negative(b))

/**
 * Reads money as people and buyers write it: `45`, `45.00`, `"$1,012.50"`, `45 USD`, `USD 45`, `€1.50`, `US$45`, `45 usd`, and
 * `12,50 EUR`, `1.234,50`: two digits behind the only comma are cents, since thousands have three.
 * Null for anything else, for a fraction finer than 1/10,000, and for text such as `1,2,3`.
 */
export const parseMoney = (value: unknown, currency = 'USD'): Money | null => {
  if (Number.isInteger(value) && Number.isSafeInteger((value as number) * SCALE)) return { amount: (value as number) * SCALE + 0, currency }
  if (typeof value === 'number') return Number.isFinite(value) ? fromDecimal(plainDecimal(value), currency) : null
  if (typeof value !== 'string') return null
  const text = value.trim().replace(/^(-?\s*)(US|CA|C|AU|A|NZ|HK)\$/, (_, before: string, whose: string) => `${before}${DOLLARS[whose] ?? ''} `)
  const match = /^(-)?\s*(?:([A-Z]{3}|usd|eur|gbp|cad|aud)\s*)?([$€£¥₹])?\s*(-)?(\d[\d,]*(?:\.\d+)?|\.\d+|\d{1,3}(?:\.\d{3})+,\d\d)\s*(?:([A-Z]{3}|usd|eur|gbp|cad|aud)|([$€£¥₹]))?$/.exec(text)
  if (!match) return null
  const [, minus, codeBefore, symbolBefore, innerMinus, digits = '', codeAfter, symbolAfter] = match
  const decimal = /^(\d+|\d{1,3}(?:\.\d{3})+),(\d\d)$/.exec(digits)
  if (!decimal && digits.includes(',') && !/^\d{1,3}(,\d{3})+(\.\d+)?$/.test(digits)) return null
  const symbol = symbolBefore ?? symbolAfter
  const named = (codeBefore ?? codeAfter)?.toUpperCase() ?? (symbol ? currencyOfSymbol(symbol, currency) : undefined) ?? currency
  const sign = minus || innerMinus ? '-' : ''
  return fromDecimal(sign + (decimal ? `${decimal[1]?.replaceAll('.', '')}.${decimal[2]}` : digits.replaceAll(',', '')), named)
}

/** A plain decimal string, at least two places: `45.00`, `0.125`, `-15.00`. */
export const formatMoney = (value: Money): string => {
  const sign = value.amount < 0 ? '-' : ''
  const amount = Math.abs(value.amount)
  if (amount % CENT === 0) {
    const cents = (amount % SCALE) / CENT
    return `${sign}${Math.floor(amount / SCALE)}.${cents < 10 ? '0' : ''}${cents}`
  }
  const fraction = String(amount % SCALE).padStart(4, '0').replace(/0{1,2}$/, '')
  return `${sign}${Math.floor(amount / SCALE)}.${fraction}`
}

/** With its currency before it, for a sentence: `USD 45.00`. */
export const moneyText = (value: Money): string => `${value.currency} ${formatMoney(value)}`

const plainDecimal = (value: number): string => {
  const text = String(value)
  return /e/i.test(text) ? value.toFixed(12) : text
}

const fromDecimal = (text: string, currency: string): Money | null => {
  const match = /^(-?)(\d*)(?:\.(\d*))?$/.exec(text)
  if (!match) return null
  const [, sign, whole = '', fraction = ''] = match
  const kept = fraction.replace(/0+$/, '')
  if (kept.length > 4) return null
  const amount = Number(whole || '0') * SCALE + Number(kept.padEnd(4, '0'))
  return Number.isSafeInteger(amount) ? { amount: sign && amount !== 0 ? -amount : amount, currency } : null
}
