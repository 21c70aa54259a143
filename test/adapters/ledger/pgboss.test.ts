import pg from 'pg'
import { afterEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../../../src/adapters/ledger/postgres/database.ts'
import { openPgBoss } from '../../../src/adapters/ledger/postgres/queue-pgboss.ts'
import { readAddress } from '../../../src/adapters/ledger/postgres/address.ts'
import { openPostgresLedger } from '../../../src/adapters/ledger/postgres.ts'
import { deliveryIdOf } from '../../../src/core/delivery-id.ts'
import type { Delivery, Ledger, Step } from '../../../src/ports.ts'
import { received } from '../../core/given.ts'
import { freshStore, queryAt } from '../../world/postgres.ts'

const delivery = (leadId: string): Delivery =>
  ({ id: deliveryIdOf({ mode: 'live', to: 'a', leadId, number: 1 }), mode: 'live', to: 'a', number: 1, lead: { id: leadId, fields: {} }, receivedAt: 0, source: {}, vars: {}, cost: null, planHash: 'p' })
const waits = (leadId: string, dueAt: number): Step => ({ deliveryId: delivery(leadId).id, version: 0, create: delivery(leadId), runId: 'r1', events: [received()], standing: { state: 'waiting', dueAt, why: 'a retry', recipient: 'a', batch: false } })
const due = (ledger: Ledger, limit = 500) => ledger.takeDue({ mode: 'live', now: Date.now(), limit })

let closing: (() => Promise<unknown>)[] = []
const open = async (): Promise<{ readonly ledger: Ledger; readonly jobs: (where?: string) => Promise<number>; readonly url: string; readonly schema: string }> => {
  const store = await freshStore()
  const url = `${store.url}&queue=pgboss`
  const schema = `${readAddress(url).schema}_queue`
  const ledger = await openPostgresLedger({ url, use: 'write', leaseMs: 60_000 })
  closing = [() => ledger.close()]
  return { ledger, url, schema, jobs: async (where = 'true') => Number((await queryAt(url, `SELECT count(*) AS n FROM ${schema}.job WHERE ${where}`))[0]?.['n']) }
}

/** A drop under load may be the one that a deadlock ends; it is given again until it is done. */
const dropped = async (url: string, schema: string): Promise<void> => {
  for (;;) {
    try {
      await queryAt(url, `DROP SCHEMA ${schema} CASCADE`)
      return
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === '40P01')) throw error
    }
  }
}

describe('pg-boss as the queue', { timeout: 60_000 }, () => {
  afterEach(async () => { for (const each of closing) await each(); closing = [] })

  it('a job comes with the wait and goes with the taking', async () => {
    const { ledger, jobs } = await open()
    const now = Date.now()
    await ledger.append([waits('L1', now - 10), waits('L2', now - 10), waits('L3', now + 3_600_000)])
    expect(await jobs()).toBe(3)
    expect((await due(ledger)).map((each) => each.delivery.lead.id).toSorted()).toEqual(['L1', 'L2'])
    expect(await due(ledger)).toEqual([])
    expect(await jobs()).toBe(1)
    await ledger.append([{ deliveryId: delivery('L1').id, version: 1, runId: 'r1', events: [], standing: { state: 'waiting', dueAt: now - 5, why: 'again', recipient: 'a', batch: false } }])
    expect(await due(ledger)).toHaveLength(1)
  })

  it('a refused step leaves no job', async () => {
    const { ledger, jobs } = await open()
    await ledger.append([waits('L1', 1), waits('L1', 1)])
    expect(await jobs()).toBe(1)
  })

  it('a lead that waits is kept for years, and nothing is retried by the queue', async () => {
    const { ledger, jobs } = await open()
    await ledger.append([waits('L1', Date.now() + 40 * 86_400_000)])
    expect(await jobs(`keep_until > now() + interval '9 years' AND retry_limit = 0`)).toBe(1)
  })

  it('a lead that a run is taking up in the same moment is left to it, though a job of its names it too', async () => {
    const { ledger, url, jobs } = await open()
    await ledger.append([waits('L1', 1)])
    const s = readAddress(url).schema
    const run = new pg.Client({ connectionString: url.split('?')[0] })
    await run.connect()
    closing.unshift(() => run.end())
    await run.query('BEGIN')
    await run.query(`UPDATE ${s}.deliveries SET state = 0, fence = 77`)
    const taken = due(ledger)
    // It has its job, and waits for the row.
    while (!(await queryAt(url, "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'WITH wanted%'"))[0]) await new Promise((resolve) => setTimeout(resolve, 20))
    await run.query('COMMIT')
    expect(await taken).toEqual([])
    expect(await queryAt(url, `SELECT state, fence::int AS fence FROM ${s}.deliveries`)).toEqual([{ state: 0, fence: 77 }])
    expect(await jobs()).toBe(0)
  })

  it('a lead that unpause made due comes now, and not when its job had been made for', async () => {
    const { ledger, url, jobs } = await open()
    const now = Date.now()
    await ledger.append([waits('L1', now + 3_600_000), waits('L2', now + 7_200_000)])
    expect(await ledger.wake('a', 'live', now)).toBe(2)
    const db = openDatabase(readAddress(url))
    const queue = await openPgBoss(readAddress(url), db)
    closing.unshift(async () => { await queue.close(); await db.close() })
    expect(await queue.sweep()).toBe(2)
    expect(await queue.sweep()).toBe(0)
    expect((await due(ledger)).map((each) => each.delivery.lead.id).toSorted()).toEqual(['L1', 'L2'])
    expect(await jobs('start_after < now()')).toBe(0)
  })

  it('its tables there and its queues not yet, as while another makes them anew: made again, nothing lost', async () => {
    const { ledger, url, schema } = await open()
    expect(await ledger.append([waits('L1', 1)])).toMatchObject([{ kind: 'ok' }])
    await queryAt(url, `DELETE FROM ${schema}.job; DELETE FROM ${schema}.queue`)
    expect(await ledger.append([waits('L2', 1)])).toMatchObject([{ kind: 'ok' }])
    expect((await due(ledger)).map((each) => each.delivery.lead.id).sort()).toEqual(['L1', 'L2'])
  })

  it('its schema dropped under load: rebuilt from our tables, nothing lost', async () => {
    const { ledger, url, schema } = await open()
    const other = await openPostgresLedger({ url, use: 'write', leaseMs: 60_000 })
    closing.unshift(() => other.close())
    const taken: string[] = []
    const appending = Promise.all(Array.from({ length: 60 }, (_, i) => new Promise((resolve) => setTimeout(resolve, i * 10)).then(() => ledger.append([waits(`L${i}`, 1)]))))
    const dropping = new Promise((resolve) => setTimeout(resolve, 250)).then(() => dropped(url, schema))
    while (taken.length < 30) taken.push(...(await due(other, 5)).map((each) => each.delivery.id))
    const results = (await appending).flat()
    await dropping
    expect(new Set(results.map((each) => each.kind))).toEqual(new Set(['ok']))
    for (let i = 0; i < 100 && taken.length < 60; i++) {
      taken.push(...(await due(other)).map((each) => each.delivery.id))
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    expect(new Set(taken).size).toBe(60)
    expect(taken).toHaveLength(60)
  })
})
