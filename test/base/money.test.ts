import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addMoney, formatMoney, money, parseMoney, subtractMoney } from '../../src/base/money.ts'

describe('parseMoney', () => {
  it.each([
    ['45', 450_000, 'USD'], ['45.00', 450_000, 'USD'], ['$45.00', 450_000, 'USD'], ['"', null, null], ['$1,012.50', 10_125_000, 'USD'],
    ['45 USD', 450_000, 'USD'], ['EUR 1.5', 15_000, 'EUR'], ['€1.50', 15_000, 'EUR'], ['.5', 5_000, 'USD'], ['0.125', 1_250, 'USD'],
    ['-$15.00', -150_000, 'USD'], ['$-15', -150_000, 'USD'], ['0', 0, 'USD'], ['-0', 0, 'USD'], ['1,2,3', null, null], ['1.00001', null, null],
    ['US$45', 450_000, 'USD'], ['-CA$45.50', -455_000, 'CAD'], ['A$1,000', 10_000_000, 'AUD'], ['45.50 usd', 455_000, 'USD'], ['eur 3', 30_000, 'EUR'], ['45 net', null, null], ['45 Usd', null, null], ['XYUS$45', null, null],
    ['12,50 EUR', 125_000, 'EUR'], ['€1.234,50', 12_345_000, 'EUR'], ['-1234,05', -12_340_500, 'USD'], ['1,234', 12_340_000, 'USD'], ['12,5', null, null], ['12,500', 125_000_000, 'USD'], ['1.23,50', null, null], ['1,234,50', null, null], ['1.234.567,89', 12_345_678_900, 'USD'],
    ['', null, null], ['abc', null, null], ['$', null, null], ['12.50.1', null, null], ['NaN', null, null], ['1e3', null, null],
  ])('%s', (text, amount, currency) => {
    expect(parseMoney(text)).toEqual(amount === null ? null : { amount, currency })
  })

  it.each([['$45', 'CAD', 'CAD'], ['45 $', 'AUD', 'AUD'], ['¥45', 'CNY', 'CNY'], ['$45', 'USD', 'USD'], ['$45', 'EUR', 'USD'], ['€45', 'CAD', 'EUR'], ['US$45', 'CAD', 'USD'], ['$45 USD', 'CAD', 'USD'], ['45', 'CAD', 'CAD']])('%s in an account in %s is %s', (text, account, currency) => {
    expect(parseMoney(text, account)).toEqual({ amount: 450_000, currency })
  })

  it.each([[45, 450_000], [0, 0], [-0, 0], [-15, -150_000], [Number.MAX_SAFE_INTEGER, null], [45.1, 451_000], [0.1 + 0.2, null], [1e21, null], [Number.NaN, null], [8.5, 85_000], [1e-7, null]])('number %s', (value, amount) => {
    expect(parseMoney(value)?.amount ?? null).toBe(amount)
  })

  it('writes what it reads, for every amount', () => {
    fc.assert(fc.property(fc.maxSafeInteger(), (amount) => {
      fc.pre(amount !== 0 || !Object.is(amount, -0))
      expect(parseMoney(formatMoney(money(amount)))).toEqual(money(amount))
    }))
  })
})

describe('arithmetic', () => {
  it('is exact where floating point is not', () => {
    const cents = Array.from({ length: 10 }, () => money(1_000))
    expect(formatMoney(cents.reduce(addMoney))).toBe('1.00')
  })
  it('refuses to mix currencies, and to round', () => {
    expect(() => addMoney(money(1), money(1, 'EUR'))).toThrow('cannot add EUR to USD')
    expect(() => addMoney(money(Number.MAX_SAFE_INTEGER), money(1))).toThrow('exact range')
  })
  it('a margin may be negative', () => { expect(formatMoney(subtractMoney(money(0), money(150_000)))).toBe('-15.00') })
})
