import { hostname } from 'node:os'
import type { DatabaseSync } from 'node:sqlite'
import { LeaseLostError } from '../../../ports.ts'
import { isGone, ownPlace } from '../is-gone.ts'
import type { SqlRow } from '../rows.ts'
import { inTransaction } from './transaction.ts'
import { isLocked } from './trouble.ts'

/** Who writes, since when, and until when nobody else may. */
export interface Holder { readonly pid: number; readonly host: string; /** see `ownPlace` */ readonly place: string; readonly since: number; readonly until: number }

export type Lease = ReturnType<typeof leaseOf>

/** Takes the lease if it is free, its holder's process is gone, or its time is over; else says who holds it. */
export const takeLease = (db: DatabaseSync, leaseMs: number, now: number): { readonly lease: Lease } | { readonly holder: Holder } => {
  const read = db.prepare('SELECT fence, holder, pid, host, since, until FROM lease')
  try {
    return inTransaction(db, () => {
      const row = read.get()
      const holder = holderOf(row)
      // A process that no longer runs here cannot come back; of another machine nobody can tell.
      const place = ownPlace()
      if (holder.until > now && !(holder.place === place && isGone(holder.pid))) return { holder }
      const fence = Number(row?.['fence']) + 1
      db.prepare('UPDATE lease SET fence = ?, holder = ?, pid = ?, host = ?, since = ?, until = ?').run(fence, place, process.pid, hostname(), now, now + leaseMs)
      return { lease: leaseOf(db, fence, leaseMs, now + leaseMs) }
    })
  } catch (error) {
    // A process that was stopped within a transaction keeps the file's lock: nobody can take over before it goes on or ends.
    if (isLocked(error)) return { holder: holderOf(read.get()) }
    throw error
  }
}

const leaseOf = (db: DatabaseSync, fence: number, leaseMs: number, until: number) => {
  const read = db.prepare('SELECT fence FROM lease')
  const extend = db.prepare('UPDATE lease SET until = ? WHERE fence = ?')
  const free = db.prepare('UPDATE lease SET until = 0 WHERE fence = ?')
  return {
    fence,
    /** Until when nobody else may take it, as of its taking. */
    until,
    /** Throws `LeaseLostError` unless this is still the holder; to be called inside each write transaction. */
    check: (): void => { if (Number(read.get()?.['fence']) !== fence) throw new LeaseLostError() },
    /** Moves the end on; throws `LeaseLostError` where another has taken it. Call inside or outside a transaction. */
    renew: (now: number): number => {
      if (extend.run(now + leaseMs, fence).changes === 0) throw new LeaseLostError()
      return now + leaseMs
    },
    release: (): void => { free.run(fence) },
  }
}

const holderOf = (row: SqlRow | undefined): Holder => ({ pid: Number(row?.['pid']), host: String(row?.['host']), place: String(row?.['holder']), since: Number(row?.['since']), until: Number(row?.['until']) })
