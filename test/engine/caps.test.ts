import { describe, expect, it } from 'vitest'
import { HOUR, MINUTE } from '../../src/base/time.ts'
import type { BuyerOptions } from '../world/buyer.ts'
import { createWorld, endpointYaml, someLeads } from './world.ts'
import { buyersOfTests } from '../world/buyers.ts'

const buyer = buyersOfTests()

const outcomes = async (world: ReturnType<typeof createWorld>): Promise<Record<string, number>> => {
  const { working, waiting, settled } = await world.ledger.counts('live')
  return Object.fromEntries(Object.entries({ working, waiting, ...settled }).filter(([, count]) => count > 0))
}
/** Takes every third lead, so that two of three places come free again. */
const picky: BuyerOptions = { script: (request) => (Number(JSON.parse(request.body).leadId.slice(1)) % 3 === 0 ? { do: 'accept', price: '45.00' } : { do: 'reject' }) }

describe('a cap, with many leads under way', () => {
  it('is of leads sold: what is refused makes room, and exactly as many as it allows are sold', async () => {
    const a = await buyer(picky)
    const world = createWorld({ a: endpointYaml(a.url, 'Caps: 10 per day\n') })
    await world.run('a', someLeads(90))
    const { accepted = 0, rejected = 0, waiting = 0 } = await outcomes(world)
    expect(accepted).toBe(10)
    expect(rejected).toBeGreaterThanOrEqual(16)
    expect(accepted + rejected + waiting).toBe(90)
    expect(await world.standing('L90')).toMatchObject({ state: 'waiting', why: 'a: cap of 10 per day reached (UTC), opens 2026-11-25 00:00' })
  })

  it('the next recipient of a pattern gets what is beyond it, and nothing before it is reached', async () => {
    const [a, b] = [await buyer(picky), await buyer()]
    const world = createWorld({ a: endpointYaml(a.url, 'Caps: 10 per day\n'), b: endpointYaml(b.url), sell: 'Pattern: Fallback\nTry: [a, b]\n' })
    await world.run('sell', someLeads(90))
    const sold = (await Promise.all(Array.from({ length: 90 }, (_, i) => world.standing(`L${i + 1}`)))).flatMap((each) => (each?.state === 'settled' && each.outcome === 'accepted' ? [each.recipient] : []))
    expect(sold.filter((each) => each === 'a')).toHaveLength(10)
    expect(sold.filter((each) => each === 'b')).toHaveLength(b.journal.length)
  })

  it('and a refusal before it is not forgotten where its last place is gone by then', async () => {
    const [a, b, c] = [await buyer({ script: { do: 'reject' } }), await buyer(), await buyer()]
    const world = createWorld({ a: endpointYaml(a.url), b: endpointYaml(b.url, 'Caps: 2 per day\n'), c: endpointYaml(c.url), sell: 'Pattern: Waterfall\nTry: [a, b, c]\n' })
    await world.run('sell', someLeads(20))
    expect(await outcomes(world)).toEqual({ accepted: 20 })
    expect([a, b, c].map((each) => each.journal.length)).toEqual([20, 2, 18])
  })

  it('who may have the last place is asked again for the answer, and the lead is not sold to the next one as well', async () => {
    const [a, b] = [await buyer({ script: ({ body }) => (body.includes('"L1"') ? { do: 'reset-after' } : { do: 'accept' }) }), await buyer()]
    const world = createWorld({ a: endpointYaml(a.url, 'Caps: 3 per day\n'), b: endpointYaml(b.url), sell: 'Pattern: Waterfall\nTry: [a, b]\n' })
    await world.run('sell', someLeads(9))
    expect(await outcomes(world)).toEqual({ accepted: 9 })
    expect(await world.standing('L1')).toMatchObject({ outcome: 'accepted', recipient: 'a' })
    expect([a.journal.filter((each) => each.booked !== null).length, b.journal.length]).toEqual([3, 6])
  })

  it('a place that comes free is taken at once, whoever else is still under way', async () => {
    const slow = { answered: false }
    const a = await buyer({ script: ({ body }) => {
      if (body.includes('"L1"')) { setTimeout(() => { slow.answered = true }, 390); return { do: 'accept', afterMs: 400 } }
      return body.includes('"L2"') ? { do: 'reject', afterMs: 20 } : { do: 'accept' }
    } })
    const world = createWorld({ a: endpointYaml(a.url, 'Caps: 2 per day\n') })
    const running = world.run('a', someLeads(3))
    while (a.journal.length < 3) await new Promise((resolve) => setTimeout(resolve, 2))
    expect(slow.answered).toBe(false)
    await running
  })

  it('of revenue counts what is expected while it is under way, and what was paid after', async () => {
    const a = await buyer(picky)
    const world = createWorld({ a: endpointYaml(a.url, 'Price: $45\nCaps: $200 per day\n') })
    await world.run('a', someLeads(60))
    expect(await outcomes(world)).toMatchObject({ accepted: 4 })
  })

  it('opens again in the next period', async () => {
    const a = await buyer()
    const world = createWorld({ a: endpointYaml(a.url, 'Caps: 5 per hour\n') })
    await world.run('a', someLeads(12))
    expect(await outcomes(world)).toEqual({ accepted: 5, waiting: 7 })
    await world.clock.advance(HOUR)
    await world.run(null, null)
    expect(await outcomes(world)).toEqual({ accepted: 10, waiting: 2 })
  })

  it('holds for batches: a lead takes its place when it joins', async () => {
    const a = await buyer({ script: ({ body }) => ({ do: 'answer', status: 200, body: JSON.stringify({ results: (JSON.parse(body) as { leadId: string }[]).map(({ leadId }) => ({ id: leadId, status: 'accepted', leadId: 'B', price: 1 })) }) }) })
    const world = createWorld({ a: endpointYaml(a.url, 'Batch: {Accumulate: 4 leads or 5 minutes, Format: JSON array, Results: results}\nCaps: 6 per day\n') })
    await world.run('a', someLeads(20), { waitMs: 0 })
    await world.clock.advance(5 * MINUTE)
    await world.run(null, null, { waitMs: 0 })
    expect(await outcomes(world)).toEqual({ accepted: 6, waiting: 14 })
  })

  it('of which the place comes free again where another took the lead before its batch left', async () => {
    const [a, b] = [await buyer(), await buyer()]
    const world = createWorld({ a: endpointYaml(a.url, 'Batch: {Accumulate: 4 leads or 5 minutes, Format: JSON array}\nCaps: 2 per day\n'), b: endpointYaml(b.url), both: 'Pattern: Simultaneous\nSend To: [a, b]\n' })
    await world.run('both', someLeads(2))
    await world.run('a', someLeads(3, 3))
    expect([a.journal.length, await outcomes(world)]).toEqual([0, { accepted: 2, waiting: 3 }])
    expect(await Promise.all(['L3', 'L4', 'L5'].map((id) => world.standing(id)))).toMatchObject([{ batch: true }, { batch: true }, { batch: false, why: expect.stringContaining('cap of 2 per day reached') as unknown as string }])
  })

  it('holds for a batch that is repeated after a failure', async () => {
    let asked = 0
    const sold = ({ body }: { readonly body: string }) => ({ do: 'answer' as const, status: 200, body: JSON.stringify({ results: (JSON.parse(body) as unknown[]).map(() => ({ status: 'accepted', leadId: 'B', price: 1 })) }) })
    const a = await buyer({ script: (request) => (asked++ === 0 ? { do: 'answer', status: 503, body: 'busy' } : sold(request)) })
    const world = createWorld({ a: endpointYaml(a.url, 'Batch: {Accumulate: 2 leads or 5 minutes, Format: JSON array, Results: results}\nCaps: 6 per day\n') })
    await world.run('a', someLeads(2))
    await world.run('a', someLeads(10, 3))
    expect(await outcomes(world)).toEqual({ accepted: 6, waiting: 6 })
  })

  it('is reached for a bidder whose posts are batches: the bid of the lead that finds it full is no place that comes free', async () => {
    const a = await buyer({ pings: { do: 'bid', price: '20.00' }, script: { do: 'answer', status: 200, body: '[{"status":"accepted","leadId":"B","price":20}]' } })
    const world = createWorld({
      a: endpointYaml(a.url, `Ping: {Endpoint: "${a.url}/ping", Fields: email, Parsing: {Bid: bid}}\nBatch: {Accumulate: 2 leads or 10 seconds, Format: JSON array}\nCaps: 1 per day\n`),
      sell: 'Pattern: Ping/Post\nBuyers: [a]\n',
    })
    await world.run('sell', someLeads(3))
    expect(await outcomes(world)).toEqual({ accepted: 1, waiting: 2 })
    expect(await world.standing('L3')).toMatchObject({ state: 'waiting', why: expect.stringContaining('cap of 1 per day reached') as unknown })
  })

  it('of which the place is free again where the tries of its batch are used up, or no row can be made of the lead', async () => {
    const a = await buyer({ script: { do: 'answer', status: 503, body: 'busy' } })
    const world = createWorld({
      a: endpointYaml(a.url, 'Batch: {Accumulate: 2 leads or 5 minutes, Format: JSON array}\nCaps: 2 per day\nRetries: 1'),
      h: `Type: hubspot\nSettings: {Endpoint: ${a.url}}\nAuth: Bearer x\nField Mapping: {email: {{lead.email}}}\nBatch: {Accumulate: 2 leads or 5 minutes}\nCaps: 2 per day\n`,
    })
    await world.run('a', someLeads(2))
    await world.run('a', someLeads(2, 3), { waitMs: 0 })
    expect([await world.standing('L2'), await world.standing('L4')]).toMatchObject([{ outcome: 'failed' }, { state: 'waiting', why: expect.not.stringContaining('cap') as unknown as string }])
    await world.run('h', [1, 2].map((i) => ({ id: `H${i}`, fields: { id: `H${i}` } })), { waitMs: 0 })
    await world.run('h', someLeads(3, 5), { waitMs: 0 })
    expect(await Promise.all(['H1', 'H2', 'L5', 'L6', 'L7'].map((id) => world.standing(id)))).toMatchObject([
      { outcome: 'failed' }, { outcome: 'failed' }, ...[5, 6].map(() => ({ why: expect.stringContaining('tries h again') as unknown })), { why: expect.stringContaining('cap of 2 per day reached') as unknown },
    ])
  })
})
