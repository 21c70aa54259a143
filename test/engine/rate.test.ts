import { describe, expect, it } from 'vitest'
import { createMemoryLedger } from '../world/memory-ledger.ts'
import { grantStarts } from '../../src/core/rate.ts'
import type { Given } from '../../src/core/rate.ts'
import type { Ledger } from '../../src/ports.ts'
import { buyersOfTests } from '../world/buyers.ts'
import type { Exchange } from './world.ts'
import { createWorld, endpointYaml, someLeads } from './world.ts'

const started = buyersOfTests()
const world = async (rate: string) => {
  const buyer = await started()
  return createWorld({ a: endpointYaml(buyer.url).replace('/leads\n', `/leads\n  Rate: ${rate}\n`) })
}
const startsOf = async (each: ReturnType<typeof createWorld>, leads: number): Promise<readonly number[]> => {
  const all = await Promise.all(Array.from({ length: leads }, (_, i) => each.events(`L${i + 1}`)))
  return all.flat().flatMap((event) => (event.type === 'attemptStarted' ? [event.at] : [])).sort((a, b) => a - b)
}
/** The most starts in any stretch of that length. */
const most = (starts: readonly number[], ms: number): number => Math.max(...starts.map((from) => starts.filter((at) => at >= from && at < from + ms).length))

describe('Rate', () => {
  it('holds in any stretch of its length and a twelfth, within a run: requests leave some later than others', async () => {
    const one = await world('5 per second')
    await one.run('a', someLeads(23))
    const starts = await startsOf(one, 23)
    expect([starts.length, most(starts, 1_083)]).toEqual([23, 5])
  })

  it('holds over runs: what the run before has sent counts for the next, and nothing is lost', async () => {
    const one = await world('5 per minute')
    await one.run('a', someLeads(4))
    await one.run('a', someLeads(4, 5), { waitMs: 120_000 })
    await one.run('a', someLeads(3, 9), { waitMs: 120_000 })
    const starts = await startsOf(one, 11)
    expect([starts.length, most(starts, 61_000)]).toEqual([11, 5])
  })

  it('holds over runs for batches too', async () => {
    const buyer = await started({ script: { do: 'answer', status: 200, body: '{"results":[]}' } })
    const one = createWorld({ a: `${endpointYaml(buyer.url).replace('/leads\n', '/leads\n  Rate: 2 per minute\n')}Batch: {Accumulate: 2 leads or 5 minutes, Format: JSON array, Results: results, Match: id = lead.id}` })
    await one.run('a', someLeads(2))
    await one.run('a', someLeads(4, 3), { waitMs: 120_000 })
    await one.run('a', someLeads(2, 7), { waitMs: 120_000 })
    // Two leads of each batch start together.
    const starts = (await startsOf(one, 8)).filter((_at, i) => i % 2 === 0)
    expect([buyer.journal.length, starts.length, most(starts, 61_000)]).toEqual([4, 4, 2])
  })

  it('is not used up by leads of which no request can be made', async () => {
    const buyer = await started()
    const one = createWorld({ a: endpointYaml(buyer.url).replace('/leads\n', '/{{lead.place}}\n  Rate: 5 per minute\n') })
    const leads = someLeads(8).map((each, i) => (i < 6 ? each : { ...each, fields: { ...each.fields, place: 'leads' } }))
    const before = one.clock.now()
    await one.run('a', leads, { waitMs: 120_000 })
    expect(buyer.journal).toHaveLength(2)
    expect(one.clock.now() - before).toBeLessThan(5_000)
  })

  it('over several processes holds for batches too: each leaves at the time that the store gave, not before', async () => {
    const buyer = await started({ script: { do: 'answer', status: 200, body: '{"results":[]}' } })
    let given: Given = []
    const times: number[] = []
    const shared: Ledger = {
      ...createMemoryLedger(), shared: true,
      holdStarts: async (_recipient, _mode, rate, { fromMs, withinMs, wanted }) => {
        const now = one.clock.now()
        const grant = grantStarts(given, rate, { from: now + fromMs, until: now + withinMs, wanted })
        given = grant.given
        times.push(...grant.starts)
        return { inMs: grant.starts.map((at) => at - now), nextInMs: grant.next === null ? null : grant.next - now }
      },
    }
    const exchanges: Exchange[] = []
    const one = createWorld({ a: `${endpointYaml(buyer.url).replace('/leads\n', '/leads\n  Rate: 3 per second\n')}Batch: {Accumulate: 2 leads or 5 minutes, Format: JSON array, Results: results, Match: id = lead.id}` }, shared, undefined, exchanges)
    await one.run('a', someLeads(12))
    const answered = exchanges.map(({ reply }) => reply.at).sort((a, b) => a - b)
    expect(answered).toHaveLength(6)
    answered.forEach((at, i) => { expect(at).toBeGreaterThanOrEqual(times[i] ?? Infinity) })
  })

  it('keeps nobody waiting where there is room', async () => {
    const one = await world('50 per second')
    const before = one.clock.now()
    await one.run('a', someLeads(20))
    await one.run('a', someLeads(20, 21))
    expect(one.clock.now() - before).toBeLessThan(5_000)
  })
})
