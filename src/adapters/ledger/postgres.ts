import { durationWords, MINUTE } from '../../base/time.ts'
import { deliveryKeyOf } from '../../core/delivery-id.ts'
import type { DueFilter, Ledger, LoadedDelivery, StoreUse } from '../../ports.ts'
import { createDraws } from './draws.ts'
import { readAddress } from './postgres/address.ts'
import { createAppender } from './postgres/append.ts'
import { createTaker, idOfRow, loadAll } from './postgres/taker.ts'
import { openDatabase, type Row, type Run } from './postgres/database.ts'
import { withHad } from './postgres/had.ts'
import { createGatherer } from './postgres/gather.ts'
import { stepsOf } from './postgres/judge.ts'
import { takeLease, type Lease } from './postgres/lease.ts'
import { createLimits } from './postgres/limits.ts'
import { purgeRows } from './postgres/purge.ts'
import { openPgBoss } from './postgres/queue-pgboss.ts'
import { ownQueue } from './postgres/queue.ts'
import { createReads } from './postgres/reads.ts'
import { createRecipients } from './postgres/recipients.ts'
import { analyze, migrate, requireCurrent } from './postgres/schema.ts'
import { pack } from './packing.ts'
import { purgePages } from './purge.ts'

interface PostgresOptions {
  /** `postgres://user:password@host/database?schema=finalmile`. */
  readonly url: string
  readonly use: StoreUse
  /** After how long without a heartbeat another worker takes over. */
  readonly leaseMs?: number
  /** How long a statement waits for a server that does not answer. */
  readonly patienceMs?: number
  /** Told once, where this machine's clock and the database's differ by more than a minute. */
  readonly onClock?: (text: string) => void
}

/** With what is asked for every few seconds while one runs, a worker that is killed is replaced within 30 s. */
const LEASE_MS = 20_000
const PURGE_PAGE = 500
/** What the queue does not know and our tables do is made known to it again. */
const SWEEP_MS = 10_000

/** The ledger in PostgreSQL: as many workers as are opened, each with a lease and a fencing number of its own. */
export const openPostgresLedger = async ({ url, use, leaseMs = LEASE_MS, patienceMs = use === 'write' ? 25_000 : 2_000, onClock }: PostgresOptions): Promise<Ledger> => {
  const address = readAddress(url)
  const s = address.schema
  const db = openDatabase(address, { patienceMs, connections: use === 'write' ? 4 : 2 })
  let lease: Lease | null = null
  try {
    if (use === 'read') await requireCurrent(db, s)
    else await migrate(db, s)
    if (use === 'write') lease = await takeLease(db, s, leaseMs)
  } catch (error) {
    await db.close()
    throw error
  }
  if (lease && Math.abs(lease.aheadMs) > MINUTE) onClock?.(`this machine's clock is ${durationWords(Math.abs(lease.aheadMs))} ${lease.aheadMs > 0 ? 'behind' : 'ahead of'} that of the store's server`)
  const queue = use === 'write' && address.queue === 'pgboss' ? await openPgBoss(address, db) : ownQueue(s)
  /** The queue's tables may be dropped under load: they are made anew from ours, and what failed for it is done again. */
  const queued = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      if (!queue.isGone(error)) throw error
      await queue.rebuild()
      return work()
    }
  }
  const sweeping = address.queue === 'own' ? null : setInterval(() => { queued(() => queue.sweep()).catch(() => undefined) }, SWEEP_MS).unref()
  const held = lease ?? NOBODY
  const appender = createAppender(db, s, held, queue)
  const gatherer = createGatherer((steps) => queued(() => appender.append(steps)))
  const taker = createTaker(s, held.fence, queue)
  const draw = createDraws(async (amounts) => {
    const names = [...amounts.keys()].sort()
    const rows = await db.transaction((run) => run(
      `INSERT INTO ${s}.counters AS c (name, value) SELECT * FROM unnest($1::text[], $2::bigint[]) u(name, value) ORDER BY u.name COLLATE "C"
       ON CONFLICT (name) DO UPDATE SET value = c.value + excluded.value RETURNING name, value`, [names, names.map((name) => amounts.get(name) ?? 0)]))
    return new Map(rows.map((row) => [String(row['name']), Number(row['value'])]))
  })
  const reads = createReads(db, s)
  let closing: Promise<void> | null = null

  /** Takes deliveries, in one fenced transaction, and loads them with their events. */
  const take = async (find: (run: Run) => Promise<readonly Row[]>): Promise<readonly LoadedDelivery[]> => {
    await gatherer.drained()
    const { rows, loaded } = await queued(() => db.transaction(async (run, first) => {
      held.check(first)
      const rows = await find(run)
      return { rows, loaded: await withHad(run, s, await loadAll(run, s, rows)) }
    }, held.held))
    for (const row of rows) appender.owns(idOfRow(row), Number(row['n']), Number(row['version']))
    return loaded
  }
  const loadedBy = async (where: string, values: readonly unknown[]): Promise<readonly LoadedDelivery[]> => {
    await gatherer.drained()
    return loadAll(db.query, s, await db.query(`SELECT d.*, r.id AS run_id FROM ${s}.deliveries d JOIN ${s}.runs r ON r.n = d.run WHERE ${where} ORDER BY d.n`, values))
  }
  const one = (deliveryId: string): Promise<readonly LoadedDelivery[]> => {
    const key = deliveryKeyOf(deliveryId)
    return key ? loadedBy('d.lead_id = $1 AND d.target = $2 AND d.mode = $3 AND d.number = $4', [key.leadId, key.to, key.mode, key.number]) : Promise.resolve([])
  }

  return {
    shared: true,
    append: async (steps) => gatherer.append(steps.map((step) => stepsOf(pack(step), step.once ?? NONE, step.events))),
    startRun: async (run, plan) => {
      if (plan) await db.query(`INSERT INTO ${s}.plans (hash, json) VALUES ($1, $2) ON CONFLICT DO NOTHING`, [plan.hash, plan.json])
      await db.query(`INSERT INTO ${s}.runs (id, mode, target, plan_hash, started_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`, [run.id, run.mode, run.to, plan?.hash ?? null, run.startedAt])
    },
    finishRun: async (runId, at, summary) => {
      await db.query(`UPDATE ${s}.runs SET finished_at = $2, summary = $3 WHERE id = $1`, [runId, at, summary])
      const unknown = await db.query(`SELECT 1 FROM pg_class WHERE oid = '${s}.log'::regclass AND reltuples < 0`)
      if (unknown.length > 0) await analyze(db.query, s).catch(() => undefined)
    },

    takeDue: (query) => take((run) => taker.due(run, query)),
    takeBatch: (query) => take((run) => taker.batch(run, query)),
    onTheirWay: ({ deliveryIds, ...query }) => db.transaction((run) => taker.onTheirWay(run, deliveryIds.flatMap((id) => appender.numberOf(id) ?? []), query)),
    siblings: (deliveryIds) => loadedBy(
      `EXISTS (SELECT 1 FROM ${s}.deliveries t WHERE t.n = ANY($1::bigint[]) AND t.lead_id = d.lead_id AND t.mode = d.mode AND t.number = d.number AND t.n <> d.n)`, [deliveryIds.flatMap((id) => appender.numberOf(id) ?? [])]),
    ofBatch: async (mode, batchId) => { await gatherer.drained(); return reads.ofBatch(mode, batchId) },
    takeAbandoned: async (query) => {
      await db.transaction((run) => held.reap(run))
      return take((run) => taker.abandoned(run, query))
    },
    takeOne: async (deliveryId, seen) => {
      const key = deliveryKeyOf(deliveryId)
      return key ? ((await take((run) => taker.one(run, key, seen)))[0] ?? null) : null
    },
    draw,
    nextDue: async ({ mode, runId, to }: DueFilter) => {
      await gatherer.drained()
      const [row] = await db.query(
        `SELECT min(due_at) AS at FROM ${s}.deliveries WHERE state = 1 AND mode = $1 AND due_at IS NOT NULL${runId === undefined ? '' : ` AND run = (SELECT n FROM ${s}.runs WHERE id = $2)`}${to === undefined ? '' : ` AND target = $${runId === undefined ? 2 : 3}`}`,
        [mode, ...(runId === undefined ? [] : [runId]), ...(to === undefined ? [] : [to])])
      return row?.['at'] === null || row?.['at'] === undefined ? null : Number(row['at'])
    },
    known: async (query) => { await gatherer.drained(); return reads.known(query) },
    load: async (deliveryId) => (await one(deliveryId))[0] ?? null,
    ofLead: (leadId) => loadedBy('d.lead_id = $1', [leadId]),
    events: reads.events,
    deliveries: reads.deliveries,
    queues: async (query) => { await gatherer.drained(); return reads.queues(query) },
    counts: async (mode) => { await gatherer.drained(); return reads.counts(mode) },
    planOf: reads.planOf,
    accumulating: reads.accumulating,

    ...createRecipients(db, s),
    ...createLimits(db, s, held.fence),

    purge: async ({ olderThanMs, now }) => {
      const purged = await purgePages((after) => db.transaction((run) => purgeRows(run, s, now - olderThanMs, after, PURGE_PAGE)))
      await db.query(`VACUUM ${s}.deliveries`)
      await db.query(`VACUUM ${s}.log`)
      return purged
    },
    holdsLease: () => held.holds(),
    keepLease: () => held.keep(),
    close: () => closing ??= (async () => {
      await gatherer.drained()
      if (sweeping) clearInterval(sweeping)
      await queue.close()
      // A server that is gone frees it when its time is over.
      await lease?.release().catch(() => undefined)
      await db.close()
    })(),
  }
}

const NONE: readonly string[] = []

/** Of a process that only looks or pauses. */
const NOBODY: Lease = {
  fence: 0, aheadMs: 0,
  held: 'SELECT 1',
  check: () => { throw new Error('this store was opened without its lease: it can be looked at, and recipients paused') },
  holds: () => true,
  keep: () => Promise.resolve(),
  reap: () => Promise.resolve(),
  release: () => Promise.resolve(),
}
