import { DAY, type Instant } from '../../base/time.ts'
import type { DeliveriesFilter, EventsFilter, Ledger, StoreUse } from '../../ports.ts'
import { aloneLimits } from './alone-limits.ts'
import { createDraws } from './draws.ts'
import { pages } from './pages.ts'
import { purgePages } from './purge.ts'
import { startClient, type Client } from './sqlite/client.ts'
import type { Holder } from './sqlite/lease.ts'
import { openDatabase } from './sqlite/database.ts'
import { createStore, type Store } from './sqlite/store.ts'
import { pack, unpack } from './packing.ts'
import { troubleOf } from './sqlite/trouble.ts'

interface SqliteOptions {
  readonly path: string
  readonly use: StoreUse
  /** Whether to wait for another writer to end. */
  readonly wait?: boolean
  /** Told once, where this waits for another writer and has done so for seconds. */
  readonly onWait?: (text: string) => void
  readonly leaseMs?: number
}

const PAGE = 500
const LEASE_MS = 20_000

/** The ledger in a SQLite file, by Node's own `node:sqlite`. */
export const openSqliteLedger = async ({ path, use, wait = true, onWait, leaseMs = LEASE_MS }: SqliteOptions): Promise<Ledger> => {
  if (use === 'write') return ledgerOf(await startClient({ path, leaseMs, waitMs: wait ? DAY : 0 }, (holder) => onWait?.(waitingFor(path, holder))))
  const db = openDatabase(path, use === 'read' ? 'read' : 'write')
  return ledgerOver(createStore(db, null), path, () => db.close())
}

/** A ledger in this thread, for processes that do little. */
export const ledgerOver = (store: Store, path: string, close: () => void): Ledger => ledgerOf(directClient(store, path, close))

const waitingFor = (path: string, holder: Holder | null): string =>
  `waiting for the store ${path}, in use by ${holder === null ? 'another process, which is in the midst of a write' : `process ${holder.pid} on ${holder.host} since ${new Date(holder.since).toISOString()}`}`

const directClient = (store: Store, path: string, close: () => void): Client => {
  const guarded = async <T>(work: () => T): Promise<T> => {
    try {
      return work()
    } catch (error) {
      throw troubleOf(error, path)
    }
  }
  return {
    append: (steps) => guarded(() => store.append(steps.map(pack)).map(unpack)),
    call: (method, ...args) => guarded(() => (store[method] as (...all: readonly unknown[]) => ReturnType<Store[typeof method]>)(...args)),
    holdsLease: () => true,
    close: async () => close(),
  }
}

const ledgerOf = (client: Client): Ledger => ({
  shared: false,
  ...aloneLimits,
  accumulating: (mode) => client.call('accumulating', mode),
  // One process writes: nobody comes between.
  foldCircuit: async (recipient, mode, fold) => {
    const before = (await client.call('recipientStates', mode)).find((each) => each.recipient === recipient)
    const circuit = fold(before?.circuit ?? null)
    await client.call('setCircuit', recipient, mode, circuit)
    return circuit
  },
  append: (steps) => client.append(steps),
  known: (query) => client.call('known', query),
  startRun: (run, plan) => client.call('startRun', run, plan),
  finishRun: (runId, at, summary) => client.call('finishRun', runId, at, summary),
  takeDue: (query) => client.call('takeDue', query),
  nextDue: (query) => client.call('nextDue', query),
  takeBatch: (query) => client.call('takeBatch', query),
  onTheirWay: (query) => client.call('onTheirWay', query),
  siblings: (deliveryIds) => client.call('siblings', deliveryIds),
  ofBatch: (mode, batchId) => client.call('ofBatch', mode, batchId),
  takeAbandoned: (query) => client.call('takeAbandoned', query),
  takeOne: (deliveryId, seen) => client.call('takeOne', deliveryId, seen),
  draw: createDraws((amounts) => client.call('count', amounts)),
  load: (deliveryId) => client.call('load', deliveryId),
  ofLead: (leadId) => client.call('ofLead', leadId),
  events: (filter) => pages((after) => client.call('eventsPage', filter satisfies EventsFilter, after, PAGE), (row) => row.seq),
  deliveries: (filter) => pages(
    (after) => client.call('deliveriesPage', filter satisfies DeliveriesFilter, after, PAGE), (row) => row.n,
  ),
  counts: (mode) => client.call('counts', mode),
  queues: (query) => client.call('queues', query),
  planOf: (hash) => client.call('planOf', hash),
  recipientStates: (mode) => client.call('recipientStates', mode),
  setPaused: (recipient, mode, paused) => client.call('setPaused', recipient, mode, paused),
  setClosedUntil: (recipient, mode, until) => client.call('setClosedUntil', recipient, mode, until),
  setCircuit: (recipient, mode, circuit) => client.call('setCircuit', recipient, mode, circuit),
  sealedToken: (recipient, mode) => client.call('sealedToken', recipient, mode),
  setSealedToken: (recipient, mode, sealed) => client.call('setSealedToken', recipient, mode, sealed),
  wake: (recipient, mode, now) => client.call('wake', recipient, mode, now),
  purge: ({ olderThanMs, now }) => purge(client, now - olderThanMs),
  holdsLease: () => client.holdsLease(),
  keepLease: () => client.call('keepLease'),
  close: () => client.close(),
})

/** By pages the lease is renewed between; the files last, and also where an earlier purge broke off before them. */
const purge = async (client: Client, settledBefore: Instant): Promise<number> => {
  const purged = await purgePages((after) => client.call('purgePage', settledBefore, after, PAGE))
  await client.call('scrub')
  return purged
}
