import { PgBoss, type Db } from 'pg-boss'
import { errorCode } from '../../../base/error.ts'
import type { Mode } from '../../../core/event.ts'
import type { Address } from './address.ts'
import type { Database, Run } from './database.ts'
import type { Queue, Waiting } from './queue.ts'

const MODES: readonly Mode[] = ['live', 'test']
/** A job that waits is kept for ten years after it was due: pg-boss would delete it after 14 days, and with it a lead's turn. */
const KEPT_SECONDS = 10 * 365 * 86_400
const PIECE = 1_000

/**
 * pg-boss as the queue: a job is the number of a delivery that waits. It is made in the transaction that makes the delivery
 * wait, and it is fetched and gone in the one that takes the delivery up: there is nothing to complete, retry or expire.
 */
export const openPgBoss = async (address: Address, db: Database): Promise<Queue> => {
  const schema = `${address.schema}_queue`
  const s = address.schema
  let boss = await start(schema, db)
  let rebuilding: Promise<void> | null = null

  const put: Queue['put'] = async (run, waits) => {
    for (const mode of MODES) {
      const jobs = waits.filter((each) => each.mode === mode).map(({ n, dueAt }) => ({ data: { delivery: n }, singletonKey: String(n), startAfter: new Date(dueAt) }))
      for (let i = 0; i < jobs.length; i += PIECE) await boss.insert(mode, jobs.slice(i, i + PIECE), { db: within(run) })
    }
  }

  /** Deliveries that wait for a time, and of which no job knows, or only for a later one (`wake` made them due). */
  const missing = async (run: Run): Promise<readonly Waiting[]> =>
    (await run(`SELECT d.n, d.mode, d.due_at FROM ${s}.deliveries d WHERE d.state = 1 AND d.due_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ${schema}.job j WHERE j.name = d.mode AND j.singleton_key = d.n::text AND j.state = 'created' AND j.start_after < to_timestamp(d.due_at / 1000.0) + interval '1 second') LIMIT 100000`))
      .map((row) => ({ n: Number(row['n']), mode: row['mode'] as Mode, dueAt: Number(row['due_at']) }))

  const sweep = (): Promise<number> => db.transaction(async (run) => {
    const [free] = await run('SELECT pg_try_advisory_xact_lock(hashtext($1)) AS mine', [`${schema} sweep`])
    if (free?.['mine'] !== true) return 0
    const waits = await missing(run)
    await put(run, waits)
    return waits.length
  })

  return {
    put,
    take: async (run, { mode, now, limit }) => {
      const jobs = await boss.fetch<{ readonly delivery: number }>(mode, { batchSize: limit, db: within(run) })
      if (jobs.length === 0) return []
      await boss.deleteJob(mode, jobs.map((each) => each.id), { db: within(run) })
      const numbers = [...new Set(jobs.map((each) => each.data.delivery))]
      // By this worker's clock not due yet, or put off since: its turn comes again.
      const early = await run(`SELECT n, due_at FROM ${s}.deliveries WHERE n = ANY($1::bigint[]) AND state = 1 AND due_at > $2`, [numbers, now])
      await put(run, early.map((row) => ({ n: Number(row['n']), mode, dueAt: Number(row['due_at']) })))
      return numbers
    },
    sweep,
    // 23503: another makes its tables anew, and has not come to its queues yet.
    isGone: (error) => error instanceof Error && (errorCode(error) === '23503' && 'schema' in error && error.schema === schema || /^Queue .* (does not exist|not found)/i.test(error.message) || (['42P01', '3F000'].includes(errorCode(error)) && error.message.includes(schema))),
    rebuild: () => rebuilding ??= (async () => {
      boss = await start(schema, db)
      await sweep()
    })().finally(() => { rebuilding = null }),
    close: () => boss.stop({ graceful: false, close: false }),
  }
}

/** Several workers may make its tables in the same moment: whoever comes second finds them half made, and looks again. */
const start = async (schema: string, db: Database): Promise<PgBoss> => {
  for (let tries = 1; ; tries++) {
    try {
      return await startOnce(schema, db)
    } catch (error) {
      if (tries >= 20 || errorCode(error) === '') throw error
      await new Promise((resolve) => setTimeout(resolve, 50 * tries * Math.random()))
    }
  }
}

const startOnce = async (schema: string, db: Database): Promise<PgBoss> => {
  // Who may not make a schema may have been given this one.
  const there = await db.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema])
  const boss = new PgBoss({ db: within(db.query), schema, createSchema: there.length === 0, schedule: false, supervise: true, useListenNotify: false })
  // Its upkeep goes on with the next round; what we ask of it fails where we ask it.
  boss.on('error', () => undefined)
  await boss.start()
  for (const mode of MODES) {
    if ((await boss.getQueue(mode)) === null) await boss.createQueue(mode, { retryLimit: 0, retentionSeconds: KEPT_SECONDS, deleteAfterSeconds: 60 })
  }
  return boss
}

/** pg-boss on our connection, inside our transaction. */
const within = (run: Run): Db => ({ executeSql: async (text, values) => ({ rows: [...(await run(text, values))] }) })
