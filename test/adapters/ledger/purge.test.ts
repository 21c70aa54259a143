import { mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openSqliteLedger } from '../../../src/adapters/ledger/sqlite.ts'
import { deliveryIdOf } from '../../../src/core/delivery-id.ts'
import type { Ledger, Standing, Step } from '../../../src/ports.ts'
import { T0, accepted, received, tried } from '../../core/given.ts'

const CANARY = 'canary-7f3a'
let folder = ''
let path = ''
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'finalmile-purge-')); path = join(folder, 'store.db') })
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const settled: Standing = { state: 'settled', at: T0, outcome: 'accepted', recipient: 'a', buyerLeadId: 'B1', revenue: null, cost: null, attempts: 1, reason: `thanks, ${CANARY}` }
/** Rows grow between their steps, so that old copies are left in free pages; some are longer than a page. */
const fill = async (ledger: Ledger, name: string, leads: number, last: Standing): Promise<void> => {
  for (let i = 0; i < leads; i++) {
    const leadId = `${name}${i}`
    const id = deliveryIdOf({ mode: 'live', to: 'a', leadId, number: 1 })
    const [start, finish] = tried('/', 'a', 1, { ...accepted, captured: { name: `${CANARY} ${name}` } })
    const create: Step = {
      deliveryId: id, version: 0, runId: 'r', events: [received(), start!], standing: { state: 'working' },
      create: { id, mode: 'live', to: 'a', number: 1, receivedAt: T0, source: {}, vars: {}, cost: null, planHash: 'p', lead: { id: leadId, fields: { who: `${CANARY} ${name}`, more: 'x'.repeat(i % 10 === 0 ? 9000 : 50) } } },
    }
    await ledger.append([create, { deliveryId: id, version: 2, runId: 'r', events: [finish!], standing: last }])
  }
}
const found = (text: string): readonly string[] => readdirSync(folder).filter((name) => readFileSync(join(folder, name)).includes(text))

it('what is purged is gone from every file of the store, its WAL too, while the store is open', async () => {
  const ledger = await openSqliteLedger({ path, use: 'write' })
  await fill(ledger, 'gone', 200, settled)
  expect(found(`${CANARY} gone`)).not.toEqual([])
  expect(await ledger.purge({ olderThanMs: 0, now: T0 })).toBe(200)
  expect(found(CANARY)).toEqual([])
  await fill(ledger, 'after', 3, settled)
  expect((await ledger.counts('live')).settled.accepted).toBe(203)
  await ledger.close()
  expect(found(`${CANARY} gone`)).toEqual([])
})

it('the copy that a purge makes stands beside the store, whatever its folder is called: /tmp may be smaller than it, and is not its place', async () => {
  const place = mkdtempSync(join(folder, 'of "o\'clock" '))
  const ledger = await openSqliteLedger({ path: join(place, 'store.db'), use: 'write' })
  await fill(ledger, 'gone', 1, settled)
  expect(await ledger.purge({ olderThanMs: 0, now: T0 })).toBe(1)
  await ledger.close()
  // One for all connections of a process.
  expect(new DatabaseSync(':memory:').prepare('PRAGMA temp_store_directory').get()).toEqual({ temp_store_directory: realpathSync(place) })
})

it('what still waits is not taken with it', async () => {
  const ledger = await openSqliteLedger({ path, use: 'write' })
  await fill(ledger, 'gone', 20, settled)
  await fill(ledger, 'kept', 5, { state: 'waiting', dueAt: T0, why: 'a retry', recipient: 'a', batch: false })
  expect(await ledger.purge({ olderThanMs: 0, now: T0 })).toBe(20)
  expect(found(`${CANARY} gone`)).toEqual([])
  expect((await ledger.takeDue({ mode: 'live', now: T0, limit: 9 })).map((each) => each.delivery.lead.fields['who'])).toEqual(Array.from({ length: 5 }, () => `${CANARY} kept`))
  await ledger.close()
})

it('a reader that holds an old snapshot is named as what keeps it readable; the next purge ends it', async () => {
  const ledger = await openSqliteLedger({ path, use: 'write' })
  await fill(ledger, 'gone', 20, settled)
  const reader = new DatabaseSync(path, { readOnly: true })
  reader.exec('BEGIN')
  reader.prepare('SELECT count(*) FROM deliveries').get()
  await expect(ledger.purge({ olderThanMs: 0, now: T0 })).rejects.toMatchObject({ kind: 'held', help: expect.stringContaining('same purge again') })
  reader.close()
  expect(await ledger.purge({ olderThanMs: 0, now: T0 })).toBe(0)
  expect(found(CANARY)).toEqual([])
  await ledger.close()
})
