import { afterEach, describe, expect, it } from 'vitest'
import { money } from '../../src/base/money.ts'
import { deliveryIdOf } from '../../src/core/delivery-id.ts'
import type { DeliveryEvent, Mode } from '../../src/core/event.ts'
import type { LeadValue } from '../../src/core/lead.ts'
import type { Delivery, Ledger, Standing, Step } from '../../src/ports.ts'
import { T0, accepted, received, rejected, tried } from '../core/given.ts'
import { IMPLEMENTATIONS } from './ledgers.ts'
import type { Opened } from './ledgers.ts'

const working: Standing = { state: 'working' }
const waits = (dueAt: number | null, more: Partial<Extract<Standing, { state: 'waiting' }>> = {}): Standing => ({ state: 'waiting', dueAt, why: 'a retry', recipient: 'a', batch: false, ...more })
const settled = (outcome: Extract<Standing, { state: 'settled' }>['outcome'] = 'accepted', dollars = 45): Standing =>
  ({ state: 'settled', at: T0, outcome, recipient: 'a', buyerLeadId: 'B1', revenue: outcome === 'accepted' ? money(dollars * 10_000) : null, cost: money(1), attempts: 1, reason: null })

interface DeliveryOptions { mode?: Mode; to?: string; number?: number; fields?: Record<string, LeadValue>; source?: Record<string, string> }
const delivery = (leadId: string, { mode = 'live', to = 'a', number = 1, fields = { id: leadId }, source = {} }: DeliveryOptions = {}): Delivery =>
  ({ id: deliveryIdOf({ mode, to, leadId, number }), mode, to, number, lead: { id: leadId, fields }, receivedAt: T0, source, vars: {}, cost: null, planHash: 'p' })
const first = (of: Delivery, standing: Standing = working, events: readonly DeliveryEvent[] = [received()], runId = 'r1'): Step => ({ deliveryId: of.id, version: 0, create: of, runId, events, standing })
const then = (of: Delivery, version: number, standing: Standing, events: readonly DeliveryEvent[], runId = 'r1'): Step => ({ deliveryId: of.id, version, runId, events, standing })
const all = async <T>(rows: AsyncIterable<T>): Promise<readonly T[]> => { const found: T[] = []; for await (const row of rows) found.push(row); return found }
const sale = (recipient = 'a'): readonly DeliveryEvent[] => tried('/', recipient, 1, accepted)

type Case = readonly [name: string, run: (ledger: Ledger, opened: Opened) => Promise<void>]
const CASES: readonly Case[] = [
  ['a first step makes the delivery', async (ledger) => {
    const a = delivery('L1', { fields: { id: 'L1', score: 80, ok: true, none: null, list: [1, 'x'], deep: { a: 'b' } }, source: { name: 'web' } })
    const [result] = await ledger.append([first(a)])
    expect(result).toEqual({ kind: 'ok', seq: expect.any(Number) })
    expect(await ledger.load(a.id)).toEqual({ delivery: a, runId: 'r1', standing: working, events: [{ seq: result?.kind === 'ok' && result.seq, runId: 'r1', event: received() }] })
  }],
  ['a delivery that is known is not made again, and how it stands is told', async (ledger) => {
    const a = delivery('L1')
    await ledger.append([first(a, settled(), [received()])])
    expect(await ledger.append([first(a)])).toEqual([{ kind: 'exists', standing: settled(), number: 1 }])
    expect((await ledger.load(a.id))?.events).toHaveLength(1)
  }],
  ['the highest number of a lead is told', async (ledger) => {
    await ledger.append([first(delivery('L1')), first(delivery('L1', { number: 2 }))])
    expect(await ledger.append([first(delivery('L1'))])).toMatchObject([{ kind: 'exists', number: 2 }])
    expect(await ledger.append([first(delivery('L1', { number: 3 })), first(delivery('L1'))])).toMatchObject([{ kind: 'ok' }, { kind: 'exists', number: 3 }])
  }],
  ['of many leads those are told that are known to a target, as their first step would be', async (ledger) => {
    await ledger.append([
      first(delivery('L1'), settled()), first(delivery('L2'), waits(T0 + 60_000)), first(delivery('L3')), first(delivery('L3', { number: 2 })),
      first(delivery('L4', { to: 'b' })), first(delivery('L5', { mode: 'test' })),
    ])
    expect(await ledger.known({ mode: 'live', to: 'a', leadIds: ['L0', 'L1', 'L2', 'L3', 'L4', 'L5', 'L1'] })).toEqual(new Map([
      ['L1', { kind: 'exists', standing: settled(), number: 1 }], ['L2', { kind: 'exists', standing: waits(T0 + 60_000), number: 1 }], ['L3', { kind: 'exists', standing: working, number: 2 }],
    ]))
    expect(await ledger.known({ mode: 'live', to: 'a', leadIds: [] })).toEqual(new Map())
  }],
  ['two of one lead in one group: the second exists', async (ledger) => {
    expect((await ledger.append([first(delivery('L1')), first(delivery('L1')), first(delivery('L2'))])).map((each) => each.kind)).toEqual(['ok', 'exists', 'ok'])
  }],
  ['modes and targets are apart', async (ledger) => {
    expect((await ledger.append([first(delivery('L1')), first(delivery('L1', { mode: 'test' })), first(delivery('L1', { to: 'b' }))])).map((each) => each.kind)).toEqual(['ok', 'ok', 'ok'])
  }],
  ['a step on another version is refused, and nothing of it is kept', async (ledger) => {
    const a = delivery('L1')
    await ledger.append([first(a)])
    expect(await ledger.append([then(a, 0, settled(), sale()), then(a, 2, settled(), sale())])).toEqual([{ kind: 'conflict' }, { kind: 'conflict' }])
    expect((await ledger.load(a.id))?.standing).toEqual(working)
    expect((await ledger.append([then(a, 1, working, tried('/', 'a', 1, null))])).map((each) => each.kind)).toEqual(['ok'])
  }],
  ['steps on one delivery in one group follow each other', async (ledger) => {
    const a = delivery('L1')
    await ledger.append([first(a, settled(), [received(), ...sale()])])
    const back = (ref: string): DeliveryEvent => ({ type: 'returned', at: T0, path: '/', recipient: 'a', buyerLeadId: null, amount: money(10_000), reason: null, ref })
    const version = 1 + sale().length
    expect((await ledger.append([then(a, version, settled('accepted', 44), [back('1')]), then(a, version + 1, settled('accepted', 43), [back('2')]), then(a, version + 1, settled('accepted', 1), [back('3')])])).map((each) => each.kind)).toEqual(['ok', 'ok', 'conflict'])
    expect((await ledger.load(a.id))?.standing).toEqual(settled('accepted', 43))
    expect((await ledger.load(a.id))?.events.slice(version).map(({ event }) => event)).toEqual([back('1'), back('2')])
  }],
  ['a step on an unknown delivery is refused', async (ledger) => {
    expect(await ledger.append([then(delivery('nobody'), 1, working, sale())])).toEqual([{ kind: 'conflict' }])
  }],
  ['a refused step does not stop the others of its group', async (ledger) => {
    const [a, b] = [delivery('L1'), delivery('L2')]
    await ledger.append([first(a), first(b)])
    expect((await ledger.append([then(a, 9, working, sale()), then(b, 1, settled(), sale())])).map((each) => each.kind)).toEqual(['conflict', 'ok'])
    expect((await ledger.load(b.id))?.standing.state).toBe('settled')
  }],
  ['a sale is booked once', async (ledger) => {
    const a = delivery('L1')
    await ledger.append([first(a), then(a, 1, working, sale())])
    expect(await ledger.append([then(a, 3, settled(), tried('/', 'a', 2, accepted))])).toEqual([{ kind: 'booked' }])
    expect(await ledger.append([then(a, 3, settled(), [...tried('/0', 'b', 1, accepted), ...tried('/1', 'b', 1, accepted)])])).toEqual([{ kind: 'booked' }])
    expect((await ledger.load(a.id))?.events).toHaveLength(3)
  }],
  ['another recipient, a rejection and a surplus book apart or not at all', async (ledger) => {
    const a = delivery('L1')
    const surplus = tried('/1', 'a', 2, accepted).map((event): DeliveryEvent => (event.type === 'attemptFinished' ? { ...event, surplus: true } : event))
    const results = await ledger.append([first(a), then(a, 1, working, sale()), then(a, 3, working, tried('/1', 'b', 1, accepted)), then(a, 5, working, surplus), then(a, 7, settled(), tried('/2', 'a', 3, rejected))])
    expect(results.map((each) => each.kind)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok'])
  }],
  ['a lead that an endpoint bought through another target is told, once', async (ledger) => {
    const [a, b] = [delivery('L1'), delivery('L1', { to: 'b' })]
    await ledger.append([first(a), then(a, 1, settled(), sale('x'))])
    expect(await ledger.append([first(b)])).toEqual([{ kind: 'had', recipients: ['x'] }])
    expect((await ledger.append([{ ...first(b), informed: true }])).map((each) => each.kind)).toEqual(['ok'])
    expect((await ledger.append([first(delivery('L1', { to: 'c', mode: 'test' })), first(delivery('L2', { to: 'b' }))])).map((each) => each.kind)).toEqual(['ok', 'ok'])
  }],
  ['of a delivery that is taken, the endpoints are told that bought its lead through another target meanwhile', async (ledger) => {
    const [a, b] = [delivery('L1'), delivery('L1', { to: 'b' })]
    await ledger.append([first(a, waits(T0), [received(), ...tried('/0', 'own', 1, accepted)]), first(b, settled(), [received(), ...sale('x')])].map((each) => ({ ...each, informed: true })))
    await ledger.append([first(delivery('L2'), waits(T0))])
    const hads = (await ledger.takeDue({ mode: 'live', now: T0, limit: 10 })).map(({ delivery: { lead }, had = [] }) => [lead.id, had])
    expect(hads).toEqual([['L1', ['x']], ['L2', []]])
  }],
  ['a lead that is held for a person at an endpoint is told to its other targets, until that person has looked', async (ledger) => {
    const [a, b, c] = [delivery('L1'), delivery('L1', { to: 'b' }), delivery('L1', { to: 'c' })]
    await ledger.append([first(a), first(c, waits(T0)), then(a, 1, settled('held'), tried('/', 'a', 1, null))])
    expect(await ledger.append([first(b), first(a)])).toMatchObject([{ kind: 'had', recipients: ['a'] }, { kind: 'exists' }])
    expect((await ledger.takeDue({ mode: 'live', now: T0, limit: 10 })).map(({ had }) => had)).toEqual([['a']])
    await ledger.append([then(a, 2, settled('rejected'), [])])
    expect((await ledger.append([first(b)])).map((each) => each.kind)).toEqual(['ok'])
  }],
  ['who took a lead second to another, or said neither yes nor no beside a sale, is told to its other targets', async (ledger) => {
    const [a, b] = [delivery('L1'), delivery('L1', { to: 'b' })]
    const surplus = tried('/1', 'second', 1, accepted).map((event): DeliveryEvent => (event.type === 'attemptFinished' ? { ...event, surplus: true } : event))
    const unread = tried('/2', 'unread', 1, { kind: 'unconfirmed', class: 'unreadable', reason: 'no price' })
    await ledger.append([first(b, waits(T0)), first(a), then(a, 1, settled(), [...sale('x'), ...surplus, ...unread, ...tried('/3', 'no', 1, rejected)])])
    expect((await ledger.takeDue({ mode: 'live', now: T0, limit: 10 })).map(({ had }) => [...had ?? []].sort())).toEqual([['second', 'unread', 'x']])
    const [result] = await ledger.append([first(delivery('L1', { to: 'c' }))])
    expect(result?.kind === 'had' && [...result.recipients].sort()).toEqual(['second', 'unread', 'x'])
  }],
  ['seq grows by the number of events, over all deliveries', async (ledger) => {
    const [a, b] = [delivery('L1'), delivery('L2')]
    const results = await ledger.append([first(a), first(b, working, [received(), ...tried('/', 'a', 1, null)]), then(a, 1, settled(), sale())])
    const seqs = results.map((each) => (each.kind === 'ok' ? each.seq : 0))
    expect(seqs.map((each) => each - (seqs[0] ?? 0))).toEqual([0, 1, 3])
    expect((await all(ledger.events({}))).map((each) => each.seq - (seqs[0] ?? 0))).toEqual([0, 1, 2, 3, 4])
  }],
  ['a step without events moves the standing alone', async (ledger) => {
    const a = delivery('L1')
    await ledger.append([first(a), then(a, 1, waits(T0), [])])
    expect((await ledger.load(a.id))?.standing).toEqual(waits(T0))
    expect((await ledger.append([then(a, 1, working, [])])).map((each) => each.kind)).toEqual(['ok'])
  }],
  ['a cap is counted in the same step, and never exceeded', async (ledger) => {
    const leads = ['1', '2', '3', '4'].map((each) => delivery(each))
    await ledger.append(leads.map((each) => first(each)))
    const claim = { kind: 'cap', recipient: 'a', counter: 'a:day', limit: 3, amount: 1 } as const
    expect((await ledger.append(leads.map((each) => ({ ...then(each, 1, working, tried('/', 'a', 1, null)), claims: [claim] })))).map((each) => each.kind)).toEqual(['ok', 'ok', 'ok', 'refused'])
    expect((await ledger.load(leads[3]!.id))?.events).toHaveLength(1)
  }],
  ['a refused claim takes nothing of the others', async (ledger) => {
    const [a, b] = [delivery('L1'), delivery('L2')]
    await ledger.append([first(a), first(b)])
    const [day, hour] = [{ kind: 'cap', recipient: 'a', counter: 'day', limit: 1, amount: 1 }, { kind: 'cap', recipient: 'a', counter: 'hour', limit: 0, amount: 1 }] as const
    expect((await ledger.append([{ ...then(a, 1, working, sale()), claims: [day, hour] }, { ...then(b, 1, working, sale()), claims: [day] }])).map((each) => each.kind)).toEqual(['refused', 'ok'])
  }],
  ['a first step claims too, and a known delivery is told before a claim is refused', async (ledger) => {
    const claims = [{ kind: 'cap', recipient: 'a', counter: 'a:day', limit: 1, amount: 1 }] as const
    const step = (leadId: string): Step => ({ ...first(delivery(leadId)), claims })
    expect((await ledger.append([step('L1'), step('L1'), step('L2')])).map((each) => each.kind)).toEqual(['ok', 'exists', 'refused'])
    expect(await ledger.load(delivery('L2').id)).toBeNull()
  }],
  ['several claims of one step count together', async (ledger) => {
    const [a, b] = [delivery('L1'), delivery('L2')]
    await ledger.append([first(a), first(b)])
    const cap = { kind: 'cap', recipient: 'a', counter: 'a:day', limit: 2, amount: 1 } as const
    const permit = { kind: 'permit', recipient: 'a', name: 'trial:a', until: T0 + 100 } as const
    expect((await ledger.append([{ ...then(a, 1, working, []), claims: [cap, cap, cap] }, { ...then(a, 1, working, []), claims: [permit, permit] }, { ...then(b, 1, working, []), claims: [cap, cap] }])).map((each) => each.kind)).toEqual(['refused', 'refused', 'ok'])
  }],
  ['what is given back can be taken again', async (ledger) => {
    const [a, b] = [delivery('L1'), delivery('L2')]
    await ledger.append([first(a), first(b)])
    const cap = (amount: number) => [{ kind: 'cap', recipient: 'a', counter: 'a:day', limit: 1, amount }] as const
    expect((await ledger.append([{ ...then(a, 1, working, []), claims: cap(1) }, { ...then(b, 1, working, []), claims: cap(1) }, { ...then(a, 1, working, []), claims: cap(-1) }, { ...then(b, 1, working, []), claims: cap(1) }])).map((each) => each.kind)).toEqual(['ok', 'refused', 'ok', 'ok'])
  }],
  ['a permit is held by one until its time', async (ledger) => {
    const [a, b] = [delivery('L1'), delivery('L2')]
    await ledger.append([first(a), first(b)])
    const permit = (until: number) => ({ kind: 'permit', recipient: 'a', name: 'trial:a', until }) as const
    const at = (event: DeliveryEvent, time: number): DeliveryEvent => ({ ...event, at: time })
    const start = tried('/', 'a', 1, null)[0]!
    expect((await ledger.append([{ ...then(a, 1, working, [at(start, T0)]), claims: [permit(T0 + 100)] }, { ...then(b, 1, working, [at(start, T0 + 99)]), claims: [permit(T0 + 199)] }])).map((each) => each.kind)).toEqual(['ok', 'refused'])
    expect((await ledger.append([{ ...then(b, 1, working, [at(start, T0 + 100)]), claims: [permit(T0 + 200)] }])).map((each) => each.kind)).toEqual(['ok'])
    // A batch claims before any of its leads is started: that step has no event, and says when it is.
    expect((await ledger.append([{ ...then(a, 2, working, []), at: T0 + 199, claims: [permit(T0 + 300)] }])).map((each) => each.kind)).toEqual(['refused'])
    expect((await ledger.append([{ ...then(a, 2, working, []), at: T0 + 200, claims: [permit(T0 + 300)] }])).map((each) => each.kind)).toEqual(['ok'])
  }],
  ['a permit is judged by the time of the step, which its last event tells: a lead may have been received long before', async (ledger) => {
    const [a, b] = [delivery('L1'), delivery('L2')]
    await ledger.append([first(a), first(b)])
    const permit = (until: number) => ({ kind: 'permit', recipient: 'a', name: 'trial:a', until }) as const
    const at = (event: DeliveryEvent, time: number): DeliveryEvent => ({ ...event, at: time })
    const [start, finish] = tried('/', 'a', 1, accepted)
    await ledger.append([{ ...then(a, 1, working, [at(start!, T0)]), claims: [permit(T0 + 100)] }])
    expect((await ledger.append([{ ...then(b, 1, working, [at(start!, T0), at(finish!, T0 + 100)]), claims: [permit(T0 + 200)] }])).map((each) => each.kind)).toEqual(['ok'])
  }],
  ['tickets are drawn in order, each once', async (ledger) => {
    expect(await Promise.all([ledger.draw('s'), ledger.draw('s'), ledger.draw('other'), ledger.draw('s')])).toEqual([0, 1, 0, 2])
  }],
  ['due work is taken in order of its time, once, up to the limit', async (ledger) => {
    const leads = [3, 1, 2].map((n) => delivery(`L${n}`))
    await ledger.append(leads.map((each, i) => first(each, waits(T0 + [300, 200, 100][i]!))))
    const query = { mode: 'live', now: T0 + 250, limit: 1 } as const
    expect((await ledger.takeDue(query)).map((each) => each.delivery.lead.id)).toEqual(['L2'])
    expect((await ledger.takeDue({ ...query, limit: 9 })).map((each) => each.delivery.lead.id)).toEqual(['L1'])
    expect(await ledger.takeDue({ ...query, limit: 9 })).toEqual([])
    expect((await ledger.load(leads[2]!.id))?.standing).toEqual(working)
  }],
  ['due work comes with its events, and goes on from its version', async (ledger) => {
    const a = delivery('L1')
    await ledger.append([first(a, waits(T0), [received(), ...tried('/', 'a', 1, rejected)])])
    const [taken] = await ledger.takeDue({ mode: 'live', now: T0, limit: 9 })
    expect(taken?.events.map(({ event }) => event.type)).toEqual(['received', 'attemptStarted', 'attemptFinished'])
    expect((await ledger.append([then(a, 3, settled('rejected'), [])])).map((each) => each.kind)).toEqual(['ok'])
  }],
  ['due work of one run, one target or one mode', async (ledger) => {
    await ledger.append([first(delivery('L1'), waits(T0)), first(delivery('L2', { to: 'b' }), waits(T0), [received()], 'r2'), first(delivery('L3', { mode: 'test' }), waits(T0))])
    const query = { mode: 'live', now: T0, limit: 9 } as const
    expect(await ledger.nextDue({ mode: 'live', runId: 'r3' })).toBeNull()
    expect(await ledger.takeDue({ ...query, runId: 'r3' })).toEqual([])
    expect((await ledger.takeDue({ ...query, to: 'b' })).map((each) => each.delivery.lead.id)).toEqual(['L2'])
    expect((await ledger.takeDue({ ...query, runId: 'r1' })).map((each) => each.delivery.lead.id)).toEqual(['L1'])
    expect((await ledger.takeDue({ ...query, mode: 'test' })).map((each) => each.delivery.lead.id)).toEqual(['L3'])
  }],
  ['what waits for a person is never due', async (ledger) => {
    await ledger.append([first(delivery('L1'), waits(null))])
    expect(await ledger.takeDue({ mode: 'live', now: T0 * 2, limit: 9 })).toEqual([])
    expect(await ledger.nextDue({ mode: 'live' })).toBeNull()
  }],
  ['the next due time is the earliest', async (ledger) => {
    await ledger.append([first(delivery('L1'), waits(T0 + 5)), first(delivery('L2'), waits(T0 + 3)), first(delivery('L3'), settled())])
    expect(await ledger.nextDue({ mode: 'live' })).toBe(T0 + 3)
    expect(await ledger.nextDue({ mode: 'test' })).toBeNull()
  }],
  ['what accumulates for a batch is taken before it is due, only for its recipient', async (ledger) => {
    await ledger.append([first(delivery('L1')), first(delivery('L2'), waits(T0 + 1e6, { batch: true })), first(delivery('L3'), waits(T0)), first(delivery('L4'), waits(T0, { batch: true, recipient: 'b' }))])
    await ledger.append([then(delivery('L1'), 1, waits(T0 + 2e6, { batch: true }), [{ type: 'chose', at: T0, path: '/', choice: { kind: 'queue' } }])])
    const query = { mode: 'live', recipient: 'a', runId: 'r1', limit: 9 } as const
    // Who has waited longest goes first.
    expect((await ledger.takeBatch({ ...query, limit: 1 })).map((each) => each.delivery.lead.id)).toEqual(['L2'])
    expect((await ledger.takeBatch(query)).map((each) => each.delivery.lead.id)).toEqual(['L1'])
    expect(await ledger.takeBatch(query)).toEqual([])
  }],
  ['a lead that a recipient may have got with a batch, and that waits to be repeated, joins no second one through another target until then', async (ledger) => {
    const [x, y, z] = [delivery('L1', { to: 'x' }), delivery('L1', { to: 'y' }), delivery('L1', { to: 'z' })]
    const start: DeliveryEvent = { type: 'attemptStarted', at: T0, path: '/', recipient: 'a', phase: 'post', attempt: 1, key: 'k', requestHash: 'h', version: null, batch: 'b_1.1' }
    const silence: DeliveryEvent = { type: 'attemptFinished', at: T0, path: '/', recipient: 'a', phase: 'post', attempt: 1, key: 'k', verdict: { kind: 'unknown', class: 'timeout', retry: true, reason: 'no answer' }, revenue: null, httpStatus: null, durationMs: 1, batch: 'b_1.1' }
    await ledger.append([first(x, waits(T0 + 60_000), [received(), start, silence]), first(y, waits(T0, { batch: true })), first(z, waits(T0 + 1, { batch: true, recipient: 'b' }))])
    expect(await ledger.takeBatch({ mode: 'live', recipient: 'a', limit: 9 })).toEqual([])
    expect((await ledger.takeDue({ mode: 'live', now: T0 + 1, limit: ledger.shared ? 9 : 1 })).map((each) => each.delivery.to)).toEqual(['z'])
    const asked = { mode: 'live', deliveryIds: [z.id], now: T0 + 1 } as const
    expect(await ledger.onTheirWay({ ...asked, recipient: 'a' })).toEqual(new Map([[z.id, T0 + 61_000]]))
    expect(await ledger.onTheirWay({ ...asked, recipient: 'b' })).toEqual(new Map())
    expect(await ledger.nextDue({ mode: 'live' })).toBe(T0 + 60_000)
    expect((await ledger.takeDue({ mode: 'live', now: T0 + 60_000, limit: 9 })).map((each) => each.delivery.to)).toEqual(['x'])
    await ledger.append([then(x, 3, settled('rejected'), [{ type: 'settled', at: T0 + 60_001, outcome: { kind: 'rejected', path: '/', recipient: 'a', reason: null, buyerLeadId: null, revenue: null, class: null }, cost: null, attempts: 2 }])])
    expect((await ledger.takeDue({ mode: 'live', now: T0 + 61_000, limit: 9 })).map((each) => each.delivery.to)).toEqual(['y'])
  }],
  ['of two deliveries of one lead that went on from a batch of one recipient to that of the other, each of which would wait for the other, the first goes', async (ledger) => {
    const [x, y] = [delivery('L1', { to: 'x' }), delivery('L1', { to: 'y' })]
    const tried = (recipient: string): readonly DeliveryEvent[] => [
      { type: 'attemptStarted', at: T0, path: '/0', recipient, phase: 'post', attempt: 1, key: 'k', requestHash: 'h', version: null, batch: `b_${recipient}.1` },
      { type: 'attemptFinished', at: T0, path: '/0', recipient, phase: 'post', attempt: 1, key: 'k', verdict: { kind: 'failed', class: 'server_error', retry: true, reason: 'HTTP 503', said: null }, revenue: null, httpStatus: 503, durationMs: 1, batch: `b_${recipient}.1` },
    ]
    await ledger.append([first(x, waits(T0, { batch: true, recipient: 'b' }), [received(), ...tried('a')]), first(y, waits(T0, { batch: true }), [received(), ...tried('b')])])
    expect((await ledger.takeDue({ mode: 'live', now: T0, limit: 9 })).map((each) => each.delivery.to)).toContain('x')
  }],
  ['two deliveries of one lead that fall due together to join a batch are not in each other\'s way: who took both sees to it', async (ledger) => {
    const [x, y] = [delivery('L1', { to: 'x' }), delivery('L1', { to: 'y' })]
    await ledger.append([first(x, waits(T0, { batch: true })), first(y, waits(T0, { batch: true }))])
    expect(await ledger.takeDue({ mode: 'live', now: T0, limit: 9 })).toHaveLength(2)
    expect(await ledger.onTheirWay({ mode: 'live', recipient: 'a', deliveryIds: [x.id, y.id], now: T0 })).toEqual(new Map())
  }],
  ['the other deliveries of leads are found, however they stand', async (ledger) => {
    const [a, b, c, other, again] = [delivery('L1'), delivery('L1', { to: 'b' }), delivery('L1', { to: 'c' }), delivery('L2'), delivery('L1', { number: 2 })]
    await ledger.append([first(a, settled('failed'), [received(), ...tried('/', 'x', 1, rejected)]), first(b), first(other)])
    await ledger.append([first(again)])
    expect(await ledger.siblings([other.id, again.id])).toEqual([])
    expect((await ledger.siblings([b.id, other.id])).map(({ delivery: { id }, standing, events }) => [id, standing.state, events.map(({ event }) => event.type)])).toEqual([[a.id, 'settled', ['received', 'attemptStarted', 'attemptFinished']]])
    await ledger.append([first(c)])
    expect((await ledger.siblings([b.id, c.id])).map((each) => each.delivery.id).sort()).toEqual([a.id, b.id, c.id])
  }],
  ['what is in a batch and not settled is counted, with when the last of it is due', async (ledger) => {
    const [a, b, c] = [delivery('L1'), delivery('L2'), delivery('L3')]
    const start: DeliveryEvent = { type: 'attemptStarted', at: T0, path: '/', recipient: 'a', phase: 'post', attempt: 1, key: 'k', requestHash: 'h', version: null, batch: 'b_1.3' }
    const silence: DeliveryEvent = { type: 'attemptFinished', at: T0, path: '/', recipient: 'a', phase: 'post', attempt: 1, key: 'k', verdict: { kind: 'unknown', class: 'timeout', retry: true, reason: 'no answer' }, revenue: null, httpStatus: null, durationMs: 1, batch: 'b_1.3' }
    const told: DeliveryEvent = { type: 'attemptFinished', at: T0, path: '/', recipient: 'a', phase: 'post', attempt: 1, key: 'k', verdict: rejected, revenue: null, httpStatus: 200, durationMs: 1 }
    await ledger.append([first(a, waits(T0 + 5), [received(), start, silence]), first(b, working, [received(), start]), first(c, waits(T0 + 9), [received(), start, told])])
    expect(await ledger.ofBatch('live', 'b_1.3')).toEqual({ count: 2, dueAt: T0 + 5 })
    expect(await ledger.ofBatch('test', 'b_1.3')).toEqual({ count: 0, dueAt: 0 })
    await ledger.append([then(b, 2, waits(null), [silence])])
    expect(await ledger.ofBatch('live', 'b_1.3')).toEqual({ count: 2, dueAt: null })
    await ledger.append([then(a, 3, settled('failed'), [told]), then(b, 3, settled('failed'), [told])])
    expect(await ledger.ofBatch('live', 'b_1.3')).toEqual({ count: 0, dueAt: 0 })
    const d = delivery('L4')
    await ledger.append([first(d, working, [received(), start]), then(d, 2, waits(T0), [told])])
    expect(await ledger.ofBatch('live', 'b_1.3')).toEqual({ count: 0, dueAt: 0 })
  }],
  ['one delivery is taken whatever its state', async (ledger) => {
    const a = delivery('L1')
    await ledger.append([first(a, settled('failed'))])
    expect((await ledger.takeOne(a.id))?.standing).toEqual(settled('failed'))
    expect((await ledger.append([then(a, 1, settled('accepted'), [{ type: 'reopened', at: T0, reason: 'again' }], 'r2')])).map((each) => each.kind)).toEqual(['ok'])
    expect((await ledger.load(a.id))?.runId).toBe('r2')
    expect(await ledger.takeOne(delivery('nobody').id)).toBeNull()
  }],
  ['one delivery is not taken that stands no more as it was seen', async (ledger) => {
    const [a, b] = [delivery('L1'), delivery('L2')]
    await ledger.append([first(a, settled('failed')), first(b, waits(T0))])
    expect(await ledger.takeOne(a.id, waits(T0))).toBeNull()
    expect(await ledger.takeOne(a.id, settled('accepted'))).toBeNull()
    expect(await ledger.takeOne(b.id, settled('failed'))).toBeNull()
    expect((await ledger.load(a.id))?.standing).toEqual(settled('failed'))
    expect((await ledger.takeOne(a.id, settled('failed')))?.standing).toEqual(settled('failed'))
    expect((await ledger.takeOne(b.id, waits(null)))?.standing).toEqual(waits(T0))
  }],
  ['a delivery is taken once: not again while this writer works it', async (ledger) => {
    const [a, b] = [delivery('L1'), delivery('L2')]
    await ledger.append([first(a, waits(T0)), first(b)])
    expect(await ledger.takeDue({ mode: 'live', now: T0, limit: 9 })).toHaveLength(1)
    expect(await ledger.takeOne(a.id)).toBeNull()
    expect(await ledger.takeOne(b.id)).toBeNull()
  }],
  ['this writer\'s own work is not abandoned', async (ledger) => {
    await ledger.append([first(delivery('L1'))])
    expect(await ledger.takeAbandoned({ mode: 'live', limit: 9 })).toEqual([])
  }],
  ['all deliveries of a lead, oldest first', async (ledger) => {
    await ledger.append([first(delivery('L1', { to: 'b' })), first(delivery('L1')), first(delivery('L2'))])
    expect((await ledger.ofLead('L1')).map((each) => each.delivery.to)).toEqual(['b', 'a'])
    expect(await ledger.ofLead('nobody')).toEqual([])
  }],
  ['events of a run or a mode, with their delivery', async (ledger) => {
    const [a, b] = [delivery('L1', { source: { name: 'web' } }), delivery('L2', { mode: 'test' })]
    await ledger.append([first(a), first(b), then(a, 1, settled(), sale(), 'r2')])
    expect(await all(ledger.events({ runId: 'r2' }))).toMatchObject([{ deliveryId: a.id, leadId: 'L1', mode: 'live', runId: 'r2', source: { name: 'web' } }, { event: { type: 'attemptFinished' } }])
    expect((await all(ledger.events({ mode: 'test' }))).map((each) => each.leadId)).toEqual(['L2'])
    expect(await all(ledger.events({ runId: 'nobody' }))).toEqual([])
  }],
  ['deliveries by state and outcome, in order of taking in', async (ledger) => {
    await ledger.append([first(delivery('L1'), settled()), first(delivery('L2'), settled('failed')), first(delivery('L3'), waits(T0)), first(delivery('L4'))])
    const ids = async (filter: Parameters<Ledger['deliveries']>[0]) => (await all(ledger.deliveries(filter))).map((each) => each.delivery.lead.id)
    expect(await ids({})).toEqual(['L1', 'L2', 'L3', 'L4'])
    expect(await ids({ state: 'settled' })).toEqual(['L1', 'L2'])
    expect(await ids({ outcomes: ['failed', 'held'] })).toEqual(['L2'])
    expect(await ids({ state: 'waiting', runId: 'r1' })).toEqual(['L3'])
    expect(await ids({ runId: 'r2' })).toEqual([])
    expect(await ids({ mode: 'test' })).toEqual([])
  }],
  ['more rows than a page, whole', async (ledger) => {
    for (let i = 0; i < 12; i++) await ledger.append(Array.from({ length: 100 }, (_, j) => first(delivery(`L${i * 100 + j}`), settled())))
    expect((await all(ledger.deliveries({}))).map((each) => each.delivery.lead.id)).toEqual(Array.from({ length: 1200 }, (_, i) => `L${i}`))
    expect(await all(ledger.events({}))).toHaveLength(1200)
  }],
  ['what waits, by recipient and reason: how many, the first that is due, and how many are overdue', async (ledger) => {
    await ledger.startRun({ id: 'r1', mode: 'live', to: 'a', startedAt: T0 }, null)
    await ledger.startRun({ id: 'r2', mode: 'live', to: 'a', startedAt: T0 }, null)
    await ledger.append([
      first(delivery('L1'), waits(T0 + 2_000)), first(delivery('L2'), waits(T0 + 1_000)), first(delivery('L3'), waits(null), [received()], 'r2'), first(delivery('L4'), waits(T0 - 1)),
      first(delivery('L5'), waits(null, { why: 'a person', recipient: null })), first(delivery('L6'), waits(T0, { batch: true })), first(delivery('L7', { mode: 'test' }), waits(T0)),
      first(delivery('L8')), first(delivery('L9'), settled()), first(delivery('L10'), waits(T0, { batch: true }), [received()], 'r2'), first(delivery('L11'), waits(T0, { batch: true })),
    ])
    const retry = { recipient: 'a', why: 'a retry', batch: false, leads: 4, nextAt: T0 - 1, overdue: 1 }
    const batch = { recipient: 'a', why: 'a retry', batch: true, leads: 3, nextAt: T0, overdue: 0 }
    const person = { recipient: null, why: 'a person', batch: false, leads: 1, nextAt: null, overdue: 0 }
    expect(await ledger.queues({ mode: 'live', dueBefore: T0 })).toEqual([retry, batch, person])
    expect(await ledger.queues({ mode: 'live', runId: 'r2' })).toEqual(expect.arrayContaining([{ ...retry, leads: 1, nextAt: null, overdue: 0 }, { ...batch, leads: 1 }]))
    expect(await ledger.queues({ mode: 'test' })).toEqual([{ ...batch, batch: false, leads: 1 }])
  }],
  ['counts by state and outcome', async (ledger) => {
    await ledger.append([first(delivery('L1'), settled()), first(delivery('L2'), settled()), first(delivery('L3'), settled('held')), first(delivery('L4'), waits(T0)), first(delivery('L5')), first(delivery('L6', { mode: 'test' }))])
    expect(await ledger.counts('live')).toEqual({ working: 1, waiting: 1, settled: { accepted: 2, rejected: 0, duplicate: 0, skipped: 0, failed: 0, held: 1, pooled: 0 } })
  }],
  ['a plan is kept by its hash', async (ledger) => {
    await ledger.startRun({ id: 'r1', mode: 'live', to: 'a', startedAt: T0 }, { hash: 'h', json: '{"kind":"send"}' })
    await ledger.startRun({ id: 'r2', mode: 'live', to: 'a', startedAt: T0 }, { hash: 'h', json: '{"kind":"send"}' })
    await ledger.finishRun('r1', T0, '{}')
    expect(await ledger.planOf('h')).toBe('{"kind":"send"}')
    expect(await ledger.planOf('nobody')).toBeNull()
  }],
  ['pauses and closings are kept by recipient and mode', async (ledger) => {
    await ledger.setPaused('a', 'live', { at: T0, reason: '401' })
    await ledger.setClosedUntil('a', 'live', T0 + 5)
    await ledger.setClosedUntil('b', 'test', T0)
    await ledger.setCircuit('a', 'live', '{"kind":"open"}')
    expect(await ledger.recipientStates('live')).toEqual([{ recipient: 'a', mode: 'live', paused: { at: T0, reason: '401' }, closedUntil: T0 + 5, circuit: '{"kind":"open"}' }])
    await ledger.setPaused('a', 'live', null)
    expect(await ledger.recipientStates('live')).toMatchObject([{ paused: null, closedUntil: T0 + 5 }])
    // Another process, which heard of another time.
    for (const until of [T0 + 3, T0 + 9, T0 + 7]) await ledger.setClosedUntil('a', 'live', until)
    expect(await ledger.recipientStates('live')).toMatchObject([{ closedUntil: T0 + 9 }])
    await ledger.setClosedUntil('a', 'live', null)
    expect(await ledger.recipientStates('live')).toMatchObject([{ closedUntil: null }])
    await ledger.setClosedUntil('a', 'live', T0 + 1)
    expect(await ledger.recipientStates('live')).toMatchObject([{ closedUntil: T0 + 1 }])
  }],
  ['unpause makes due what waits for the recipient or for a person', async (ledger) => {
    await ledger.append([first(delivery('L1'), waits(null)), first(delivery('L2'), waits(T0 + 1e9)), first(delivery('L3'), waits(T0 + 1e9, { recipient: 'b' })), first(delivery('L4'), waits(null, { recipient: 'b' })), first(delivery('L5', { mode: 'test' }), waits(null)), first(delivery('L6'), settled())])
    expect(await ledger.wake('a', 'live', T0)).toBe(3)
    expect((await ledger.takeDue({ mode: 'live', now: T0, limit: 9 })).map((each) => each.delivery.lead.id).toSorted()).toEqual(['L1', 'L2', 'L4'])
  }],
  ['any text comes back as it went in', async (ledger) => {
    const fields = { id: 'x', nul: 'a\u0000b', emoji: '👩‍👩‍👧', quote: `"'\\\n`, rtl: 'שלום', long: 'x'.repeat(1_000_000), ['__proto__x']: 'p', constructor: 'c' }
    const a = delivery('L:1/é "x"', { to: 'a:b', fields, source: { name: 'übung' } })
    await ledger.append([first(a)])
    expect((await ledger.load(a.id))?.delivery).toEqual(a)
    expect((await ledger.ofLead('L:1/é "x"'))).toHaveLength(1)
  }],
  ['money is exact', async (ledger) => {
    const a = delivery('L1')
    const exact: Standing = { ...(settled() as Extract<Standing, { state: 'settled' }>), revenue: money(9_007_199_254_740_991), cost: money(-1, 'EUR') }
    await ledger.append([first({ ...a, cost: money(3, 'GBP') }, exact)])
    expect(await ledger.load(a.id)).toMatchObject({ standing: exact, delivery: { cost: money(3, 'GBP') } })
  }],
  ['a sealed token is kept by recipient and mode, until it is replaced or dropped', async (ledger) => {
    expect(await ledger.sealedToken('a', 'live')).toBeNull()
    await ledger.setSealedToken('a', 'live', '1.first')
    await ledger.setSealedToken('a', 'test', '1.other')
    await ledger.setSealedToken('a', 'live', '1.second')
    expect([await ledger.sealedToken('a', 'live'), await ledger.sealedToken('a', 'test'), await ledger.sealedToken('b', 'live')]).toEqual(['1.second', '1.other', null])
    await ledger.setSealedToken('a', 'live', null)
    expect([await ledger.sealedToken('a', 'live'), await ledger.sealedToken('a', 'test')]).toEqual([null, '1.other'])
    expect(await ledger.recipientStates('live')).toEqual([])
  }],
  ['a crash: a sealed token is there afterwards', async (ledger, { reopen }) => {
    await ledger.setSealedToken('a', 'live', '1.sealed')
    expect(await (await reopen!()).sealedToken('a', 'live')).toBe('1.sealed')
  }],
  ['a question sees all that was appended before it, however much of that still waits', async (ledger) => {
    const batch: DeliveryEvent = { type: 'attemptStarted', at: T0, path: '/', recipient: 'a', phase: 'post', attempt: 1, key: 'k', requestHash: 'h', version: null, batch: 'b_1.2' }
    const appended: Promise<unknown>[] = []
    const after = <T>(lead: string, ask: () => Promise<T>): Promise<T> => {
      for (let i = 0; i < 200; i++) appended.push(ledger.append([first(delivery(`${lead}-${i}`), waits(T0 - appended.length), [received(), batch])]))
      return ask()
    }
    expect((await after('L1', () => ledger.counts('live'))).waiting).toBe(200)
    expect(await after('L2', () => ledger.nextDue({ mode: 'live' }))).toBe(T0 - 399)
    expect((await after('L3', () => ledger.known({ mode: 'live', to: 'a', leadIds: ['L3-0', 'L3-199'] }))).size).toBe(2)
    expect(await after('L4', () => ledger.queues({ mode: 'live' }))).toMatchObject([{ leads: 800 }])
    expect((await after('L5', () => ledger.ofBatch('live', 'b_1.2'))).count).toBe(1_000)
    expect(await after('L6', () => ledger.ofLead('L6-199'))).toHaveLength(1)
    expect(await after('L7', () => ledger.takeDue({ mode: 'live', now: T0, limit: 2_000 }))).toHaveLength(1_400)
    await Promise.all(appended)
  }],
  ['a step that comes while the one before it is being written follows it', async (ledger) => {
    const a = delivery('L1')
    const turns = async (): Promise<void> => { for (let i = 0; i < 2; i++) await new Promise((resolve) => setImmediate(resolve)) }
    const made = ledger.append([first(a)])
    await turns()
    const sold = ledger.append([then(a, 1, working, sale())])
    await turns()
    expect((await Promise.all([made, sold, ledger.append([then(a, 3, settled(), [])])])).flat().map((each) => each.kind)).toEqual(['ok', 'ok', 'ok'])
  }],
  ['many appends at once are each answered for themselves', async (ledger) => {
    const leads = Array.from({ length: 700 }, (_, i) => delivery(`L${i % 500}`))
    const results = await Promise.all(leads.map((each) => ledger.append([first(each)])))
    expect(results.map(([each]) => each?.kind)).toEqual(leads.map((_, i) => (i < 500 ? 'ok' : 'exists')))
  }],
  ['a crash: what was acknowledged is there, and what was under way is abandoned to the next writer', async (ledger, { reopen }) => {
    const [a, b, c] = [delivery('L1'), delivery('L2'), delivery('L3')]
    await ledger.append([first(b, settled()), first(c, waits(T0)), first(a, working, [received(), ...tried('/', 'a', 1, null)])])
    const after = await reopen!()
    const query = { mode: 'live', now: T0, limit: 9 } as const
    expect(await after.takeAbandoned({ ...query, to: 'nobody' })).toEqual([])
    const [left, ...others] = await after.takeAbandoned(query)
    expect([left?.delivery.id, others.length]).toEqual([a.id, 0])
    expect(left?.events.map(({ event }) => event.type)).toEqual(['received', 'attemptStarted'])
    expect(await after.takeAbandoned(query)).toEqual([])
    expect((await after.append([then(a, 2, settled(), sale().slice(1))])).map((each) => each.kind)).toEqual(['ok'])
    expect((await after.takeDue(query)).map((each) => each.delivery.lead.id)).toEqual(['L3'])
    const numbers = (await all(after.events({}))).map(({ seq }) => seq)
    expect(numbers).toEqual([...new Set(numbers)].toSorted((one, other) => one - other))
  }],
]

describe.each(IMPLEMENTATIONS)('$name', ({ open, cannot }) => {
  let opened: Opened | null = null
  afterEach(async () => { await opened?.close(); opened = null })
  for (const [name, run] of CASES) {
    const without = cannot.find((each) => name.startsWith(each))
    if (without !== undefined) {
      it(`cannot: ${name}`, async () => { opened = await open(); expect(opened.reopen).toBeNull() })
      continue
    }
    it(name, async () => { opened = await open(); await run(opened.ledger, opened) })
  }
})
