import { describe, expect, it } from 'vitest'
import { money } from '../../src/base/money.ts'
import type { DeliveryEvent } from '../../src/core/event.ts'
import { createOurs } from '../../src/core/reconcile.ts'
import { salesOf } from '../../src/core/returns.ts'
import { decideReview, mayBeDropped, mayHaveIt, payersOf, refusedByAll } from '../../src/core/review.ts'
import { buyersIn } from '../../src/core/sale.ts'
import type { Verdict } from '../../src/core/verdict.ts'
import { T0, accepted, broken, duplicate, received, refused, rejected, tried, unknown, unreadable } from './given.ts'

const settled = (kind: 'held' | 'pooled', recipient: string, buyerLeadId: string | null = null): DeliveryEvent =>
  ({ type: 'settled', at: T0, outcome: { kind, recipient, path: '/1', buyerLeadId, revenue: null, reason: 'why', class: null }, cost: money(20_000), attempts: 2 })
const held = [received(), ...tried('/0', 'a', 1, rejected), ...tried('/1', 'b', 1, unreadable), settled('held', 'b', 'B7')]
const pooled = [received(), ...tried('/0', 'a', 1, rejected), settled('pooled', 'desk')]
const yes = { decision: 'accept', note: null, buyer: 'b', revenue: money(450_000), buyerLeadId: null } as const
const end = (kind: 'accepted' | 'failed' | 'rejected' | 'duplicate', recipient: string, buyerLeadId: string | null = null): DeliveryEvent => ({ type: 'settled', at: T0, outcome: { kind, recipient, path: '/1', buyerLeadId, revenue: kind === 'accepted' ? money(450_000) : null, reason: null, class: null }, cost: null })
const soldOn = [received(), ...tried('/0', 'a', 1, unknown), ...tried('/1', 'b', 1, accepted), end('accepted', 'b')]

describe('mayBeDropped', () => {
  it.each<[string, readonly DeliveryEvent[], boolean]>([
    ['nothing was sent yet', [received()], true],
    ['a refusal or a failure', [received(), ...tried('/0', 'a', 1, rejected), ...tried('/1', 'b', 1, broken)], true],
    ['no answer, after which a person knows that it may be there', [received(), ...tried('/0', 'a', 1, unknown)], true],
    ['a sale, while others are waited for', [received(), ...tried('/0', 'a', 1, accepted)], false],
    ['a request on its way', [received(), ...tried('/0', 'a', 1, null)], false],
    ['a batch that goes again as it went', [received(), ...tried('/0', 'a', 1, unknown, T0, { batch: 'b_1' })], false],
  ])('%s', (_what, events, expected) => { expect(mayBeDropped(events)).toBe(expected) })
})

describe('decideReview', () => {
  it('an acceptance is a sale to whoever held the lead, at the place that was asked last', () => {
    const { events, settled: is, besides } = decideReview(held, null, yes, T0 + 5)
    expect(events).toEqual([{ type: 'reviewed', at: T0 + 5, decision: 'accept', note: null }, is])
    expect(is).toMatchObject({ at: T0 + 5, cost: money(20_000), attempts: 2, outcome: { kind: 'accepted', recipient: 'b', path: '/1', buyerLeadId: 'B7', revenue: money(450_000), reason: 'accepted in review' } })
    expect(buyersIn(events)).toEqual(['b'])
    expect(buyersIn([...held, ...events])).toEqual(['b'])
    expect(besides).toBeNull()
  })

  it('a buyer whose answer never came, and nobody else took the lead: that sale settles it, at that place', () => {
    const failed = [received(), ...tried('/0', 'a', 1, unknown), ...tried('/1', 'b', 1, broken), end('failed', 'b')]
    const { events, settled: is } = decideReview(failed, null, { ...yes, buyer: 'a' }, T0)
    expect(is?.outcome).toMatchObject({ kind: 'accepted', recipient: 'a', path: '/0', buyerLeadId: null })
    expect(buyersIn(events)).toEqual(['a'])
  })

  it('a buyer whose answer never came while another bought: one sale more, and the lead stays settled as it is', () => {
    const { events, settled: is, besides } = decideReview(soldOn, null, { ...yes, buyer: 'a', buyerLeadId: 'A1' }, T0 + 5)
    expect(events).toEqual([{ type: 'reviewed', at: T0 + 5, decision: 'accept', note: null, sale: { path: '/0', recipient: 'a', buyerLeadId: 'A1', revenue: money(450_000) } }])
    expect([is, besides]).toEqual([null, money(450_000)])
    expect(buyersIn(events)).toEqual(['a'])
    expect(salesOf([...soldOn, ...events]).map(({ recipient, buyerLeadId }) => [recipient, buyerLeadId])).toEqual([['b', 'B1'], ['a', 'A1']])
    const { add, lines } = createOurs('a')
    for (const event of [...soldOn, ...events]) add('L1', 'd', event)
    expect(lines.get('d')).toEqual({ leadId: 'L1', buyerLeadId: 'A1', state: 'sold', worth: money(450_000), at: T0 + 5 })
    expect(mayHaveIt([...soldOn, ...events])).toEqual([])
  })

  it('a buyer that called our own repeat a duplicate: that sale is booked, by the id that it told then', () => {
    const twice = [received(), ...tried('/', 'a', 1, unknown), ...tried('/', 'a', 2, { ...duplicate, buyerLeadId: 'A7' } as Verdict), end('duplicate', 'a', 'A7')]
    expect(mayHaveIt(twice)).toEqual(['a'])
    expect(mayHaveIt([received(), ...tried('/', 'a', 1, duplicate), end('duplicate', 'a')])).toEqual([])
    const { add, lines } = createOurs('a')
    for (const event of twice) add('L1', 'd', event)
    expect(lines.get('d')).toMatchObject({ state: 'in doubt', buyerLeadId: 'A7' })
    expect(decideReview(twice, null, { ...yes, buyer: 'a' }, T0).settled?.outcome).toMatchObject({ kind: 'accepted', recipient: 'a', buyerLeadId: 'A7' })
  })

  it('of a lead that was held twice it goes by what was settled and answered last', () => {
    const again = [...held, { type: 'reviewed', at: T0, decision: 'retry', note: null } as const, ...tried('/2', 'b', 2, { ...unreadable, buyerLeadId: 'B8' }), { ...settled('held', 'b', 'B8'), cost: money(30_000) } as DeliveryEvent]
    expect(decideReview(again, null, yes, T0).settled).toMatchObject({ cost: money(30_000), outcome: { path: '/2', buyerLeadId: 'B8' } })
    expect(payersOf([...pooled, { type: 'reviewed', at: T0, decision: 'retry', note: null }, ...tried('/1', 'c', 1, rejected), settled('pooled', 'bin')], 'bin')).toEqual(['c', 'bin'])
  })

  it('a sale from a pool is at its place in the plan, not at that of who was asked last', () => {
    expect(decideReview(pooled, null, { ...yes, buyer: 'desk' }, T0).settled?.outcome).toMatchObject({ kind: 'accepted', recipient: 'desk', path: '/1' })
    expect(decideReview(pooled, null, { ...yes, buyer: 'a' }, T0).settled?.outcome).toMatchObject({ kind: 'accepted', recipient: 'a', path: '/0' })
  })

  it("takes the buyer's own id and a note where a person gives them", () => {
    expect(decideReview(held, null, { ...yes, buyerLeadId: 'B9', note: 'by phone' }, T0).settled?.outcome).toMatchObject({ buyerLeadId: 'B9', reason: 'accepted in review: by phone' })
  })

  it('what is dropped earns nothing, names nobody and is no sale', () => {
    const { events, settled: is } = decideReview(held, null, { decision: 'drop', note: 'test lead' }, T0)
    expect(is?.outcome).toMatchObject({ kind: 'rejected', recipient: null, buyerLeadId: null, revenue: null, reason: 'dropped in review: test lead' })
    expect(buyersIn(events)).toEqual([])
  })

  it('what is to be tried again is not settled', () => {
    expect(decideReview(held, null, { decision: 'retry', note: null }, T0)).toEqual({ events: [{ type: 'reviewed', at: T0, decision: 'retry', note: null }], settled: null, besides: null })
  })

  it("keeps the lead's cost where no settlement said it", () => {
    expect(decideReview([received()], money(5_000), { decision: 'drop', note: null }, T0).settled).toMatchObject({ cost: money(5_000), attempts: 0, outcome: { path: '/' } })
  })
})

describe('mayHaveIt', () => {
  const surplus = tried('/0', 'a', 1, accepted).map((event) => (event.type === 'attemptFinished' ? { ...event, surplus: true } : event))
  it.each([
    ['who did not answer, though another bought', soldOn, ['a']],
    ['who did not answer, then failed', [received(), ...tried('/', 'a', 1, unknown), ...tried('/', 'a', 2, broken), end('failed', 'a')], ['a']],
    ['who answered something unreadable', held, ['b']],
    ['who accepted second to another', [received(), ...surplus, ...tried('/1', 'b', 1, accepted), end('accepted', 'b')], ['a']],
    ['not who was never reached', [received(), ...tried('/', 'a', 1, refused), end('failed', 'a')], []],
    ['not who answered no to the repeat', [received(), ...tried('/', 'a', 1, unknown), ...tried('/', 'a', 2, rejected), ...tried('/1', 'b', 1, broken), end('failed', 'b')], []],
    ['who did not answer, though the last refused it', [received(), ...tried('/0', 'a', 1, unknown), ...tried('/1', 'b', 1, rejected), end('rejected', 'b')], ['a']],
    ['not of a lead that all have refused', [received(), ...tried('/', 'a', 1, rejected), end('rejected', 'a')], []],
    ['not of one that is not settled', [received(), ...tried('/', 'a', 1, unknown)], []],
  ])('%s', (_, events, who) => { expect(mayHaveIt(events)).toEqual(who) })
})

describe('payersOf', () => {
  it.each([
    ['a held lead', held, 'b', ['b']],
    ['a lead from a pool: who was asked last, then the pool', pooled, 'desk', ['a', 'desk']],
    ['a lead from a pool that an endpoint has', pooled, 'a', ['a']],
    ['nobody', [received()], null, []],
  ])('%s', (_, events, buyer, who) => { expect(payersOf(events, buyer)).toEqual(who) })
})

describe('refusedByAll', () => {
  const skipped = { type: 'chose', at: T0, path: '/1', choice: { kind: 'pass', recipient: 'b', reason: 'b is full' } } as const
  const ranked = { type: 'chose', at: T0, path: '/', choice: { kind: 'order', order: [0], why: 'drawn' } } as const
  it.each([
    ['who said no stands', pooled, ['a']],
    ['the order of a pattern is nobody to be asked', [received(), ranked, ...tried('/0', 'a', 1, rejected), settled('pooled', 'desk')], ['a']],
    ['a lead that went to the pool alone', [received(), settled('pooled', 'desk')], []],
    ['who failed is asked again', [received(), ...tried('/0', 'a', 1, rejected), ...tried('/1', 'b', 1, broken), settled('pooled', 'desk')], null],
    ['who was passed by is asked again', [received(), ...tried('/0', 'a', 1, rejected), skipped, settled('pooled', 'desk')], null],
    ['who answered something unreadable is asked again', held, null],
  ])('%s', (_, events, who) => { expect(refusedByAll(events)).toEqual(who) })
})
