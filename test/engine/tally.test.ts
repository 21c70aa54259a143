import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import type { RunDeps, RunSettings } from '../../src/engine/settings.ts'
import { createTally } from '../../src/engine/tally.ts'

it('keeps no more of a long file whose leads wait than of a short one, and counts them all', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const heap = (): number => { collect(); return process.memoryUsage().heapUsed }
  const deps = { ledger: { queues: async () => [] }, observe: () => undefined } as unknown as RunDeps
  const tally = createTally({ mode: 'live', runId: 'r', to: { id: 'a' } } as unknown as RunSettings, deps)
  const wait = (from: number, to: number): void => {
    for (let n = from; n < to; n++) {
      tally.waiting(`left-by-this-run-${n}`, { state: 'waiting', dueAt: n, why: 'closed', recipient: 'a', batch: false })
      tally.stillWaiting(`left-by-another-${n}`, { state: 'waiting', dueAt: n, why: 'closed', recipient: 'a', batch: false })
    }
  }
  wait(0, 60_000)
  const before = heap()
  wait(60_000, 300_000)
  expect(heap() - before).toBeLessThan(5_000_000)
  expect(await tally.end(false)).toMatchObject({ leads: 300_000, waiting: [{ count: 300_000, nextAt: 0 }] })
})
