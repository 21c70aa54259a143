import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPostgresLedger } from '../../src/adapters/ledger/postgres.ts'
import { openSqliteLedger } from '../../src/adapters/ledger/sqlite.ts'
import { deliveryIdOf } from '../../src/core/delivery-id.ts'
import type { Step } from '../../src/ports.ts'
import { T0, received, tried } from '../core/given.ts'
import { startBuyer } from '../world/buyer.ts'
import { freshStore, queryAt } from '../world/postgres.ts'
import { endpointYaml } from '../engine/world.ts'
import { createProject, leadsCsv, removeProjects } from './project.ts'

describe('move', { timeout: 60_000 }, () => {
  beforeAll(freshStore, 90_000)
  afterAll(removeProjects)

  it('to PostgreSQL and back: equal ledgers, results and figures; what waits goes on, nothing is sold twice', async () => {
    const store = await freshStore()
    const buyer = await startBuyer({ script: [{ do: 'accept', price: '12.34' }, { do: 'reject' }, { do: 'accept', price: '0.01' }], cycle: true })
    const p = createProject({ a: endpointYaml(buyer.url, 'Caps: 20 per day\n') })
    p.write('leads.csv', leadsCsv(60))
    const run = async (...args: readonly string[]) => {
      const ended = await p.run(...args)
      expect(ended.err, args.join(' ')).not.toContain('error')
      return ended
    }
    const looks = async (at: string) => [
      (await run('export', 'ledger', '--store', at)).out, (await run('export', 'results', '--store', at)).out,
      (await run('report', '--json', '--store', at)).out, JSON.parse((await run('status', '--json', '--store', at)).out) as { waiting: number; at?: string },
    ].map((each) => (typeof each === 'string' ? each : { ...each, at: '' }))
    await run('deliver', 'leads.csv', '--to', 'a', '--yes', '--store', 'sqlite:one.db', '--out', 'runs/1', '--wait', '0s')
    await run('pause', 'a', '--store', 'sqlite:one.db')
    const before = await looks('sqlite:one.db')
    await run('move', '--from', 'sqlite:one.db', '--to', store.url)
    expect(await looks(store.url)).toEqual(before)
    const schema = new URL(store.url).searchParams.get('schema')
    expect(await queryAt(store.url, `SELECT reltuples > 0 AS known FROM pg_class WHERE oid = '${schema}.log'::regclass`)).toEqual([{ known: true }])
    await run('move', '--from', store.url, '--to', 'sqlite:back.db')
    expect(await looks('sqlite:back.db')).toEqual(before)
    // The caps, sales and leads came along: the same command sends nothing.
    const sent = buyer.journal.length
    await run('unpause', 'a', '--store', store.url)
    await run('deliver', 'leads.csv', '--to', 'a', '--yes', '--store', store.url, '--out', 'runs/2', '--wait', '0s')
    expect(buyer.journal).toHaveLength(sent)
    expect((await p.run('move', '--from', 'sqlite:one.db', '--to', store.url)).err).toContain('is not empty')
    await buyer.close()
  })

  it('a batch that waits to be repeated is known as that, and taken whole', async () => {
    const store = await freshStore()
    const p = createProject({})
    const from = await openSqliteLedger({ path: join(p.folder, 'one.db'), use: 'write' })
    const went = tried('/', 'a', 1, { kind: 'unknown', class: 'timeout', retry: true, reason: 'no answer' }).map((event) => ({ ...event, batch: 'B-3' }))
    const apart = { type: 'chose', at: T0, path: '/', choice: { kind: 'apart' } } as const
    await from.append(['L1', 'L2', 'L3', 'L4'].map((lead) => {
      const create = { id: deliveryIdOf({ mode: 'live', to: 'x', leadId: lead, number: 1 }), to: 'x', mode: 'live', number: 1, lead: { id: lead, fields: {} }, receivedAt: T0, source: {}, vars: {}, cost: null, planHash: 'h' } as const
      return { deliveryId: create.id, version: 0, create, runId: 'r1', events: [received(), ...went, ...(lead === 'L4' ? [apart] : [])] as Step['events'], standing: { state: 'waiting', dueAt: T0, why: 'a retry', recipient: 'a', batch: false } }
    }))
    await from.close()
    await p.run('move', '--from', 'sqlite:one.db', '--to', store.url)
    const to = await openPostgresLedger({ url: store.url, use: 'write' })
    expect(await to.ofBatch('live', 'B-3')).toEqual({ count: 3, dueAt: T0 })
    expect(await to.takeDue({ mode: 'live', now: T0, limit: 1 })).toHaveLength(3)
    await to.close()
  })

  it('says what is missing', async () => {
    const p = createProject({})
    expect((await p.run('move', '--from', 'sqlite:none.db', '--to', 'sqlite:x.db')).err).toContain('there is no store')
    expect((await p.run('move', '--from', 'sqlite:none.db')).code).toBe(2)
  })
})
