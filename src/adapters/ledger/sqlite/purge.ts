import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { Instant } from '../../../base/time.ts'
import { StoreError } from '../../../ports.ts'
import { moneyTold, nameOf, withoutPersonalData, type PurgedPage } from '../purge.ts'
import { LOCK_MS } from './database.ts'
import { PURGED_LEAD, deliveryOf, eventsOf } from '../rows.ts'

/** Purges the next deliveries after row `after`, inside the caller's transaction. */
export const purgeRows = (db: DatabaseSync, settledBefore: Instant, after: number, limit: number): PurgedPage => {
  const rows = db.prepare('SELECT * FROM deliveries WHERE n > ? AND state = 2 AND settled_at <= ? AND lead <> ? ORDER BY n LIMIT ?').all(after, settledBefore, PURGED_LEAD, limit)
  const logOf = db.prepare('SELECT seq, events FROM log WHERE delivery = ?')
  const setLog = db.prepare('UPDATE log SET events = ? WHERE seq = ?')
  const setRow = db.prepare('UPDATE deliveries SET lead = ?, why = NULL, reason = ? WHERE n = ?')
  for (const row of rows) {
    const n = Number(row['n'])
    const log = logOf.all(n).map((each) => ({ seq: Number(each['seq']), events: eventsOf(each['events']) }))
    const all = log.flatMap(({ events }) => events)
    const name = nameOf(deliveryOf(row), all)
    for (const { seq, events } of log) setLog.run(JSON.stringify(events.map((event) => withoutPersonalData(event, name))), seq)
    setRow.run(PURGED_LEAD, moneyTold(all), n)
  }
  const last = rows.at(-1)
  return { purged: rows.length, last: last ? Number(last['n']) : null }
}

/** A look at the store is over sooner. */
const READERS_END_MS = 2_000

/**
 * Writes the file anew and empties its WAL: what was changed or deleted stands in free pages, in slack and in the WAL until
 * then. The copy is made on disk, not in memory: a store may be larger than that. It stands beside
 * the store, and not where the system keeps its temporary files: that is often memory too, and no place for leads.
 */
export const scrubFiles = (db: DatabaseSync): void => {
  db.exec(`PRAGMA temp_store_directory = '${dirname(db.location() ?? '').replaceAll("'", "''")}'; PRAGMA temp_store = FILE`)
  db.exec('VACUUM')
  db.exec('PRAGMA temp_store = MEMORY')
  db.exec(`PRAGMA busy_timeout = ${READERS_END_MS}`)
  const row = db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()
  db.exec(`PRAGMA busy_timeout = ${LOCK_MS}`)
  if (Number(row?.['busy']) !== 0) {
    throw new StoreError('held', 'what was purged is still readable in the store\'s WAL: another program reads the store', 'let it end (a report, an export, a database browser), then run the same purge again')
  }
}
