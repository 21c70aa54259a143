import { addMoney, formatMoney, money, negative, type Money } from '../base/money.ts'

/** Exact sums, one per currency that occurs. */
export type Sums = Map<string, Money>

export const emptySums = (): Sums => new Map()

export const addTo = (sums: Sums, value: Money | null): void => {
  if (value === null) return
  const before = sums.get(value.currency)
  sums.set(value.currency, before ? addMoney(before, value) : value)
}

export const takeFrom = (sums: Sums, value: Money | null): void => {
  if (value !== null) addTo(sums, negative(value))
}

/** A settled lead's one revenue with what came (or, below zero, went back) beside it; what is in another currency has no part in it. */
export const withMore = (revenue: Money | null, more: Money): Money =>
  revenue === null ? more : revenue.currency === more.currency ? addMoney(revenue, more) : revenue

export const sumIn = (sums: Sums, currency: string): Money => sums.get(currency) ?? money(0, currency)

export const textIn = (sums: Sums, currency: string): string => formatMoney(sumIn(sums, currency))

/** Every currency of these sums, each once, in order of the alphabet. */
export const currenciesOf = (...all: readonly Sums[]): readonly string[] =>
  [...new Set(all.flatMap((sums) => [...sums.keys()]))].sort()
