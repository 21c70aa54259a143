import type { DatabaseSync } from 'node:sqlite'
import { refusedClaim, type Claim } from '../../../core/claim.ts'
import { deliveryKeyOf } from '../../../core/delivery-id.ts'
import { takersOf } from '../../../core/had.ts'
import { emptyHistory, evolve } from '../../../core/history.ts'
import type { History } from '../../../core/history.ts'
import type { Run } from '../../../core/run.ts'
import type { DueFilter, DueQuery, Exists, Ledger, LoadedDelivery, Standing } from '../../../ports.ts'
import { createBatches } from './batches.ts'
import { withTakers } from '../had.ts'
import type { Lease } from './lease.ts'
import { nextSeq } from './mark.ts'
import type { PackedResult, PackedStep } from '../packing.ts'
import type { PurgedPage } from '../purge.ts'
import { purgeRows, scrubFiles } from './purge.ts'
import { createReads } from './reads.ts'
import { createRecipients } from './recipients.ts'
import { SELECT_DELIVERY, statements } from './statements.ts'
import { inSnapshot, inTransaction } from './transaction.ts'
import { PURGED_LEAD, WORKING, deliveryRowOf, eventsOf, standingOf, standsAs, storedEventsOf } from '../rows.ts'
import type { SqlRow } from '../rows.ts'

/** What a method of the ledger is asked. */
type Query<M extends 'takeAbandoned' | 'takeBatch' | 'known' | 'onTheirWay'> = Parameters<Ledger[M]>[0]

/**
 * All that is done with the database, synchronously; `lease` null for a process that only looks or pauses. `mayWrite` throws where a
 * write would be for nothing.
 */
export const createStore = (db: DatabaseSync, lease: Lease | null, mayWrite: () => void = () => undefined) => {
  const fence = lease?.fence ?? 0
  /** Deliveries this writer works: their rows and versions need not be looked up. */
  const active = new Map<string, { readonly n: number; version: number; readonly leadId: string; readonly mode: string; readonly number: number }>()
  const runNumbers = new Map<string, number>()
  const statement = statements(db)
  let seq = nextSeq(db)

  /** One transaction, fenced. */
  const write = <T>(work: () => T): T => {
    if (!lease) throw new Error('this store was opened without its lease: it can be looked at, and recipients paused')
    mayWrite()
    try {
      return inTransaction(db, () => {
        lease.check()
        return work()
      })
    } catch (error) {
      active.clear()
      runNumbers.clear()
      seq = nextSeq(db)
      throw error
    }
  }

  const runNumber = (runId: string): number => {
    const known = runNumbers.get(runId)
    if (known !== undefined) return known
    const row = statement.runNumber.get(runId) ?? (statement.addRun.run(runId, 'live', null, null, 0), statement.runNumber.get(runId))
    const n = Number(row?.['n'])
    runNumbers.set(runId, n)
    return n
  }

  const batches = createBatches(db, fence, runNumber)

  const find = (deliveryId: string) => {
    const known = active.get(deliveryId)
    if (known) return known
    const key = deliveryKeyOf(deliveryId)
    const row = key && statement.byKey.get(key.leadId, key.to, key.mode, key.number)
    if (!key || !row) return null
    return { n: Number(row['n']), version: Number(row['version']), leadId: key.leadId, mode: key.mode, number: key.number }
  }

  const appendOne = (step: PackedStep): PackedResult => {
    let known: ReturnType<typeof find>
    const run = runNumber(step.runId)
    if (step.create) {
      const [leadId, target, mode, number] = step.create as [string, string, string, number]
      if (!step.informed) {
        const had = hadBy(leadId, mode, number, target)
        // Sales of this very delivery are no news: it exists, and is found below.
        if (had.length > 0 && !statement.byKey.get(leadId, target, mode, number)) return { kind: 'had', recipients: had }
      }
      if (step.claims.length > 0 || step.sales.length > 0) {
        const there = existing(leadId, target, mode, number)
        if (there) return there
        const refused = refusedClaim(step.claims, step.at, counted, takenUntil)
        if (refused) return { kind: 'refused', claim: refused }
        if (!bookAll({ leadId, mode, number }, step.sales)) return { kind: 'booked' }
      }
      const added = step.standing === WORKING ? statement.addWorking.run(...step.create, run, step.count, fence) : statement.addDelivery.run(...step.create, run, step.count, fence, ...step.standing)
      if (added.changes === 0) return existing(leadId, target, mode, number) ?? { kind: 'conflict' }
      known = { n: Number(added.lastInsertRowid), version: step.count, leadId, mode, number }
      if (step.standing[0] === 0) active.set(step.deliveryId, known)
    } else {
      known = find(step.deliveryId)
      if (!known || known.version !== step.version) return { kind: 'conflict' }
      const refused = refusedClaim(step.claims, step.at, counted, takenUntil)
      if (refused) return { kind: 'refused', claim: refused }
      if (!bookAll(known, step.sales)) return { kind: 'booked' }
      statement.setStanding.run(...step.standing, run, known.version + step.count, fence, known.n)
      known.version += step.count
      if (step.standing[0] === 0) active.set(step.deliveryId, known)
      else active.delete(step.deliveryId)
    }
    takeClaims(step.claims)
    const first = seq
    if (step.count > 0) {
      statement.addLog.run(first, known.n, run, step.count, step.events)
      seq += step.count
    }
    return first
  }

  /** All sales of a step or none. */
  const bookAll = (delivery: { leadId: string; mode: string; number: number }, sales: readonly string[]): boolean => {
    for (const [i, recipient] of sales.entries()) {
      if (statement.addSale.run(delivery.leadId, recipient, delivery.mode, delivery.number).changes > 0) continue
      for (const booked of sales.slice(0, i)) statement.dropSale.run(delivery.leadId, booked, delivery.mode, delivery.number)
      return false
    }
    return true
  }

  const existing = (leadId: string, target: string, mode: string, number: number): Exists | null => {
    const row = statement.byKey.get(leadId, target, mode, number)
    if (!row) return null
    const last = statement.highest.get(leadId, target, mode)
    return { kind: 'exists', standing: standingOf(row), number: Number(last?.['number'] ?? number) }
  }

  const counted = (name: string): number => Number(statement.counter.get(name)?.['value'] ?? 0)
  const takenUntil = (name: string): number => Number(statement.permit.get(name)?.['until'] ?? 0)

  const takeClaims = (claims: readonly Claim[]): void => {
    for (const claim of claims) {
      if (claim.kind === 'cap') statement.count.run(claim.counter, claim.amount)
      else statement.allow.run(claim.name, claim.until)
    }
  }

  const load = (row: SqlRow): LoadedDelivery => {
    const { delivery, runId, standing } = deliveryRowOf(row)
    return { delivery, runId, standing, events: statement.logOf.all(Number(row['n'])).flatMap(storedEventsOf) }
  }

  /** Who has a lead, or may have it, through other targets. */
  const hadBy = (leadId: string, mode: string, number: number, target: string): readonly string[] => {
    const rows = statement.had.all(leadId, mode, number, leadId, mode, number, target)
    if (rows.length === 0) return NOBODY
    return [...new Set(rows.flatMap(({ recipient, n }) => (n === null ? String(recipient) : takersOf(historyOf(Number(n))))))]
  }

  const historyOf = (n: number): History => statement.logOf.all(n).flatMap((each) => eventsOf(each['events'])).reduce(evolve, emptyHistory)

  const withHad = (loaded: LoadedDelivery): LoadedDelivery => {
    const { lead, mode, number, to } = loaded.delivery
    return withTakers(loaded, hadBy(lead.id, mode, number, to))
  }

  const take = (rows: readonly SqlRow[]): readonly LoadedDelivery[] => rows.map((row) => {
    const before = withHad(load(row))
    statement.takeOver.run(fence, Number(row['n']))
    active.set(before.delivery.id, { n: Number(row['n']), version: Number(row['version']), leadId: before.delivery.lead.id, mode: before.delivery.mode, number: before.delivery.number })
    return before
  })

  /** "+" keeps SQLite from the index over all that wait, where the one of the run serves. */
  const dueWhere = (query: DueFilter): { readonly where: string; readonly values: readonly (string | number)[] } => ({
    where: `state = 1 AND ${query.runId === undefined ? '' : '+'}d.mode = ?${query.runId === undefined ? '' : ' AND d.run = (SELECT n FROM runs WHERE id = ?)'}${query.to === undefined ? '' : ' AND d.target = ?'}`,
    values: [query.mode, ...(query.runId === undefined ? [] : [query.runId]), ...(query.to === undefined ? [] : [query.to])],
  })

  return {
    keepLease: (): void => { lease?.renew(Date.now()) },
    append: (steps: readonly PackedStep[]): readonly PackedResult[] => write(() => steps.map(appendOne)),
    // One snapshot for all: each look by itself would lock and unlock the file.
    known: ({ mode, to, leadIds }: Query<'known'>): ReadonlyMap<string, Exists> => inSnapshot(db, () => new Map(leadIds.flatMap((leadId) => {
      const there = existing(leadId, to, mode, 1)
      return there ? [[leadId, there] as const] : []
    }))),

    startRun: (run: Run, plan: { readonly hash: string; readonly json: string } | null): void => write(() => {
      if (plan) statement.addPlan.run(plan.hash, plan.json)
      statement.addRun.run(run.id, run.mode, run.to, plan?.hash ?? null, run.startedAt)
    }),
    finishRun: (runId: string, at: number, summary: string): void => write(() => { statement.endRun.run(at, summary, runId) }),

    takeDue: (query: DueQuery): readonly LoadedDelivery[] => write(() => {
      const { where, values } = dueWhere(query)
      const due = db.prepare(`${SELECT_DELIVERY} WHERE ${where} AND due_at <= ? ORDER BY due_at, d.n LIMIT ?`)
      // Fewer than were asked for says that no more is due: what was put off makes room for the next.
      for (;;) {
        const rows = due.all(...values, query.now, query.limit)
        if (rows.filter((row) => batches.putOff(row, query)).length === 0) return take(rows)
      }
    }),
    nextDue: (query: DueFilter): number | null => {
      const { where, values } = dueWhere(query)
      // Not "IS NOT NULL": that would look at each lead that waits for a person.
      const row = db.prepare(`SELECT min(due_at) AS at FROM deliveries d WHERE ${where} AND due_at >= 0`).get(...values)
      return row?.['at'] === null || row?.['at'] === undefined ? null : Number(row['at'])
    },
    takeBatch: ({ mode, recipient, limit, atLeast = 1 }: Query<'takeBatch'>): readonly LoadedDelivery[] => write(() => {
      const rows = db.prepare(`${SELECT_DELIVERY} WHERE state = 1 AND d.mode = ? AND batch = 1 AND recipient = ? ORDER BY due_at, d.n LIMIT ?`).all(mode, recipient, limit)
      return rows.length < atLeast ? [] : take(rows.filter((row) => !batches.isOnItsWay(row)))
    }),
    onTheirWay: ({ recipient, deliveryIds, now, runId }: Query<'onTheirWay'>): ReadonlyMap<string, number | null> => new Map(deliveryIds.flatMap((id) => {
      const found = find(id)
      const other = found && batches.onItsWay(found, recipient)
      return other ? [[id, batches.untilAfter(other, now, runId)]] : []
    })),
    siblings: (deliveryIds: readonly string[]): readonly LoadedDelivery[] => {
      const others = deliveryIds.flatMap((id) => { const found = find(id); return found ? statement.others.all(found.leadId, found.mode, found.number, found.n) : [] })
      return [...new Map(others.map((row) => [Number(row['n']), row])).values()].map(load)
    },
    ofBatch: batches.ofBatch,
    takeAbandoned: ({ mode, to, limit }: Query<'takeAbandoned'>): readonly LoadedDelivery[] => write(() =>
      take(db.prepare(`${SELECT_DELIVERY} WHERE state = 0 AND fence <> ? AND d.mode = ?${to === undefined ? '' : ' AND d.target = ?'} ORDER BY d.n LIMIT ?`)
        .all(fence, mode, ...(to === undefined ? [] : [to]), limit))),
    takeOne: (deliveryId: string, seen?: Standing): LoadedDelivery | null => write(() => {
      const found = find(deliveryId)
      const rows = found ? db.prepare(`${SELECT_DELIVERY} WHERE d.n = ? AND d.lead <> ? AND NOT (state = 0 AND fence = ?)`).all(found.n, PURGED_LEAD, fence) : []
      return take(rows.filter((row) => seen === undefined || standsAs(standingOf(row), seen)))[0] ?? null
    }),
    /** Adds to counters; what each then is. */
    count: (amounts: ReadonlyMap<string, number>): ReadonlyMap<string, number> => write(() => new Map([...amounts].map(([counter, amount]) => {
      statement.count.run(counter, amount)
      return [counter, Number(statement.counter.get(counter)?.['value'])]
    }))),

    load: (deliveryId: string): LoadedDelivery | null => {
      const found = find(deliveryId)
      const row = found && db.prepare(`${SELECT_DELIVERY} WHERE d.n = ?`).get(found.n)
      return row ? load(row) : null
    },
    ofLead: (leadId: string): readonly LoadedDelivery[] => db.prepare(`${SELECT_DELIVERY} WHERE lead_id = ? ORDER BY d.n`).all(leadId).map(load),

    purgePage: (settledBefore: number, after: number, limit: number): PurgedPage => write(() => purgeRows(db, settledBefore, after, limit)),
    scrub: (): void => scrubFiles(db),

    ...createReads(db),
    ...createRecipients(db),
  }
}

export type Store = ReturnType<typeof createStore>

const NOBODY: readonly string[] = []
