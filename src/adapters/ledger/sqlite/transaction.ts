import type { DatabaseSync } from 'node:sqlite'

/** All of it or nothing; nobody else writes meanwhile. */
export const inTransaction = <T>(db: DatabaseSync, work: () => T): T => between(db, 'BEGIN IMMEDIATE', work)

/** Looks at the store as it is at one moment; others may write meanwhile. */
export const inSnapshot = <T>(db: DatabaseSync, look: () => T): T => between(db, 'BEGIN', look)

const between = <T>(db: DatabaseSync, begin: string, work: () => T): T => {
  db.exec(begin)
  try {
    const result = work()
    db.exec('COMMIT')
    return result
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}
