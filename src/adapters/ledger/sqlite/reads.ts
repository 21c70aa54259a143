import type { DatabaseSync } from 'node:sqlite'
import type { Mode } from '../../../core/event.ts'
import type { Counts, DeliveriesFilter, EventsFilter, Ledger, Queue } from '../../../ports.ts'
import { STATES, countsOf, deliveryRowOf, eventRowsOf, queueOf, type DeliveryRow, type EventRow } from '../rows.ts'
import { SELECT_DELIVERY } from './statements.ts'

/** What reports, exports and `status` look at. */
export const createReads = (db: DatabaseSync) => ({
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
    // A settled delivery that was taken keeps its columns until its next step.
    if (filter.outcomes) add(`d.state = 2 AND d.outcome IN (${filter.outcomes.map(() => '?').join(', ') || 'NULL'})`, ...filter.outcomes)
    return db.prepare(`${SELECT_DELIVERY} WHERE ${tests.join(' AND ')} ORDER BY d.n LIMIT ?`).all(...values, limit)
      .map(deliveryRowOf)
  },
  counts: (mode: Mode): Counts => countsOf(db.prepare('SELECT state, outcome, count(*) AS n FROM deliveries WHERE mode = ? GROUP BY state, outcome').all(mode)),
  queues: ({ mode, runId, dueBefore = 0 }: Parameters<Ledger['queues']>[0]): readonly Queue[] =>
    db.prepare(`SELECT recipient, why, batch, count(*) AS leads, min(due_at) AS next_at, total(due_at < ?) AS overdue FROM deliveries
      WHERE state = 1 AND mode = ?${runId === undefined ? '' : ' AND run = (SELECT n FROM runs WHERE id = ?)'} GROUP BY recipient, why, batch ORDER BY leads DESC`)
      .all(dueBefore, mode, ...(runId === undefined ? [] : [runId])).map(queueOf),
  planOf: (hash: string): string | null => {
    const row = db.prepare('SELECT json FROM plans WHERE hash = ?').get(hash)
    return row ? String(row['json']) : null
  },
  accumulating: (mode: Mode): ReadonlyMap<string, number> =>
    new Map(db.prepare('SELECT recipient, count(*) AS n FROM deliveries WHERE state = 1 AND batch = 1 AND mode = ? GROUP BY recipient').all(mode).map((row) => [String(row['recipient']), Number(row['n'])])),
})
