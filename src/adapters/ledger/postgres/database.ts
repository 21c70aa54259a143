import { Socket } from 'node:net'
import pg from 'pg'
import { errorCode, errorOf } from '../../../base/error.ts'
import type { Address } from './address.ts'
import { Again, isHandedOver, isLost, isRetried, troubleOf } from './trouble.ts'

export type Row = Readonly<Record<string, unknown>>
export type Run = (text: string, values?: readonly unknown[]) => Promise<readonly Row[]>

const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 500
/** What pg_xact_status says of a transaction whose number was not given yet. */
const IN_THE_FUTURE = '22023'
/**
 * Commits wait for the disk whatever the server's default (design, money rule 2). A process that is stopped within a
 * transaction loses its connection, and with it the locks that others wait for. Whoever waited for a lock must see what was
 * written under it, which `default_transaction_isolation = 'repeatable read'` would hide.
 */
const BEGIN = `BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL synchronous_commit = on; SET LOCAL idle_in_transaction_session_timeout = '10s'; SELECT pg_current_xact_id()::text AS xid`

export type Database = ReturnType<typeof openDatabase>

/**
 * Uses nothing that outlives a transaction (no LISTEN, no session locks, no named statements), so that it works behind a
 * pooler in transaction mode.
 */
export const openDatabase = (address: Address, { connections = 6, patienceMs = 25_000 } = {}) => {
  const sockets = new Set<Socket>()
  const kept = (): Socket => {
    const socket = new Socket()
    sockets.add(socket)
    return socket.on('close', () => { sockets.delete(socket) })
  }
  const cut = (): void => { for (const each of sockets) each.destroy() }
  const pool = new pg.Pool({ connectionString: address.url, max: connections, connectionTimeoutMillis: Math.min(10_000, 5 * patienceMs), application_name: 'finalmile', keepAlive: true, stream: kept, types: { getTypeParser } })
  // A connection that dies while nobody uses it: the next use opens another.
  pool.on('error', () => undefined)
  // One that dies with the message that it is ready, before whoever waits for it could listen (a server that shuts down): its
  // first statement fails, and says so.
  pool.on('connect', (client) => { client.on('error', () => undefined) })

  /** A transaction was made here: what is no place to write to from the first is told at once. */
  let worked = false

  const patiently = async <T>(work: () => Promise<T>): Promise<T> => {
    const giveUpAt = Date.now() + patienceMs
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
      try {
        return await work()
      } catch (error) {
        const isAway = isLost(error) || (worked && isHandedOver(error))
        if (!(isAway || isRetried(error)) || Date.now() > giveUpAt) throw troubleOf(error, address.shown)
        await new Promise((resolve) => setTimeout(resolve, isAway ? pauseMs : Math.random() * pauseMs))
      }
    }
  }

  const runOn = (client: pg.PoolClient | pg.Pool): Run => async (text, values) =>
    rowsOf(await client.query({ text, values: values === undefined ? [] : values.map(toSql) }))

  const once = async <T>(work: (run: Run, first: readonly Row[]) => Promise<T>, first?: string): Promise<T> => {
    const client = await pool.connect()
    let broken: Error | undefined
    const noteLoss = (error: Error): void => { broken = error }
    client.on('error', noteLoss)
    try {
      const begun = (await client.query(first === undefined ? BEGIN : `${BEGIN}; ${first}`)) as unknown as readonly { readonly rows: readonly Row[] }[]
      const xid = String(begun[3]?.rows[0]?.['xid'])
      const result = await work(runOn(client), begun[4]?.rows ?? [])
      try {
        await client.query('COMMIT')
      } catch (error) {
        if (!isLost(error)) throw error
        broken = errorOf(error)
        if (!(await wasCommitted(xid))) throw error
      }
      worked = true
      return result
    } catch (error) {
      if (isLost(error) || isHandedOver(error)) broken ??= errorOf(error)
      if (!broken) await client.query('ROLLBACK').catch((failed: Error) => { broken = failed })
      throw error
    } finally {
      client.off('error', noteLoss)
      client.release(broken)
    }
  }

  /** The server remembers how its transactions ended, over a restart too. A replica that took over never heard of one that was not copied to it; while it still takes over, that one may be yet to come. */
  const wasCommitted = (xid: string): Promise<boolean> => patiently(async () => {
    const [row] = await runOn(pool)("SELECT CASE WHEN pg_is_in_recovery() THEN 'in progress' ELSE pg_xact_status($1::text::xid8) END AS status", [xid])
    if (row?.['status'] === 'in progress') throw new Again()
    return row?.['status'] === 'committed'
  }).catch((error: unknown) => {
    if (errorCode(error) === IN_THE_FUTURE) return false
    throw error
  })

  return {
    /** One statement, repeated while the server restarts: it must read, or change nothing when done twice. */
    query: (text: string, values?: readonly unknown[]): Promise<readonly Row[]> => patiently(() => runOn(pool)(text, values)),
    /**
     * All or nothing, durable when it resolves, tried again where the server restarts or another transaction is in the way. A commit
     * whose answer was lost is looked up: it is neither lost nor done twice. `first` goes with BEGIN, one wait for both.
     */
    transaction: <T>(work: (run: Run, first: readonly Row[]) => Promise<T>, first?: string): Promise<T> => patiently(() => once(work, first)),
    /** Ends every connection at once, also one that is being made: whoever waits on one that a network swallows would wait until TCP gives up, for minutes. */
    cut,
    // The pool forgets a connection that never got ready (no password): it would keep the process until the server gives up.
    close: (): Promise<void> => pool.end().finally(cut),
  }
}

/** Several statements in one text bring a result each; the last counts. */
const rowsOf = (result: pg.QueryResult | readonly pg.QueryResult[]): readonly Row[] => ((Array.isArray(result) ? result.at(-1) : result) as pg.QueryResult).rows as readonly Row[]

/** Text cannot hold NUL. Both characters are control characters, which JSON escapes: no JSON is changed. */
const toSql = (value: unknown): unknown => {
  if (typeof value === 'string') return value.includes('\0') || value.includes('\u001a') ? value.replaceAll('\u001a', '\u001a1').replaceAll('\0', '\u001a0') : value
  return Array.isArray(value) ? value.map(toSql) : value
}

const fromText = (text: string): string => (text.includes('\u001a') ? text.replaceAll('\u001a0', '\0').replaceAll('\u001a1', '\u001a') : text)

const TEXT = 25
const BIGINT = 20

/** Numbers stay below 2^53: times, amounts in minor units, sequence numbers. */
const getTypeParser = ((oid: number, format?: 'text') => (oid === BIGINT ? Number : oid === TEXT ? fromText : pg.types.getTypeParser(oid, format ?? 'text'))) as typeof pg.types.getTypeParser
