/** Copies one store into another, empty one: all of it, with the same counts and totals, or nothing. Resolves to those. */
export const move = async (from: Movable, to: Movable, tell: (table: string, rows: number) => void): Promise<Totals> => {
  const before = await from.totals()
  await to.fill(async (write, totals) => {
    for (const table of TABLES) {
      let rows = 0
      for await (const page of from.read(table)) {
        await write(table, page)
        rows += page.length
      }
      tell(table.name, rows)
    }
    const after = await totals()
    for (const [what, rows] of Object.entries(before)) {
      if (JSON.stringify(rows) !== JSON.stringify(after[what])) throw new Error(`${what} would differ after the move: ${JSON.stringify(rows)} there, ${JSON.stringify(after[what])} here; nothing was kept`)
    }
  })
  return before
}

/** A row by column name; both stores name their columns alike. */
export type MovedRow = Readonly<Record<string, unknown>>

export interface MovedTable {
  readonly name: string
  readonly columns: readonly string[]
  /** Types in PostgreSQL, in the order of the columns. */
  readonly types: readonly string[]
  /** What orders it, and tells one row from another. */
  readonly key: readonly string[]
}

const table = (name: string, key: string, columns: string): MovedTable => {
  const pairs = columns.split(',').map((each) => each.trim().split(' '))
  return { name, key: key.split(' '), columns: pairs.map(([column = '']) => column), types: pairs.map(([, type = '']) => type) }
}

/** All that makes a store. Leases and who works it are not moved: nobody works what has just arrived. */
export const TABLES: readonly MovedTable[] = [
  table('plans', 'hash', 'hash text, json text'),
  table('runs', 'n', 'n bigint, id text, mode text, target text, plan_hash text, started_at bigint, finished_at bigint, summary text'),
  table('deliveries', 'n', `n bigint, lead_id text, target text, mode text, number int, lead text, received_at bigint, source text, vars text, given_cost bigint, given_currency text, plan_hash text,
    run bigint, version int, fence bigint, state smallint, due_at bigint, why text, recipient text, batch smallint,
    settled_at bigint, outcome text, buyer_lead_id text, revenue bigint, currency text, cost bigint, cost_currency text, attempts int, reason text`),
  table('log', 'seq', 'seq bigint, delivery bigint, run bigint, count int, events text'),
  table('sales', 'lead_id recipient mode number', 'lead_id text, recipient text, mode text, number int'),
  table('counters', 'name', 'name text, value bigint'),
  table('permits', 'name', 'name text, until bigint'),
  table('recipients', 'recipient mode', 'recipient text, mode text, paused_at bigint, paused_reason text, closed_until bigint, circuit text'),
  table('tokens', 'recipient mode', 'recipient text, mode text, sealed text'),
]

/** What must be the same on both sides. */
export const TOTALS: readonly (readonly [what: string, sql: (s: string) => string])[] = [
  ...TABLES.map(({ name }) => [name, (s: string) => `SELECT count(*) AS n FROM ${s}${name}`] as const),
  ['outcomes', (s) => `SELECT mode, state, outcome, count(*) AS n FROM ${s}deliveries GROUP BY mode, state, outcome ORDER BY 1, 2, 3`],
  ['revenue', (s) => `SELECT mode, currency, sum(revenue) AS n FROM ${s}deliveries WHERE revenue IS NOT NULL GROUP BY mode, currency ORDER BY 1, 2`],
  ['cost', (s) => `SELECT mode, cost_currency, sum(cost) AS n FROM ${s}deliveries WHERE cost IS NOT NULL GROUP BY mode, cost_currency ORDER BY 1, 2`],
  ['events', (s) => `SELECT coalesce(sum(count), 0) AS n FROM ${s}log`],
]

export type Totals = Readonly<Record<string, readonly (readonly (string | number | null)[])[]>>

/** A store as the move sees it, held for this process alone while it lasts. */
export interface Movable {
  totals(): Promise<Totals>
  read(table: MovedTable): AsyncIterable<readonly MovedRow[]>
  /** All or nothing: takes what `copy` writes, keeps it where `copy` resolves. Refuses a store that is not empty. */
  fill(copy: (write: (table: MovedTable, rows: readonly MovedRow[]) => Promise<void>, totals: () => Promise<Totals>) => Promise<void>): Promise<void>
  close(): Promise<void>
}

export const rowsOf = (rows: readonly MovedRow[]): readonly (readonly (string | number | null)[])[] =>
  rows.map((row) => Object.values(row).map((value) => (value === null || value === undefined ? null : typeof value === 'number' || /^-?\d+$/.test(String(value)) ? Number(value) : String(value))))
