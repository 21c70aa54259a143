import { errorCode } from '../../../base/error.ts'
import { LeaseLostError, StoreError } from '../../../ports.ts'

/** 57P05, 25P03 and 25P04 are the server's own time limits of sessions and transactions; a pooled connection meets the first while it waits. */
const LOST = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTCONN', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN', '57P01', '57P02', '57P03', '57P05', '25P03', '25P04', '53300'])

/** The connection is gone or could not be made; the server may come back. */
export const isLost = (error: unknown): boolean => {
  const code = errorCode(error)
  if (LOST.has(code) || code.startsWith('08')) return true
  // The socket of a server on this machine (`host=/var/run/postgresql`), while it restarts; files that are missing are another matter.
  if (code === 'ENOENT' && error instanceof Error && 'syscall' in error && error.syscall === 'connect') return true
  return error instanceof Error && /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Client was closed|server conn|Query read timeout)/i.test(error.message)
}

const isReadOnly = (error: unknown): boolean => errorCode(error) === '25006' || (error instanceof Error && error.message.endsWith('during recovery'))

/** Of a server that was worked with before: its name leads nowhere for now, or to a copy of it, which is about to take over. */
export const isHandedOver = (error: unknown): boolean => errorCode(error) === 'ENOTFOUND' || isReadOnly(error)

/** PgBouncer's words, under a code that says nothing. */
const NO_ROOM = /^(query_wait_timeout|no more connections allowed)/

const NO_TLS = 'The server does not support SSL connections'
const TLS = /^(CERT_|ERR_TLS|ERR_SSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/

/** Thrown by a transaction's work that found the store other than it had looked: it is rolled back and begun anew. */
export class Again extends Error {
  constructor() { super('what was looked at was each time another when it was to be written') }
}

/** Serialization failure, deadlock, lock not available, a statement that was cut off: begun anew it may succeed. */
export const isRetried = (error: unknown): boolean => error instanceof Again || ['40001', '40P01', '55P03', '57014'].includes(errorCode(error))

/** Resources (memory, limits of its own), an operator's doing, the system under it, its own faults: of the server, never of us. */
const SERVER_TROUBLE = /^(53|57|58|XX)...$/

/** The server's words as a StoreError with what to do; a bug of ours unchanged. `shown` has no password in it. */
export const troubleOf = (error: unknown, shown: string): unknown => {
  if (error instanceof StoreError || error instanceof LeaseLostError) return error
  const words = error instanceof Error ? error.message || errorCode(error) : String(error)
  const code = errorCode(error)
  if (code === '53300' || NO_ROOM.test(words)) return new StoreError('unreachable', `the store ${shown} takes no more connections: ${words}`, 'each worker keeps up to 4: raise max_connections (or the limit of this user, or of the pooler before it), put a pooler in transaction mode before it, or start fewer workers; what was recorded stands, the same command goes on')
  if (code === '57014') return new StoreError('unreachable', `the store ${shown} cut a statement off: ${words}`, 'where statement_timeout is set for this user, take it away: ALTER ROLE … SET statement_timeout = 0; what was recorded stands, the same command goes on')
  if (isRetried(error)) return new StoreError('unreachable', `the store ${shown} is kept busy by another: ${words}`, 'look in pg_stat_activity for a transaction that does not end (a backup, a migration, an open psql, a commit that waits for a synchronous replica that is gone); what was recorded stands, the same command goes on')
  if (isLost(error) || code === 'ENOTFOUND') return new StoreError('unreachable', `the store ${shown} does not answer: ${words}`, 'check that PostgreSQL runs and may be reached; what was recorded stands, the same command goes on')
  if (code === '28000' && words.includes('pg_hba.conf')) return new StoreError('unreachable', `the store ${shown} lets nobody in this way: ${words}`, words.endsWith('no encryption') ? 'it may want TLS: add sslmode=verify-full to --store (&sslmode=… after other parameters)' : 'a line of its pg_hba.conf must allow this host, user and database')
  if (code === '28P01' || code === '28000' || words.startsWith('SASL')) return new StoreError('unreachable', `the store ${shown} refuses this user: ${words}`, 'check user and password in --store')
  if (words === NO_TLS || code === 'EPROTO' || TLS.test(code)) return new StoreError('unreachable', `the store ${shown} cannot be reached over TLS: ${words}`, words === NO_TLS ? 'leave sslmode out of --store, or turn TLS on in PostgreSQL' : 'sslrootcert=FILE in --store names the authority that signed its certificate; sslmode=no-verify trusts any')
  if (code === '42883' && words.includes('pg_current_xact_id')) return new StoreError('unsupported', `the store ${shown} is a PostgreSQL that is too old: ${words}`, 'PostgreSQL 13 or later')
  if (code === '3D000') return new StoreError('unreachable', `the store ${shown}: ${words}`, 'make the database first: CREATE DATABASE …')
  if (code === '42501') return new StoreError('read-only', `the store ${shown}: ${words}`, 'the first use needs CREATE on the database, or a schema of that name that is its own; later USAGE on the schema and on its sequences, and SELECT, INSERT, UPDATE and DELETE on its tables')
  if (isReadOnly(error)) return new StoreError('read-only', `the store ${shown} takes nothing in: ${words}`, 'it may be a read-only copy: name the primary server; of a primary default_transaction_read_only is on, which some hosts turn on when its disk is nearly full')
  if (code === '53100') return new StoreError('full', `the disk under the store ${shown} is full: ${words}`, 'make room, then run the same command again: what was recorded stands')
  if (code === 'XX001' || code === 'XX002') return new StoreError('corrupt', `the store ${shown} is damaged: ${words}`, 'put back a backup')
  if (SERVER_TROUBLE.test(code)) return new StoreError('unreachable', `the store ${shown} is in trouble: ${words}`, 'look into the log of PostgreSQL; what was recorded stands, the same command goes on')
  return error
}
