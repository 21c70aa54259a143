import { describe, expect, it } from 'vitest'
import { deliveryIdOf } from '../../src/core/delivery-id.ts'
import type { Ledger, LoadedDelivery } from '../../src/ports.ts'
import { T0 } from '../core/given.ts'
import { createMemoryLedger } from '../world/memory-ledger.ts'
import { createWorld, endpointYaml, someLeads } from './world.ts'
import { buyersOfTests } from '../world/buyers.ts'

const buyer = buyersOfTests()

/** A store that others work too: what they do is said with each case. */
describe('a run beside others on one store', () => {
  it('goes on when places come free that were all another\'s', async () => {
    const a = await buyer()
    let asked = 0
    const holdPlaces: Ledger['holdPlaces'] = async (_recipient, _mode, limit, { wanted }) => (++asked < 3 ? 0 : Math.min(limit, wanted))
    const world = createWorld({ a: endpointYaml(a.url, 'Concurrency: 2') }, { ...createMemoryLedger(), shared: true, holdPlaces })
    await world.run('a', someLeads(3))
    expect(a.journal).toHaveLength(3)
  })

  it('sends a batch that another filled at once, and not only at its time', async () => {
    const a = await buyer({ script: { do: 'rows', acts: ['accept'], price: '45.00' } })
    const ledger = createMemoryLedger()
    let filled = false
    const fill = async (): Promise<void> => {
      filled = true
      const [one] = await ledger.ofLead('L1')
      const [lead] = someLeads(1, 2)
      if (!one || !lead) throw new Error('no leads')
      const id = deliveryIdOf({ ...one.delivery, leadId: lead.id })
      await ledger.append([{ deliveryId: id, version: 0, create: { ...one.delivery, id, lead }, runId: 'another', events: one.events.map(({ event }) => event), standing: one.standing }])
    }
    const accumulating: Ledger['accumulating'] = async (mode) => {
      if (!filled && world.clock.now() >= T0 + 5_000) await fill()
      return ledger.accumulating(mode)
    }
    const world = createWorld({ a: endpointYaml(a.url, 'Batch: {Accumulate: 2 leads or 10 minutes, Format: JSON array, Match: id = lead.id}\n') }, { ...ledger, shared: true, accumulating })
    await world.run('a', someLeads(1), { waitMs: 600_000 })
    expect(a.journal.map(({ body }) => (JSON.parse(body) as unknown[]).length)).toEqual([2])
    expect(world.clock.now()).toBeLessThan(T0 + 60_000)
  })

  it('takes up what one of them leaves behind meanwhile', async () => {
    const a = await buyer({ script: [{ do: 'answer', status: 400 }, { do: 'limit', retryAfter: '20' }, { do: 'accept' }] })
    const ledger = createMemoryLedger()
    let left: LoadedDelivery[] = []
    const world = createWorld({ a: endpointYaml(a.url) }, { ...ledger, shared: true, takeAbandoned: async () => (world.clock.now() < T0 + 5_000 ? [] : left.splice(0)) })
    await world.run('a', someLeads(1))
    const taken = await ledger.takeOne((await ledger.ofLead('L1'))[0]?.delivery.id ?? '')
    left = taken ? [taken] : []
    await world.run('a', someLeads(1, 2))
    expect((await ledger.counts('live')).settled.accepted).toBe(2)
  })
})
