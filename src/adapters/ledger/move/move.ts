import { TABLES, type Movable, type Totals } from './tables.ts'

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
