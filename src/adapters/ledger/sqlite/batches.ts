import type { DatabaseSync } from 'node:sqlite'
import { openBatches } from '../../../core/batch.ts'
import type { Mode } from '../../../core/event.ts'
import { emptyHistory, evolve } from '../../../core/history.ts'
import type { DueQuery } from '../../../ports.ts'
import { putOffUntil } from '../put-off.ts'
import { STATES, eventsOf, type SqlRow } from '../rows.ts'

/** Which lead of which delivery, as its row says. */
interface Named { readonly n: number; readonly leadId: string; readonly mode: string; readonly number: number }

/** A lead is in one batch of a recipient at a time, whatever targets it was given to: read from the log of its other deliveries. */
export const createBatches = (db: DatabaseSync, fence: number, runNumber: (runId: string) => number) => {
  const others = db.prepare('SELECT n, state, due_at, fence, run, recipient, batch FROM deliveries WHERE lead_id = ? AND mode = ? AND number = ? AND n <> ? AND state <> 2')
  const logOf = db.prepare('SELECT events FROM log WHERE delivery = ? ORDER BY seq')
  const setDue = db.prepare('UPDATE deliveries SET due_at = ? WHERE n = ?')

  const batchesOf = (n: number) => openBatches(logOf.all(n).flatMap((each) => eventsOf(each['events'])).reduce(evolve, emptyHistory))

  const isIn = (n: number, to: unknown): boolean => batchesOf(n).some(({ recipient }) => recipient === to)

  /** Another delivery of the lead that is in a batch of the recipient's: on its way, left by a crash, or to be repeated. */
  const onItsWay = ({ n, leadId, mode, number }: Named, to: string): SqlRow | undefined =>
    others.all(leadId, mode, number, n).find((other) => isIn(Number(other['n']), to) && !(n < Number(other['n']) && waitsFor(other, n)))

  /** It waits to join a batch of a recipient that the other one is in a batch of: the two would put each other off for ever, so the first goes. */
  const waitsFor = (other: SqlRow, n: number): boolean => other['state'] === STATES.waiting && other['batch'] === 1 && isIn(n, other['recipient'])

  const joining = (row: SqlRow): SqlRow | undefined =>
    onItsWay({ n: Number(row['n']), leadId: String(row['lead_id']), mode: String(row['mode']), number: Number(row['number']) }, String(row['recipient']))

  const untilAfter = (other: SqlRow, now: number, runId: string | undefined): number | null => {
    const working = other['state'] === STATES.working
    const ours = working ? other['fence'] === fence : runId === undefined || other['run'] === runNumber(runId)
    return putOffUntil(now, working ? now : other['due_at'] === null ? null : Number(other['due_at']), ours)
  }

  return {
    onItsWay, untilAfter,
    isOnItsWay: (row: SqlRow): boolean => joining(row) !== undefined,
    /** True where the row, which was to join a batch, waits longer. */
    putOff: (row: SqlRow, { now, runId }: DueQuery): boolean => {
      const other = row['batch'] === 1 ? joining(row) : undefined
      if (other) setDue.run(untilAfter(other, now, runId), Number(row['n']))
      return other !== undefined
    },
    /** Asked for a batch that a crash or a small page tore apart: it looks through the log of all that is not settled. */
    ofBatch: (mode: Mode, batchId: string): { readonly count: number; readonly dueAt: number | null } => {
      const rows = db.prepare('SELECT n, state, due_at FROM deliveries d WHERE state < 2 AND mode = ? AND EXISTS (SELECT 1 FROM log l WHERE l.delivery = d.n AND instr(l.events, ?) > 0)').all(mode, JSON.stringify(batchId))
        .filter((row) => batchesOf(Number(row['n'])).some(({ batch }) => batch === batchId))
      const times = rows.flatMap((row) => (row['state'] === STATES.waiting ? [row['due_at']] : []))
      return { count: rows.length, dueAt: times.includes(null) ? null : times.reduce<number>((latest, at) => Math.max(latest, Number(at)), 0) }
    },
  }
}
