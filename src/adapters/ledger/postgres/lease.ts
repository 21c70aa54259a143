import { LeaseLostError, StoreError } from '../../../ports.ts'
import { isGone, ownBoot, ownPlace } from '../is-gone.ts'
import type { Database, Row, Run } from './database.ts'

export type Lease = Awaited<ReturnType<typeof takeLease>>

/** A worker's own fencing number, kept alive by heartbeats. */
export const takeLease = async (db: Database, schema: string, leaseMs: number) => {
  const place = `${ownPlace()} ${ownBoot()}`
  const asked = Date.now()
  const [row] = await db.query(`INSERT INTO ${schema}.workers (host, pid, until) VALUES ($1, $2, clock_timestamp() + $3 * interval '1 millisecond') RETURNING fence, extract(epoch FROM clock_timestamp())::float8 * 1000 AS now`, [place, process.pid, leaseMs])
  const fence = Number(row?.['fence'])
  const told = Number(row?.['now'])
  // Somewhere between question and answer.
  const aheadMs = told - Math.min(Math.max(told, asked), Date.now())
  // Earlier than anyone may take over: what is sent in the last moment is still ours to write down.
  const marginMs = leaseMs / 10
  let until = asked + leaseMs - marginMs
  let lost = false
  let silent = false
  let cutAt = 0
  let beating: Promise<void> | null = null

  const judge = ([row]: readonly Row[]): void => {
    if (row === undefined) throw putBack()
    if (row['lost'] !== true) return
    lost = true
    throw new LeaseLostError()
  }
  const beat = async (): Promise<void> => {
    const sent = Date.now()
    const rows = await db.query(`UPDATE ${schema}.workers SET until = CASE WHEN lost THEN until ELSE clock_timestamp() + $2 * interval '1 millisecond' END WHERE fence = $1 RETURNING lost`, [fence, leaseMs])
    silent = false
    judge(rows)
    until = sent + leaseMs - marginMs
  }
  const timer = setInterval(() => {
    // Time and again: what is begun anew may wait for the same lock, or for the same replica.
    if (until <= Date.now() && Math.abs(Date.now() - cutAt) >= leaseMs) {
      silent = true
      cutAt = Date.now()
      db.cut()
    }
    // A lease that is lost, and a store that does not answer, are told by the next write.
    beating ??= beat().catch(() => undefined).finally(() => { beating = null })
  }, leaseMs / 5)
  timer.unref()

  return {
    fence,
    /** By how much, at least, the clock of the database is before this machine's (below zero: behind it). */
    aheadMs,
    /** To go first in each transaction that writes. KEY SHARE: heartbeats go on beside it, who would take over waits for its end. */
    held: `SELECT lost FROM ${schema}.workers WHERE fence = ${fence} FOR KEY SHARE`,
    /** Throws where `held` found that another has taken over, or nothing: it is not the store that this worker came to. */
    check: judge,
    /** False once another may have taken over. By this machine's clock, from before the heartbeat that was answered. */
    holds: (): boolean => !lost && until > Date.now(),
    /** A heartbeat out of turn, for who was stopped past its lease. Rejects where another has taken over. */
    keep: beat,
    /** Marks workers whose time is over, or whose process is gone from here, as lost: their work may be taken. */
    reap: async (run: Run): Promise<void> => {
      const others = await run(`SELECT fence, host, pid, until < clock_timestamp() AS over FROM ${schema}.workers WHERE NOT lost AND fence <> $1 FOR UPDATE SKIP LOCKED`, [fence])
      const gone = others.filter((each) => each['over'] === true || (each['host'] === place && isGone(Number(each['pid'])))).map((each) => each['fence'])
      if (gone.length > 0) await run(`UPDATE ${schema}.workers SET lost = true WHERE fence = ANY($1::bigint[])`, [gone])
    },
    release: async (): Promise<void> => {
      clearInterval(timer)
      // Who says nothing would not answer this either; it frees it when its time is over.
      if (silent) return db.cut()
      await beating
      await db.query(`DELETE FROM ${schema}.workers WHERE fence = $1`, [fence])
    },
  }
}

/** What this worker recorded is not there, and nobody took it over. */
export const putBack = (): StoreError => new StoreError('put-back', 'the store is not as this worker left it: some of what it recorded is gone',
  'it was put back to an earlier time, by a backup or by a replica that took over without the last commits: what was sold since would be sold again; all recipients stay paused (a run that finds this pauses them) until `finalmile reconcile` has compared with the buyers\' lists and `finalmile unpause` lets the workers go on')
