import { afterEach, describe, expect, it } from 'vitest'
import { deliveryIdOf } from '../../src/core/delivery-id.ts'
import { decideReview } from '../../src/core/review.ts'
import type { Ledger } from '../../src/ports.ts'
import { IMPLEMENTATIONS } from '../conformance/ledgers.ts'
import type { Opened } from '../conformance/ledgers.ts'
import type { Standing } from '../../src/ports.ts'
import type { Act } from '../world/act.ts'
import type { Buyer } from '../world/buyer.ts'
import { buyersOfTests } from '../world/buyers.ts'
import { createWorld, endpointYaml, someLeads } from './world.ts'

const buyer = buyersOfTests()
const endings: (() => Promise<unknown>)[] = []
afterEach(async () => { for (const end of endings.splice(0).reverse()) await end() })
const rowsIn = (body: string): readonly string[] => (JSON.parse(body) as { leadId: string }[]).map(({ leadId }) => leadId)
const taken = (body: string): string => JSON.stringify(rowsIn(body).map((id) => ({ status: 'accepted', leadId: `B-${id}`, price: 1 })))
/** Reads the first `silent` batches, and closes the connection without an answer; takes all that comes later. */
const deaf = (silent: number): Promise<Buyer> =>
  buyer({ idempotent: false, script: ({ n, body }) => (n <= silent ? { do: 'reset-before' } : { do: 'answer', status: 200, headers: { 'content-type': 'application/json' }, body: taken(body) }) })
const batched = (url: string, size: number, more = ''): string => endpointYaml(url, `Batch: {Accumulate: ${size} leads or 1 hour, Format: JSON array}\n${more}`)

const counts = async ({ ledger }: { readonly ledger: Ledger }): Promise<Record<string, number>> => {
  const { settled, waiting, working } = await ledger.counts('live')
  return Object.fromEntries(Object.entries({ ...settled, waiting, working }).filter(([, count]) => count > 0))
}

describe.each(IMPLEMENTATIONS)('on $name', ({ open, cannot }) => {
  const opened = async (): Promise<Opened> => {
    const made = await open()
    endings.push(made.close)
    return made
  }

  describe('batches that were given up without an answer', () => {
    const files = (url: string) => ({ a: batched(url, 3, 'Retries: 0\n') })
    /** L1 to L3 and L4 to L6 in a batch each, L7 and L8 in a third. */
    const givenUp = async (silent = 3) => {
      const a = await deaf(silent)
      const { ledger, reopen } = await opened()
      const world = createWorld(files(a.url), ledger)
      await world.run('a', someLeads(8))
      await world.clock.advance(3_600_000)
      await world.run(null, null)
      expect(a.journal.map(({ body }) => rowsIn(body))).toEqual([['L1', 'L2', 'L3'], ['L4', 'L5', 'L6'], ['L7', 'L8']])
      return { a, world, reopen, first: a.journal.map(({ key, body }) => ({ key, body })) }
    }
    const lateIn = ({ journal }: Buyer) => journal.slice(3).map(({ key, body }) => ({ key, body }))

    it('go as they went, under their keys, where all of their leads are taken up again, in any order and among others', async () => {
      const { a, world, first } = await givenUp()
      const shuffled = [8, 1, 6, 3, 20, 4, 2, 7, 21, 5].flatMap((n) => someLeads(1, n))
      expect(await world.run('a', shuffled, { retryFailed: true })).toMatchObject({ inDoubt: 0 })
      expect(new Set(lateIn(a).map(({ key }) => key)).size).toBe(3)
      expect(first).toEqual(expect.arrayContaining(lateIn(a)))
      expect(await counts(world)).toEqual({ accepted: 8, waiting: 2 })
      expect(await world.standing('L7')).toMatchObject({ buyerLeadId: 'B-L7' })
    })

    it('stay in doubt where some of their leads are missing, and go once all are there', async () => {
      const { a, world, first } = await givenUp()
      expect(await world.run('a', [...someLeads(2), ...someLeads(3, 4), ...someLeads(1, 9), ...someLeads(1)], { retryFailed: true })).toMatchObject({ inDoubt: 2 })
      expect(lateIn(a)).toEqual([first[1]])
      expect(await counts(world)).toEqual({ accepted: 3, failed: 5, waiting: 1 })
      await world.run('a', someLeads(8), { retryFailed: true })
      expect(lateIn(a)).toHaveLength(3)
      expect(first).toEqual(expect.arrayContaining(lateIn(a)))
      expect(await counts(world)).toEqual({ accepted: 8, waiting: 1 })
    })

    it('are given up again where nobody answers again, and may be taken up again', async () => {
      const { a, world, first } = await givenUp(5)
      await world.run('a', someLeads(3), { retryFailed: true })
      await world.run('a', someLeads(3), { retryFailed: true })
      expect(await counts(world)).toEqual({ failed: 8 })
      await world.run('a', someLeads(3), { retryFailed: true })
      expect(lateIn(a)).toEqual([first[0], first[0], first[0]])
      expect(await counts(world)).toEqual({ accepted: 3, failed: 5 })
    })

    it('are taken in by --enqueue for whoever works the store, whole ones to be sent', async () => {
      const { a, world, first } = await givenUp()
      expect(await world.run('a', someLeads(5), { retryFailed: true, enqueue: true })).toMatchObject({ inDoubt: 2 })
      expect(lateIn(a)).toEqual([])
      await world.run(null, null, { take: 1 })
      expect(lateIn(a)).toEqual([first[0]])
      expect(await counts(world)).toEqual({ accepted: 3, failed: 5 })
    })

    it('wait as they are for a recipient that is paused', async () => {
      const { a, world, first } = await givenUp()
      await world.ledger.setPaused('a', 'live', { at: 0, reason: 'by hand' })
      await world.run('a', someLeads(3), { retryFailed: true })
      expect(await counts(world)).toEqual({ failed: 5, waiting: 3 })
      await world.ledger.setPaused('a', 'live', null)
      await world.ledger.wake('a', 'live', world.clock.now())
      await world.run(null, null)
      expect(lateIn(a)).toEqual([first[0]])
    })

    it('hold a lead of which their repeat says only that it failed, where On Unknown says so', async () => {
      const said = (body: string) => taken(body).replace('"status":"accepted","leadId":"B-L2"', '"status":"error","leadId":"B-L2"')
      const [a, b] = [await buyer({ idempotent: false, script: ({ n, body }) => (n === 1 ? { do: 'reset-after' } : { do: 'answer', status: 200, headers: { 'content-type': 'application/json' }, body: said(body) }) }), await buyer()]
      const world = createWorld({ a: batched(a.url, 3, 'On Unknown: hold\n').replace('Duplicate:', 'Error: status = "error"\n  Duplicate:'), b: endpointYaml(b.url), either: 'Pattern: Waterfall\nTry: [a, b]\n' }, (await opened()).ledger)
      await world.run('either', someLeads(3))
      expect([a.journal.length, b.journal.length, await counts(world)]).toEqual([2, 0, { accepted: 2, held: 1 }])
    })

    it('go anew, with others too, where a person has looked', async () => {
      const { a, world } = await givenUp()
      for (const id of ['L1', 'L2']) {
        const loaded = await world.ledger.takeOne(deliveryIdOf({ mode: 'live', to: 'a', leadId: id, number: 1 }))
        const { events } = decideReview(loaded?.events.map(({ event }) => event) ?? [], null, { decision: 'retry', note: null }, world.clock.now())
        await world.ledger.append([{ deliveryId: loaded?.delivery.id ?? '', version: loaded?.events.length ?? 0, runId: 'review', events, standing: { state: 'waiting', dueAt: world.clock.now(), why: '', recipient: null, batch: false } }])
      }
      await world.run('a', someLeads(1, 9))
      await world.run(null, null)
      expect(lateIn(a).map(({ body }) => rowsIn(body).toSorted())).toEqual([['L1', 'L2', 'L9']])
      expect(await counts(world)).toEqual({ accepted: 3, failed: 6 })
    })

    it('go under their keys where all of their leads come together, though a failure was the answer', async () => {
      const a = await buyer({ idempotent: false, script: ({ n, body }) => (n === 1 ? { do: 'answer', status: 504 } : { do: 'answer', status: 200, headers: { 'content-type': 'application/json' }, body: taken(body) }) })
      const world = createWorld(files(a.url), (await opened()).ledger)
      await world.run('a', someLeads(3))
      expect(await world.run('a', someLeads(3).toReversed(), { retryFailed: true })).toMatchObject({ inDoubt: 0 })
      expect(new Set(a.journal.map(({ key, body }) => `${key} ${body}`)).size).toBe(1)
      expect([a.journal.length, await counts(world)]).toEqual([2, { accepted: 3 }])
    })

    it.skipIf(cannot.includes('a crash'))('stay in doubt where a crash came while they were taken up one by one, and go by the next order', async () => {
      const { a, world, reopen, first } = await givenUp()
      for (const id of ['L1', 'L2', 'L3']) await world.ledger.takeOne(deliveryIdOf({ mode: 'live', to: 'a', leadId: id, number: 1 }))
      const second = createWorld(files(a.url), await reopen?.(), world.clock.now())
      await second.run(null, null)
      expect(await counts(second)).toEqual({ failed: 8 })
      await second.run('a', someLeads(3), { retryFailed: true })
      expect(lateIn(a)).toEqual([first[0]])
    })
  })

  describe('batches of which some leads are settled when they are to be repeated', () => {
    /** L3 alone, L1 and L2 with another to go to when the recipient of their batch asks for time. */
    const torn = async (first: Act) => {
      const [a, b] = [await buyer({ idempotent: false, script: ({ n, body }) => (n === 1 ? first : { do: 'answer', status: 200, headers: { 'content-type': 'application/json' }, body: taken(body) }) }), await buyer()]
      const files = { a: batched(a.url, 3, 'Caps: 3 per day\nRetry Strategy:\n  Timeout Errors: {Retry: 3 times, Backoff: 1h}\n'), b: endpointYaml(b.url), either: 'Pattern: Waterfall\nTry: [a, b]\n' }
      const world = createWorld(files, (await opened()).ledger)
      await world.run('either', someLeads(2), { waitMs: 0 })
      await world.run('a', someLeads(1, 3), { waitMs: 0 })
      return { a, b, world }
    }

    it('let the others join another, where the answer was a failure', async () => {
      const { a, b, world } = await torn({ do: 'limit', retryAfter: '7200' })
      expect([a.journal.length, b.journal.length, await counts(world)]).toEqual([1, 2, { accepted: 2, waiting: 1 }])
      await world.clock.advance(7_200_000)
      await world.run(null, null)
      expect(await world.standing('L3')).toMatchObject({ state: 'waiting', recipient: 'a', batch: true })
      await world.clock.advance(3_600_000)
      await world.run(null, null)
      expect(a.journal.slice(1).map(({ body }) => rowsIn(body))).toEqual([['L3']])
      expect(a.journal[1]?.key).not.toBe(a.journal[0]?.key)
      expect(await world.standing('L3')).toMatchObject({ outcome: 'accepted', recipient: 'a' })
      expect((await world.events('L3')).flatMap((each) => (each.type === 'chose' ? each.choice.kind : []))).toEqual(['queue', 'apart', 'queue'])
    })

    it('leave the others in doubt, where there was no answer', async () => {
      const { a, b, world } = await torn({ do: 'reset-before' })
      await world.ledger.setPaused('a', 'live', { at: 0, reason: 'by hand' })
      await world.clock.advance(3_600_000)
      await world.run(null, null)
      expect([b.journal.length, await counts(world)]).toEqual([2, { accepted: 2, waiting: 1 }])
      await world.ledger.setPaused('a', 'live', null)
      await world.ledger.wake('a', 'live', world.clock.now())
      await world.run(null, null)
      expect(a.journal).toHaveLength(1)
      expect(await world.standing('L3')).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('only 1 of the 3 leads') as unknown as string })
      await world.run('a', someLeads(1, 3), { retryFailed: true })
      expect([a.journal.length, await counts(world)]).toEqual([1, { accepted: 2, failed: 1 }])
    })
  })

  it('all that are full leave at once where a recipient\'s batches were made smaller', async () => {
    const a = await deaf(0)
    const { ledger } = await opened()
    const before = createWorld({ a: endpointYaml(a.url, 'Batch: {Accumulate: 5000 leads or 1 day, Format: JSON array}\n') }, ledger)
    await before.run('a', someLeads(1_050), { waitMs: 0 })
    expect(a.journal).toHaveLength(0)
    const after = createWorld({ a: endpointYaml(a.url, 'Batch: {Accumulate: 100 leads or 1 day, Format: JSON array}\n') }, ledger, before.clock.now())
    await after.run(null, null, { waitMs: 0 })
    expect(a.journal.map(({ body }) => rowsIn(body).length)).toEqual(Array(10).fill(100))
    expect(await ledger.counts('live')).toMatchObject({ waiting: 50, settled: { accepted: 1_000 } })
  })

  it('leads that wait for the rest of their batch go back together, in one step', async () => {
    const a = await deaf(1)
    const { ledger } = await opened()
    let steps = 0
    const world = createWorld({ a: batched(a.url, 100, 'Retry Strategy:\n  Timeout Errors: {Retry: 3 times, Backoff: 1h}\n') }, { ...ledger, append: (all) => { steps += 1; return ledger.append(all) } })
    await world.run('a', someLeads(100), { waitMs: 0 })
    await world.clock.advance(3_600_000)
    const late = await ledger.takeDue({ mode: 'live', now: world.clock.now(), limit: 1 })
    await ledger.append(late.map(({ delivery, events, standing }) => ({ deliveryId: delivery.id, version: events.length, runId: 'run1', events: [], standing: { ...standing, dueAt: world.clock.now() + 60_000 } as Standing })))
    steps = 0
    await world.run(null, null, { waitMs: 0 })
    expect([a.journal.length, steps < 5]).toEqual([1, true])
    await world.clock.advance(60_000)
    await world.run(null, null, { waitMs: 0 })
    expect([a.journal.length, (await ledger.counts('live')).settled.accepted]).toEqual([2, 100])
  })

  it('a member that leaves while it waits for the rest (its recipient is closed) is given up, so that the run ends, and ends with its last answer', async () => {
    const a = await buyer({ idempotent: false, script: ({ n, body }) => (n === 1 ? { do: 'answer', status: 503 } : { do: 'answer', status: 200, headers: { 'content-type': 'application/json' }, body: taken(body) }) })
    const { ledger } = await opened()
    let closed: Promise<void> | null = null
    const b = await buyer({ script: ({ n }) => {
      if (n === 3) closed = ledger.setPaused('a', 'live', { at: 0, reason: 'by hand' })
      return { do: 'answer', status: 503, afterMs: n < 3 ? 0 : 300 }
    } })
    const later = 'Retry Strategy:\n  Server Errors: {Retry: 3 times, Backoff: 1h}\n'
    const world = createWorld({ a: batched(a.url, 2, later), b: endpointYaml(b.url, `Concurrency: 1\n${later}`), both: 'Pattern: Simultaneous\nSend To: [a, b]\nAccept: all\n' }, ledger)
    await world.run('both', someLeads(2), { waitMs: 0 })
    await world.clock.advance(3_600_000)
    // L1, which goes to b again as well, comes before L2, which waits for its batch alone.
    const due = await ledger.takeDue({ mode: 'live', now: world.clock.now(), limit: 2 })
    await ledger.append(due.map(({ delivery, events, standing }) => ({ deliveryId: delivery.id, version: events.length, runId: 'run1', events: [], standing: { ...standing, dueAt: world.clock.now() + (delivery.lead.id === 'L1' ? 0 : 10_000) } as Standing })))
    await world.run(null, null)
    // Each answer was recorded before the run ended: two of the batch, four of b.
    expect(world.seen.filter((each) => each.kind === 'stored' && each.event.type === 'attemptFinished')).toHaveLength(6)
    await closed
    expect([a.journal.length, b.journal.length, await counts(world)]).toEqual([1, 4, { waiting: 2 }])
    expect(await world.standing('L1')).toMatchObject({ state: 'waiting', recipient: 'b' })
  })

  it('leads that are to go again in a batch go back where the run is stopped while it is recorded that they pass another buyer by', async () => {
    const fails = (): Promise<Buyer> => buyer({ script: { do: 'answer', status: 500 } })
    const [a, b] = [await fails(), await fails()]
    const { ledger } = await opened()
    const world = createWorld({ a: batched(a.url, 2), b: endpointYaml(b.url), both: 'Pattern: Simultaneous\nSend To: [a, b]\n' }, { ...ledger, append: (steps) => {
      if (steps.some(({ events }) => events.some((each) => each.type === 'chose' && each.choice.kind === 'pass'))) world.stop.abort()
      return ledger.append(steps)
    } })
    await world.run('both', someLeads(2), { waitMs: 0 })
    await ledger.setPaused('b', 'live', { at: 0, reason: 'by hand' })
    await world.clock.advance(60_000)
    expect(await world.run(null, null)).toMatchObject({ interrupted: true })
    expect([a.journal.length, await counts(world)]).toEqual([1, { waiting: 2 }])
  })

  it('leads that are to go again in a batch go back where the run is stopped while another buyer has not answered for them', async () => {
    const b = await buyer({ script: { do: 'answer', status: 500 } })
    const a = await buyer({ script: ({ n }) => {
      if (n <= 2) return { do: 'answer', status: 503, headers: { 'retry-after': '1' } }
      // The time of the batch comes while both leads are on their way to this one.
      if (n === 4) { world.stop.abort(); void world.clock.advance(5_000) }
      return { do: 'accept', afterMs: 200 }
    } })
    const { ledger } = await opened()
    const world = createWorld({ a: endpointYaml(a.url), b: batched(b.url, 2, 'Retry Strategy:\n  Server Errors: {Retry: 3 times, Backoff: 2s}\n'), both: 'Pattern: Simultaneous\nSend To: [a, b]\nAccept: all\n' }, ledger)
    expect(await world.run('both', someLeads(2))).toMatchObject({ interrupted: true })
    expect([a.journal.length, b.journal.length, await counts(world)]).toEqual([4, 1, { waiting: 2 }])
  })

  describe('batches of more leads than are in memory at once', () => {
    const MANY = 520
    const patient = 'Retry Strategy:\n  Timeout Errors: {Retry: 3 times, Backoff: "1s, 1h"}\n'

    it('are repeated whole, in the run and by the next', async () => {
      const a = await deaf(2)
      const world = createWorld({ a: batched(a.url, MANY, patient) }, (await opened()).ledger)
      await world.run('a', someLeads(MANY), { waitMs: 2_000 })
      expect(a.journal).toHaveLength(2)
      await world.clock.advance(3_600_000)
      await world.run(null, null)
      expect(new Set(a.journal.map(({ key, body }) => `${key} ${body}`)).size).toBe(1)
      expect((await world.ledger.counts('live')).settled.accepted).toBe(MANY)
    })

    it.skipIf(cannot.includes('a crash'))('that a crash left, also several at once, are taken up', async () => {
      const [a, b] = [await deaf(1), await deaf(1)]
      const files = { a: batched(a.url, MANY / 2, patient), b: batched(b.url, MANY / 2, patient), turns: 'Pattern: Round Robin\nTry: [a, b]\n' }
      const { ledger, reopen } = await opened()
      const first = createWorld(files, ledger)
      await first.run('turns', someLeads(MANY), { waitMs: 0 })
      await first.clock.advance(1_000)
      for (let page = 0; page < 3; page++) await ledger.takeDue({ mode: 'live', now: first.clock.now(), limit: 256 })

      const second = createWorld(files, await reopen?.(), first.clock.now())
      await second.run(null, null)
      expect([a, b].map(({ journal }) => journal.length)).toEqual([2, 2])
      expect((await second.ledger.counts('live')).settled.accepted).toBe(MANY)
    })
  })
})
