import type { DatabaseSync } from 'node:sqlite'
import { LeaseLostError, StoreError } from '../../../ports.ts'
import { openDatabase } from './database.ts'
import { takeLease, type Holder, type Lease } from './lease.ts'
import { createMark, type Mark } from './mark.ts'
import { createStore } from './store.ts'
import { createTakenAway } from './one-file.ts'
import { troubleOf } from './trouble.ts'

export interface HostOptions {
  readonly path: string
  readonly leaseMs: number
  /** How long to wait for a lease that another holds; 0: not at all. */
  readonly waitMs: number
  /** Until when the holder of the lease may send, told after each renewal. */
  readonly onLease: (until: number) => void
  /** The lease is another's; told once. */
  readonly onWait: (holder: Holder) => void
}

/** Waits for the lease as long as it may, then opens the store as its one writer, in one thread, the lease renewed by a timer. */
export const openHost = async (options: HostOptions) => {
  const db = openDatabase(options.path, 'write')
  const mark = createMark(db, options.path)
  try {
    mark.check()
    const taken = await waitForLease(db, options)
    // Earlier than anyone may take over: what is sent in the last moment is still ours to write down.
    const told = (until: number): number => { options.onLease(until - options.leaseMs / 10); return until }
    const lease: Lease = { ...taken, renew: (now) => told(taken.renew(now)) }
    told(lease.until)
    mark.move()
    const store = createStore(db, lease, createTakenAway(db, options.path))
    const timer = setInterval(() => {
      try {
        lease.renew(Date.now())
        mark.move()
      } catch (error) {
        // A lost lease is told by the next write; a database that is busy for once, by the next renewal.
        if (error instanceof LeaseLostError) clearInterval(timer)
      }
    }, options.leaseMs / 4)
    timer.unref()
    return { store, path: options.path, close: (): void => { clearInterval(timer); closeQuietly(db, lease, mark) } }
  } catch (error) {
    db.close()
    throw troubleOf(error, options.path)
  }
}

const waitForLease = async (db: DatabaseSync, { path, leaseMs, waitMs, onWait }: HostOptions): Promise<Lease> => {
  const giveUpAt = Date.now() + waitMs
  for (let tries = 0; ; tries++) {
    const taken = takeLease(db, leaseMs, Date.now())
    if ('lease' in taken) return taken.lease
    if (Date.now() >= giveUpAt) throw heldBy(path, taken.holder)
    if (tries === 0) onWait(taken.holder)
    await new Promise((resolve) => setTimeout(resolve, Math.min(100, Math.max(10, giveUpAt - Date.now()))))
  }
}

const heldBy = (path: string, { pid, host, since }: Holder): StoreError =>
  new StoreError('held', `the store ${path} is in use by process ${pid} on ${host} since ${new Date(since).toISOString()}`, 'wait for it to end (a `resume --watch` ends when it is stopped), or run without --no-wait to wait here')

/** The last checkpoint and the release may fail on a full disk; the lease then runs out by itself. */
const closeQuietly = (db: DatabaseSync, lease: Lease, mark: Mark): void => {
  try {
    mark.move()
    lease.release()
  } catch (error) {
    if (!(error instanceof Error)) throw error
  } finally {
    db.close()
  }
}
