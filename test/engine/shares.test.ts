import { describe, expect, it } from 'vitest'
import { createMemoryLedger } from '../world/memory-ledger.ts'
import { buyersOfTests } from '../world/buyers.ts'
import { createWorld, endpointYaml, someLeads } from './world.ts'

const buyer = buyersOfTests()

/** A share of two buyers and, beside it, a third. */
const beside = async (more: string) => {
  const [a, b, c] = [await buyer(), await buyer(), await buyer()]
  const world = createWorld({
    a: endpointYaml(a.url), b: endpointYaml(b.url), c: endpointYaml(c.url, more),
    shared: 'Pattern: Round Robin\nTry: [a, b]\n', all: 'Pattern: Simultaneous\nSend To: [shared, c]\nAccept: all\n',
  })
  return { world, sent: () => [a, b, c].map((each) => each.journal.length) }
}

describe('a share', () => {
  it('is drawn for no lead that another process took in meanwhile', async () => {
    const [a, b] = [await buyer(), await buyer()]
    // It asks what the store knows, and hears of it only with the first step.
    const world = createWorld({ a: endpointYaml(a.url), b: endpointYaml(b.url), shared: 'Pattern: Round Robin\nTry: [a, b]\n' }, { ...createMemoryLedger(), known: async () => new Map() })
    await world.run('shared', someLeads(3), { concurrency: 1 })
    await world.run('shared', someLeads(6), { concurrency: 1 })
    expect([a.journal.length, b.journal.length]).toEqual([3, 3])
  })
})

describe('a share beside another recipient', () => {
  it('is drawn while the other has no place', async () => {
    const { world, sent } = await beside('Concurrency: 1')
    expect(await world.run('all', someLeads(6))).toMatchObject({ leads: 6, waiting: [] })
    expect(sent()).toEqual([3, 3, 6])
  })

  it('is drawn while the other is waited for', async () => {
    const { world, sent } = await beside('When Closed: wait')
    await world.ledger.setPaused('c', 'live', { at: 0, reason: 'by hand' })
    expect(await world.run('all', someLeads(4))).toMatchObject({ waiting: [{ recipient: 'c', count: 4 }] })
    expect(sent()).toEqual([2, 2, 0])
  })
})
