import { describe, expect, it } from 'vitest'
import { money, type Money } from '../../src/base/money.ts'
import { closedCircuit, stepCircuit } from '../../src/core/circuit.ts'
import { book } from '../../src/core/booking.ts'
import { counterOf } from '../../src/core/caps.ts'
import { emptyHistory, evolve, type Attempt } from '../../src/core/history.ts'
import type { DeliveryEvent } from '../../src/core/event.ts'
import type { Plan } from '../../src/core/plan.ts'
import { ranking } from '../../src/core/strategies/auction.ts'
import { shareOrder } from '../../src/core/strategies/share.ts'
import { costAt } from '../../src/core/price.ts'
import type { Verdict } from '../../src/core/verdict.ts'
import { T0, accepted, actionsOf, decides, noGuard, policy, received, rejected, sendTo, tried } from './given.ts'

const bid = (dollars: number, at = T0, currency = 'USD'): Attempt => ({
  attempt: 1, recipient: 'x', phase: 'ping', key: 'k', startedAt: T0, target: 'endpoint', batch: null,
  finished: { at, verdict: { kind: 'bid', reason: null, price: money(dollars * 10_000, currency), pingId: null }, revenue: null, surplus: false },
})

describe('edges of the rules, where a fault of one would hide', () => {
  it('a closing is over at its very end', () => {
    const given = { plan: sendTo('a'), recipients: { a: { paused: null, closedUntil: T0 } } }
    expect(decides(given)).toEqual(['send a #1'])
    expect(decides({ ...given, now: T0 - 1 })).toEqual(['wait +0 a'])
  })
  it('an exclusive window is open from its very beginning', () => {
    const plan: Plan = { kind: 'sequence', pattern: 'W', guard: noGuard, moveOn: ['rejected'], finally: null, steps: [{ plan: sendTo('a'), opensMs: 1000 }] }
    expect(decides({ plan, now: T0 + 1000 })).toEqual(['send a #1'])
    expect(decides({ plan, now: T0 + 999 })).toEqual(['wait +1000 -'])
  })
  it('a bid at the minimum is enough, one below is not', () => { expect(ranking([bid(20), bid(19)], money(200_000), T0)).toEqual([0]) })
  it('the highest bid comes first, ties go by list order', () => { expect(ranking([bid(20), bid(30), bid(20), bid(30)], null, T0)).toEqual([1, 3, 0, 2]) })
  it('bids in another currency than the first are never taken for higher ones: they come after it', () => {
    expect(ranking([bid(20), bid(5000, T0, 'JPY'), bid(30), bid(40, T0, 'EUR'), bid(6000, T0, 'JPY')], null, T0)).toEqual([2, 0, 4, 1, 3])
    expect(ranking([bid(5000, T0, 'JPY'), bid(20)], money(100_000), T0)).toEqual([1])
    const plan: Plan = { kind: 'auction', pattern: 'P', guard: noGuard, bidders: [sendTo('a'), sendTo('b')], windowMs: 500, floor: null }
    const history = ['USD', 'JPY'].flatMap((currency, i) => tried(`/${i}`, 'ab'.charAt(i), 1, { kind: 'bid', reason: null, price: money((i + 1) * 10_000, currency), pingId: null }, T0, { phase: 'ping' }))
    expect(actionsOf({ plan, history, now: T0 + 500 })).toMatchObject([{ kind: 'choose', choice: { order: [0, 1], why: 'bids, highest first; those in JPY after those in USD, as they cannot be compared' } }])
    expect(actionsOf({ plan: { ...plan, floor: money(100_000) }, history, now: T0 + 500 })).toMatchObject([{ kind: 'choose', choice: { why: 'bids, highest first; without those in JPY, as the minimum is in USD' } }])
  })
  it('a bid at the deadline is used, one after it is not', () => { expect(ranking([bid(20, T0 + 500), bid(30, T0 + 501)], null, T0 + 500)).toEqual([0]) })
  it('a price at the minimum is enough, one below is not', () => {
    const plan: Plan = { kind: 'race', pattern: 'R', guard: { ...noGuard, minimumPrice: money(200_000) }, entrants: [sendTo('a', 20), sendTo('b', 19.9999)], accept: 1 }
    expect(decides({ plan })).toEqual(['pass /1: its price of USD 19.9999 is below the minimum price of R, USD 20.00'])
    expect(decides({ plan: { ...plan, entrants: [sendTo('a', 20)] } as Plan })).toEqual(['send a #1'])
  })
  it('a margin is what is left of the price after the cost: the lead\'s own, else the outermost pattern\'s, else the recipient\'s', () => {
    const guard = { ...noGuard, minimumMargin: money(100_000) }
    const inner: Plan = { kind: 'race', pattern: 'R', guard, entrants: [sendTo('a', 30)], accept: 1 }
    const costing = (dollars: number | null): Plan => ({ kind: 'sequence', pattern: 'W', guard: { ...noGuard, cost: dollars === null ? null : money(dollars * 10_000) }, moveOn: ['skipped'], finally: null, steps: [{ plan: inner }] })
    const own = [policy('a', { cost: money(210_000) })]
    expect(decides({ plan: costing(20) })).toEqual(['send a #1'])
    expect(decides({ plan: costing(21) })).toEqual(['pass /0/0: its margin of USD 9.00 (price USD 30.00, cost USD 21.00) is below the minimum margin of R, USD 10.00'])
    expect(decides({ plan: costing(20), policies: own })).toEqual(['send a #1'])
    const dear: Plan = { ...inner, guard: { ...guard, cost: money(290_000) } } as Plan
    expect(decides({ plan: { ...costing(20), steps: [{ plan: dear }] } as Plan })).toEqual(['send a #1'])
    expect(decides({ plan: { ...costing(null), steps: [{ plan: dear }] } as Plan })).toEqual([expect.stringContaining('pass /0/0: its margin of USD 1.00')])
    expect(decides({ plan: costing(null), policies: own })).toEqual([expect.stringContaining('pass /0/0: its margin')])
  })
  it('a bid is the price that a minimum asks for, whatever the bidder usually pays', () => {
    const plan: Plan = { kind: 'auction', pattern: 'P', guard: { ...noGuard, minimumPrice: money(200_000) }, bidders: [sendTo('a', 10), sendTo('b', 50)], windowMs: 500, floor: null }
    expect(decides({ plan })).toEqual(['send a #1 ping', 'send b #1 ping'])
    const bids = (a: number, b: number) => [[0, 'a', a], [1, 'b', b]].flatMap(([i, who, dollars]) => tried(`/${i}`, String(who), 1, { kind: 'bid', reason: null, price: money(Number(dollars) * 10_000), pingId: null }, T0, { phase: 'ping' }))
    const order = { type: 'chose', at: T0, path: '/', choice: { kind: 'order', order: [0, 1], why: '' } } as const
    expect(decides({ plan, history: [...bids(30, 20), order] })).toEqual(['send a #2'])
    expect(decides({ plan, history: [...bids(19, 18), order] })).toEqual(['pass /0: its price of USD 19.00 is below the minimum price of P, USD 20.00'])
  })
  it('a bidder that does not want such leads is not asked: nobody tells it of the lead', () => {
    const plan: Plan = { kind: 'auction', pattern: 'P', guard: noGuard, bidders: [sendTo('a'), sendTo('b')], windowMs: 500, floor: null }
    const picky = policy('a', { acceptWhen: { text: 'lead.state = "CA"', condition: { kind: 'compare', path: { kind: 'path', text: 'lead.state' }, op: '=', value: 'CA' } } })
    const passed: DeliveryEvent = { type: 'chose', at: T0, path: '/0', choice: { kind: 'pass', recipient: 'a', reason: 'no' } }
    const given = { plan, policies: [picky, policy('b')], fields: { state: 'NY' } }
    expect(decides(given)).toEqual(['pass /0: A accepts only leads where lead.state = "CA"'])
    expect(actionsOf({ ...given, history: [passed] })).toMatchObject([{ kind: 'send', recipient: 'b', phase: 'ping', attempt: 1 }])
    expect(decides({ ...given, history: [passed, { ...passed, path: '/1', choice: { kind: 'pass', recipient: 'b', reason: 'no' } }] })).toEqual(['settle skipped -'])
  })
  it('a ping whose token was refused is repeated once, under the next number', () => {
    const plan: Plan = { kind: 'auction', pattern: 'P', guard: noGuard, bidders: [sendTo('a')], windowMs: 500, floor: null }
    const renew: Verdict = { kind: 'failed', class: 'auth', retry: true, renew: true, reason: '401' }
    const asked = (attempt: number) => tried('/0', 'a', attempt, renew, T0, { phase: 'ping' })
    expect(actionsOf({ plan, history: asked(1) })).toMatchObject([{ kind: 'send', phase: 'ping', attempt: 2 }])
    expect(actionsOf({ plan, history: [...asked(1), ...asked(2)] })).not.toMatchObject([{ kind: 'send' }])
    expect(actionsOf({ plan, history: asked(1), now: T0 + 500 })).toMatchObject([{ kind: 'send', attempt: 2 }])
  })
  it('pings that our own end cut off are asked anew however late, and all bids are waited for from then on', () => {
    const plan: Plan = { kind: 'auction', pattern: 'P', guard: noGuard, bidders: [sendTo('a'), sendTo('b')], windowMs: 500, floor: null }
    const left: Verdict = { kind: 'unknown', class: 'timeout', retry: true, interrupted: true, reason: null }
    const ping = (path: string, recipient: string, attempt: number, verdict: Verdict | null, at: number) => tried(path, recipient, attempt, verdict, at, { phase: 'ping' })
    const offer: Verdict = { kind: 'bid', reason: null, price: money(1), pingId: null }
    const cut = [...ping('/0', 'a', 1, offer, T0), ...ping('/1', 'b', 1, left, T0)]
    expect(decides({ plan, history: cut, now: T0 + 9_000 })).toEqual(['send b #2 ping'])
    const anew = [...cut, ...ping('/1', 'b', 2, null, T0 + 9_000)]
    expect(decides({ plan, history: anew, now: T0 + 9_499 })).toEqual(['wait +9500 -'])
    expect(actionsOf({ plan, history: anew, now: T0 + 9_500 })).toMatchObject([{ kind: 'choose', choice: { order: [0] } }])
    expect(actionsOf({ plan, history: [...cut, ...ping('/1', 'b', 2, offer, T0 + 9_000)], now: T0 + 9_001 })).toMatchObject([{ kind: 'choose', choice: { order: [0, 1] } }])
    // No answer in time, heard by a process that lived on, is not asked again.
    expect(actionsOf({ plan, history: [...ping('/0', 'a', 1, offer, T0), ...ping('/1', 'b', 1, { ...left, interrupted: undefined } as Verdict, T0)], now: T0 + 100 })).toMatchObject([{ kind: 'choose' }])
  })
  it('all bidders are asked, however long one waits for a place, and the time counts from the last of them', () => {
    const plan: Plan = { kind: 'auction', pattern: 'P', guard: noGuard, bidders: [sendTo('a'), sendTo('b')], windowMs: 500, floor: money(10) }
    const offer = (amount: number): Verdict => ({ kind: 'bid', reason: null, price: money(amount), pingId: null })
    const ping = (path: string, recipient: string, verdict: Verdict | null, at: number) => tried(path, recipient, 1, verdict, at, { phase: 'ping' })
    for (const amount of [9, 10]) {
      const begun = ping('/0', 'a', offer(amount), T0)
      expect(decides({ plan, history: begun, now: T0 + 20_000 })).toEqual(['send b #1 ping'])
      const asked = [...begun, ...ping('/1', 'b', null, T0 + 20_000)]
      expect(decides({ plan, history: asked, now: T0 + 20_499 })).toEqual(['wait +20500 -'])
      expect(actionsOf({ plan, history: asked, now: T0 + 20_500 })).toMatchObject([{ kind: 'choose', choice: { order: amount < 10 ? [] : [0] } }])
      expect(actionsOf({ plan, history: [...begun, ...ping('/1', 'b', offer(20), T0 + 20_000)], now: T0 + 20_001 })).toMatchObject([{ kind: 'choose', choice: { order: amount < 10 ? [1] : [1, 0] } }])
    }
  })
  it('an auction waits for its deadline, not for a bidder that is late', () => {
    const plan: Plan = { kind: 'auction', pattern: 'P', guard: noGuard, bidders: [sendTo('a'), sendTo('b')], windowMs: 500, floor: null }
    const history = [...tried('/0', 'a', 1, { kind: 'bid', reason: null, price: money(1), pingId: null }, T0, { phase: 'ping' }), ...tried('/1', 'b', 1, null, T0, { phase: 'ping' })]
    expect(decides({ plan, history, now: T0 + 499 })).toEqual(['wait +500 -'])
    expect(actionsOf({ plan, history, now: T0 + 500 })).toMatchObject([{ kind: 'choose', choice: { order: [0], why: 'bids, highest first; no answer in time from B' } }])
  })
  it('what a lead costs is the outermost pattern\'s Cost, a nested one\'s where that has none', () => {
    const nested = (outer: number | null, inner: number | null): Plan => ({ kind: 'sequence', pattern: 'W', guard: { ...noGuard, cost: outer === null ? null : money(outer) }, moveOn: [], finally: null, steps: [{ plan: { kind: 'race', pattern: 'R', guard: { ...noGuard, cost: inner === null ? null : money(inner) }, entrants: [sendTo('a')], accept: 1 } }] })
    const cost = (plan: Plan, path = '/0/0', recipient: string | null = 'a') => costAt({ plan, history: emptyHistory, facts: { policies: new Map([['a', policy('a', { cost: money(1) })]]) } }, path, recipient)
    expect([cost(nested(3, 2)), cost(nested(null, 2)), cost(nested(null, null))]).toEqual([money(3), money(2), money(1)])
    // Settled by the pattern itself: an auction without a bid, a pattern that does not want the lead.
    expect([cost(nested(3, 2), '/', null), cost(nested(3, 2), '/0', null), cost(nested(null, 2), '/0', null), cost(nested(null, null), '/', null)]).toEqual([money(3), money(3), money(2), null])
  })
  it('shares are exact, ticket by ticket', () => { expect([0, 1, 2, 3, 4, 5].map((n) => shareOrder([2, 1], n)[0])).toEqual([0, 1, 0, 0, 1, 0]) })
  it('shares of 33.333 % are as exact, whichever ticket comes first, and are counted once and not for each lead', () => {
    let reads = 0
    const weights = new Proxy([33_333, 33_333, 33_334], { get: (list, name, self) => { reads += 1; return Reflect.get(list, name, self) as unknown } })
    const all = [99_999, ...Array(99_999).keys()].map((n) => shareOrder(weights, n)[0])
    expect([0, 1, 2].map((i) => all.filter((each) => each === i).length)).toEqual([33_333, 33_333, 33_334])
    const before = reads
    for (let n = 0; n < 100; n++) shareOrder(weights, n * 997)
    expect(reads - before).toBeLessThan(5_000)
  })
  it('a sale earns the returned price, else the bid, else the pattern\'s, else the recipient\'s own', () => {
    const [returned, offered, patterns, own] = [money(4), money(3), money(2), money(1)]
    const earned = (price: Money | null, bid: Money | null, pattern: Money | null): Money | null => {
      const history = bid === null ? emptyHistory : tried('/', 'a', 1, { kind: 'bid', reason: null, price: bid, pingId: null }, T0, { phase: 'ping' }).reduce(evolve, emptyHistory)
      return book({ kind: 'send', recipient: 'a', price: pattern }, '/', history, { kind: 'accepted', reason: null, price }, policy('a', { price: own })).revenue
    }
    expect([earned(returned, offered, patterns), earned(null, offered, patterns), earned(null, null, patterns), earned(null, null, null)]).toEqual([returned, offered, patterns, own])
  })
  it('an acceptance beyond what a race takes is surplus and earns nothing', () => {
    const plan: Plan = { kind: 'race', pattern: 'R', guard: noGuard, entrants: [sendTo('a'), sendTo('b')], accept: 1 }
    const history = [received(), ...tried('/0', 'a', 1, accepted), ...tried('/1', 'b', 1, null)].reduce(evolve, emptyHistory)
    expect(book(plan, '/1', history, accepted, policy('b'))).toEqual({ revenue: null, surplus: true })
    expect(book(plan, '/0', emptyHistory, accepted, policy('a')).surplus).toBe(false)
    expect(book(plan, '/1', history, rejected, policy('b'))).toEqual({ revenue: null, surplus: false })
  })
  it('a race that is sold out makes no surplus of what is accepted beside it', () => {
    const inner: Plan = { kind: 'race', pattern: 'I', guard: noGuard, entrants: [sendTo('a'), sendTo('b')], accept: 1 }
    const plan: Plan = { kind: 'race', pattern: 'R', guard: noGuard, entrants: [inner, sendTo('c')], accept: 2 }
    const history = [received(), ...tried('/0/0', 'a', 1, accepted)].reduce(evolve, emptyHistory)
    expect(book(plan, '/1', history, accepted, policy('c'))).toEqual({ revenue: money(450_000), surplus: false })
    expect(book(plan, '/0/1', history, accepted, policy('b'))).toEqual({ revenue: null, surplus: true })
  })
  it('a price in another currency than a minimum is not held against it', () => {
    const plan = (price: Money): Plan => ({ kind: 'race', pattern: 'P', guard: { ...noGuard, minimumPrice: money(450_000), minimumMargin: money(450_000) }, entrants: [{ kind: 'send', recipient: 'a', price }], accept: 1 })
    expect(decides({ plan: plan(money(400_000, 'CAD')) })).toEqual(['send a #1'])
    expect(decides({ plan: plan(money(400_000)) })).toEqual([expect.stringContaining('below the minimum price of P')])
  })
  it('of several sales one for nothing names no currency', () => {
    const plan: Plan = { kind: 'race', pattern: 'R', guard: noGuard, entrants: [sendTo('a'), sendTo('b')], accept: 2 }
    const paid = (amount: number, currency: string): Verdict => ({ kind: 'accepted', reason: null, buyerLeadId: 'B', price: money(amount, currency) })
    const settles = (a: Verdict, b: Verdict) => actionsOf({ plan, history: [...tried('/0', 'a', 1, a), ...tried('/1', 'b', 1, b)] })
    expect(settles(paid(0, 'USD'), paid(100_000, 'EUR'))).toMatchObject([{ kind: 'settle', outcome: { revenue: money(100_000, 'EUR'), reason: null } }])
    expect(settles(paid(200_000, 'USD'), paid(100_000, 'EUR'))).toMatchObject([{ outcome: { revenue: money(200_000), besides: [money(100_000, 'EUR')], reason: 'it earned EUR 10.00 as well' } }])
  })
  it('a recipient whose cap is used up is waited for until the next day', () => {
    const capped = policy('a', { caps: [{ period: 'day', limit: { kind: 'leads', count: 1 } }] })
    const full = (at: number) => ({ a: { paused: null, closedUntil: null, full: new Set([counterOf(capped, capped.caps[0]!, 'live', at)]) } })
    expect(decides({ plan: sendTo('a'), policies: [capped], recipients: full(T0) })).toEqual(['wait +43200000 a'])
    expect(decides({ plan: sendTo('a'), policies: [capped], recipients: full(T0 - 86_400_000) })).toEqual(['send a #1'])
  })
  it('nothing is sent outside a call window, nor outside business hours that stand among other requirements', () => {
    const evening = policy('a', { window: { days: [1, 2, 3, 4, 5, 6, 7], spans: [{ fromMinute: 18 * 60, toMinute: 20 * 60 }] } })
    const office = policy('a', { requirements: [{ reason: 'a phone', check: { kind: 'mobile-phone', field: 'phone' } }, { reason: 'business hours', check: { kind: 'business-hours' } }] })
    const given = { plan: sendTo('a'), fields: { phone: '2125550100' } }
    expect(decides({ ...given, policies: [evening] })).toEqual([`wait +${6 * 3_600_000} a`])
    expect(decides({ ...given, policies: [evening], now: T0 + 6 * 3_600_000 })).toEqual(['send a #1'])
    expect(decides({ ...given, policies: [office] })).toEqual(['send a #1'])
    expect(decides({ ...given, policies: [office], now: T0 + 5 * 3_600_000 })).toEqual([`wait +${21 * 3_600_000} a`])
  })
  it('a circuit counts no rejections', () => {
    const closed = stepCircuit(closedCircuit, rejected, T0, { errorRate: 0.5, over: 1, waitMs: 1, maxWaitMs: 1 })
    expect(closed.kind).toBe('closed')
  })
})
