import { describe, expect, it } from 'vitest'
import { capClaims } from '../../src/core/caps.ts'
import type { DeliveryEvent } from '../../src/core/event.ts'
import { decide } from '../../src/core/decide.ts'
import type { RecipientFacts } from '../../src/core/gate.ts'
import { emptyHistory, evolve } from '../../src/core/history.ts'
import type { Plan } from '../../src/core/plan.ts'
import type { Policy } from '../../src/core/policy.ts'
import { money } from '../../src/base/money.ts'
import type { Verdict } from '../../src/core/verdict.ts'
import { T0, accepted, actionsOf, decides, invalid, noGuard, policy, received, refused, rejected, sendTo, tried, unknown, unreadable, waterfall } from './given.ts'

const auction: Plan = { kind: 'auction', pattern: 'Ping', guard: noGuard, bidders: [sendTo('a'), sendTo('b')], windowMs: 500, floor: null }
const paused = { paused: { reason: 'x' }, closedUntil: null }

describe('found by simulation', () => {
  it('a lead is not settled while an answer is on its way (seed 76: a late ping unsettled it)', () => {
    const history = [...tried('/0', 'a', 1, rejected, T0, { phase: 'ping' }), ...tried('/1', 'b', 1, null, T0, { phase: 'ping' }), { type: 'chose' as const, at: T0 + 500, path: '/', choice: { kind: 'order' as const, order: [], why: '' } }]
    expect(decides({ plan: auction, now: T0 + 500, history })).toEqual([])
  })
  it('and is when the answer has come', () => {
    const history = [...tried('/0', 'a', 1, rejected, T0, { phase: 'ping' }), ...tried('/1', 'b', 1, unknown, T0, { phase: 'ping' }), { type: 'chose' as const, at: T0 + 500, path: '/', choice: { kind: 'order' as const, order: [], why: '' } }]
    expect(decides({ plan: auction, now: T0 + 500, history })).toEqual(['settle rejected -'])
  })
  it('in doubt and On Unknown: hold, a recipient that closes before the repeat is waited for, not passed by (seed 370)', () => {
    const given = { plan: waterfall([sendTo('a'), sendTo('b')]), now: T0 + 1000, recipients: { a: paused }, history: tried('/0', 'a', 1, unknown) }
    expect(decides({ ...given, policies: [policy('a', { onUnknown: 'hold' }), policy('b')] })).toEqual(['wait for a person a'])
  })
  it('with On Unknown: next it is passed by', () => {
    const given = { plan: waterfall([sendTo('a'), sendTo('b')]), now: T0 + 1000, recipients: { a: paused }, history: tried('/0', 'a', 1, unknown) }
    expect(decides(given)).toEqual(['pass /0: A is paused (x); `finalmile unpause a` opens it'])
  })
})

describe('found by simulation: windows and caps', () => {
  const DAY = 86_400_000
  const window: Plan = { kind: 'sequence', pattern: 'W', guard: noGuard, moveOn: ['rejected', 'duplicate', 'skipped', 'failed'], finally: null, steps: [{ plan: waterfall([sendTo('a'), sendTo('b')]), closesMs: DAY }, { plan: sendTo('c'), opensMs: DAY }] }
  const begun = tried('/0/0', 'a', 1, rejected)

  it('a step begun inside its window and closed after it is passed by, not asked for ever (seed 212: a livelock)', () => {
    expect(decides({ plan: window, now: T0 + DAY, recipients: { b: paused }, history: begun })).toEqual(['pass /0: its window closed 2026-11-25 12:00 UTC'])
  })
  it('before its end it is waited for until then', () => {
    expect(decides({ plan: window, now: T0 + DAY - 1, recipients: { b: paused }, history: begun })).toEqual([`wait +${DAY} b`])
  })
  it('and where it is open, it goes on', () => {
    expect(decides({ plan: window, now: T0 + DAY, history: begun })).toEqual(['send b #1'])
  })

  const capped = policy('a', { caps: [{ period: 'day', limit: { kind: 'leads', count: 1 } }] })
  const taken = (events: readonly DeliveryEvent[], before = 0): readonly number[] => {
    const all = [received(), ...events]
    return capClaims(new Map([['a', capped]]), sendTo('a'), all.slice(0, before + 1).reduce(evolve, emptyHistory), all.reduce(evolve, emptyHistory), 'live').map((claim) => (claim.kind === 'cap' ? claim.amount : 0))
  }
  it('a place of a cap stays taken when the repeat of a doubtful attempt fails (seed 1204: a cap was exceeded)', () => {
    expect(taken([...tried('/', 'a', 1, unknown), ...tried('/', 'a', 2, invalid)], 2)).toEqual([])
  })
  it('it is free again when the repeat is rejected', () => {
    expect(taken([...tried('/', 'a', 1, unknown), ...tried('/', 'a', 2, rejected)], 2)).toEqual([-1])
  })
  it('and when nothing was ever in doubt', () => {
    expect(taken([...tried('/', 'a', 1, null), tried('/', 'a', 1, invalid)[1] as DeliveryEvent], 1)).toEqual([-1])
  })
})

describe('found by simulation: a race of races', () => {
  const race = (entrants: readonly Plan[], accept: number): Plan => ({ kind: 'race', pattern: 'R', guard: noGuard, entrants, accept })
  const plan = race([sendTo('c'), race([sendTo('a'), sendTo('b')], Infinity), sendTo('b')], 2)
  const sold = (path: string, recipient: string, dollars: number): readonly DeliveryEvent[] => tried(path, recipient, 1, { kind: 'accepted', reason: null, buyerLeadId: recipient, price: money(dollars * 10_000) })
  const surplus = tried('/0', 'c', 1, accepted).map((event): DeliveryEvent => (event.type === 'attemptFinished' ? { ...event, surplus: true, revenue: null } : event))
  const history = [...sold('/2', 'b', 30), ...sold('/1/0', 'a', 52), ...surplus, ...tried('/1/1', 'b', 1, unknown)]

  it('earns what a nested race has sold while it is still at work, and is named by a sale, not by a surplus (seed 7706: $52 were lost)', () => {
    expect(actionsOf({ plan, history })).toMatchObject([{ kind: 'settle', outcome: { kind: 'accepted', recipient: 'a', revenue: money(820_000) } }])
  })
})

describe('found by simulation: one recipient named several times in a race', () => {
  const plan: Plan = { kind: 'race', pattern: 'R', guard: noGuard, entrants: [sendTo('a'), sendTo('a'), sendTo('b')], accept: 1 }
  const circuit = { kind: 'open', until: T0, waitMs: 60_000 } as const
  const sendsOf = (of: Policy, recipient: Partial<RecipientFacts> = {}, history: readonly DeliveryEvent[] = []): readonly string[] =>
    decide({
      plan, lead: { id: 'L1', fields: { phone: '2125550100' } }, deliveryId: 'd', mode: 'live', now: T0, history: [received(), ...history].reduce(evolve, emptyHistory),
      facts: { policies: new Map([['a', of], ['b', policy('b')]]), recipients: new Map([['a', { paused: null, closedUntil: null, ...recipient }]]), elsewhere: new Map() },
    }).sends.map((send) => `${send.path} ${send.recipient}`)

  it('asks for a circuit\'s one trial once (seed 729433884: two trials at once, and in the store none for ever)', () => {
    expect(sendsOf(policy('a', { circuit: { errorRate: 0.5, over: 100, waitMs: 60_000, maxWaitMs: 60_000 } }), { circuit })).toEqual(['/0 a', '/2 b'])
  })
  it('asks for the last place of a cap once (seed 729349080: refused together in every week to come)', () => {
    const capped = policy('a', { caps: [{ period: 'week', limit: { kind: 'leads', count: 1 } }] })
    expect(sendsOf(capped)).toEqual(['/0 a', '/2 b'])
    expect(sendsOf(capped, {}, [...tried('/0', 'a', 1, rejected), ...tried('/2', 'b', 1, rejected)])).toEqual(['/1 a'])
  })
  it('claims its look-back once', () => { expect(sendsOf(policy('a', { duplicateCheck: { field: 'phone', withinMs: 1000 } }))).toEqual(['/0 a', '/2 b']) })
  it('waits for the answer on its way, and passes it by once it has bought (seed 733082215: bought twice, over its cap)', () => {
    expect(sendsOf(policy('a'))).toEqual(['/0 a', '/2 b'])
    expect(sendsOf(policy('a'), {}, tried('/0', 'a', 1, null))).toEqual(['/2 b'])
    expect(decides({ plan: { ...plan, accept: 2 } as Plan, history: [...tried('/0', 'a', 1, accepted), ...tried('/2', 'b', 1, null)] })).toEqual(['pass /1: A has bought this lead already, at another place of the pattern'])
  })
  it('nor is it asked again at one place while it is asked at another (seed 1037676569: twice at once)', () => {
    const refused = { kind: 'failed', class: 'server_error', retry: true, reason: 'HTTP 503' } as Verdict
    const before = [...tried('/0', 'a', 1, refused), ...tried('/2', 'b', 1, rejected)]
    const sends = (history: readonly DeliveryEvent[]) => decide({
      plan, lead: { id: 'L1', fields: {} }, deliveryId: 'd', mode: 'live', now: T0 + 600_000, history: [received(), ...history].reduce(evolve, emptyHistory),
      facts: { policies: new Map([['a', policy('a')], ['b', policy('b')]]), recipients: new Map(), elsewhere: new Map() },
    }).sends.map((send) => `${send.path} ${send.recipient}`)
    expect(sends([...before, ...tried('/1', 'a', 1, null)])).toEqual([])
    expect(sends([...before, ...tried('/1', 'a', 1, rejected)])).toEqual(['/0 a'])
  })
  it('nor is it asked again when its answer could not be read: it may have bought it', () => {
    expect(decides({ plan, history: [...tried('/0', 'a', 1, unreadable), ...tried('/2', 'b', 1, null)] })).toEqual(['pass /1: A may have bought this lead already, at another place of the pattern'])
  })
  it('a repeat of what is in doubt goes before a first request (seed 905017001: a crash made another outcome)', () => {
    const interrupted = { ...unknown, interrupted: true } as Verdict
    const nested: Plan = { kind: 'race', pattern: 'R', guard: noGuard, entrants: [waterfall([sendTo('b'), sendTo('a')]), sendTo('a')], accept: 1 }
    const history = [...tried('/0/0', 'b', 1, rejected), ...tried('/1', 'a', 1, interrupted)]
    const context = (events: readonly DeliveryEvent[]) => ({
      plan: nested, lead: { id: 'L1', fields: {} }, deliveryId: 'd', mode: 'live' as const, now: T0, history: [received(), ...events].reduce(evolve, emptyHistory),
      facts: { policies: new Map([['a', policy('a')], ['b', policy('b')]]), recipients: new Map(), elsewhere: new Map() },
    })
    expect(decide(context(history)).sends.map((send) => `${send.path} #${send.attempt}`)).toEqual(['/1 #2'])
    expect(decide(context([...history, ...tried('/0/1', 'a', 1, unreadable)])).events).toMatchObject([{ type: 'settled', outcome: { kind: 'held' } }])
  })
  it('is asked again where it rejected: the later place may be of another price', () => {
    expect(sendsOf(policy('a'), {}, [...tried('/0', 'a', 1, rejected), ...tried('/2', 'b', 1, rejected)])).toEqual(['/1 a'])
  })

  describe('a recipient of batches that a pattern names twice', () => {
    const batch = { maxLeads: 3, maxWaitMs: 60_000, schedule: null }
    const policies = [policy('a', { batch }), policy('b'), policy('c')]
    const plan: Plan = { kind: 'race', pattern: 'All', guard: noGuard, accept: 3, entrants: [sendTo('a'), waterfall([sendTo('a'), sendTo('b')])] }
    const queued = (path: string): DeliveryEvent => ({ type: 'chose', at: T0, path, choice: { kind: 'queue' } })

    it('gets the lead in one batch at a time', () => {
      expect(decides({ plan, policies })).toEqual(['queue /0'])
      expect(decides({ plan, policies, history: [queued('/0')] })).toEqual(['wait +60000 a batch'])
      expect(decides({ plan, policies, history: [queued('/0'), queued('/1/0')] })).toEqual(['wait +60000 a batch'])
    })
    it('none while one is on its way or waits to be repeated', () => {
      expect(decides({ plan, policies, history: [queued('/0'), queued('/1/0'), ...tried('/0', 'a', 1, null, T0, { batch: 'b.1' })] })).toEqual([])
      expect(decides({ plan, policies, history: [queued('/0'), queued('/1/0'), ...tried('/0', 'a', 1, refused, T0, { batch: 'b.1' })] })).toEqual(['wait +1000 a'])
    })
    it('another after a rejection', () => {
      expect(decides({ plan, policies, history: [queued('/0'), queued('/1/0'), ...tried('/0', 'a', 1, rejected, T0)] })).toEqual(['wait +60000 a batch'])
    })
    it('and none any more once it has bought the lead, or may have', () => {
      const passed = (reason: string) => [`pass /1/0: A ${reason}`]
      expect(decides({ plan, policies, history: [queued('/0'), queued('/1/0'), ...tried('/0', 'a', 1, accepted)] })).toEqual(passed('has bought this lead already, at another place of the pattern'))
      const gaveUp = [1, 2, 3, 4].flatMap((attempt) => tried('/0', 'a', attempt, unknown, T0, { batch: 'b.1' }))
      expect(decides({ plan, policies, now: T0 + 60_000, history: [queued('/0'), queued('/1/0'), ...gaveUp] })).toEqual(passed('may have this lead already, from a batch at another place of the pattern that was not answered'))
    })
  })

  it('what is worth more than a cap in money is passed by, and does not wait for a day that never comes', () => {
    const capped = policy('a', { price: money(500_000), caps: [{ period: 'day', limit: { kind: 'revenue', amount: money(400_000) } }] })
    expect(decides({ plan: sendTo('a'), policies: [capped] })).toEqual(['pass /: its price of USD 50.00 is above its cap of USD 40.00 per day'])
    expect(decides({ plan: sendTo('a', 40), policies: [capped] })).toEqual(['send a #1'])
  })
})
