import { createMemoryLedger } from '../../world/memory-ledger.ts'
import { ledgerOver } from '../../../src/adapters/ledger/sqlite.ts'
import { openDatabase } from '../../../src/adapters/ledger/sqlite/database.ts'
import { takeLease } from '../../../src/adapters/ledger/sqlite/lease.ts'
import { createStore } from '../../../src/adapters/ledger/sqlite/store.ts'
import { openPostgresLedger } from '../../../src/adapters/ledger/postgres.ts'
import type { Given } from '../../../src/core/rate.ts'
import { grantStarts } from '../../../src/core/rate.ts'
import { takersOf } from '../../../src/core/had.ts'
import { emptyHistory, evolve } from '../../../src/core/history.ts'
import { buyersIn } from '../../../src/core/sale.ts'
import type { Ledger, LoadedDelivery } from '../../../src/ports.ts'
import { countLedgers } from '../../world/counted-ledger.ts'
import { allTurns } from '../../world/fake-clock.ts'
import { freshStore } from '../../world/postgres.ts'

/** One store that process after process works; what of it takes real time passes none of the simulated. */
export interface SimulatedStore {
  /** As a person sees it, beside whatever works it. */
  readonly ledger: Ledger
  /** As the process sees it that begins now; closed when it ends. */
  readonly begin: () => Promise<Ledger>
  /** Deliveries that processes left as being worked when they died, and nobody has taken up. */
  readonly lost: Set<string>
  /** Resolves when everything has run that is ready, what is asked of the store included. */
  readonly settled: () => Promise<void>
  readonly close: () => Promise<void>
}

export const STORES = ['memory', 'SQLite'] as const
export type StoreKind = (typeof STORES)[number] | 'PostgreSQL'

export const openSimulatedStore = async (kind: StoreKind, now: () => number): Promise<SimulatedStore> => {
  switch (kind) {
    case 'memory': return inMemory()
    case 'SQLite': return inSqlite()
    case 'PostgreSQL': return inPostgres(now)
    default: return kind satisfies never
  }
}

/** What it cannot know, for it has no lease, is who has died. */
const inMemory = (): SimulatedStore => {
  const ledger = createMemoryLedger()
  const lost = new Set<string>()
  const withHad = async (loaded: LoadedDelivery): Promise<LoadedDelivery> => {
    const { id, lead, number } = loaded.delivery
    const own = buyersIn(loaded.events.map(({ event }) => event))
    const others = (await ledger.ofLead(lead.id)).filter(({ delivery }) => delivery.id !== id && delivery.number === number)
    const had = others.flatMap(({ events }) => takersOf(events.map(({ event }) => event).reduce(evolve, emptyHistory))).filter((each) => !own.includes(each))
    return had.length === 0 ? loaded : { ...loaded, had }
  }
  const takeAbandoned: Ledger['takeAbandoned'] = async ({ to, limit }) => {
    const found: LoadedDelivery[] = []
    for (const id of [...lost]) {
      const loaded = await ledger.load(id)
      if (loaded && to !== undefined && loaded.delivery.to !== to) continue
      if (found.length === limit) break
      lost.delete(id)
      if (loaded?.standing.state === 'working') found.push(await withHad(loaded))
    }
    return found
  }
  return { ledger, begin: async () => ({ ...ledger, takeAbandoned, close: async () => undefined }), lost, settled: allTurns, close: () => ledger.close() }
}

/** The store of SQLite itself, without its file and its thread; each process takes the lease anew. */
const inSqlite = (): SimulatedStore => {
  const db = openDatabase(':memory:', 'write')
  const lost = new Set<string>()
  const begin = async (): Promise<Ledger> => {
    const lease = takeLease(db, 0, Date.now())
    if (!('lease' in lease)) throw new Error('the lease is not free')
    return { ...takingUp(lost, ledgerOver(createStore(db, lease.lease), ':memory:', () => undefined)), close: async () => undefined }
  }
  return { ledger: ledgerOver(createStore(db, null), ':memory:', () => undefined), begin, lost, settled: allTurns, close: async () => db.close() }
}

/** PostgreSQL itself. Only its clock, by which it gives away times of a rate, is the simulation's. */
const inPostgres = async (now: () => number): Promise<SimulatedStore> => {
  const { url, drop } = await freshStore()
  const lost = new Set<string>()
  const given = new Map<string, Given>()
  const open: Ledger[] = []
  const count = countLedgers()
  const opened = async (use: 'touch' | 'write'): Promise<Ledger> => {
    const ledger = await openPostgresLedger({ url, use, leaseMs: 600_000 })
    open.push(ledger)
    return ledger
  }
  const holdStarts: Ledger['holdStarts'] = async (recipient, _mode, rate, { fromMs, withinMs, wanted }) => {
    const at = now()
    const grant = grantStarts(given.get(recipient) ?? [], rate, { from: at + fromMs, until: at + withinMs, wanted })
    given.set(recipient, grant.given)
    return { inMs: grant.starts.map((each) => Math.ceil(each) - at), nextInMs: grant.next === null ? null : Math.ceil(grant.next) - at }
  }
  return {
    ledger: count.of(await opened('touch')),
    begin: async () => count.of({ ...takingUp(lost, await opened('write')), holdStarts }),
    lost,
    settled: async () => {
      for (let quiet = 0; quiet < 5; quiet = count.underWay() === 0 ? quiet + 1 : 0) await new Promise((resolve) => setImmediate(resolve))
    },
    close: async () => {
      await Promise.all(open.map((each) => each.close()))
      await drop()
    },
  }
}

/** Notes which of the lost deliveries it takes up. */
const takingUp = (lost: Set<string>, ledger: Ledger): Ledger => {
  const taken = <T extends LoadedDelivery | null>(found: T): T => {
    if (found) lost.delete(found.delivery.id)
    return found
  }
  return {
    ...ledger,
    takeAbandoned: async (query) => (await ledger.takeAbandoned(query)).map(taken),
    takeOne: async (deliveryId, seen) => taken(await ledger.takeOne(deliveryId, seen)),
  }
}
