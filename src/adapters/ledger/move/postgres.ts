import { StoreError } from '../../../ports.ts'
import { readAddress } from '../postgres/address.ts'
import { openDatabase, type Run } from '../postgres/database.ts'
import { joinedWith } from '../postgres/judge.ts'
import { analyze, migrate } from '../postgres/schema.ts'
import { eventsOf } from '../rows.ts'
import { notEmpty } from './sqlite.ts'
import { rowsOf, TABLES, TOTALS, type Movable, type MovedTable, type Totals } from './move.ts'

const PAGE = 2_000

export const movablePostgres = async (url: string): Promise<Movable> => {
  const address = readAddress(url)
  const s = address.schema
  const db = openDatabase(address)
  try {
    await migrate(db, s)
    const living = await db.query(`SELECT host, pid FROM ${s}.workers WHERE NOT lost AND until > clock_timestamp()`)
    const [first] = living
    if (first) throw new StoreError('held', `the store ${address.shown} is worked by ${living.length} ${living.length === 1 ? 'process' : 'processes'}, the first ${String(first['pid'])} on ${String(first['host']).split(' ', 1)[0]}`, 'stop the workers, then move it')
  } catch (error) {
    await db.close()
    throw error
  }
  const totalsBy = async (run: Run): Promise<Totals> => {
    const totals: Record<string, Totals[string]> = {}
    for (const [what, sql] of TOTALS) totals[what] = rowsOf(await run(sql(`${s}.`)))
    return totals
  }

  return {
    totals: () => totalsBy(db.query),
    async *read({ name, columns, key, types }: MovedTable) {
      // "C": the order of the bytes, as SQLite's.
      const order = key.map((each) => (types[columns.indexOf(each)] === 'text' ? `${each} COLLATE "C"` : each)).join(', ')
      for (let after: readonly unknown[] | null = null; ;) {
        const where: string = after === null ? '' : `WHERE (${order}) > (${key.map((each, i) => `$${i + 1}::${types[columns.indexOf(each)]}`).join(', ')})`
        const rows = await db.query(`SELECT ${columns.join(', ')} FROM ${s}.${name} ${where} ORDER BY ${order} LIMIT ${PAGE}`, after ?? [])
        const last = rows.at(-1)
        if (last === undefined) return
        yield rows
        after = key.map((each) => last[each])
      }
    },
    fill: (copy) => db.transaction(async (run) => {
      for (const { name } of TABLES) if ((await run(`SELECT 1 FROM ${s}.${name} LIMIT 1`)).length > 0) throw notEmpty(address.shown)
      await copy(async ({ name, columns, types }, rows) => {
        await run(`INSERT INTO ${s}.${name} (${columns.join(', ')}) OVERRIDING SYSTEM VALUE SELECT * FROM unnest(${types.map((type, i) => `$${i + 1}::${type}[]`).join(', ')})`,
          columns.map((column) => rows.map((row) => (column === 'fence' ? 0 : (row[column] ?? null)))))
      }, () => totalsBy(run))
      await fillJoined(run, s)
      for (const name of ['runs', 'deliveries']) await run(`SELECT setval(pg_get_serial_sequence('${s}.${name}', 'n'), coalesce((SELECT max(n) FROM ${s}.${name}), 0) + 1, false)`)
      await run(`SELECT setval('${s}.log_block', coalesce((SELECT max(seq + count) FROM ${s}.log), 1), false)`)
      await analyze(run, s)
    }),
    close: () => db.close(),
  }
}

/** The batches that leads went with, and would be repeated with: only here they stand in a column, found in the log. */
const fillJoined = async (run: Run, s: string): Promise<void> => {
  for (let after = 0; ;) {
    const numbers = (await run(`SELECT n FROM ${s}.deliveries d WHERE n > $1 AND EXISTS (SELECT 1 FROM ${s}.log l WHERE l.delivery = d.n AND strpos(l.events, '"batch":"') > 0) ORDER BY n LIMIT ${PAGE}`, [after])).map(({ n }) => Number(n))
    const last = numbers.at(-1)
    if (last === undefined) return
    const logs = await run(`SELECT delivery, events FROM ${s}.log WHERE delivery = ANY($1::bigint[]) ORDER BY seq`, [numbers])
    const joined = [...Map.groupBy(logs, ({ delivery }) => Number(delivery))].map(([n, log]) => ({ n, batch: joinedWith(log.flatMap(({ events }) => eventsOf(events))) ?? null })).filter(({ batch }) => batch !== null)
    await run(`UPDATE ${s}.deliveries d SET joined = u.joined FROM unnest($1::bigint[], $2::text[]) u(n, joined) WHERE d.n = u.n`, [joined.map(({ n }) => n), joined.map(({ batch }) => batch)])
    after = last
  }
}
