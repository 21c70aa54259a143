import type { Mode } from '../../../core/event.ts'
import type { Counts, Ledger } from '../../../ports.ts'
import { pages } from '../pages.ts'
import { STANDING_COLUMNS, STATES, countsOf, deliveryRowOf, eventRowsOf, queueOf, standingOf } from '../rows.ts'
import type { Database } from './database.ts'

const PAGE = 1_000

/** What reports and exports look at, beside workers that go on: what they commit meanwhile may or may not be in it. */
export const createReads = (db: Database, s: string) => {
  const events: Ledger['events'] = ({ runId, mode }) => pages(
    async (after) => (await db.query(
      `SELECT l.seq, l.events, r.id AS run_id, d.lead_id, d.target, d.mode, d.number, d.source FROM ${s}.log l JOIN ${s}.deliveries d ON d.n = l.delivery JOIN ${s}.runs r ON r.n = l.run
       WHERE l.seq > $1 AND ($2::text IS NULL OR l.run = (SELECT n FROM ${s}.runs WHERE id = $2)) AND ($3::text IS NULL OR d.mode = $3) ORDER BY l.seq LIMIT ${PAGE}`, [after, runId ?? null, mode ?? null])).flatMap(eventRowsOf),
    (row) => row.seq,
  )

  const deliveries: Ledger['deliveries'] = ({ runId, mode, state, outcomes }) => pages(
    async (after) => (await db.query(
      `SELECT d.*, r.id AS run_id FROM ${s}.deliveries d JOIN ${s}.runs r ON r.n = d.run
       WHERE d.n > $1 AND ($2::text IS NULL OR d.run = (SELECT n FROM ${s}.runs WHERE id = $2)) AND ($3::text IS NULL OR d.mode = $3)
       ${state === undefined ? '' : `AND d.state = ${STATES[state]}`} AND ($4::text[] IS NULL OR (d.state = 2 AND d.outcome = ANY($4))) ORDER BY d.n LIMIT ${PAGE}`,
      [after, runId ?? null, mode ?? null, outcomes === undefined ? null : [...outcomes]])).map(deliveryRowOf),
    (row) => row.n,
  )

  const ofBatch: Ledger['ofBatch'] = async (mode, batchId) => {
    const [row] = await db.query(`SELECT count(*) AS n, bool_or(state = 1 AND due_at IS NULL) AS held, max(due_at) FILTER (WHERE state = 1) AS due_at FROM ${s}.deliveries WHERE joined = $1 AND mode = $2 AND state < 2`, [batchId, mode])
    return { count: Number(row?.['n']), dueAt: row?.['held'] === true ? null : Number(row?.['due_at'] ?? 0) }
  }

  const counts = async (mode: Mode): Promise<Counts> =>
    countsOf(await db.query(`SELECT state, CASE WHEN state = 2 THEN outcome END AS outcome, count(*) AS n FROM ${s}.deliveries WHERE mode = $1 GROUP BY 1, 2`, [mode]))

  const known: Ledger['known'] = async ({ mode, to, leadIds }) => {
    const rows = await db.query(
      `SELECT d.lead_id, ${STANDING_COLUMNS.map((each) => `d.${each}`).join(', ')},
         (SELECT max(h.number) FROM ${s}.deliveries h WHERE h.lead_id = d.lead_id AND h.target = d.target AND h.mode = d.mode) AS highest
       FROM ${s}.deliveries d WHERE d.lead_id = ANY($1::text[]) AND d.target = $2 AND d.mode = $3 AND d.number = 1`, [[...leadIds], to, mode])
    return new Map(rows.map((row) => [String(row['lead_id']), { kind: 'exists', standing: standingOf(row), number: Number(row['highest']) }]))
  }

  const queues: Ledger['queues'] = async ({ mode, runId, dueBefore = 0 }) => (await db.query(
    `SELECT recipient, why, batch, count(*) AS leads, min(due_at) AS next_at, count(*) FILTER (WHERE due_at < $3) AS overdue FROM ${s}.deliveries
     WHERE state = 1 AND mode = $1 AND ($2::text IS NULL OR run = (SELECT n FROM ${s}.runs WHERE id = $2)) GROUP BY recipient, why, batch ORDER BY leads DESC`, [mode, runId ?? null, dueBefore])).map(queueOf)

  const accumulating: Ledger['accumulating'] = async (mode) =>
    new Map((await db.query(`SELECT recipient, count(*) AS n FROM ${s}.deliveries WHERE state = 1 AND batch = 1 AND mode = $1 GROUP BY recipient`, [mode])).map((row) => [String(row['recipient']), Number(row['n'])]))

  const planOf: Ledger['planOf'] = async (hash) => {
    const [row] = await db.query(`SELECT json FROM ${s}.plans WHERE hash = $1`, [hash])
    return row ? String(row['json']) : null
  }

  return { events, deliveries, counts, known, queues, ofBatch, accumulating, planOf }
}
