import { describe, expect, it, vi } from 'vitest'
import { type BuyerRequest } from '../world/buyer.ts'
import { deliveryIdOf } from '../../src/core/delivery-id.ts'
import type { Delivery, Ledger } from '../../src/ports.ts'
import { T0, accepted, received, tried } from '../core/given.ts'
import { createMemoryLedger } from '../world/memory-ledger.ts'
import { createWorld, endpointYaml, someLeads } from './world.ts'
import { buyersOfTests } from '../world/buyers.ts'

const buyer = buyersOfTests()
const LEADS = 200
const acceptances = async (world: ReturnType<typeof createWorld>, lead: string) =>
  (await world.events(lead)).flatMap((event) => (event.type === 'attemptFinished' && event.phase === 'post' && event.verdict.kind === 'accepted' ? [event] : []))

/** Comes for a lead once both buyers have been asked, so that they answer in the same moment. */
const bothAsked = (): ((request: BuyerRequest) => Promise<unknown>) => {
  const asked = new Map<string, PromiseWithResolvers<void>>()
  return ({ body }) => {
    const first = asked.get(body)
    if (first) first.resolve()
    else asked.set(body, Promise.withResolvers())
    return asked.get(body)?.promise ?? Promise.resolve()
  }
}

describe('two that accept in the same moment', () => {
  it('in a race: one sale is booked, the other is surplus without revenue', async () => {
    const until = bothAsked()
    const [a, b] = [await buyer({ script: { do: 'accept', price: '30.00' }, until }), await buyer({ script: { do: 'accept', price: '40.00' }, until })]
    const world = createWorld({ a: endpointYaml(a.url, 'Connections: 200\n'), b: endpointYaml(b.url, 'Connections: 200\n'), both: 'Pattern: Simultaneous\nSend To: [a, b]\nAccept: first responder\n' })
    await world.run('both', someLeads(LEADS))
    for (const { id } of someLeads(LEADS)) {
      const [first, second, ...more] = await acceptances(world, id)
      expect([first?.surplus, first?.revenue?.amount, second?.surplus, second?.revenue, more]).toEqual([undefined, first?.recipient === 'a' ? 300_000 : 400_000, true, null, []])
      expect(await world.standing(id)).toMatchObject({ outcome: 'accepted', recipient: first?.recipient, revenue: first?.revenue })
    }
    expect([a.journal.length, b.journal.length]).toEqual([LEADS, LEADS])
  })

  it('in a race that is stopped while one answer is on its way and a third buyer has no place: the answer is recorded, and nobody is asked twice', async () => {
    const [refuses, buys, full] = [Promise.withResolvers<void>(), Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const a = await buyer({ script: { do: 'reject' }, until: () => refuses.promise })
    const b = await buyer({ script: { do: 'accept', price: '30.00' }, until: () => buys.promise })
    const c = await buyer({ script: { do: 'reject' }, until: () => full.promise })
    const world = createWorld({ a: endpointYaml(a.url), b: endpointYaml(b.url), c: endpointYaml(c.url, 'Concurrency: 1\n'), all: 'Pattern: Simultaneous\nSend To: [a, b, c]\nAccept: first responder\n' })
    const run = world.run('all', someLeads(2))
    await vi.waitFor(() => expect([a, b, c].map(({ journal }) => journal.length)).toEqual([2, 2, 1]))
    world.stop.abort()
    refuses.resolve()
    const finished = async (lead: string) => (await world.events(lead)).flatMap((event) => (event.type === 'attemptFinished' ? [`${event.recipient} ${event.verdict.kind}`] : []))
    await vi.waitFor(async () => expect((await finished('L2')).length + (await finished('L1')).length).toBeGreaterThan(0))
    buys.resolve()
    full.resolve()
    await run
    for (const lead of ['L1', 'L2']) expect(await finished(lead)).toEqual(expect.arrayContaining(['a rejected', 'b accepted']))
    await world.run(null, null)
    expect([a, b].map(({ journal }) => journal.length)).toEqual([2, 2])
  })

  it('through two targets, of two processes: the sale that the store has is booked, the other acceptance is surplus, earns nothing and is told as that', async () => {
    const a = await buyer({ script: { do: 'accept', price: '30.00' } })
    const ledger = createMemoryLedger()
    const other: Delivery = { id: deliveryIdOf({ mode: 'live', to: 'other', leadId: 'L1', number: 1 }), mode: 'live', to: 'other', number: 1, lead: { id: 'L1', fields: {} }, receivedAt: T0, source: {}, vars: {}, cost: null, planHash: 'p' }
    const beside: Ledger = {
      ...ledger,
      append: async (steps) => {
        const sells = steps.some(({ events }) => events.some((event) => event.type === 'attemptFinished'))
        if (sells) await ledger.append([{ deliveryId: other.id, version: 0, create: other, informed: true, runId: 'r9', events: [received(), ...tried('/', 'a', 1, accepted)], standing: { state: 'working' } }])
        return ledger.append(steps)
      },
    }
    const world = createWorld({ a: endpointYaml(a.url) }, beside)
    await world.run('a', someLeads(1))
    const mine = (await ledger.ofLead('L1')).find(({ delivery }) => delivery.to === 'a')
    expect(mine?.events.map(({ event }) => event).filter((event) => event.type === 'attemptFinished')).toMatchObject([{ surplus: true, revenue: null, verdict: { kind: 'accepted' } }])
    expect(mine?.standing).toMatchObject({ state: 'settled', revenue: null })
  })

  it('in an auction: only the highest bid is posted to, whole; the ping carries its own fields and no other', async () => {
    const ping = (url: string): string => `Ping:\n  Endpoint: ${url}/ping\n  Fields: state\n  Response Parsing: {Bid: bid, Ping ID: id}\n`
    const [a, b] = [await buyer({ pings: { do: 'bid', price: '30.00' }, script: { do: 'accept', price: '30.00' } }), await buyer({ pings: { do: 'bid', price: '30.01' }, script: { do: 'accept', price: '30.01' } })]
    const world = createWorld({ a: endpointYaml(a.url, ping(a.url)), b: endpointYaml(b.url, ping(b.url)), best: 'Pattern: Ping/Post\nBuyers: [a, b]\nPing Timeout: 5 seconds\n' })
    await world.run('best', someLeads(20).map((lead) => ({ ...lead, fields: { ...lead.fields, state: 'CA' } })))
    for (const { journal } of [a, b]) for (const each of journal.filter(({ path }) => path === '/ping')) expect(JSON.parse(each.body)).toEqual({ state: 'CA' })
    expect([a, b].map(({ journal }) => journal.filter(({ path }) => path === '/leads').length)).toEqual([0, 20])
    expect((await world.events('L1')).flatMap((each) => (each.type === 'attemptFinished' && each.verdict.kind === 'bid' ? [each.verdict.reason] : [])).filter((each) => each?.startsWith('late'))).toEqual([])
    expect((await world.ledger.counts('live')).settled.accepted).toBe(20)
  })

  it('that nobody wants is over with the last answer: nothing is left that would ring when the time for bids is over', async () => {
    const ping = (url: string): string => `Ping:\n  Endpoint: ${url}/ping\n  Fields: state\n  Response Parsing: {Bid: bid, Ping ID: id}\n`
    const [a, b] = [await buyer({ pings: { do: 'reject' } }), await buyer({ pings: { do: 'reject', afterMs: 30 } })]
    const world = createWorld({ a: endpointYaml(a.url, ping(a.url)), b: endpointYaml(b.url, ping(b.url)), best: 'Pattern: Ping/Post\nBuyers: [a, b]\nPing Timeout: 5 seconds\n' })
    await world.run('best', someLeads(1).map((lead) => ({ ...lead, fields: { ...lead.fields, state: 'CA' } })))
    expect((await world.ledger.counts('live')).settled.rejected).toBe(1)
    expect(world.clock.nextWake()).toBeNull()
  })
})

/** Buyers that do not know a key again: each request is one more lead that they took. */
describe('a lead that waits in two targets of one buyer', () => {
  const waterfall = 'Pattern: Waterfall\nTry:\n  - shared\n  - last\n'
  /** Nobody but the store has it yet: both targets are taken up in one moment. */
  const inBoth = async (world: ReturnType<typeof createWorld>, count: number): Promise<void> => {
    await world.run('shared', someLeads(count), { enqueue: true })
    await world.run('fall', someLeads(count), { enqueue: true })
  }
  const bodies = ({ journal }: { readonly journal: readonly { readonly body: string }[] }): readonly string[] => journal.map(({ body }) => (JSON.parse(body) as { leadId: string }).leadId).sort()
  const all = (count: number): readonly string[] => someLeads(count).map(({ id }) => id).sort()
  const outcomes = async (world: ReturnType<typeof createWorld>, lead: string) =>
    Object.fromEntries((await world.ledger.ofLead(lead)).map(({ delivery, standing }) => [delivery.to, standing.state === 'settled' ? `${standing.outcome} ${standing.recipient}` : standing.state]))

  it('goes there once: what is sold through one is passed by in the other, which goes on', async () => {
    const shared = await buyer({ script: { do: 'accept', price: '10.00', afterMs: 20 }, idempotent: false })
    const last = await buyer({ idempotent: false })
    const world = createWorld({ shared: endpointYaml(shared.url, 'Connections: 50\n'), last: endpointYaml(last.url), fall: waterfall })
    await inBoth(world, 30)
    await world.run(null, null)
    expect(bodies(shared)).toEqual(all(30))
    expect(bodies(last)).toEqual(all(30))
    expect(await outcomes(world, 'L7')).toEqual({ shared: 'accepted shared', fall: 'accepted last' })
  })

  it('goes there once where places are few, and the second comes when the first is answered and gone', async () => {
    const shared = await buyer({ script: { do: 'accept', price: '10.00' }, idempotent: false })
    const last = await buyer({ idempotent: false })
    const world = createWorld({ shared: endpointYaml(shared.url, 'Concurrency: 1\n'), last: endpointYaml(last.url), fall: waterfall })
    await inBoth(world, 10)
    await world.run(null, null)
    expect(bodies(shared)).toEqual(all(10))
  })

  it('is offered through the other too where the first was refused, one after the other', async () => {
    let [under, most] = [0, 0]
    const until = async (): Promise<void> => {
      most = Math.max(most, under += 1)
      await new Promise((resolve) => setTimeout(resolve, 15))
      under -= 1
    }
    const shared = await buyer({ script: { do: 'reject' }, idempotent: false, until })
    const last = await buyer({ idempotent: false })
    const world = createWorld({ shared: endpointYaml(shared.url), last: endpointYaml(last.url), fall: waterfall })
    await inBoth(world, 1)
    await world.run(null, null)
    expect([bodies(shared), bodies(last), most]).toEqual([['L1', 'L1'], ['L1'], 1])
    expect(await outcomes(world, 'L1')).toEqual({ shared: 'rejected shared', fall: 'accepted last' })
  })

  it('is passed by where the answer to the first needs a person', async () => {
    const shared = await buyer({ script: { do: 'answer', status: 200, body: '<html>thank you</html>', headers: { 'content-type': 'text/html' }, afterMs: 20 }, idempotent: false })
    const last = await buyer({ idempotent: false })
    const world = createWorld({ shared: endpointYaml(shared.url), last: endpointYaml(last.url), fall: waterfall })
    await inBoth(world, 1)
    await world.run(null, null)
    expect([bodies(shared), bodies(last)]).toEqual([['L1'], ['L1']])
  })

  it('waits in none where the run is stopped: what was sent is answered, the other goes with the next run', async () => {
    const shared = await buyer({ script: { do: 'accept', price: '10.00', afterMs: 60 }, idempotent: false })
    const last = await buyer({ idempotent: false })
    const world = createWorld({ shared: endpointYaml(shared.url), last: endpointYaml(last.url), fall: waterfall })
    await inBoth(world, 1)
    setTimeout(() => world.stop.abort(), 30)
    await world.run(null, null)
    await world.run(null, null)
    expect([bodies(shared), bodies(last)]).toEqual([['L1'], ['L1']])
  })

  it('is still on its way where the first goes on at once, to the backup', async () => {
    const main = await buyer({ script: { do: 'answer', status: 503, afterMs: 20 }, idempotent: false })
    const backup = await buyer({ script: { do: 'accept', price: '10.00', afterMs: 20 }, idempotent: false })
    const last = await buyer({ idempotent: false })
    const world = createWorld({ shared: endpointYaml(main.url, 'Retries: none\n').replace('Settings:', `Settings:\n  Backup Endpoint: ${backup.url}/leads`), last: endpointYaml(last.url), fall: waterfall })
    await inBoth(world, 5)
    await world.run(null, null)
    expect([main, backup, last].map(bodies)).toEqual([all(5), all(5), all(5)])
  })

  it('is not ordered at who took it second to another, nor where it may be', async () => {
    const until = bothAsked()
    const [a, b] = [await buyer({ script: { do: 'accept' }, until, idempotent: false }), await buyer({ script: { do: 'accept' }, until, idempotent: false })]
    const world = createWorld({ a: endpointYaml(a.url), b: endpointYaml(b.url), both: 'Pattern: Simultaneous\nSend To: [a, b]\nAccept: first responder\n' })
    await world.run('both', someLeads(1))
    await world.run('a', someLeads(1))
    await world.run('b', someLeads(1))
    expect([a.journal.length, b.journal.length]).toEqual([1, 1])
  })
})
