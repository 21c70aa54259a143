import { DAY } from '../../../base/time.ts'
import { StoreError } from '../../../ports.ts'
import { openDatabase } from '../sqlite/database.ts'
import { takeLease } from '../sqlite/lease.ts'
import { troubleOf } from '../sqlite/trouble.ts'
import { rowsOf, TABLES, TOTALS, type Movable, type MovedRow, type Totals } from './move.ts'

const PAGE = 2_000
/** Nobody else writes while a store is moved, however long it takes. */
const HELD_MS = DAY

export const movableSqlite = (path: string): Movable => {
  const db = openDatabase(path, 'write')
  const taken = leaseOf(db, path)
  if ('holder' in taken) {
    db.close()
    throw new StoreError('held', `the store ${path} is in use by another process`, 'let it end, then move it')
  }
  const totals = async (): Promise<Totals> => Object.fromEntries(TOTALS.map(([what, sql]) => [what, rowsOf(db.prepare(sql('')).all())]))

  return {
    totals,
    async *read({ name, columns, key }) {
      const next = db.prepare(`SELECT ${columns.join(', ')} FROM ${name} WHERE (${key.join(', ')}) > (${key.map(() => '?').join(', ')}) ORDER BY ${key.join(', ')} LIMIT ${PAGE}`)
      let rows: readonly MovedRow[] = db.prepare(`SELECT ${columns.join(', ')} FROM ${name} ORDER BY ${key.join(', ')} LIMIT ${PAGE}`).all()
      for (; rows.length > 0;) {
        yield rows
        const last = rows.at(-1) ?? {}
        rows = next.all(...key.map((each) => last[each] as string | number))
      }
    },
    fill: async (copy) => {
      db.exec('BEGIN IMMEDIATE')
      try {
        for (const { name } of TABLES) if (db.prepare(`SELECT 1 FROM ${name} LIMIT 1`).get()) throw notEmpty(path)
        await copy(async ({ name, columns }, rows) => {
          const insert = db.prepare(`INSERT INTO ${name} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`)
          for (const row of rows) insert.run(...columns.map((column) => (column === 'fence' ? 0 : ((row[column] ?? null) as string | number | null))))
        }, totals)
        db.exec('COMMIT')
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK')
        throw troubleOf(error, path)
      }
    },
    close: async () => {
      taken.lease.release()
      db.close()
    },
  }
}

/** The store moved from is written to as well: its lease keeps others out. */
const leaseOf = (db: ReturnType<typeof openDatabase>, path: string): ReturnType<typeof takeLease> => {
  try {
    return takeLease(db, HELD_MS, Date.now())
  } catch (error) {
    db.close()
    throw troubleOf(error, path)
  }
}

export const notEmpty = (shown: string): StoreError => new StoreError('unsupported', `the store ${shown} is not empty`, 'move into a new one: two stores are not put together')
