import { afterEach, describe, expect, it } from 'vitest'
import { money } from '../../src/base/money.ts'
import { deliveryIdOf } from '../../src/core/delivery-id.ts'
import type { DeliveryEvent } from '../../src/core/event.ts'
import { outcomeOf } from '../../src/core/outcome.ts'
import type { Delivery, Ledger, Standing, Step } from '../../src/ports.ts'
import { idempotencyKeyOf } from '../../src/engine/identity.ts'
import { T0, accepted, received, tried } from '../core/given.ts'
import { IMPLEMENTATIONS } from './ledgers.ts'
import type { Opened } from './ledgers.ts'

const delivery = (leadId: string, to = 'a', fields: Delivery['lead']['fields'] = { id: leadId }): Delivery =>
  ({ id: deliveryIdOf({ mode: 'live', to, leadId, number: 1 }), mode: 'live', to, number: 1, lead: { id: leadId, fields }, receivedAt: T0, source: { name: 'web' }, vars: {}, cost: null, planHash: 'p' })
const first = (of: Delivery, more: Partial<Step> = {}): Step => ({ deliveryId: of.id, version: 0, create: of, runId: 'r1', events: [received()], standing: { state: 'working' }, ...more })
const settled = (at = T0, outcome: 'accepted' | 'failed' = 'accepted'): Extract<Standing, { state: 'settled' }> =>
  ({ state: 'settled', at, outcome, recipient: 'a', buyerLeadId: 'B1', revenue: outcome === 'accepted' ? money(450_000) : null, cost: money(20_000), attempts: 1, reason: 'sold to CANARY Smith' })
const waiting: Standing = { state: 'waiting', dueAt: T0, why: 'a retry', recipient: 'a', batch: false }
const kinds = async (ledger: Ledger, steps: readonly Step[]): Promise<readonly string[]> => (await ledger.append(steps)).map((each) => each.kind)
const all = async <T>(rows: AsyncIterable<T>): Promise<readonly T[]> => { const found: T[] = []; for await (const row of rows) found.push(row); return found }
const cap = (limit: number) => ({ kind: 'cap', recipient: 'a', counter: 'day', limit, amount: 1 }) as const

/** All that a delivery can hold of a person, in every place where buyers and people put it. */
const telling = (own: string): readonly DeliveryEvent[] => {
  const key = (recipient: string): string => (recipient === 'own' ? own : idempotencyKeyOf('live', recipient, 'P1', 1, 'post'))
  const keyed = (event: DeliveryEvent): DeliveryEvent => ('key' in event ? { ...event, key: key(event.recipient) } : event)
  return [
    received(),
    { type: 'chose', at: T0, path: '/0', choice: { kind: 'pass', recipient: 'b', reason: 'CANARY is not in MA' } },
    { type: 'chose', at: T0, path: '/1', choice: { kind: 'order', order: [0], why: 'CANARY drew' } },
    ...tried('/2', 'own', 1, { kind: 'rejected', reason: 'CANARY is known', said: 'CANARY', captured: { name: 'CANARY' } }).map(keyed),
    ...tried('/3', 'a', 1, { ...accepted, reason: 'welcome CANARY', redirectUrl: 'https://x.example/?e=CANARY', captured: { e: 'CANARY' } }).map(keyed),
    { type: 'reviewed', at: T0, decision: 'drop', note: 'CANARY called' },
    { type: 'settled', at: T0, outcome: { kind: 'accepted', recipient: 'a', path: '/3', buyerLeadId: 'B1', revenue: money(450_000), reason: 'CANARY', class: null }, cost: null },
    { type: 'reopened', at: T0, reason: 'CANARY asked' },
  ]
}

type Case = readonly [name: string, run: (ledger: Ledger) => Promise<void>]
const CASES: readonly Case[] = [
  ['nothing appended is answered', async (ledger) => { expect(await ledger.append([])).toEqual([]) }],
  ['a step of hundreds of events is taken: a pattern passes by as many recipients at once', async (ledger) => {
    const passes = (count: number): readonly DeliveryEvent[] => [received(), ...Array.from({ length: count - 1 }, (_, i): DeliveryEvent => ({ type: 'chose', at: T0, path: `/${i}`, choice: { kind: 'pass', recipient: `b${i}`, reason: 'not in MA' } }))]
    const sizes = [2, 256, 257, 5, 700, 3]
    const results = await ledger.append(sizes.map((size) => first(delivery(`S${size}`), { events: passes(size) })))
    for (const [i, size] of sizes.entries()) {
      const result = results[i]
      const [found] = await ledger.ofLead(`S${size}`)
      expect(found?.events.map(({ seq }) => seq - (result?.kind === 'ok' ? result.seq : 0))).toEqual([...Array(size).keys()])
    }
    const numbers = (await all(ledger.events({}))).map(({ seq }) => seq)
    expect([new Set(numbers).size, numbers.length]).toEqual([1_223, 1_223])
  }],
  ['a step that cannot be written leaves those beside it alone', async (ledger) => {
    // What memory takes and a file cannot is refused whole, or taken whole.
    const circle: Record<string, unknown> = {}
    circle['self'] = circle
    const both = ledger.append([first(delivery('L1')), first(delivery('L2', 'a', circle as Delivery['lead']['fields']))]).then(() => 2, () => 0)
    expect(await kinds(ledger, [first(delivery('L3'))])).toEqual(['ok'])
    expect((await ledger.ofLead('L1')).length + (await ledger.ofLead('L2')).length).toBe(await both)
    expect((await ledger.ofLead('L3'))).toHaveLength(1)
  }],
  ['a cap holds for first steps too', async (ledger) => {
    expect(await kinds(ledger, ['1', '2', '3'].map((each) => first(delivery(each), { claims: [cap(2)] })))).toEqual(['ok', 'ok', 'refused'])
    expect(await ledger.ofLead('3')).toEqual([])
  }],
  ['a delivery that exists takes nothing of a cap', async (ledger) => {
    expect(await kinds(ledger, [first(delivery('1')), first(delivery('1'), { claims: [cap(1)] }), first(delivery('2'), { claims: [cap(1)] })])).toEqual(['ok', 'exists', 'ok'])
  }],
  ['what is given back can be taken again', async (ledger) => {
    const back = { ...cap(Number.MAX_SAFE_INTEGER), amount: -1 }
    expect(await kinds(ledger, [first(delivery('1'), { claims: [cap(1)] }), first(delivery('2'), { claims: [back] }), first(delivery('3'), { claims: [cap(1)] }), first(delivery('4'), { claims: [cap(1)] })]))
      .toEqual(['ok', 'ok', 'ok', 'refused'])
  }],
  ['a first step with a sale that is booked is refused alone', async (ledger) => {
    const sale = tried('/', 'x', 1, accepted)
    expect(await kinds(ledger, [first(delivery('1', 'a'), { events: sale }), first(delivery('1', 'b'), { events: sale, informed: true }), first(delivery('2'))])).toEqual(['ok', 'booked', 'ok'])
    expect((await ledger.ofLead('1')).map((each) => each.delivery.to)).toEqual(['a'])
  }],
  ['of a step with several sales, one of them booked already, none is booked', async (ledger) => {
    const both = [received(), ...tried('/0', 'c', 1, accepted), ...tried('/1', 'a', 1, accepted)]
    const steps = [
      first(delivery('1', 'a'), { events: [received(), ...tried('/', 'a', 1, accepted)] }),
      first(delivery('1', 'all'), { events: both, informed: true }),
      first(delivery('1', 'b'), { informed: true }),
      { deliveryId: delivery('1', 'b').id, version: 1, runId: 'r1', events: both.slice(1), standing: { state: 'working' } as const },
      { deliveryId: delivery('1', 'b').id, version: 1, runId: 'r1', events: tried('/0', 'c', 1, accepted), standing: { state: 'working' } as const },
    ]
    expect(await kinds(ledger, steps)).toEqual(['ok', 'booked', 'ok', 'booked', 'ok'])
  }],
  ['what a person accepts in review is a sale: other targets are told, and it is booked once', async (ledger) => {
    const [a, b, c] = [delivery('1', 'a'), delivery('1', 'b'), delivery('1', 'c')]
    const held: Standing = { state: 'settled', at: T0, outcome: 'held', recipient: 'x', buyerLeadId: null, revenue: null, cost: null, attempts: 1, reason: null }
    const yes: readonly DeliveryEvent[] = [{ type: 'reviewed', at: T0, decision: 'accept', note: null }, { type: 'settled', at: T0, outcome: { kind: 'accepted', recipient: 'x', path: '/', buyerLeadId: null, revenue: money(450_000), reason: null, class: null }, cost: null }]
    await ledger.append([first(a, { standing: held }), { ...first(b, { standing: held }), informed: true }])
    const accept = (of: Delivery): Step => ({ deliveryId: of.id, version: 1, runId: 'r2', events: yes, standing: settled() })
    expect(await kinds(ledger, [accept(a)])).toEqual(['ok'])
    expect(await kinds(ledger, [accept(b)])).toEqual(['booked'])
    expect(await ledger.append([first(c)])).toEqual([{ kind: 'had', recipients: ['x'] }])
    expect(await ledger.takeOne(b.id)).toMatchObject({ had: ['x'] })
    expect(await ledger.takeOne(a.id)).not.toHaveProperty('had')
    const beside: DeliveryEvent = { type: 'reviewed', at: T0, decision: 'accept', note: null, sale: { path: '/', recipient: 'y', buyerLeadId: null, revenue: money(10_000) } }
    expect(await kinds(ledger, [{ deliveryId: b.id, version: 1, runId: 'r4', events: [beside], standing: settled() }])).toEqual(['ok'])
    expect(await ledger.append([first(c)])).toEqual([{ kind: 'had', recipients: expect.arrayContaining(['x', 'y']) }])
  }],
  ['a settled delivery that is being worked again counts as working only', async (ledger) => {
    const a = delivery('L1')
    await ledger.append([first(a, { standing: settled(T0, 'failed') })])
    expect(await all(ledger.deliveries({ outcomes: ['failed'] }))).toHaveLength(1)
    await ledger.takeOne(a.id)
    expect(await all(ledger.deliveries({ outcomes: ['failed'] }))).toEqual([])
    expect(await ledger.counts('live')).toMatchObject({ working: 1, settled: { failed: 0 } })
  }],
  ['a look at an unknown run finds nothing', async (ledger) => {
    expect(await ledger.nextDue({ mode: 'live', runId: 'nobody' })).toBeNull()
    expect(await ledger.takeDue({ mode: 'live', runId: 'nobody', now: T0, limit: 1 })).toEqual([])
  }],
  ['a call sees what was appended before it, and so does the end', async (ledger) => {
    const appended = Promise.all(Array.from({ length: 1500 }, (_, i) => ledger.append([first(delivery(`L${i}`))])))
    const counted = ledger.counts('live')
    const late = ledger.append([first(delivery('late'))])
    const closed = ledger.close()
    expect((await counted).working).toBeGreaterThanOrEqual(1500)
    expect((await appended).every(([each]) => each?.kind === 'ok')).toBe(true)
    expect(await late).toMatchObject([{ kind: 'ok' }])
    await closed
    await ledger.close()
  }],
  ['purge takes what is personal, and leaves the figures', async (ledger) => {
    const own = 'CANARY@example.com-1'
    const a = delivery('P1', 'a', { id: 'P1', email: 'CANARY@example.com', deep: { list: ['CANARY'] } })
    await ledger.append([first(a, { events: telling(own), standing: settled() })])
    const before = { counts: await ledger.counts('live'), loaded: await ledger.load(a.id) }
    expect(JSON.stringify(before)).toContain('CANARY')
    expect(await ledger.purge({ olderThanMs: 0, now: T0 })).toBe(1)
    const loaded = await ledger.load(a.id)
    expect(JSON.stringify([loaded, await all(ledger.events({})), await all(ledger.deliveries({}))])).not.toContain('CANARY')
    expect(await ledger.counts('live')).toEqual(before.counts)
    expect(loaded).toMatchObject({ delivery: { lead: { id: 'P1', fields: {} }, source: { name: 'web' } }, standing: { revenue: money(450_000), cost: money(20_000), buyerLeadId: 'B1' } })
    expect(loaded?.events.map(({ seq, event }) => [seq, event.type])).toEqual(before.loaded?.events.map(({ seq, event }) => [seq, event.type]))
    // Our own key stays, to be found in a buyer's books; a recipient's own is told apart, not read.
    const keys = loaded?.events.flatMap(({ event }) => (event.type === 'attemptStarted' || event.type === 'attemptFinished' ? [event.key] : []))
    expect(keys?.[0]).toBe(keys?.[1])
    expect(keys?.slice(2)).toEqual(Array.from({ length: 2 }, () => idempotencyKeyOf('live', 'a', 'P1', 1, 'post')))
  }],
  ['purge leaves in words what was earned and given back in other currencies, as a row has the money of one', async (ledger) => {
    const a = delivery('P1')
    const reason = 'CANARY is welcome; it earned CAD 30.00 as well'
    const outcome = { ...outcomeOf('accepted', '/', 'a', reason, { revenue: money(450_000) }), besides: [money(300_000, 'CAD')] }
    const returned: DeliveryEvent = { type: 'returned', at: T0, path: '/1', recipient: 'maple', buyerLeadId: 'M1', amount: money(50_000, 'CAD'), reason: 'CANARY has moved', ref: 'r' }
    await ledger.append([first(a, { events: [received(), { type: 'settled', at: T0, outcome, cost: null }, returned], standing: { ...settled(), reason: `${reason}; returned 5.00 CAD: CANARY has moved` } }), first(delivery('P2'), { standing: settled() })])
    await ledger.purge({ olderThanMs: 0, now: T0 })
    const [one, other] = await all(ledger.deliveries({}))
    expect(one?.standing).toMatchObject({ reason: 'it earned CAD 30.00 as well; returned CAD 5.00' })
    expect(other?.standing).toMatchObject({ reason: null })
    expect((await ledger.load(a.id))?.events.find(({ event }) => event.type === 'settled')?.event).toMatchObject({ outcome: { reason: 'it earned CAD 30.00 as well' } })
  }],
  ['purge keeps the key of a batch on each row of its answer too', async (ledger) => {
    const key = idempotencyKeyOf('live', 'a', 'b_x.2', 1, 'post')
    const [started, finished] = tried('/', 'a', 1, accepted).map((event) => ({ ...event, key }))
    const a = delivery('P1')
    await ledger.append([first(a, { events: [received(), { ...started, batch: 'b_x.2' } as DeliveryEvent], standing: { state: 'working' } })])
    await ledger.append([{ deliveryId: a.id, version: 2, runId: 'r1', events: [finished as DeliveryEvent], standing: settled() }])
    expect(await ledger.purge({ olderThanMs: 0, now: T0 })).toBe(1)
    expect((await ledger.load(a.id))?.events.flatMap(({ event }) => ('key' in event ? [event.key] : []))).toEqual([key, key])
  }],
  ['purge leaves what waits, what is under way, and what settled since', async (ledger) => {
    await ledger.append([first(delivery('old'), { standing: settled(T0 - 90) }), first(delivery('new'), { standing: settled(T0 - 89) }), first(delivery('waits'), { standing: waiting }), first(delivery('works'))])
    expect(await ledger.purge({ olderThanMs: 90, now: T0 })).toBe(1)
    expect((await all(ledger.deliveries({}))).map((each) => [each.delivery.lead.id, Object.keys(each.delivery.lead.fields).length])).toEqual([['old', 0], ['new', 1], ['waits', 1], ['works', 1]])
    expect(await ledger.purge({ olderThanMs: 90, now: T0 })).toBe(0)
  }],
  ['what was purged is known, bought, and never sent again', async (ledger) => {
    const a = delivery('L1')
    await ledger.append([first(a, { events: [received(), ...tried('/', 'x', 1, accepted)], standing: settled(T0, 'failed') })])
    await ledger.purge({ olderThanMs: 0, now: T0 })
    expect(await kinds(ledger, [first(a), first(delivery('L1', 'b'))])).toEqual(['exists', 'had'])
    expect(await ledger.takeOne(a.id)).toBeNull()
    expect((await ledger.load(a.id))?.standing.state).toBe('settled')
  }],
]

describe.each(IMPLEMENTATIONS)('$name at its edges', ({ open }) => {
  let opened: Opened | null = null
  afterEach(async () => { await opened?.close(); opened = null })
  it.each(CASES)('%s', async (_name, run) => { opened = await open(); await run(opened.ledger) })
})
