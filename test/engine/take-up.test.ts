import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { openSqliteLedger } from '../../src/adapters/ledger/sqlite.ts'
import type { Ledger } from '../../src/ports.ts'
import { buyersOfTests } from '../world/buyers.ts'
import { createWorld, endpointYaml, someLeads } from './world.ts'
import { T0 } from '../core/given.ts'

const buyer = buyersOfTests()
const endings: (() => Promise<unknown>)[] = []
afterEach(async () => { for (const end of endings.splice(0).reverse()) await end() })

/** A store that is opened again and again, each time by a process that knows nothing of the one before. */
const store = (): (() => Promise<Ledger>) => {
  const folder = mkdtempSync(join(tmpdir(), 'finalmile-take-up-'))
  endings.push(async () => rmSync(folder, { recursive: true, force: true }))
  let before: Ledger | null = null
  endings.push(async () => before?.close())
  return async () => {
    await before?.close()
    return (before = await openSqliteLedger({ path: join(folder, 'store.db'), use: 'write', leaseMs: 60_000 }))
  }
}

describe('what a process left behind', () => {
  it('is worked off by the next, however much it is and however slow the recipient\'s Rate', async () => {
    const a = await buyer()
    const open = store()
    const files = { a: endpointYaml(a.url).replace('/leads\n', '/leads\n  Rate: 200 per second\n') }
    const first = createWorld(files, await open())
    await first.ledger.setPaused('a', 'live', { at: 0, reason: 'by hand' })
    await first.run('a', someLeads(520))
    await first.ledger.setPaused('a', 'live', null)
    // The clock of the second begins at the beginning again, wherever that of the first has got to.
    await first.ledger.wake('a', 'live', T0)
    for (let taken = 0; taken < 512; taken += 256) await first.ledger.takeDue({ mode: 'live', now: first.clock.now(), limit: 256 })

    const second = createWorld(files, await open())
    await second.run(null, null)
    expect(a.journal).toHaveLength(520)
    expect((await second.ledger.counts('live')).settled.accepted).toBe(520)
  })

  it('is in doubt also where its recipient has no file at first, and goes on when the file is back', async () => {
    const [a, b] = [await buyer(), await buyer()]
    const open = store()
    const ledger = await open()
    const first = createWorld({ a: endpointYaml(a.url) }, { ...ledger, append: (steps) => (steps.some(({ events }) => events.some((each) => each.type === 'attemptFinished')) ? Promise.reject(new Error('out of power')) : ledger.append(steps)) })
    await expect(first.run('a', someLeads(1))).rejects.toThrow('out of power')

    const without = createWorld({ b: endpointYaml(b.url) }, await open())
    await without.run(null, null)
    expect((await without.events('L1')).at(-1)).toMatchObject({ type: 'attemptFinished', verdict: { kind: 'unknown', interrupted: true } })
    expect(without.seen.filter((each) => each.kind === 'stored')).toHaveLength(1)
    expect(await without.standing('L1')).toMatchObject({ state: 'waiting', recipient: 'a' })

    const back = createWorld({ a: endpointYaml(a.url) }, await open(), without.clock.now() + 600_000)
    await back.run(null, null)
    expect(await back.standing('L1')).toMatchObject({ state: 'settled', outcome: 'accepted', attempts: 2 })
    expect(new Set(a.journal.map((each) => each.key)).size).toBe(1)
  })

  it('counts once where the same file is given again, and not as settled before too', async () => {
    const a = await buyer()
    const open = store()
    const ledger = await open()
    const first = createWorld({ a: endpointYaml(a.url) }, { ...ledger, append: (steps) => (steps.some(({ deliveryId, events }) => deliveryId.endsWith('L3') && events.some((each) => each.type === 'attemptFinished')) ? Promise.reject(new Error('out of power')) : ledger.append(steps)) })
    await first.run('a', someLeads(2))
    await expect(first.run('a', someLeads(3))).rejects.toThrow('out of power')
    const second = createWorld({ a: endpointYaml(a.url) }, await open())
    const { leads, alreadySettled } = await second.run('a', someLeads(3))
    expect([leads, alreadySettled, second.seen.filter((each) => each.kind === 'alreadySettled')]).toEqual([1, 2, [{ kind: 'alreadySettled', leadId: 'L1' }, { kind: 'alreadySettled', leadId: 'L2' }]])
  })

  it('is left to who delivers by a run that only takes leads in', async () => {
    const a = await buyer()
    const open = store()
    const ledger = await open()
    const first = createWorld({ a: endpointYaml(a.url) }, { ...ledger, append: (steps) => (steps.some(({ events }) => events.some((each) => each.type === 'attemptFinished')) ? Promise.reject(new Error('out of power')) : ledger.append(steps)) })
    await expect(first.run('a', someLeads(1))).rejects.toThrow('out of power')
    const second = createWorld({ a: endpointYaml(a.url) }, await open())
    await second.run('a', someLeads(1, 2), { enqueue: true })
    expect(a.journal).toHaveLength(1)
    await second.run(null, null)
    expect(a.journal.map((each) => (JSON.parse(each.body) as { leadId: string }).leadId).sort()).toEqual(['L1', 'L1', 'L2'])
  })

  it('is delivered by one of several that took up more of them than it holds in memory, while another had every place', async () => {
    const a = await buyer()
    const open = store()
    const one = endpointYaml(a.url).replace('/leads\n', '/leads\n  Concurrency: 50\n')
    const first = createWorld({ a: one }, await open())
    await first.run('a', someLeads(520), { enqueue: true })
    for (let page = 0; page < 3; page++) await first.ledger.takeDue({ mode: 'live', now: first.clock.now(), limit: 256 })
    const ledger = await open()
    const second = createWorld({ a: one }, { ...ledger, shared: true, holdPlaces: async (...of) => (second.clock.now() < first.clock.now() + 5_000 ? 0 : ledger.holdPlaces(...of)) })
    await second.run(null, null)
    expect((await second.ledger.counts('live')).settled.accepted).toBe(520)
  })

  it('is not sent any more once its recipient was paused, however much of it there is', async () => {
    const a = await buyer()
    const open = store()
    const slow = endpointYaml(a.url).replace('/leads\n', '/leads\n  Rate: 20 per second\n')
    const first = createWorld({ a: slow }, await open())
    await first.run('a', someLeads(600), { enqueue: true })
    for (let page = 0; page < 3; page++) await first.ledger.takeDue({ mode: 'live', now: first.clock.now(), limit: 256 })
    const second = createWorld({ a: slow }, await open())
    void second.clock.sleep(2_000).then(() => second.ledger.setPaused('a', 'live', { at: 0, reason: 'by hand' }))
    await second.run(null, null)
    expect(a.journal.length).toBeLessThan(100)
    expect((await second.ledger.counts('live')).waiting).toBe(600 - a.journal.length)
  })

  it('and whose recipient has no file is not looked at again and again by a run that may wait long', async () => {
    const [a, b] = [await buyer(), await buyer()]
    const open = store()
    const first = createWorld({ a: endpointYaml(a.url) }, await open())
    await first.ledger.setPaused('a', 'live', { at: 0, reason: 'by hand' })
    await first.run('a', someLeads(1))
    await first.ledger.wake('a', 'live', first.clock.now())
    const without = createWorld({ b: endpointYaml(b.url) }, await open())
    expect(await without.run(null, null, { waitMs: 3_600_000 })).toMatchObject({ waiting: [{ recipient: 'a', count: 1 }] })
  })

  it('and whose recipient has no file goes back in one step with all such, as one each would wait for the disk each', async () => {
    const [a, b] = [await buyer(), await buyer()]
    const ledger = await store()()
    await createWorld({ a: endpointYaml(a.url) }, ledger).run('a', someLeads(200), { enqueue: true })
    let steps = 0
    const without = createWorld({ b: endpointYaml(b.url) }, { ...ledger, append: (all) => { steps += 1; return ledger.append(all) } })
    expect(await without.run(null, null)).toMatchObject({ waiting: [{ recipient: 'a', count: 200 }] })
    expect(steps).toBe(1)
  })

  it('and whose recipient has no file keeps no run from ending that was told to take it up again', async () => {
    const [a, b] = [await buyer({ script: { do: 'answer', status: 400 } }), await buyer()]
    const open = store()
    const first = createWorld({ a: endpointYaml(a.url), sell: 'Pattern: Waterfall\nTry: [a]\n' }, await open())
    await first.run('sell', someLeads(1))
    const without = createWorld({ b: endpointYaml(b.url), sell: 'Pattern: Waterfall\nTry: [b]\n' }, await open())
    expect(await without.run('sell', someLeads(2), { retryFailed: true })).toMatchObject({ waiting: [{ recipient: 'a', count: 1 }] })
    expect(b.journal).toHaveLength(1)
  })

  it('is tried again where it had failed and was just being taken up for that', async () => {
    const a = await buyer({ script: { do: 'answer', status: 400 } })
    const open = store()
    const first = createWorld({ a: endpointYaml(a.url) }, await open())
    await first.run('a', someLeads(1))
    await first.ledger.takeOne((await first.ledger.ofLead('L1'))[0]!.delivery.id)

    a.rescript({ do: 'accept' })
    const second = createWorld({ a: endpointYaml(a.url) }, await open())
    await second.run(null, null)
    expect(await second.standing('L1')).toMatchObject({ state: 'settled', outcome: 'accepted' })
    expect((await second.events('L1')).map((each) => each.type)).toEqual(['received', 'attemptStarted', 'attemptFinished', 'settled', 'reopened', 'attemptStarted', 'attemptFinished', 'settled'])
  })
})

it('a repeat by another run says the same under its key: the run that took the lead in', async () => {
  const a = await buyer({ script: [{ do: 'limit', retryAfter: '60' }, { do: 'accept' }] })
  const world = createWorld({ a: endpointYaml(a.url).replace('  leadId:', '  run: {{run.id}}\n  leadId:') }, await store()())
  await world.run('a', someLeads(1))
  await world.clock.advance(60_000)
  await world.run(null, null)
  expect(a.journal.map(({ body }) => (JSON.parse(body) as { run: string }).run)).toEqual(['run1', 'run1'])
  expect(a.journal[0]?.key).toBe(a.journal[1]?.key)
})

describe('a lead that a recipient bought through another target meanwhile', () => {
  const files = (url: string) => ({ a: endpointYaml(url, 'Retry Strategy: {Server Errors: {Retry: 3 times, Backoff: 60s}}\n'), one: 'Pattern: Waterfall\nTry: [a]\n', two: 'Pattern: Waterfall\nTry: [a]\n' })
  const why = { kind: 'pass', recipient: 'a', reason: 'a has bought this lead before, or may have (it is held for a person), through another target' }

  it('is not offered to it again by the target whose lead waited', async () => {
    const a = await buyer()
    const world = createWorld(files(a.url), await store()())
    await world.ledger.setPaused('a', 'live', { at: 0, reason: 'by hand' })
    await world.run('one', someLeads(2))
    await world.ledger.setPaused('a', 'live', null)
    await world.run('two', someLeads(1))
    await world.ledger.wake('a', 'live', world.clock.now())
    await world.run(null, null)
    expect(a.journal.map((each) => (JSON.parse(each.body) as { leadId: string }).leadId).sort()).toEqual(['L1', 'L2'])
    const [one] = await world.ledger.ofLead('L1')
    expect(one).toMatchObject({ delivery: { to: 'one' }, standing: { state: 'settled', outcome: 'skipped' } })
    expect(one?.events.map(({ event }) => event)).toContainEqual(expect.objectContaining({ type: 'chose', choice: why }))
  })

  it('or may have, as a person is to say: it is not sent there again', async () => {
    const a = await buyer({ script: { do: 'answer', status: 200, body: 'Fatal error' } })
    const world = createWorld(files(a.url), await store()())
    await world.run('one', someLeads(1))
    await world.run('a', someLeads(1))
    expect(a.journal).toHaveLength(1)
    expect((await world.ledger.ofLead('L1')).map(({ delivery, standing }) => ({ to: delivery.to, ...standing }))).toMatchObject([{ to: 'one', outcome: 'held' }, { to: 'a', outcome: 'skipped', reason: why.reason }])
  })

  it('is taken in for that target all the same where none is sent: who works it hears of the sale', async () => {
    const [a, b] = [await buyer(), await buyer()]
    const world = createWorld({ ...files(a.url), b: endpointYaml(b.url), two: 'Pattern: Waterfall\nTry: [a, b]\n' }, await store()())
    await world.run('one', someLeads(1))
    await world.run('two', someLeads(1), { enqueue: true })
    await world.run(null, null)
    expect([a.journal.length, b.journal.length]).toEqual([1, 1])
  })

  it('leaves the batch that it had joined there', async () => {
    const a = await buyer({ script: { do: 'rows', acts: ['accept', 'accept'], price: '45.00' } })
    const batched = endpointYaml(a.url, 'Batch: {Accumulate: 3 leads or 10 minutes, Format: JSON array, Match: id = lead.id}\n')
    const world = createWorld({ ...files(a.url), a: batched }, await store()())
    await world.run('one', someLeads(2), { waitMs: 0 })
    const other = createWorld(files(a.url), world.ledger, world.clock.now())
    a.rescript({ do: 'accept' })
    await other.run('two', someLeads(1), { waitMs: 0 })
    a.rescript({ do: 'rows', acts: ['accept'], price: '45.00' })
    await world.clock.advance(3_600_000)
    await world.run(null, null)
    expect(a.journal.flatMap(({ body }) => [JSON.parse(body) as { leadId: string } | { leadId: string }[]].flat().map((each) => each.leadId))).toEqual(['L1', 'L2'])
    expect((await world.ledger.ofLead('L1'))[0]).toMatchObject({ delivery: { to: 'one' }, standing: { state: 'settled', outcome: 'skipped' } })
    expect(await world.standing('L2')).toMatchObject({ state: 'settled', outcome: 'accepted' })
  })

  it('is not twice in a batch, nor in two at once, where two targets gave it there', async () => {
    const a = await buyer({ script: [{ do: 'rows', acts: ['accept', 'reject'], price: '45.00' }, { do: 'rows', acts: ['reject'], price: '45.00' }] })
    const batched = endpointYaml(a.url, 'Batch: {Accumulate: 4 leads or 10 minutes, Format: JSON array, Match: id = lead.id}\n')
    const world = createWorld({ ...files(a.url), a: batched }, await store()())
    await world.run('one', someLeads(2), { waitMs: 0 })
    await world.run('two', someLeads(2), { waitMs: 0 })
    await world.clock.advance(3_600_000)
    await world.run(null, null)
    // L1 was bought; L2, which was refused, is offered once more by the other target, and by itself.
    expect(a.journal.map(({ body }) => (JSON.parse(body) as { leadId: string }[]).map((each) => each.leadId))).toEqual([['L1', 'L2'], ['L2']])
    expect(await world.ledger.counts('live')).toMatchObject({ working: 0, waiting: 0, settled: { accepted: 1, skipped: 1, rejected: 2 } })
  })

  it('nor by a retry that was due, nor by --retry-failed', async () => {
    const a = await buyer({ script: [{ do: 'answer', status: 500 }, { do: 'answer', status: 422 }, { do: 'accept' }], cycle: false })
    const world = createWorld(files(a.url), await store()())
    await world.run('one', someLeads(1), { waitMs: 0 })
    await world.run('one', someLeads(1, 2), { waitMs: 0 })
    await world.run('two', someLeads(2), { waitMs: 0 })
    expect(await world.ledger.counts('live')).toMatchObject({ waiting: 1, settled: { accepted: 2, failed: 1 } })
    const sent = a.journal.length
    await world.clock.advance(120_000)
    await world.run(null, null)
    expect(await world.ledger.counts('live')).toMatchObject({ waiting: 0, settled: { accepted: 2, failed: 2 } })
    await world.run('one', someLeads(2), { retryFailed: true })
    expect(await world.ledger.counts('live')).toMatchObject({ waiting: 0, settled: { accepted: 2, skipped: 2 } })
    expect(a.journal).toHaveLength(sent)
  })
})
