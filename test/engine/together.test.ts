import { describe, expect, it } from 'vitest'
import { type BuyerRequest } from '../world/buyer.ts'
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
