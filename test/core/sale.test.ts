import { describe, expect, it } from 'vitest'
import { money } from '../../src/base/money.ts'
import type { DeliveryEvent } from '../../src/core/event.ts'
import { buyersIn, createSaleReader, salesIn } from '../../src/core/sale.ts'
import { T0, accepted, duplicate, rejected, tried, unreadable } from './given.ts'

const end = (kind: 'accepted' | 'failed' | 'rejected', buyerLeadId: string | null = null): DeliveryEvent =>
  ({ type: 'settled', at: T0, outcome: { kind, recipient: 'a', path: '/0', buyerLeadId, revenue: kind === 'accepted' ? money(450_000) : null, reason: 'why', class: null }, cost: null })
const reviewed = (decision: 'retry' | 'accept' | 'drop', note: string | null = null): DeliveryEvent => ({ type: 'reviewed', at: T0, decision, note })
const surplus = tried('/0', 'a', 1, accepted).map((event) => (event.type === 'attemptFinished' ? { ...event, surplus: true, revenue: null } : event))
const sale = { path: '/0', recipient: 'a', buyerLeadId: 'B1', revenue: money(450_000) }

describe('a sale', () => {
  it.each<[string, readonly DeliveryEvent[], string | null]>([
    ['is a post that was accepted, and not its settlement too', [...tried('/0', 'a', 1, accepted), end('accepted', 'B1')], null],
    ['is what a person accepts, by the settlement that follows', [...tried('/0', 'a', 1, unreadable), reviewed('accept'), end('accepted', 'B1')], 'why'],
    ['is what a person accepts beside another', [{ type: 'reviewed', at: T0, decision: 'accept', note: 'by phone', sale }], 'accepted in review: by phone'],
    ['is the first of a race, which has no more for the second', [...tried('/0', 'a', 1, accepted), ...surplus, end('accepted')], null],
  ])('%s', (_case, events, reason) => {
    expect(salesIn(events)).toEqual([{ ...sale, at: T0, reason }])
    expect(events.map(createSaleReader()).filter((each) => each !== null)).toEqual(salesIn(events))
  })

  it.each<[string, readonly DeliveryEvent[]]>([
    ['a ping that was accepted', tried('/0', 'a', 1, accepted, T0, { phase: 'ping' })],
    ['a step after a sale', tried('/0', 'a', 1, accepted, T0, { phase: 'list' })],
    ['an acceptance second to another, though the lead is settled by it: bought through another target', [...surplus, end('accepted', 'B1')]],
    ['a duplicate that names the lead which the buyer has', [...tried('/0', 'a', 1, duplicate), end('rejected', 'B1')]],
    ['what was settled after a person ordered it to be tried again', [reviewed('retry'), ...tried('/0', 'a', 1, rejected), end('failed', 'a')]],
    ['what a person dropped', [reviewed('drop'), end('rejected')]],
  ])('is not %s', (_case, events) => { expect(buyersIn(events)).toEqual([]) })
})
