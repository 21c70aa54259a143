import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { markOf } from './mark.ts'
import { requireOneName } from './one-file.ts'
import { migrate, requireCurrent } from './schema.ts'
import { isLocked, troubleOf } from './trouble.ts'

/** How long a statement waits for another connection's transaction. */
export const LOCK_MS = 10_000

/**
 * Opens a store file as every process must: WAL, so that readers and the writer do not wait for each other, and
 * `synchronous=FULL`, so that what was acknowledged survives a power cut (design, money rule 2).
 */
export const openDatabase = (path: string, use: 'read' | 'write'): DatabaseSync => {
  let db: DatabaseSync | null = null
  try {
    if (use === 'write') {
      mkdirSync(dirname(path), { recursive: true })
      requireOneName(path)
    }
    const isNew = use === 'write' && !existsSync(path)
    const opened = new DatabaseSync(path, { readOnly: use === 'read', timeout: LOCK_MS })
    db = opened
    // Who took the whole store away begins anew, whatever command makes the next one. One in memory lies nowhere.
    if (isNew && opened.location() !== null) rmSync(markOf(path), { force: true })
    if (use === 'write') {
      retried(() => opened.exec('PRAGMA journal_mode = WAL'))
      db.exec('PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864')
      migrate(db)
    } else requireCurrent(db)
    db.exec('PRAGMA cache_size = -8000; PRAGMA temp_store = MEMORY')
    return db
  } catch (error) {
    db?.close()
    throw troubleOf(error, path)
  }
}

/** Switching to WAL answers "locked" at once while another process does the same, whatever the timeout. */
const retried = (work: () => void): void => {
  for (let tries = 0; ; tries++) {
    try {
      return work()
    } catch (error) {
      if (!isLocked(error) || tries >= 50) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
    }
  }
}
