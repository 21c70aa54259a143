import { afterEach, describe, expect, it } from 'vitest'
import { IMPLEMENTATIONS } from '../conformance/ledgers.ts'
import type { Opened } from '../conformance/ledgers.ts'
import type { Buyer, BuyerOptions } from '../world/buyer.ts'
import { startBuyer } from '../world/buyer.ts'
import { createWorld, endpointYaml, someLeads } from './world.ts'

const endings: (() => Promise<unknown>)[] = []
afterEach(async () => { for (const end of endings.splice(0).reverse()) await end() })

const buyer = async (options: BuyerOptions = {}): Promise<Buyer> => {
  const started = await startBuyer(options)
  endings.push(() => started.close())
  return started
}
const rowsIn = (body: string): readonly string[] => (JSON.parse(body) as { leadId: string }[]).map(({ leadId }) => leadId)
const taken = (body: string): string => JSON.stringify(rowsIn(body).map((id) => ({ status: 'accepted', leadId: `B-${id}`, price: 1 })))
/** Reads the first `silent` batches, and closes the connection without an answer; takes all that comes later. */
const deaf = (silent: number): Promise<Buyer> =>
  buyer({ idempotent: false, script: ({ n, body }) => (n <= silent ? { do: 'reset-before' } : { do: 'answer', status: 200, headers: { 'content-type': 'application/json' }, body: taken(body) }) })
const batched = (url: string, size: number, more = ''): string => endpointYaml(url, `Batch: {Accumulate: ${size} leads or 5 minutes, Format: JSON array}\n${more}`)

describe.each(IMPLEMENTATIONS)('on $name', ({ open, cannot }) => {
  const opened = async (): Promise<Opened> => {
    const made = await open()
    endings.push(made.close)
    return made
  }

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
      for (let page = 0; page < 3; page++) await ledger.claimDue({ mode: 'live', now: first.clock.now(), limit: 256 })

      const second = createWorld(files, await reopen?.(), first.clock.now())
      await second.run(null, null)
      expect([a, b].map(({ journal }) => journal.length)).toEqual([2, 2])
      expect((await second.ledger.counts('live')).settled.accepted).toBe(MANY)
    })
  })
})
