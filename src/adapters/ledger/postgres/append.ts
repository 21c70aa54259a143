import type { Mode } from '../../../core/event.ts'
import type { PackedResult } from '../packing.ts'
import { DELIVERY_COLUMNS, STANDING_COLUMNS, type SqlValue } from '../rows.ts'
import type { Database, Run } from './database.ts'
import { judge, type Changed, type Judged, type Logged } from './judge.ts'
import { putBack, type Lease } from './lease.ts'
import type { Queue } from './queue.ts'
import { Again } from './trouble.ts'
import { readView, type Known, type Steps } from './view.ts'

/** The events of one step are numbered within one such block, or several in a row. */
const BLOCK = 256

const DELIVERY_TYPES = ['text', 'text', 'text', 'int', 'text', 'bigint', 'text', 'text', 'bigint', 'text', 'text'] as const
const STANDING_TYPES = ['smallint', 'bigint', 'text', 'text', 'smallint', 'bigint', 'text', 'text', 'bigint', 'text', 'bigint', 'text', 'int', 'text'] as const

const modeOf = (each: Changed): Mode => (each.deliveryId.startsWith('test:') ? 'test' : 'live')

/** Appends groups of steps: a handful of statements for a group of any size, in one transaction. */
export const createAppender = (db: Database, s: string, lease: Lease, queue: Queue) => {
  /** Deliveries that this worker works: their rows need not be looked up. */
  const own = new Map<string, Known>()
  const runNumbers = new Map<string, number>()

  /** A delivery was written or taken: this worker's own from now on. */
  const owns = (deliveryId: string, n: number, version: number): void => { own.set(deliveryId, { n, version, fence: lease.fence, elsewhere: false, purged: false, standing: null, highest: 0 }) }

  const runNumber = async (run: Run, runId: string): Promise<number> => {
    const known = runNumbers.get(runId)
    if (known !== undefined) return known
    await run(`INSERT INTO ${s}.runs (id, mode, started_at) VALUES ($1, 'live', 0) ON CONFLICT DO NOTHING`, [runId])
    return Number((await run(`SELECT n FROM ${s}.runs WHERE id = $1`, [runId]))[0]?.['n'])
  }

  const append = async (steps: readonly Steps[]): Promise<readonly PackedResult[]> => {
    const { judged, numbers, runs, made } = await db.transaction(async (run, first) => {
      lease.check(first)
      const judged = judge(steps, await readView(run, s, steps, own, lease.fence))
      const runs = new Map<string, number>()
      for (const { runId } of judged.changed) if (!runs.has(runId)) runs.set(runId, await runNumber(run, runId))
      const numbers = await writeAll(run, judged, runs)
      return { judged, runs, ...numbers }
    }, lease.held)
    for (const [runId, n] of runs) runNumbers.set(runId, n)
    for (const each of judged.changed) {
      const n = each.n ?? made.get(each) ?? 0
      if (each.standing[0] === 0) owns(each.deliveryId, n, each.version)
      else own.delete(each.deliveryId)
    }
    const firsts = new Map(judged.log.map((each, i) => [each.result, numbers[i] ?? 0]))
    return judged.results.map((each, i) => each ?? firsts.get(i) ?? numbers[0] ?? 1)
  }

  const writeAll = async (run: Run, { changed, log, sales, counters, permits }: Judged, runs: ReadonlyMap<string, number>): Promise<{ readonly numbers: readonly number[]; readonly made: ReadonlyMap<Changed, number> }> => {
    const made = await insertDeliveries(run, changed.filter((each) => each.n === null), runs)
    await updateDeliveries(run, changed.filter((each) => each.n !== null), runs)
    const joins = changed.filter((each) => each.joined)
    if (joins.length > 0) await run(`UPDATE ${s}.deliveries d SET joined = u.joined FROM unnest($1::bigint[], $2::text[]) u(n, joined) WHERE d.n = u.n`, [joins.map((each) => each.n ?? made.get(each) ?? 0), joins.map((each) => each.joined)])
    const numbers = await insertLog(run, log, made, runs)
    if (sales.length > 0) {
      const booked = await run(`INSERT INTO ${s}.sales (lead_id, recipient, mode, number) SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::int[]) ON CONFLICT DO NOTHING RETURNING 1`,
        [sales.map((each) => each.leadId), sales.map((each) => each.recipient), sales.map((each) => each.mode), sales.map((each) => each.number)])
      // Another worker booked one meanwhile.
      if (booked.length < sales.length) throw new Again()
    }
    if (counters.size > 0) await run(`UPDATE ${s}.counters c SET value = c.value + u.amount FROM unnest($1::text[], $2::bigint[]) u(name, amount) WHERE c.name = u.name`, [[...counters.keys()], [...counters.values()]])
    if (permits.size > 0) await run(`UPDATE ${s}.permits p SET until = u.until FROM unnest($1::text[], $2::bigint[]) u(name, until) WHERE p.name = u.name`, [[...permits.keys()], [...permits.values()]])
    const waits = changed.flatMap((each) => (each.standing[0] === 1 && typeof each.standing[1] === 'number' ? [{ n: each.n ?? made.get(each) ?? 0, mode: modeOf(each), dueAt: each.standing[1] }] : []))
    if (waits.length > 0) await queue.put(run, waits)
    return { numbers, made }
  }

  const insertDeliveries = async (run: Run, created: readonly Changed[], runs: ReadonlyMap<string, number>): Promise<ReadonlyMap<Changed, number>> => {
    if (created.length === 0) return new Map()
    const columns = [...DELIVERY_COLUMNS, 'sole', 'run', 'version', 'fence', ...STANDING_COLUMNS]
    const types = [...DELIVERY_TYPES, 'smallint', 'bigint', 'int', 'bigint', ...STANDING_TYPES]
    const rows = created.map((each): readonly SqlValue[] => [...(each.create ?? []), each.sole ? 1 : 0, runs.get(each.runId) ?? 0, each.version, lease.fence, ...each.standing])
    const found = await run(
      `INSERT INTO ${s}.deliveries (${columns.join(', ')}) SELECT ${columns.join(', ')} FROM unnest(${types.map((type, i) => `$${i + 1}::${type}[]`).join(', ')}) WITH ORDINALITY u(${columns.join(', ')}, i)
       ORDER BY i ON CONFLICT DO NOTHING RETURNING n, lead_id, target, mode, number`,
      columns.map((_, column) => rows.map((row) => row[column] ?? null)),
    )
    // Another worker took the same lead in meanwhile.
    if (found.length < created.length) throw new Again()
    const names = new Map(found.map((row) => [[row['lead_id'], row['target'], row['mode'], row['number']].join('\n'), Number(row['n'])]))
    return new Map(created.map((each) => [each, names.get((each.create ?? []).slice(0, 4).join('\n')) ?? 0]))
  }

  const updateDeliveries = async (run: Run, changed: readonly Changed[], runs: ReadonlyMap<string, number>): Promise<void> => {
    if (changed.length === 0) return
    const rows = changed.map((each): readonly SqlValue[] => [each.joined === null ? 1 : 0, each.n, each.was?.version ?? 0, each.was?.fence ?? 0, runs.get(each.runId) ?? 0, each.version, ...each.standing])
    const columns = ['left_batch', 'n', 'was', 'was_fence', 'run', 'version', ...STANDING_COLUMNS]
    const types = ['smallint', 'bigint', 'int', 'bigint', 'bigint', 'int', ...STANDING_TYPES]
    const found = await run(
      `UPDATE ${s}.deliveries d SET ${['run', 'version', ...STANDING_COLUMNS].map((each) => `${each} = u.${each}`).join(', ')}, fence = ${lease.fence}, joined = CASE WHEN u.left_batch = 1 THEN NULL ELSE d.joined END
       FROM unnest(${types.map((type, i) => `$${i + 1}::${type}[]`).join(', ')}) u(${columns.join(', ')})
       WHERE d.n = u.n AND d.version = u.was AND d.fence = u.was_fence RETURNING d.n`,
      columns.map((_, column) => rows.map((row) => row[column] ?? null)),
    )
    if (found.length === changed.length) return
    // What this worker wrote of its own is not there, and nobody took it over while the lease is held. Anything else is looked at anew.
    const kept = new Set(found.map((row) => row['n']))
    const missing = changed.filter((each) => !kept.has(each.n))
    if (missing.some((each) => own.has(each.deliveryId))) throw putBack()
    throw new Again()
  }

  /** Sequence numbers in the order of the steps; returns the first of each. */
  const insertLog = async (run: Run, log: readonly Logged[], made: ReadonlyMap<Changed, number>, runs: ReadonlyMap<string, number>): Promise<readonly number[]> => {
    if (log.length === 0) return []
    let [blocks, taken, room] = [0, 0, 0]
    const places = log.map(({ count }) => {
      if (room < count) {
        taken = Math.ceil(count / BLOCK)
        blocks += taken
        room = taken * BLOCK
      }
      const place = { block: blocks - taken, offset: taken * BLOCK - room }
      room -= count
      return place
    })
    const starts = await takeBlocks(run, blocks, log.some(({ count }) => count > BLOCK))
    const numbers = places.map(({ block, offset }) => (starts[block] ?? 0) + offset)
    await run(`INSERT INTO ${s}.log (seq, delivery, run, count, events) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::int[], $5::text[])`, [
      numbers, log.map((each) => each.changed.n ?? made.get(each.changed) ?? 0), log.map((each) => runs.get(each.runId) ?? 0), log.map((each) => each.count), log.map((each) => each.events),
    ])
    return numbers
  }

  /** In a row where one step needs several: another worker may have come between, and what it left is not used. */
  const takeBlocks = async (run: Run, count: number, inARow: boolean): Promise<readonly number[]> => {
    for (;;) {
      const starts = (await run(`SELECT nextval('${s}.log_block') AS at FROM generate_series(1, $1::int)`, [count])).map((row) => Number(row['at'])).sort((a, b) => a - b)
      if (!inARow || (starts.at(-1) ?? 0) - (starts[0] ?? 0) === (count - 1) * BLOCK) return starts
    }
  }

  return {
    append,
    owns,
    numberOf: (deliveryId: string): number | undefined => own.get(deliveryId)?.n,
  }
}
