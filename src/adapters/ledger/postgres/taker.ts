import { deliveryIdOf } from '../../../core/delivery-id.ts'
import type { Mode } from '../../../core/event.ts'
import type { DueQuery, Ledger, LoadedDelivery, Standing } from '../../../ports.ts'
import { putOffUntil } from '../put-off.ts'
import { PURGED_LEAD, deliveryRowOf, standingOf, standsAs, storedEventsOf } from '../rows.ts'
import type { Row, Run } from './database.ts'
import type { Queue } from './queue.ts'

/** Deliveries with all their events, from rows of `deliveries` with `run_id`. */
export const loadAll = async (run: Run, s: string, rows: readonly Row[]): Promise<readonly LoadedDelivery[]> => {
  if (rows.length === 0) return []
  const logs = await run(`SELECT l.delivery, l.seq, l.events, r.id AS run_id FROM ${s}.log l JOIN ${s}.runs r ON r.n = l.run WHERE l.delivery = ANY($1::bigint[]) ORDER BY l.seq`, [rows.map((row) => row['n'])])
  const byDelivery = Map.groupBy(logs, (each) => Number(each['delivery']))
  return rows.map(deliveryRowOf).map(({ n, ...row }) => ({ ...row, events: (byDelivery.get(n) ?? []).flatMap(storedEventsOf) }))
}

/** Tells whose a working delivery is: a worker's that lives, or nobody's. */
const ABANDONED = (s: string, row: 'd' | 't' = 'd'): string => `NOT EXISTS (SELECT 1 FROM ${s}.workers w WHERE w.fence = ${row}.fence AND NOT w.lost)`

const SAME_LEAD = 't.lead_id = d.lead_id AND t.mode = d.mode AND t.number = d.number AND t.n <> d.n'

/** Another delivery of the lead is in a batch of the recipient, was taken to join one, or waits to be repeated with one. */
const onItsWay = (recipient: string): string => `${SAME_LEAD}
  AND ((t.state = 0 AND (t.joined IS NOT NULL OR (t.batch = 1 AND t.recipient = ${recipient}))) OR (t.state = 1 AND t.batch = 0 AND t.recipient = ${recipient} AND t.joined IS NOT NULL))`

/** What a worker may take; each statement locks what it takes and passes by what another is about to take. */
export const createTaker = (s: string, fence: number, queue: Queue) => {
  /** Rows as they were before, in the order of `numbers`, and no longer `sole`: others are seen by now, and two that wait may both have been it when they were taken in. One that pg-boss named is not locked yet: whoever changes it meanwhile keeps it. */
  const take = async (run: Run, numbers: readonly number[], where: string, values: readonly unknown[] = []): Promise<readonly Row[]> => {
    if (numbers.length === 0) return []
    return run(
      `WITH wanted AS (SELECT k.n, k.i, d.state, d.version, d.fence FROM unnest($1::bigint[]) WITH ORDINALITY k(n, i) JOIN ${s}.deliveries d ON d.n = k.n WHERE ${where}),
       taken AS (UPDATE ${s}.deliveries d SET state = 0, sole = 0, fence = ${fence} FROM wanted WHERE d.n = wanted.n AND d.state = wanted.state AND d.version = wanted.version AND d.fence = wanted.fence RETURNING d.*, wanted.i, wanted.state AS before)
       SELECT taken.*, taken.before AS state, r.id AS run_id FROM taken JOIN ${s}.runs r ON r.n = taken.run ORDER BY taken.i`,
      [numbers, ...values],
    )
  }
  /** A batch is repeated as it was or not at all: whoever takes one of its leads takes all of them. */
  const withTheirBatches = async (run: Run, numbers: readonly number[], state: 0 | 1): Promise<readonly number[]> => {
    if (numbers.length === 0) return numbers
    const rows = await run(
      `SELECT n FROM ${s}.deliveries WHERE state = ${state} AND joined IN (SELECT joined FROM ${s}.deliveries WHERE n = ANY($1::bigint[]) AND joined IS NOT NULL) AND n <> ALL($1::bigint[]) ORDER BY n FOR UPDATE`, [numbers])
    return [...numbers, ...numbersOf(rows)]
  }
  /** Batches are made by one worker at a time: two would each take half of a full one, or the same lead by two of its deliveries. */
  const alone = (run: Run, mode: Mode): Promise<readonly Row[]> => run('SELECT pg_advisory_xact_lock(hashtext($1))', [`${s} batches ${mode}`])
  /** The same before any row is locked, where there are batches: two that each hold leads of one would wait for the other's. In the order of the index, which is nearly empty, so that no more than that is looked at. */
  const aloneAmongBatches = (run: Run, mode: Mode): Promise<readonly Row[]> =>
    run(`SELECT pg_advisory_xact_lock(hashtext($1)) FROM (SELECT 1 FROM ${s}.deliveries WHERE state < 2 AND joined IS NOT NULL ORDER BY joined LIMIT 1) any_batch`, [`${s} batches ${mode}`])

  const lateAmong = (run: Run, numbers: readonly number[], other: string, values: readonly unknown[], runId: string | undefined): Promise<readonly Row[]> => run(
    `SELECT DISTINCT ON (d.n) d.*, t.state AS other_state, t.due_at AS other_due_at, CASE WHEN t.state = 0 THEN NOT ${ABANDONED(s, 't')} ELSE $2::text IS NULL OR t.run = (SELECT n FROM ${s}.runs WHERE id = $2) END AS ours
     FROM ${s}.deliveries d JOIN ${s}.deliveries t ON ${other} WHERE d.n = ANY($1::bigint[]) ORDER BY d.n, t.n`, [numbers, runId ?? null, ...values])
  /** Who asks has taken them all, and sees itself that a lead goes once; where another worker works one, it is not known to be on its way before it is too late. */
  const onItsWayFromElsewhere = `(t.n <> ALL($1::bigint[]) AND ${onItsWay('$3')}) OR (${SAME_LEAD} AND t.state = 0 AND t.fence <> ${fence})`
  const untilAfter = (row: Row, now: number): number | null =>
    putOffUntil(now, row['other_state'] === 0 ? now : row['other_due_at'] === null ? null : Number(row['other_due_at']), row['ours'] === true)

  /** Without those of which the lead is on its way to the same recipient; these are put off. */
  const apart = async (run: Run, numbers: readonly number[], { mode, now, runId }: DueQuery): Promise<readonly number[]> => {
    const joining = numbers.length === 0 ? [] : numbersOf(await run(`SELECT n FROM ${s}.deliveries WHERE n = ANY($1::bigint[]) AND state = 1 AND batch = 1`, [numbers]))
    if (joining.length === 0) return numbers
    await alone(run, mode)
    const late = await lateAmong(run, joining, onItsWay('d.recipient'), [], runId)
    if (late.length === 0) return numbers
    const until = late.map((row) => untilAfter(row, now))
    await run(`UPDATE ${s}.deliveries d SET due_at = u.due_at FROM unnest($1::bigint[], $2::bigint[]) u(n, due_at) WHERE d.n = u.n`, [numbersOf(late), until])
    await queue.put(run, late.flatMap((row, i) => { const dueAt = until[i]; return dueAt == null ? [] : [{ n: Number(row['n']), mode, dueAt }] }))
    const waits = new Set(numbersOf(late))
    return numbers.filter((n) => !waits.has(n))
  }
  const numbersOf = (rows: readonly Row[]): readonly number[] => rows.map((row) => Number(row['n']))

  return {
    due: async (run: Run, query: DueQuery): Promise<readonly Row[]> => {
      const { mode, now, limit, runId, to } = query
      await aloneAmongBatches(run, mode)
      if (runId === undefined && to === undefined) return take(run, await withTheirBatches(run, await apart(run, await queue.take(run, { mode, now, limit }), query), 1), 'd.state = 1 AND (d.due_at <= $2 OR d.joined IS NOT NULL)', [now])
      const rows = await run(
        `SELECT n FROM ${s}.deliveries WHERE state = 1 AND mode = $1 AND due_at <= $2 AND ($3::text IS NULL OR run = (SELECT n FROM ${s}.runs WHERE id = $3)) AND ($4::text IS NULL OR target = $4)
         ORDER BY due_at, n LIMIT $5 FOR UPDATE SKIP LOCKED`, [mode, now, runId ?? null, to ?? null, limit])
      return take(run, await withTheirBatches(run, await apart(run, numbersOf(rows), query), 1), 'd.state = 1')
    },
    batch: async (run: Run, { mode, recipient, limit, atLeast = 1 }: Parameters<Ledger['takeBatch']>[0]): Promise<readonly Row[]> => {
      await alone(run, mode)
      const rows = await run(
        `SELECT n FROM ${s}.deliveries d WHERE state = 1 AND mode = $1 AND batch = 1 AND recipient = $2 AND NOT EXISTS (SELECT 1 FROM ${s}.deliveries t WHERE ${onItsWay('d.recipient')})
         ORDER BY due_at, n LIMIT $3 FOR UPDATE SKIP LOCKED`, [mode, recipient, limit])
      return rows.length < atLeast ? [] : take(run, numbersOf(rows), 'd.state = 1')
    },
    onTheirWay: async (run: Run, numbers: readonly number[], { recipient, now, runId }: { readonly recipient: string; readonly now: number; readonly runId?: string }): Promise<ReadonlyMap<string, number | null>> =>
      new Map((await lateAmong(run, numbers, onItsWayFromElsewhere, [recipient], runId)).map((row) => [idOfRow(row), untilAfter(row, now)])),
    abandoned: async (run: Run, { mode, to, limit }: Parameters<Ledger['takeAbandoned']>[0]): Promise<readonly Row[]> => {
      await aloneAmongBatches(run, mode)
      const rows = await run(`SELECT n FROM ${s}.deliveries d WHERE d.state = 0 AND d.mode = $1 AND ($2::text IS NULL OR d.target = $2) AND ${ABANDONED(s)} ORDER BY n LIMIT $3 FOR UPDATE SKIP LOCKED`, [mode, to ?? null, limit])
      return take(run, await withTheirBatches(run, numbersOf(rows), 0), `d.state = 0 AND ${ABANDONED(s)}`)
    },
    one: async (run: Run, key: { readonly leadId: string; readonly to: string; readonly mode: Mode; readonly number: number }, seen?: Standing): Promise<readonly Row[]> => {
      const rows = await run(
        `SELECT * FROM ${s}.deliveries d WHERE d.lead_id = $1 AND d.target = $2 AND d.mode = $3 AND d.number = $4 AND d.lead <> '${PURGED_LEAD}' AND (d.state <> 0 OR ${ABANDONED(s)}) FOR UPDATE`,
        [key.leadId, key.to, key.mode, key.number])
      return take(run, numbersOf(rows.filter((row) => seen === undefined || standsAs(standingOf(row), seen))), 'true')
    },
  }
}

export const idOfRow = (row: Row): string => deliveryIdOf({ mode: row['mode'] as Mode, to: String(row['target']), leadId: String(row['lead_id']), number: Number(row['number']) })
