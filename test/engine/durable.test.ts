import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, expect, it } from 'vitest'
import { openSqliteLedger } from '../../src/adapters/ledger/sqlite.ts'
import { eventsOf } from '../../src/adapters/ledger/rows.ts'
import type { DeliveryEvent } from '../../src/core/event.ts'
import type { BuyerRequest } from '../world/buyer.ts'
import { startBuyer } from '../world/buyer.ts'
import { createWorld, endpointYaml, someLeads } from './world.ts'

const after: (() => unknown)[] = []
afterEach(async () => { for (const each of after.splice(0).reverse()) await each() })

/**
 * What another process would find at the moment a request arrives: only what is committed. `synchronous=FULL`, by which
 * a commit is on the disk, is asserted in test/adapters/ledger/sqlite.test.ts.
 */
it('1,000 of 1,000 requests find their start in the store, with key, recipient and hash, when they reach the buyer', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'finalmile-durable-'))
  const path = join(folder, 'store.db')
  const ledger = await openSqliteLedger({ path, use: 'write' })
  after.push(() => rmSync(folder, { recursive: true, force: true }), () => ledger.close())
  const reader = new DatabaseSync(path, { readOnly: true })
  after.push(() => reader.close())
  const logOf = reader.prepare('SELECT l.events FROM log l JOIN deliveries d ON d.n = l.delivery WHERE d.lead_id = ? ORDER BY l.seq')
  const missing: string[] = []
  const hashes = new Map<string, string>()
  const look = ({ body, key }: BuyerRequest): void => {
    const { leadId } = JSON.parse(body) as { leadId: string }
    const events: readonly DeliveryEvent[] = logOf.all(leadId).flatMap((row) => eventsOf(row['events']))
    const started = events.findLast((event) => event.type === 'attemptStarted')
    if (started?.type !== 'attemptStarted' || started.key !== key || started.recipient !== 'a' || started.requestHash === '') missing.push(leadId)
    else hashes.set(started.key, started.requestHash)
  }
  const a = await startBuyer({ script: (request) => { look(request); return { do: 'accept' } } })
  after.push(() => a.close())
  await createWorld({ a: endpointYaml(a.url) }, ledger).run('a', someLeads(1_000))
  expect([a.journal.length, missing, new Set(hashes.values()).size]).toEqual([1_000, [], 1_000])
})
