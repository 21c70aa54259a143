import type { DatabaseSync } from 'node:sqlite'
import { refusedClaim, type Claim } from '../../../core/claim.ts'
import { deliveryKeyOf } from '../../../core/delivery-id.ts'
import type { Mode } from '../../../core/event.ts'
import { TAKEN_BESIDE, takersOf } from '../../../core/had.ts'
import { emptyHistory, evolve } from '../../../core/history.ts'
import type { History } from '../../../core/history.ts'
import type { Run } from '../../../core/run.ts'
import type { Counts, DeliveriesFilter, DueFilter, DueQuery, EventsFilter, Exists, Ledger, LoadedDelivery, Queue, RecipientState } from '../../../ports.ts'
import { createBatches } from './batches.ts'
import { withTakers } from '../had.ts'
import type { Lease } from './lease.ts'
import type { PackedResult, PackedStep } from '../packing.ts'
import type { PurgedPage } from '../purge.ts'
import { purgeRows, scrubFiles } from './purge.ts'
import { inTransaction } from './transaction.ts'
import { DELIVERY_COLUMNS, PURGED_LEAD, STANDING_COLUMNS, STATES, WORKING, countsOf, deliveryRowOf, eventRowsOf, eventsOf, queueOf, recipientStateOf, standingOf, storedEventsOf } from '../rows.ts'
import type { DeliveryRow, EventRow, SqlRow } from '../rows.ts'

/** What a method of the ledger is asked. */
type Query<M extends 'claimAbandoned' | 'claimBatch' | 'known' | 'onTheirWay' | 'queues'> = Parameters<Ledger[M]>[0]

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
        if (statement.byKey.get(leadId, target, mode, number)) return existing(leadId, target, mode, number)
        const refused = refusedClaim(step.claims, step.at, counted, takenUntil)
        if (refused) return { kind: 'refused', claim: refused }
        if (!bookAll({ leadId, mode, number }, step.sales)) return { kind: 'booked' }
      }
      const added = step.standing === WORKING ? statement.addWorking.run(...step.create, run, step.count, fence) : statement.addDelivery.run(...step.create, run, step.count, fence, ...step.standing)
      if (added.changes === 0) return existing(leadId, target, mode, number)
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

  const existing = (leadId: string, target: string, mode: string, number: number): Exists => {
    const row = statement.byKey.get(leadId, target, mode, number)
    const last = statement.highest.get(leadId, target, mode)
    return { kind: 'exists', standing: standingOf(row ?? {}), number: Number(last?.['number'] ?? number) }
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
    append: (steps: readonly PackedStep[]): readonly PackedResult[] => write(() => steps.map(appendOne)),
    known: ({ mode, to, leadIds }: Query<'known'>): ReadonlyMap<string, Exists> =>
      new Map(leadIds.flatMap((leadId) => (statement.byKey.get(leadId, to, mode, 1) ? [[leadId, existing(leadId, to, mode, 1)]] : []))),

    startRun: (run: Run, plan: { readonly hash: string; readonly json: string } | null): void => write(() => {
      if (plan) statement.addPlan.run(plan.hash, plan.json)
      statement.addRun.run(run.id, run.mode, run.to, plan?.hash ?? null, run.startedAt)
    }),
    finishRun: (runId: string, at: number, summary: string): void => write(() => { statement.endRun.run(at, summary, runId) }),

    claimDue: (query: DueQuery): readonly LoadedDelivery[] => write(() => {
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
    claimBatch: ({ mode, recipient, limit, atLeast = 1 }: Query<'claimBatch'>): readonly LoadedDelivery[] => write(() => {
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
    accumulating: (mode: Mode): ReadonlyMap<string, number> =>
      new Map(db.prepare('SELECT recipient, count(*) AS n FROM deliveries WHERE state = 1 AND batch = 1 AND mode = ? GROUP BY recipient').all(mode).map((row) => [String(row['recipient']), Number(row['n'])])),
    claimAbandoned: ({ mode, to, limit }: Query<'claimAbandoned'>): readonly LoadedDelivery[] => write(() =>
      take(db.prepare(`${SELECT_DELIVERY} WHERE state = 0 AND fence <> ? AND d.mode = ?${to === undefined ? '' : ' AND d.target = ?'} ORDER BY d.n LIMIT ?`)
        .all(fence, mode, ...(to === undefined ? [] : [to]), limit))),
    claim: (deliveryId: string): LoadedDelivery | null => write(() => {
      const found = find(deliveryId)
      return found ? (take(db.prepare(`${SELECT_DELIVERY} WHERE d.n = ? AND d.lead <> ? AND NOT (state = 0 AND fence = ?)`).all(found.n, PURGED_LEAD, fence))[0] ?? null) : null
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

    /** At least one step's events after `after`, at most about `limit`; empty at the end. */
    eventsPage: (filter: EventsFilter, after: number, limit: number): readonly EventRow[] => {
      const run = filter.runId === undefined ? '' : ' AND l.run = (SELECT n FROM runs WHERE id = ?)'
      const mode = filter.mode === undefined ? '' : ' AND d.mode = ?'
      return db.prepare(`SELECT l.seq, l.events, r.id AS run_id, d.lead_id, d.target, d.mode, d.number, d.source FROM log l JOIN deliveries d ON d.n = l.delivery JOIN runs r ON r.n = l.run WHERE l.seq > ?${run}${mode} ORDER BY l.seq LIMIT ?`)
        .all(after, ...(filter.runId === undefined ? [] : [filter.runId]), ...(filter.mode === undefined ? [] : [filter.mode]), limit).flatMap(eventRowsOf)
    },
    deliveriesPage: (filter: DeliveriesFilter, after: number, limit: number): readonly DeliveryRow[] => {
      const tests = ['d.n > ?']
      const values: (string | number)[] = [after]
      const add = (test: string, ...more: (string | number)[]): void => { tests.push(test); values.push(...more) }
      if (filter.mode !== undefined) add('d.mode = ?', filter.mode)
      if (filter.runId !== undefined) add('d.run = (SELECT n FROM runs WHERE id = ?)', filter.runId)
      // Written out, so that the partial indexes serve.
      if (filter.state !== undefined) add(`d.state = ${STATES[filter.state]}`)
      // A settled delivery that was claimed keeps its columns until its next step.
      if (filter.outcomes) add(`d.state = 2 AND d.outcome IN (${filter.outcomes.map(() => '?').join(', ') || 'NULL'})`, ...filter.outcomes)
      return db.prepare(`${SELECT_DELIVERY} WHERE ${tests.join(' AND ')} ORDER BY d.n LIMIT ?`).all(...values, limit)
        .map(deliveryRowOf)
    },
    counts: (mode: Mode): Counts => countsOf(db.prepare('SELECT state, outcome, count(*) AS n FROM deliveries WHERE mode = ? GROUP BY state, outcome').all(mode)),
    queues: ({ mode, runId, dueBefore = 0 }: Query<'queues'>): readonly Queue[] =>
      db.prepare(`SELECT recipient, why, batch, count(*) AS leads, min(due_at) AS next_at, total(due_at < ?) AS overdue FROM deliveries
        WHERE state = 1 AND mode = ?${runId === undefined ? '' : ' AND run = (SELECT n FROM runs WHERE id = ?)'} GROUP BY recipient, why, batch ORDER BY leads DESC`)
        .all(dueBefore, mode, ...(runId === undefined ? [] : [runId])).map(queueOf),
    planOf: (hash: string): string | null => {
      const row = db.prepare('SELECT json FROM plans WHERE hash = ?').get(hash)
      return row ? String(row['json']) : null
    },

    purgePage: (settledBefore: number, after: number, limit: number): PurgedPage => write(() => purgeRows(db, settledBefore, after, limit)),
    scrub: (): void => scrubFiles(db),

    // What a person does beside a running delivery is unfenced: short, and not about any delivery's history.
    recipientStates: (mode: Mode): readonly RecipientState[] => statement.recipients.all(mode).map(recipientStateOf),
    setPaused: (recipient: string, mode: Mode, paused: RecipientState['paused']): void => inTransaction(db, () => { statement.pause.run(recipient, mode, paused?.at ?? null, paused?.reason ?? null) }),
    setClosedUntil: (recipient: string, mode: Mode, until: number | null): void => inTransaction(db, () => { statement.close.run(recipient, mode, until) }),
    setCircuit: (recipient: string, mode: Mode, circuit: string | null): void => inTransaction(db, () => { statement.circuit.run(recipient, mode, circuit) }),
    sealedToken: (recipient: string, mode: Mode): string | null => {
      const row = statement.token.get(recipient, mode)
      return row ? String(row['sealed']) : null
    },
    setSealedToken: (recipient: string, mode: Mode, sealed: string | null): void => inTransaction(db, () => { if (sealed === null) statement.dropToken.run(recipient, mode); else statement.keepToken.run(recipient, mode, sealed) }),
    wake: (recipient: string, mode: Mode, now: number): number => inTransaction(db, () => Number(statement.wake.run(now, mode, recipient).changes)),
  }
}

export type Store = ReturnType<typeof createStore>

const NOBODY: readonly string[] = []

/** By the end of the index, not over all rows: it is asked while the lease runs. */
const nextSeq = (db: DatabaseSync): number => Number(db.prepare('SELECT seq + count AS next FROM log ORDER BY seq DESC LIMIT 1').get()?.['next'] ?? 1)

const SELECT_DELIVERY = 'SELECT d.*, r.id AS run_id FROM deliveries d JOIN runs r ON r.n = d.run'

const statements = (db: DatabaseSync) => {
  const columns = [...DELIVERY_COLUMNS, 'run', 'version', 'fence', ...STANDING_COLUMNS]
  return {
    addWorking: db.prepare(`INSERT INTO deliveries (${[...DELIVERY_COLUMNS, 'run', 'version', 'fence'].join(', ')}, state, batch) VALUES (${[...DELIVERY_COLUMNS, 'run', 'version', 'fence'].map(() => '?').join(', ')}, 0, 0) ON CONFLICT DO NOTHING`),
    addDelivery: db.prepare(`INSERT INTO deliveries (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')}) ON CONFLICT DO NOTHING`),
    setStanding: db.prepare(`UPDATE deliveries SET ${STANDING_COLUMNS.map((each) => `${each} = ?`).join(', ')}, run = ?, version = ?, fence = ? WHERE n = ?`),
    takeOver: db.prepare('UPDATE deliveries SET state = 0, fence = ? WHERE n = ?'),
    byKey: db.prepare('SELECT * FROM deliveries WHERE lead_id = ? AND target = ? AND mode = ? AND number = ?'),
    others: db.prepare(`${SELECT_DELIVERY} WHERE d.lead_id = ? AND d.mode = ? AND d.number = ? AND d.n <> ?`),
    highest: db.prepare('SELECT max(number) AS number FROM deliveries WHERE lead_id = ? AND target = ? AND mode = ?'),
    had: db.prepare(`SELECT recipient, NULL AS n FROM sales WHERE lead_id = ? AND mode = ? AND number = ? UNION ALL
      SELECT CASE outcome WHEN 'held' THEN recipient END, CASE WHEN outcome = 'held' THEN NULL ELSE n END FROM deliveries d WHERE lead_id = ? AND mode = ? AND number = ? AND target <> ?
        AND (outcome = 'held' OR EXISTS (SELECT 1 FROM log l WHERE l.delivery = d.n AND (${TAKEN_BESIDE.map((each) => `instr(l.events, '${each}') > 0`).join(' OR ')})))`),
    addSale: db.prepare('INSERT INTO sales VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING'),
    dropSale: db.prepare('DELETE FROM sales WHERE lead_id = ? AND recipient = ? AND mode = ? AND number = ?'),
    addLog: db.prepare('INSERT INTO log (seq, delivery, run, count, events) VALUES (?, ?, ?, ?, ?)'),
    logOf: db.prepare('SELECT l.seq, l.events, r.id AS run_id FROM log l JOIN runs r ON r.n = l.run WHERE delivery = ? ORDER BY seq'),
    addRun: db.prepare('INSERT INTO runs (id, mode, target, plan_hash, started_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING'),
    runNumber: db.prepare('SELECT n FROM runs WHERE id = ?'),
    endRun: db.prepare('UPDATE runs SET finished_at = ?, summary = ? WHERE id = ?'),
    addPlan: db.prepare('INSERT INTO plans (hash, json) VALUES (?, ?) ON CONFLICT DO NOTHING'),
    counter: db.prepare('SELECT value FROM counters WHERE name = ?'),
    count: db.prepare('INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value'),
    permit: db.prepare('SELECT until FROM permits WHERE name = ?'),
    allow: db.prepare('INSERT INTO permits (name, until) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET until = excluded.until'),
    recipients: db.prepare('SELECT * FROM recipients WHERE mode = ?'),
    pause: db.prepare('INSERT INTO recipients (recipient, mode, paused_at, paused_reason) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET paused_at = excluded.paused_at, paused_reason = excluded.paused_reason'),
    close: db.prepare('INSERT INTO recipients (recipient, mode, closed_until) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET closed_until = CASE WHEN excluded.closed_until IS NULL THEN NULL ELSE max(coalesce(closed_until, 0), excluded.closed_until) END'),
    circuit: db.prepare('INSERT INTO recipients (recipient, mode, circuit) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET circuit = excluded.circuit'),
    token: db.prepare('SELECT sealed FROM tokens WHERE recipient = ? AND mode = ?'),
    keepToken: db.prepare('INSERT INTO tokens (recipient, mode, sealed) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET sealed = excluded.sealed'),
    dropToken: db.prepare('DELETE FROM tokens WHERE recipient = ? AND mode = ?'),
    wake: db.prepare('UPDATE deliveries SET due_at = ? WHERE state = 1 AND mode = ? AND (recipient = ? OR due_at IS NULL)'),
  }
}
