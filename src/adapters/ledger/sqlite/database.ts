import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { migrate } from './schema.ts'
import { troubleOf } from './trouble.ts'

/**
 * Opens a store file as every process must: WAL, so that readers and the writer do not wait for each other, and
 * `synchronous=FULL`, so that what was acknowledged survives a power cut (design, money rule 2).
 */
export const openDatabase = (path: string, use: 'read' | 'write'): DatabaseSync => {
  try {
    if (use === 'write') mkdirSync(dirname(path), { recursive: true })
    const db = new DatabaseSync(path, { readOnly: use === 'read', timeout: 10_000 })
    if (use === 'write') {
      retried(() => db.exec('PRAGMA journal_mode = WAL'))
      db.exec('PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864')
      migrate(db)
    }
    db.exec('PRAGMA cache_size = -32000; PRAGMA temp_store = MEMORY')
    return db
  } catch (error) {
    throw troubleOf(error, path)
  }
}

/** Switching to WAL answers "locked" at once while another process does the same, whatever the timeout. */
const retried = (work: () => void): void => {
  for (let tries = 0; ; tries++) {
    try {
      return work()
    } catch (error) {
      const busy = error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === 5
      if (!busy || tries >= 50) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
    }
  }
}
