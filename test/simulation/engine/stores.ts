import { createMemoryLedger } from '../../world/memory-ledger.ts'
import { ledgerOver } from '../../../src/adapters/ledger/sqlite.ts'
import { openDatabase } from '../../../src/adapters/ledger/sqlite/database.ts'
import { takeLease } from '../../../src/adapters/ledger/sqlite/lease.ts'
import { createStore } from '../../../src/adapters/ledger/sqlite/store.ts'
import { salesIn } from '../../../src/core/sale.ts'
import type { Ledger, LoadedDelivery } from '../../../src/ports.ts'

/** One store that process after process works; nothing in it takes real time. */
export interface SimulatedStore {
  /** As a person sees it, beside whatever works it. */
  readonly ledger: Ledger
  /** As the process sees it that begins now. */
  readonly begin: () => Ledger
  /** Deliveries that processes left as being worked when they died, and nobody has taken up. */
  readonly lost: Set<string>
}

export const STORES = ['memory', 'SQLite'] as const
export type StoreKind = (typeof STORES)[number]

export const openSimulatedStore = (kind: StoreKind): SimulatedStore => (kind === 'memory' ? inMemory() : inSqlite())

/** What it cannot know, for it has no lease, is who has died. */
const inMemory = (): SimulatedStore => {
  const ledger = createMemoryLedger()
  const lost = new Set<string>()
  const withHad = async (loaded: LoadedDelivery): Promise<LoadedDelivery> => {
    const { id, lead, number } = loaded.delivery
    const own = salesIn(loaded.events.map(({ event }) => event))
    const others = (await ledger.ofLead(lead.id)).filter(({ delivery }) => delivery.id !== id && delivery.number === number)
    const had = others.flatMap(({ events }) => salesIn(events.map(({ event }) => event))).filter((each) => !own.includes(each))
    return had.length === 0 ? loaded : { ...loaded, had }
  }
  const claimAbandoned: Ledger['claimAbandoned'] = async ({ to, limit }) => {
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
  return { ledger, begin: () => ({ ...ledger, claimAbandoned }), lost }
}

/** The store of SQLite itself, without its file and its thread; each process takes the lease anew. */
const inSqlite = (): SimulatedStore => {
  const db = openDatabase(':memory:', 'write')
  const lost = new Set<string>()
  const taken = <T extends LoadedDelivery | null>(found: T): T => {
    if (found) lost.delete(found.delivery.id)
    return found
  }
  const begin = (): Ledger => {
    const lease = takeLease(db, 0, Date.now())
    if (!('lease' in lease)) throw new Error('the lease is not free')
    const ledger = ledgerOver(createStore(db, lease.lease), ':memory:', () => undefined)
    return {
      ...ledger,
      claimAbandoned: async (query) => (await ledger.claimAbandoned(query)).map(taken),
      claim: async (deliveryId, runId) => taken(await ledger.claim(deliveryId, runId)),
    }
  }
  return { ledger: ledgerOver(createStore(db, null), ':memory:', () => undefined), begin, lost }
}
