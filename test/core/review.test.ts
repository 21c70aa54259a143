import { describe, expect, it } from 'vitest'
import { money } from '../../src/base/money.ts'
import type { DeliveryEvent } from '../../src/core/event.ts'
import { buyersInReview, decideReview } from '../../src/core/review.ts'
import { salesIn } from '../../src/core/sale.ts'
import { T0, accepted, received, rejected, tried, unreadable } from './given.ts'

const settled = (kind: 'held' | 'pooled', recipient: string, buyerLeadId: string | null = null): DeliveryEvent =>
  ({ type: 'settled', at: T0, outcome: { kind, recipient, path: '/1', buyerLeadId, revenue: null, reason: 'why', class: null }, cost: money(20_000), attempts: 2 })
const held = [received(), ...tried('/0', 'a', 1, rejected), ...tried('/1', 'b', 1, unreadable), settled('held', 'b', 'B7')]
const pooled = [received(), ...tried('/0', 'a', 1, rejected), settled('pooled', 'desk')]
const yes = { decision: 'accept', note: null, revenue: money(450_000), buyerLeadId: null } as const

describe('decideReview', () => {
  it('an acceptance is a sale to whoever held the lead, at the place that was asked last', () => {
    const { events, settled: is } = decideReview(held, null, yes, T0 + 5)
    expect(events).toEqual([{ type: 'reviewed', at: T0 + 5, decision: 'accept', note: null }, is])
    expect(is).toMatchObject({ at: T0 + 5, cost: money(20_000), attempts: 2, outcome: { kind: 'accepted', recipient: 'b', path: '/1', buyerLeadId: 'B7', revenue: money(450_000), reason: 'accepted in review' } })
    expect(salesIn(events)).toEqual(['b'])
    expect(salesIn([...held, ...events])).toEqual(['b'])
  })

  it("takes the buyer's own id and a note where a person gives them", () => {
    expect(decideReview(held, null, { ...yes, buyerLeadId: 'B9', note: 'by phone' }, T0).settled?.outcome).toMatchObject({ buyerLeadId: 'B9', reason: 'accepted in review: by phone' })
  })

  it('what is dropped earns nothing, names nobody and is no sale', () => {
    const { events, settled: is } = decideReview(held, null, { decision: 'drop', note: 'test lead' }, T0)
    expect(is?.outcome).toMatchObject({ kind: 'rejected', recipient: null, buyerLeadId: null, revenue: null, reason: 'dropped in review: test lead' })
    expect(salesIn(events)).toEqual([])
  })

  it('what is to be tried again is not settled', () => {
    expect(decideReview(held, null, { decision: 'retry', note: null }, T0)).toEqual({ events: [{ type: 'reviewed', at: T0, decision: 'retry', note: null }], settled: null })
  })

  it("keeps the lead's cost where no settlement said it", () => {
    expect(decideReview([received()], money(5_000), { decision: 'drop', note: null }, T0).settled).toMatchObject({ cost: money(5_000), attempts: 0, outcome: { path: '/' } })
  })
})

describe('buyersInReview', () => {
  it.each([
    ['a held lead', held, ['b']],
    ['a lead from a pool: who was asked last, then the pool', pooled, ['a', 'desk']],
    ['nobody', [received()], []],
  ])('%s', (_, events, buyers) => { expect(buyersInReview(events)).toEqual(buyers) })
})

describe('salesIn', () => {
  it('a sale that an answer booked is not booked again by a review of the same step', () => {
    const { events } = decideReview([settled('held', 'a')], null, yes, T0)
    expect(salesIn([...tried('/0', 'a', 1, accepted), ...events])).toEqual(['a'])
  })
})
