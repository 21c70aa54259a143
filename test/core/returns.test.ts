import { describe, expect, it } from 'vitest'
import { money } from '../../src/base/money.ts'
import type { DeliveryEvent } from '../../src/core/event.ts'
import { decideReturn, leftOf, salesOf, type ReturnRequest } from '../../src/core/returns.ts'
import { accepted, received, rejected, T0, tried } from './given.ts'

const DAY = 86_400_000
const usd = (dollars: number) => money(dollars * 10_000)
const back = (amount: number, ref: string, path = '/', recipient = 'a'): DeliveryEvent => ({ type: 'returned', at: T0, path, recipient, buyerLeadId: 'B1', amount: usd(amount), reason: null, ref })
const request = (more: Partial<ReturnRequest> = {}): ReturnRequest => ({ recipient: null, buyerLeadId: null, amount: null, currency: null, reason: 'bad phone', ref: 'r', returnedAt: null, ...more })
const reviewed: DeliveryEvent = { type: 'reviewed', at: T0, decision: 'accept', note: null }
const sold = [received(), ...tried('/', 'a', 1, accepted)]
const soldTwice = [received(), ...tried('/0', 'a', 1, accepted), ...tried('/1', 'b', 1, { ...accepted, buyerLeadId: 'B2' })]

describe('decideReturn', () => {
  it.each([
    ['the whole sale where no amount is given', sold, request(), 45],
    ['a part', sold, request({ amount: '20' }), 20],
    ['a credit written with its minus and a sign', sold, request({ amount: '-$1.50' }), 1.5],
    ['a credit in brackets, as accountants write it', sold, request({ amount: '($1.50)' }), 1.5],
    ['what is left after a part', [...sold, back(20, 'q')], request(), 25],
    ['the sale of the named buyer', soldTwice, request({ recipient: 'b' }), 45],
    ['the same row of another buyer of the lead', [...soldTwice, back(20, 'r', '/0', 'a')], request({ recipient: 'b' }), 45],
    ["the sale under the buyer's own id", soldTwice, request({ buyerLeadId: 'B2' }), 45],
    ['up to the last day', sold, request({ returnedAt: T0 + 30 * DAY }), 45],
  ])('books %s', (_, events, asked, amount) => {
    expect(decideReturn(salesOf(events), asked, T0, 30 * DAY)).toMatchObject({ kind: 'return', event: { amount: usd(amount), reason: 'bad phone', ref: 'r' } })
  })

  it.each([
    ['the same row again', [...sold, back(20, 'r')], request({ amount: '20' })],
    ['the same row of the same buyer again', [...soldTwice, back(20, 'r', '/1', 'b')], request({ recipient: 'b', amount: '20' })],
    ['a sale that is returned whole', [...sold, back(45, 'q')], request()],
  ])('knows %s', (_, events, asked) => {
    expect(decideReturn(salesOf(events), asked, T0, null)).toEqual({ kind: 'known' })
  })

  it.each([
    ['a lead that was not sold', [received(), ...tried('/', 'a', 1, rejected)], request(), 'it was not sold'],
    ['a sale to somebody else', sold, request({ recipient: 'b' }), 'it was sold to a, not to b'],
    ['one of two sales, which is not said', soldTwice, request(), 'it was sold to a and b: name the buyer in a column "recipient" or with --from'],
    ['more than it was sold for', sold, request({ amount: '45.01' }), 'more is returned than the USD 45.00 that it was sold for'],
    ['more than is left', [...sold, back(20, 'q')], request({ amount: '26' }), 'more is returned than the USD 25.00 that are left of it'],
    ['more than is left, which is less than a cent', [...sold, back(44.9975, 'q')], request({ amount: '1' }), 'more is returned than the USD 0.0025 that are left of it'],
    ['nothing', sold, request({ amount: '0' }), 'the amount is not above zero'],
    ['another currency', sold, request({ amount: '45 EUR' }), 'the return is in EUR, the sale in USD'],
    ['another currency, which a column names', sold, request({ amount: '45', currency: 'CAD' }), 'the return is in CAD, the sale in USD'],
    ['an empty pair of brackets', sold, request({ amount: '()' }), '"()" is no amount of money'],
    ['what is no money', sold, request({ amount: 'all' }), '"all" is no amount of money'],
    ['a sale that earned nothing', [received(), ...tried('/', 'a', 1, { kind: 'accepted', reason: null, buyerLeadId: 'B1', price: null })], request(), 'the sale earned nothing, so that there is nothing to give back'],
    ['what comes too late', sold, request({ returnedAt: T0 + 30 * DAY + 1 }), 'it comes later than --within allows after the sale'],
  ])('refuses %s', (_, events, asked, why) => {
    expect(decideReturn(salesOf(events), asked, T0, 30 * DAY)).toEqual({ kind: 'refused', why })
  })

  it('a surplus acceptance is no sale; one accepted in review is', () => {
    const surplus = tried('/', 'a', 1, accepted).map((event) => (event.type === 'attemptFinished' ? { ...event, surplus: true } : event))
    const byHand: DeliveryEvent = { type: 'settled', at: T0, cost: null, outcome: { kind: 'accepted', recipient: 'a', path: '/', buyerLeadId: null, revenue: usd(30), reason: null, class: null } }
    expect(salesOf([received(), ...surplus])).toEqual([])
    expect(salesOf([received(), ...surplus, reviewed, byHand]).map(leftOf)).toEqual([usd(30)])
    expect(salesOf([...sold, { ...byHand, outcome: { ...byHand.outcome, revenue: usd(45) } }])).toHaveLength(1)
  })
})

it('what a person confirmed of two buyers, neither of whom was asked, is returned by each for himself', () => {
  const first: DeliveryEvent = { type: 'settled', at: T0, cost: null, outcome: { kind: 'accepted', recipient: 'a', path: '/', buyerLeadId: 'B1', revenue: usd(30), reason: null, class: null } }
  const beside: DeliveryEvent = { type: 'reviewed', at: T0, decision: 'accept', note: null, sale: { path: '/', recipient: 'b', buyerLeadId: 'B2', revenue: usd(20) } }
  const sales = salesOf([received(), reviewed, first, beside, back(5, 'q', '/', 'b')])
  expect(sales.map((each) => [each.recipient, leftOf(each)])).toEqual([['a', usd(30)], ['b', usd(15)]])
  expect(decideReturn(sales, request({ buyerLeadId: 'B2' }), T0, null)).toMatchObject({ event: { recipient: 'b', amount: usd(15) } })
})
