import { describe, expect, it } from 'vitest'
import { createMemoryLedger } from '../world/memory-ledger.ts'
import { formatMoney } from '../../src/base/money.ts'
import type { Claim } from '../../src/core/claim.ts'
import { LeaseLostError } from '../../src/ports.ts'
import type { Ledger } from '../../src/ports.ts'
import { createWorld, endpointYaml, someLeads } from './world.ts'
import { buyersOfTests } from '../world/buyers.ts'

const buyer = buyersOfTests()

const outcomes = async (world: ReturnType<typeof createWorld>): Promise<Record<string, number>> => {
  const { working, waiting, settled } = await world.ledger.counts('live')
  return Object.fromEntries(Object.entries({ working, waiting, ...settled }).filter(([, count]) => count > 0))
}
const waterfall = (...names: string[]): string => `Pattern: Waterfall\nTry: [${names.join(', ')}]\n`

describe('one endpoint', () => {
  it('delivers every lead once and settles it with the price the buyer returned', async () => {
    const a = await buyer({ script: { do: 'accept', price: '52.50' } })
    const world = createWorld({ a: endpointYaml(a.url) })
    const end = await world.run('a', someLeads(40))
    expect(end).toMatchObject({ interrupted: false, leads: 40, alreadySettled: 0, waiting: [] })
    expect(await outcomes(world)).toEqual({ accepted: 40 })
    expect(a.journal).toHaveLength(40)
    const standing = await world.standing('L7')
    expect(standing?.state === 'settled' && standing.revenue && formatMoney(standing.revenue)).toBe('52.50')
    expect((await world.events('L7')).map((each) => each.type)).toEqual(['received', 'attemptStarted', 'attemptFinished', 'settled'])
  })

  it('the same leads again send nothing', async () => {
    const a = await buyer()
    const world = createWorld({ a: endpointYaml(a.url) })
    await world.run('a', someLeads(10))
    const end = await world.run('a', someLeads(12))
    expect(end).toMatchObject({ leads: 2, alreadySettled: 10 })
    expect(a.journal).toHaveLength(12)
  })

  it('leads that the store knows are told by the batch, while there are any, and take no place on a lane', async () => {
    const a = await buyer()
    const inner = createMemoryLedger()
    const asked: (readonly string[])[] = []
    const begun: string[] = []
    const world = createWorld({ a: endpointYaml(a.url) }, {
      ...inner,
      known: (query) => { asked.push(query.leadIds); return inner.known(query) },
      append: (steps) => { begun.push(...steps.flatMap(({ create }) => create?.lead.id ?? [])); return inner.append(steps) },
    })
    await world.run('a', someLeads(6))
    asked.length = begun.length = 0
    const settled = (): number => world.seen.filter((each) => each.kind === 'alreadySettled').length
    const end = await world.run('a', (async function* () {
      const batch = (from: number) => ({ leads: someLeads(2, from).map((lead) => ({ lead })) })
      yield batch(1)
      yield batch(7)
      yield batch(3)
      while (settled() < 4) await new Promise(setImmediate)
      yield batch(5)
    })())
    expect(end).toMatchObject({ leads: 2, alreadySettled: 6 })
    expect(a.journal).toHaveLength(8)
    // The second batch was new, so that the third was not asked about; its leads were found known, and the fourth was again.
    expect(asked).toEqual([['L1', 'L2'], ['L7', 'L8'], ['L5', 'L6']])
    expect(begun).toEqual(['L7', 'L8', 'L3', 'L4'])
  })

  it('--again orders a new delivery with a key of its own', async () => {
    const a = await buyer()
    const world = createWorld({ a: endpointYaml(a.url) })
    await world.run('a', someLeads(2))
    await world.run('a', someLeads(2), { again: true })
    expect(a.journal).toHaveLength(4)
    expect(new Set(a.journal.map((each) => each.key)).size).toBe(4)
  })

  it('--again orders one that the file has twice once', async () => {
    const a = await buyer()
    const world = createWorld({ a: endpointYaml(a.url) })
    await world.run('a', someLeads(1))
    await world.run('a', [...someLeads(1), ...someLeads(1)], { again: true })
    expect((await world.ledger.ofLead('L1')).map(({ delivery }) => delivery.number)).toEqual([1, 2])
    expect(a.journal).toHaveLength(2)
  })

  it('--again goes on with a delivery that is not through yet: a second beside it would sell the lead twice', async () => {
    const a = await buyer({ script: [{ do: 'answer', status: 503, headers: { 'retry-after': '120' }, body: '' }, { do: 'accept' }] })
    const world = createWorld({ a: endpointYaml(a.url) })
    await world.run('a', someLeads(1), { waitMs: 0 })
    expect(await world.run('a', someLeads(1), { waitMs: 0, again: true })).toMatchObject({ waiting: [{ count: 1 }] })
    await world.run('a', someLeads(1), { waitMs: 300_000, again: true })
    expect((await world.ledger.ofLead('L1')).map(({ delivery }) => delivery.number)).toEqual([1])
    expect(a.journal.map(({ key }) => key)).toEqual([a.journal[0]?.key, a.journal[0]?.key])
  })

  it('nothing is sent by a process that lost its lease while the start was recorded: whoever took over sends it', async () => {
    const a = await buyer()
    const ledger = createMemoryLedger()
    let held = true
    const world = createWorld({ a: endpointYaml(a.url) }, { ...ledger, holdsLease: () => held, keepLease: () => Promise.reject(new LeaseLostError()), append: (steps) => {
      held = false
      return ledger.append(steps)
    } })
    await expect(world.run('a', someLeads(1))).rejects.toThrow('another finalmile process has taken over')
    expect((await world.events('L1')).map((each) => each.type)).toEqual(['received', 'attemptStarted'])
    expect(a.journal).toHaveLength(0)
  })

  it('a process whose lease ran out while it was stopped goes on where nobody has taken over', async () => {
    const a = await buyer()
    const ledger = createMemoryLedger()
    let [held, kept] = [true, 0]
    const world = createWorld({ a: endpointYaml(a.url) }, { ...ledger, holdsLease: () => held, keepLease: async () => { kept += 1; held = true }, append: (steps) => {
      held = false
      return ledger.append(steps)
    } })
    await world.run('a', someLeads(1))
    expect([await outcomes(world), a.journal.length, kept]).toEqual([{ accepted: 1 }, 1, 1])
  })

  it('--enqueue takes no more in once it is interrupted', async () => {
    const a = await buyer()
    const world = createWorld({ a: endpointYaml(a.url) })
    const source = (async function* () {
      yield { leads: someLeads(1).map((lead) => ({ lead })) }
      world.stop.abort()
      yield { leads: someLeads(1, 2).map((lead) => ({ lead })) }
    })()
    await world.run('a', source, { enqueue: true })
    expect([(await world.ledger.ofLead('L1')).length, (await world.ledger.ofLead('L2')).length]).toEqual([1, 0])
  })

  it('what is due of another run is left to `resume`', async () => {
    const a = await buyer({ script: [{ do: 'limit', retryAfter: '3600' }, { do: 'accept' }] })
    const world = createWorld({ a: endpointYaml(a.url) })
    await world.run('a', someLeads(1))
    await world.clock.advance(3_600_000)
    await world.run('a', someLeads(1, 2))
    expect(await outcomes(world)).toEqual({ waiting: 1, accepted: 1 })
    await world.run(null, null)
    expect(await outcomes(world)).toEqual({ accepted: 2 })
  })

  it('retries keep the key and the body, and only the answer decides', async () => {
    const a = await buyer({ script: [{ do: 'answer', status: 503 }, { do: 'reset-before' }, { do: 'limit', retryAfter: '7' }, { do: 'accept' }] })
    const world = createWorld({ a: endpointYaml(a.url) })
    await world.run('a', someLeads(1))
    expect(await outcomes(world)).toEqual({ accepted: 1 })
    expect(new Set(a.journal.map((each) => `${each.key} ${each.body}`)).size).toBe(1)
    expect((await world.events('L1')).filter((each) => each.type === 'attemptFinished').map((each) => each.verdict.kind)).toEqual(['failed', 'unknown', 'failed', 'accepted'])
  })

  it('fails after its retries, and is taken up again only when told', async () => {
    const a = await buyer({ script: { do: 'answer', status: 500 } })
    const world = createWorld({ a: endpointYaml(a.url, 'Retries: 1') })
    await world.run('a', someLeads(1))
    expect(await outcomes(world)).toEqual({ failed: 1 })
    a.rescript({ do: 'accept' })
    await world.run('a', someLeads(1))
    expect(await outcomes(world)).toEqual({ failed: 1 })
    await world.run('a', someLeads(1), { retryFailed: true })
    expect(await outcomes(world)).toEqual({ accepted: 1 })
    expect(new Set(a.journal.map((each) => each.key)).size).toBe(1)
  })

  it('is taken up as it was taken in, and it is told that the file has it otherwise by now', async () => {
    const a = await buyer({ script: { do: 'answer', status: 422 } })
    const world = createWorld({ a: endpointYaml(a.url) })
    const [first, second] = someLeads(2)
    if (!first || !second) throw new Error('two leads')
    await world.run('a', [first, second])
    const moved = { ...second, fields: Object.fromEntries(Object.entries(second.fields).reverse()) }
    const end = await world.run('a', [{ ...first, fields: { ...first.fields, zip: '94110' } }, moved], { retryFailed: true })
    expect(end.changed).toBe(1)
    expect(new Set(a.journal.map((each) => `${each.key} ${each.body}`)).size).toBe(2)
  })

  it('tells of people who were left out since another was delivered under their id, in this file or one before', async () => {
    const a = await buyer({ script: { do: 'accept' } })
    const world = createWorld({ a: endpointYaml(a.url) })
    const person = (id: string, email: string, phone_1 = '') => ({ id, fields: { id, email, phone_1 } })
    expect(await world.run('a', [person('1', 'ann@example.com'), person('2', 'bo@example.com'), person('1', 'cy@example.com')])).toMatchObject({ leads: 2, somebodyElse: ['1'] })
    expect(await world.run('a', [person('1', 'Ann@example.com'), person('2', 'di@example.com', '(512) 555-0101'), person('3', 'ed@example.com')])).toMatchObject({ leads: 1, somebodyElse: ['2'] })
    // Who moved to another address kept the phone; of who left neither nothing is said.
    const world2 = createWorld({ a: endpointYaml(a.url) })
    await world2.run('a', [person('1', 'ann@example.com', '512-555-0101'), person('2', '', '')])
    expect((await world2.run('a', [person('1', 'ann@other.example', '+1 (512) 555 0101'), person('2', 'bo@example.com')])).somebodyElse).toEqual([])
  })

  it('tells of a lead that the file has once more with other data; not of one that is the same, nor of one that has changed since another file', async () => {
    const a = await buyer()
    const world = createWorld({ a: endpointYaml(a.url) })
    const lead = (id: string, amount: string) => ({ id, fields: { id, amount } })
    expect(await world.run('a', [lead('1', '5'), lead('2', '5'), lead('1', '5'), lead('2', '9')])).toMatchObject({ leads: 2, twice: ['2'], somebodyElse: [] })
    expect((await world.run('a', [lead('1', '7')])).twice).toEqual([])
    expect(a.journal).toHaveLength(2)
  })

  it('a lead that the file has twice is taken up again once, also where the first is sold before the second is read', async () => {
    const a = await buyer({ script: { do: 'answer', status: 400 } })
    const world = createWorld({ a: endpointYaml(a.url) })
    await world.run('a', someLeads(1))
    a.rescript({ do: 'accept' })
    await world.run('a', [...someLeads(1_500), ...someLeads(1)], { retryFailed: true })
    expect((await world.events('L1')).filter((each) => each.type === 'settled')).toHaveLength(2)
  })

  it('a lead that the file has twice is sold once by --again too, where it is new and where it was delivered before', async () => {
    const a = await buyer()
    const world = createWorld({ a: endpointYaml(a.url) })
    const file = [...someLeads(500), ...someLeads(1)]
    await world.run('a', file, { again: true })
    expect(a.journal).toHaveLength(500)
    await world.run('a', file, { again: true })
    expect([a.journal.length, a.journal.filter((each) => each.body.includes('lead1@')).length]).toEqual([1_000, 2])
  })

  it('an answer that cannot be read holds the lead', async () => {
    const a = await buyer({ script: { do: 'answer', status: 200, body: '<html>Welcome' } })
    const world = createWorld({ a: endpointYaml(a.url) })
    await world.run('a', someLeads(1))
    expect(await outcomes(world)).toEqual({ held: 1 })
  })

  it('401 pauses the recipient with one alert; the leads wait, and unpause sends all', async () => {
    const a = await buyer({ script: { do: 'unauthorized' } })
    const world = createWorld({ a: endpointYaml(a.url, 'Concurrency: 2') })
    const end = await world.run('a', someLeads(30))
    expect(a.journal.length).toBeLessThanOrEqual(2)
    expect(world.seen.filter((each) => each.kind === 'alert')).toHaveLength(1)
    expect(end.waiting).toMatchObject([{ recipient: 'a', nextAt: null }])
    const { waiting = 0, failed = 0 } = await outcomes(world)
    expect(waiting + failed).toBe(30)
    a.rescript({ do: 'accept' })
    await world.ledger.setPaused('a', 'live', null)
    await world.ledger.wake('a', 'live', world.clock.now())
    await world.run(null, null)
    expect(await outcomes(world)).toEqual({ accepted: waiting, failed })
  })

  it('what waits since an earlier run is told again when the file is delivered again, each lead once', async () => {
    const a = await buyer()
    const world = createWorld({ a: endpointYaml(a.url) })
    await world.ledger.setPaused('a', 'live', { at: world.clock.now(), reason: 'holiday' })
    const [first, second] = someLeads(2)
    if (!first || !second) throw new Error('two leads')
    expect(await world.run('a', [first, first])).toMatchObject({ leads: 1, waiting: [{ count: 1 }] })
    expect(await world.run('a', [first, second, first, second])).toMatchObject({ leads: 2, alreadySettled: 0, waiting: [{ count: 2, recipient: 'a', nextAt: null, why: expect.stringContaining('holiday') as string }] })
    await world.ledger.setPaused('a', 'live', null)
    await world.ledger.wake('a', 'live', world.clock.now())
    expect(await world.run('a', [first, second])).toMatchObject({ leads: 2, waiting: [] })
  })

  it('a lead that was found waiting for its batch, and went with it, is counted once', async () => {
    const a = await buyer({ script: { do: 'rows', acts: ['accept'], price: '45.00' } })
    const world = createWorld({ a: endpointYaml(a.url, 'Batch: {Accumulate: 3 leads or 10 minutes, Format: JSON array, Match: id = lead.id}\n') })
    expect(await world.run('a', someLeads(2), { waitMs: 0 })).toMatchObject({ leads: 2 })
    expect(await world.run('a', someLeads(2), { waitMs: 0 })).toMatchObject({ leads: 2, waiting: [{ count: 2 }] })
    expect(await world.run('a', someLeads(3), { waitMs: 0 })).toMatchObject({ leads: 3, waiting: [] })
    expect(a.journal).toHaveLength(1)
  })

  it('a lead that was found waiting for its batch does not join it again: it goes when that is full, or at its time', async () => {
    const a = await buyer({ script: { do: 'rows', acts: ['accept'], price: '45.00' } })
    const world = createWorld({ a: endpointYaml(a.url, 'Batch: {Accumulate: 2 leads or 10 minutes, Format: JSON array, Match: id = lead.id}\n') })
    const before = world.clock.now()
    await world.run('a', someLeads(1), { waitMs: 0 })
    await world.run('a', someLeads(1), { waitMs: 600_000 })
    expect(a.journal).toHaveLength(0)
    await world.run(null, null, { waitMs: 600_000 })
    expect(a.journal).toHaveLength(1)
    expect(world.clock.now() - before).toBe(600_000)
  })

  it('a Retry-After of an hour leaves the leads waiting for just that time', async () => {
    const a = await buyer({ script: [{ do: 'limit', retryAfter: '3600' }, { do: 'accept' }] })
    const world = createWorld({ a: endpointYaml(a.url, 'Concurrency: 1') })
    await world.run('a', someLeads(3))
    expect(await outcomes(world)).toEqual({ waiting: 3 })
    await world.run(null, null)
    expect(a.journal).toHaveLength(1)
    await world.clock.advance(3_600_000)
    await world.run(null, null)
    expect(await outcomes(world)).toEqual({ accepted: 3 })
  })

  it('one that is over within the wait of the next run of the same file is waited for by that', async () => {
    const a = await buyer({ script: [{ do: 'limit', retryAfter: '20' }, { do: 'accept' }] })
    const world = createWorld({ a: endpointYaml(a.url) })
    await world.run('a', someLeads(1), { waitMs: 0 })
    expect(await outcomes(world)).toEqual({ waiting: 1 })
    expect(await world.run('a', someLeads(1))).toMatchObject({ leads: 1, waiting: [] })
    expect(await outcomes(world)).toEqual({ accepted: 1 })
  })

  it('one of just five minutes is waited for by the run, as told', async () => {
    const a = await buyer({ script: [{ do: 'limit', retryAfter: '300' }, { do: 'accept' }] })
    const world = createWorld({ a: endpointYaml(a.url, 'Concurrency: 1') })
    const before = world.clock.now()
    await world.run('a', someLeads(3))
    expect(await outcomes(world)).toEqual({ accepted: 3 })
    expect(world.clock.now() - before).toBe(300_000)
  })

  it('no more requests at once than Concurrency says', async () => {
    let now = 0
    let most = 0
    const a = await buyer({ script: () => { now += 1; most = Math.max(most, now); setTimeout(() => { now -= 1 }, 4); return { do: 'accept', afterMs: 5 } } })
    const world = createWorld({ a: endpointYaml(a.url, 'Concurrency: 3') })
    await world.run('a', someLeads(30))
    expect(most).toBe(3)
    expect(await outcomes(world)).toEqual({ accepted: 30 })
  })
})

describe('waterfall', () => {
  it('sells to the next when one refuses or fails, once', async () => {
    const a = await buyer({ script: { do: 'reject', message: 'no coverage' } })
    const b = await buyer({ script: { do: 'answer', status: 400, body: '{"message":"phone is missing"}' } })
    const c = await buyer({ script: { do: 'accept', price: '30.00' } })
    const world = createWorld({ a: endpointYaml(a.url), b: endpointYaml(b.url), c: endpointYaml(c.url), sell: waterfall('a', 'b', 'c') })
    await world.run('sell', someLeads(5))
    expect(await outcomes(world)).toEqual({ accepted: 5 })
    expect([a, b, c].map((each) => each.journal.length)).toEqual([5, 5, 5])
    expect(await world.standing('L1')).toMatchObject({ recipient: 'c', attempts: 3 })
  })

  it('what nobody takes is parked by Finally', async () => {
    const a = await buyer({ script: { do: 'reject' } })
    const world = createWorld({ a: endpointYaml(a.url), pool: 'Type: pool', sell: `${waterfall('a')}Finally: pool\n` })
    await world.run('sell', someLeads(2))
    expect(await outcomes(world)).toEqual({ pooled: 2 })
  })

  it('and parked by the run that takes it up, too', async () => {
    const a = await buyer({ script: [{ do: 'answer', status: 500 }, { do: 'reject' }] })
    const world = createWorld({ a: endpointYaml(a.url, 'Retry Strategy: {Server Errors: {Retry: 3 times, Backoff: 60s}}\n'), pool: 'Type: pool', sell: `${waterfall('a')}Finally: pool\n` })
    await world.run('sell', someLeads(1), { waitMs: 0 })
    expect(await outcomes(world)).toEqual({ waiting: 1 })
    await world.clock.advance(60_000)
    await world.run(null, null)
    expect(await outcomes(world)).toEqual({ pooled: 1 })
  })
})

describe('batch', () => {
  const batched = (url: string, format: string): string => endpointYaml(url, `Batch: {Accumulate: 4 leads or 5 minutes, Format: ${format}, Results: results, Match: id = lead.id}`)
  const rows = (body: string): { leadId: string }[] => JSON.parse(body) as { leadId: string }[]

  it('a full batch leaves at once, the rest when its time has come; every row has its own verdict', async () => {
    const a = await buyer({
      script: ({ body }) => ({
        do: 'answer', status: 200, headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ results: rows(body).reverse().map(({ leadId }, i) => (i === 0 ? { id: leadId, status: 'rejected', message: 'too old' } : { id: leadId, status: 'accepted', leadId: `B-${leadId}`, price: '10.00' })) }),
      }),
    })
    const world = createWorld({ a: batched(a.url, 'JSON array') })
    const end = await world.run('a', someLeads(6))
    expect(a.journal).toHaveLength(1)
    expect(rows(a.journal[0]!.body)).toHaveLength(4)
    expect(end.waiting).toMatchObject([{ count: 2, recipient: 'a' }])
    await world.clock.advance(300_000)
    await world.run(null, null)
    expect(a.journal).toHaveLength(2)
    expect(await outcomes(world)).toEqual({ accepted: 4, rejected: 2 })
    expect(await world.standing('L1')).toMatchObject({ buyerLeadId: 'B-L1' })
  })

  it('Duplicate Check lets one of two leads with the same phone join, also of other runs, and what has joined goes', async () => {
    const a = await buyer({ script: { do: 'answer', status: 200, headers: { 'content-type': 'application/json' }, body: '{"results":[{"id":"L1","status":"accepted"},{"id":"L3","status":"accepted"}]}' } })
    const world = createWorld({ a: `${batched(a.url, 'JSON array')}\nDuplicate Check: phone within 30 days` })
    const lead = (id: string, phone: string) => ({ id, fields: { id, phone } })
    await world.run('a', [lead('L1', '212-555-0100'), lead('L2', '+1 (212) 555-0100'), lead('L3', '2125550101')])
    await world.run('a', [lead('L4', '2125550100')])
    await world.clock.advance(300_000)
    await world.run(null, null)
    expect(a.journal.flatMap(({ body }) => rows(body).map(({ leadId }) => leadId))).toEqual(['L1', 'L3'])
    expect(await world.standing('L2')).toMatchObject({ outcome: 'skipped', reason: expect.stringContaining('was offered a lead with the same phone within 30 days') })
    expect(await world.standing('L4')).toMatchObject({ outcome: 'skipped' })
  })

  it('and lets an equal lead join where the first left the batch before anything was sent of it', async () => {
    const [a, b] = [await buyer(), await buyer()]
    const world = createWorld({ a: `${batched(a.url, 'JSON array')}\nDuplicate Check: phone within 30 days`, b: endpointYaml(b.url), sell: 'Pattern: Waterfall\nTry: [a, b]\n' })
    const lead = (id: string) => [{ id, fields: { id, phone: '2125550100' } }]
    await world.run('sell', lead('L1'))
    await world.ledger.setPaused('a', 'live', { at: world.clock.now(), reason: 'holiday' })
    await world.clock.advance(300_000)
    await world.run(null, null)
    expect(await world.standing('L1')).toMatchObject({ outcome: 'accepted', recipient: 'b' })
    await world.ledger.setPaused('a', 'live', null)
    await world.run('sell', lead('L2'))
    expect(await world.standing('L2')).toMatchObject({ state: 'waiting', recipient: 'a', batch: true })
  })

  it('a run does not end while a full batch is fetched from the store, though nothing else is due within its wait', async () => {
    const a = await buyer({ script: { do: 'answer', status: 200, body: '{"results":[]}' } })
    const ledger = createMemoryLedger()
    const slow: Ledger = { ...ledger, takeBatch: async (query) => { await new Promise((resolve) => setTimeout(resolve, 60)); return ledger.takeBatch(query) } }
    const world = createWorld({ a: batched(a.url, 'JSON array') }, slow)
    await world.run('a', someLeads(4))
    expect(await world.standing('L1')).toMatchObject({ state: 'settled' })
    expect(world.seen.filter((each) => each.kind === 'stored' && each.event.type === 'settled')).toHaveLength(4)
  })

  it('leads that wait for one go by themselves, at their time, where the recipient takes none any more', async () => {
    const [a, b] = [await buyer({ script: { do: 'accept' } }), await buyer()]
    const world = createWorld({ a: batched(a.url, 'JSON array') })
    await world.run('a', someLeads(2), { waitMs: 0 })
    const after = createWorld({ a: endpointYaml(a.url), b: batched(b.url, 'JSON array') }, world.ledger, world.clock.now() + 300_000)
    await after.run(null, null)
    expect(a.journal.map(({ body }) => (JSON.parse(body) as { leadId: string }).leadId).sort()).toEqual(['L1', 'L2'])
  })

  it('leads of an earlier run fill the same batch', async () => {
    const a = await buyer({ script: { do: 'answer', status: 200, body: '{"results":[]}' } })
    const world = createWorld({ a: batched(a.url, 'JSON array') })
    await world.run('a', someLeads(3))
    expect(a.journal).toHaveLength(0)
    await world.run('a', someLeads(1, 4))
    expect(a.journal).toHaveLength(1)
    expect(rows(a.journal[0]!.body)).toHaveLength(4)
  })

  it.each<[string, string, (ledger: Ledger, now: number) => Promise<void>]>([
    ['is paused', '', (ledger) => ledger.setPaused('a', 'live', { at: 0, reason: 'by hand' })],
    ['asks for a longer wait', '', (ledger, now) => ledger.setClosedUntil('a', 'live', now + 3_600_000)],
    ['has its circuit open', 'Circuit Breaker: {Error Rate: "> 50%", Over: 4 attempts, Wait: 1 hour}', (ledger, now) => ledger.setCircuit('a', 'live', JSON.stringify({ kind: 'open', until: now + 3_600_000, waitMs: 3_600_000 }))],
    ['is past its window', 'Call Window: 9am-12:02pm\nTimezone: UTC', () => Promise.resolve()],
  ])('leaves no batch that was gathered before the recipient %s, and all of it when it opens', async (_why, more, close) => {
    const a = await buyer({ script: ({ body }) => ({ do: 'answer', status: 200, body: JSON.stringify({ results: rows(body).map(({ leadId }) => ({ id: leadId, status: 'accepted', leadId: 'B', price: 1 })) }) }) })
    const world = createWorld({ a: `${batched(a.url, 'JSON array')}\n${more}` })
    await world.run('a', someLeads(3))
    await close(world.ledger, world.clock.now())
    await world.clock.advance(300_000)
    await world.run(null, null)
    expect(a.journal).toHaveLength(0)
    expect(await world.standing('L1')).toMatchObject({ state: 'waiting', recipient: 'a', batch: false })
    await world.ledger.setPaused('a', 'live', null)
    await world.ledger.wake('a', 'live', world.clock.now())
    await world.clock.advance(24 * 3_600_000 - 600_000)
    await world.run(null, null)
    expect(a.journal).toHaveLength(1)
    expect(await outcomes(world)).toEqual({ accepted: 3 })
  })

  it('none leaves from a process that lost its lease while its start was recorded: whoever took over sends it', async () => {
    const a = await buyer({ script: { do: 'answer', status: 200, body: '{"results":[]}' } })
    const ledger = createMemoryLedger()
    let held = true
    const world = createWorld({ a: batched(a.url, 'JSON array') }, { ...ledger, holdsLease: () => held, keepLease: () => Promise.reject(new LeaseLostError()), append: (steps) => {
      if (steps.some(({ events }) => events.some((each) => each.type === 'attemptStarted'))) held = false
      return ledger.append(steps)
    } })
    await expect(world.run('a', someLeads(4))).rejects.toThrow('another finalmile process has taken over')
    expect(a.journal).toHaveLength(0)
  })

  it('one that waits for its place is kept back where the run is to end', async () => {
    const a = await buyer({ script: { do: 'answer', status: 200, body: '{"results":[]}', afterMs: 50 } })
    const world = createWorld({ a: `${batched(a.url, 'JSON array')}\nConcurrency: 1` })
    const running = world.run('a', someLeads(8))
    while (a.journal.length < 1) await new Promise((resolve) => setTimeout(resolve, 2))
    world.stop.abort()
    expect(await running).toMatchObject({ interrupted: true })
    expect(a.journal).toHaveLength(1)
    expect(await outcomes(world)).toEqual({ held: 4, waiting: 4 })
  })

  it('one that waits for its place is kept back where the one before it paused the recipient', async () => {
    const a = await buyer({ script: { do: 'unauthorized' } })
    const world = createWorld({ a: `${batched(a.url, 'JSON array')}\nConcurrency: 1` })
    await world.run('a', someLeads(8))
    expect(a.journal).toHaveLength(1)
    expect(await outcomes(world)).toEqual({ failed: 4, waiting: 4 })
  })

  it('one batch tries a recipient whose circuit was open, and the others follow when it was taken', async () => {
    const answer = (body: string) => JSON.stringify({ results: rows(body).map(({ leadId }) => ({ id: leadId, status: 'accepted', leadId: 'B', price: 1 })) })
    let tried = false
    let early = 0
    const a = await buyer({ script: ({ n, body }) => { if (n === 1) setTimeout(() => { tried = true }, 9); else if (!tried) early += 1; return { do: 'answer', status: 200, body: answer(body), afterMs: 10 } } })
    const world = createWorld({ a: `${batched(a.url, 'JSON array')}\nCircuit Breaker: {Error Rate: "> 50%", Over: 4 attempts, Wait: 1 minute}` })
    await world.ledger.setCircuit('a', 'live', JSON.stringify({ kind: 'open', until: world.clock.now() - 1, waitMs: 60_000 }))
    await world.run('a', someLeads(12), { waitMs: 120_000 })
    expect(await outcomes(world)).toEqual({ accepted: 12 })
    expect([a.journal.length, early]).toEqual([3, 0])
    expect((await world.ledger.recipientStates('live')).find((each) => each.recipient === 'a')?.circuit).toBeNull()
  })

  it('none tries a recipient whose one trial another process has, until that is over', async () => {
    const a = await buyer({ script: ({ body }) => ({ do: 'answer', status: 200, body: JSON.stringify({ results: rows(body).map(({ leadId }) => ({ id: leadId, status: 'accepted', leadId: 'B', price: 1 })) }) }) })
    const world = createWorld({ a: `${batched(a.url, 'JSON array')}\nCircuit Breaker: {Error Rate: "> 50%", Over: 4 attempts, Wait: 1 minute}` })
    const opened = world.clock.now() - 1
    await world.ledger.setCircuit('a', 'live', JSON.stringify({ kind: 'open', until: opened, waitMs: 60_000 }))
    await world.run('a', someLeads(2), { waitMs: 0 })
    const { delivery, events } = (await world.ledger.ofLead('L1'))[0]!
    const trial: Claim = { kind: 'permit', recipient: 'a', name: `trial:live:a:${opened}`, until: world.clock.now() + 20_000 }
    await world.ledger.append([{ deliveryId: delivery.id, version: events.length, runId: 'r', events: [], at: world.clock.now(), standing: { state: 'waiting', dueAt: world.clock.now(), why: '', recipient: 'a', batch: true }, claims: [trial] }])
    await world.run('a', someLeads(2, 3), { waitMs: 0 })
    expect(a.journal).toHaveLength(0)
    await world.clock.advance(300_000)
    await world.run(null, null)
    expect(await outcomes(world)).toEqual({ accepted: 4 })
  })

  it('a batch without an answer is repeated whole, with its key', async () => {
    const a = await buyer({ idempotent: false, script: ({ n, body }) => (n === 1 ? { do: 'reset-before' } : { do: 'answer', status: 200, body: JSON.stringify({ results: rows(body).map(({ leadId }) => ({ id: leadId, status: 'accepted', leadId: 'B', price: 1 })) }) }) })
    const world = createWorld({ a: batched(a.url, 'JSON array') })
    await world.run('a', someLeads(4))
    expect(a.journal).toHaveLength(2)
    expect(a.journal[0]?.body).toBe(a.journal[1]?.body)
    expect(a.journal[0]?.key).toBe(a.journal[1]?.key)
    expect(await outcomes(world)).toEqual({ accepted: 4 })
  })
})

describe('a recipient that a pattern names twice at once', () => {
  it('gets the last place of a cap, and the trial of its open circuit: nothing is refused for ever', async () => {
    const a = await buyer({ script: [{ do: 'answer', status: 500 }, { do: 'accept' }] })
    const world = createWorld({ a: endpointYaml(a.url, 'Retries: none\nCaps: 1 per day\nCircuit Breaker: {Error Rate: "> 10%", Over: 1 attempts, Wait: 1 minute}\n'), all: 'Pattern: Simultaneous\nSend To: [a, a]\n' })
    await world.run('a', someLeads(1))
    await world.run('all', someLeads(1, 2), { waitMs: 120_000 })
    expect(await world.standing('L2')).toMatchObject({ state: 'settled', outcome: 'accepted' })
    expect(a.journal).toHaveLength(2)
  })
})

describe('interruption', () => {
  it('while an answer is recorded leaves a lead waiting that queues for another recipient', async () => {
    const [a, b] = [await buyer({ script: { do: 'reject' } }), await buyer({ script: { do: 'accept', afterMs: 150 } })]
    const memory = createMemoryLedger()
    const stopping: Ledger = { ...memory, append: (steps) => {
      if (steps.some(({ deliveryId, events }) => deliveryId.endsWith(':L2') && events.some((event) => event.type === 'attemptFinished'))) world.stop.abort()
      return memory.append(steps)
    } }
    const world = createWorld({ a: endpointYaml(a.url), b: endpointYaml(b.url, 'Concurrency: 1\n'), both: 'Pattern: Simultaneous\nSend To: [a, b]\n' }, stopping)
    expect(await world.run('both', someLeads(2))).toMatchObject({ interrupted: true, waiting: [{ why: 'interrupted before it was sent', count: 1 }] })
    expect(await outcomes(world)).toEqual({ accepted: 1, waiting: 1 })
    await world.run(null, null)
    expect(await outcomes(world)).toEqual({ accepted: 2 })
  })

  it('lets what is on the wire end, leaves the rest, and the next run finishes it', async () => {
    const a = await buyer({ script: { do: 'accept', afterMs: 10 } })
    const world = createWorld({ a: endpointYaml(a.url, 'Concurrency: 2') })
    const running = world.run('a', someLeads(50))
    while (a.journal.length < 6) await new Promise((resolve) => setTimeout(resolve, 2))
    world.stop.abort()
    const end = await running
    expect(end.interrupted).toBe(true)
    const { accepted = 0, working = 0 } = await outcomes(world)
    expect(working).toBe(0)
    expect(a.journal).toHaveLength(accepted)
    await world.run('a', someLeads(50))
    expect(await outcomes(world)).toEqual({ accepted: 50 })
    expect(a.journal).toHaveLength(50)
  })
})

describe('a place that comes free while a step is recorded', () => {
  it('is taken by the lead whose step that was, and not only when the clock looks again', async () => {
    const a = await buyer({ script: { do: 'reject' } })
    const b = await buyer({ script: { do: 'accept', price: '33.00', afterMs: 200 } })
    const inner = createMemoryLedger()
    let recordedAt = 0
    // The step of the lead that finds no place at b is recorded when the other has been answered there.
    const slow: Ledger = {
      ...inner,
      append: async (steps) => {
        const events = steps.flatMap((each) => each.events)
        const waits = events.some((each) => each.type === 'attemptFinished' && each.recipient === 'a') && !events.some((each) => each.type === 'attemptStarted')
        while (waits && !world.seen.some((each) => each.kind === 'stored' && each.event.type === 'settled')) await new Promise(setImmediate)
        if (waits) recordedAt = world.clock.now()
        return inner.append(steps)
      },
    }
    const world = createWorld({ a: endpointYaml(a.url), b: endpointYaml(b.url), both: waterfall('a', 'b') }, slow)
    await world.run('both', someLeads(2), { concurrency: 1 })
    expect(await outcomes(world)).toEqual({ accepted: 2 })
    const starts = (await Promise.all(['L1', 'L2'].map((each) => world.events(each)))).flat().flatMap((each) => (each.type === 'attemptStarted' && each.recipient === 'b' ? [each.at] : []))
    expect(recordedAt).toBeGreaterThan(0)
    expect(Math.max(...starts)).toBe(recordedAt)
  })
})

describe('the end of a run', () => {
  it('comes where leads of a recipient without a file fall due one after the other', async () => {
    const ledger = createMemoryLedger()
    const before = createWorld({ a: endpointYaml('http://127.0.0.1:9') }, ledger)
    await before.run('a', someLeads(20), { enqueue: true })
    const taken = await ledger.takeDue({ mode: 'live', now: before.clock.now(), limit: 20 })
    await ledger.append(taken.map(({ delivery, events, standing }, i) => ({ deliveryId: delivery.id, version: events.length, runId: 'run1', events: [], standing: { ...standing, dueAt: before.clock.now() + i * 20_000 } as typeof standing })))
    const world = createWorld({ b: endpointYaml('http://127.0.0.1:9') }, ledger)
    await world.run(null, null)
    expect(world.clock.now() - before.clock.now()).toBeLessThan(20 * 60_000)
    expect(await outcomes(world)).toEqual({ waiting: 20 })
  })

  it('comes after what is being taken in for others when it is stopped', async () => {
    const inner = createMemoryLedger()
    const world = createWorld({ a: endpointYaml('http://127.0.0.1:9') }, { ...inner, append: async (steps) => {
      world.stop.abort()
      for (let i = 0; i < 20; i++) await new Promise(setImmediate)
      return inner.append(steps)
    } })
    expect(await world.run('a', someLeads(3), { enqueue: true })).toMatchObject({ interrupted: true, leads: 3 })
    expect(world.seen.filter(({ kind }) => kind === 'stored')).toHaveLength(3)
  })

  it('comes where a lead of the file is settled between being found waiting and being taken up, which settles it no more', async () => {
    const a = await buyer({ script: ({ n }) => (n === 1 ? { do: 'answer', status: 503 } : { do: 'accept' }) })
    const inner = createMemoryLedger()
    const files = { a: endpointYaml(a.url, 'Retry Strategy:\n  Server Errors: {Retry: 1 times, Backoff: 1s}\n') }
    const first = createWorld(files, inner)
    await first.run('a', someLeads(1), { waitMs: 0 })
    await first.clock.advance(1_000)
    const other = createWorld(files, inner, first.clock.now())
    const late: Ledger = { ...inner, known: async (query) => { const found = await inner.known(query); await other.run(null, null); return found } }
    const world = createWorld(files, late, first.clock.now())
    expect(await world.run('a', someLeads(1), { runId: 'later' })).toMatchObject({ leads: 0, alreadySettled: 1 })
    expect([a.journal.length, await outcomes(first)]).toEqual([2, { accepted: 1 }])
    expect(await first.standing('L1')).toMatchObject({ state: 'settled', outcome: 'accepted' })
  })

  it('comes after what fell due while the store was asked what is due', async () => {
    const a = await buyer({ script: ({ n }) => (n === 1 ? { do: 'answer', status: 503 } : { do: 'accept' }) })
    const inner = createMemoryLedger()
    let asked = 0
    // What was true when it was asked comes when the lead, which was under way then, waits to be tried again.
    const late: Ledger = {
      ...inner,
      nextDue: async (filter) => {
        const due = await inner.nextDue(filter)
        while (asked === 0 && (await inner.counts('live')).waiting === 0) await new Promise(setImmediate)
        asked += 1
        return due
      },
    }
    const world = createWorld({ a: endpointYaml(a.url, 'Retry Strategy:\n  Server Errors: {Retry: 1 times, Backoff: 1s}\n') }, late)
    await world.run('a', someLeads(1))
    expect(await outcomes(world)).toEqual({ accepted: 1 })
  })
})
