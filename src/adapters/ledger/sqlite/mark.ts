import { readFileSync, realpathSync, writeFileSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { errorCode } from '../../../base/error.ts'
import { StoreError } from '../../../ports.ts'

/**
 * How far the store at `path` was written, in a file beside it that a copy of the store does not bring along: a copy that is
 * put back, or a file without its WAL, would sell again what was sold since. Behind the store by seconds, never before it.
 */
export interface Mark {
  /** Throws where the store ends before the mark. */
  check(): void
  /** Moves the mark to where the store ends now. */
  move(): void
}

export const createMark = (db: DatabaseSync, path: string): Mark => {
  const file = markOf(path)
  let marked = 0
  return {
    check: () => {
      // Before the store, which may grow meanwhile.
      const known = readMark(file)
      const end = nextSeq(db)
      if (end >= known) return
      throw new StoreError('put-back', `the store ${path} was put back to an earlier time, or has lost its WAL: it ends at entry ${end - 1}, and ${known - 1} were recorded in it`,
        `what was sold since would be sold again: put the later one back, with its -wal; where that is lost, \`finalmile pause\` all recipients, let \`finalmile reconcile\` compare with the buyers' lists, and remove ${file} before you go on`)
    },
    move: () => {
      const end = nextSeq(db)
      if (end !== marked) writeMark(file, end)
      marked = end
    },
  }
}

/** Beside the file itself, as its WAL: a link may be led to another store. */
export const markOf = (path: string): string => `${realpathSync(path)}-mark`

/** The number that the next event gets. By the end of the index, not over all rows: it is asked while the lease runs. */
export const nextSeq = (db: DatabaseSync): number => Number(db.prepare('SELECT seq + count AS next FROM log ORDER BY seq DESC LIMIT 1').get()?.['next'] ?? 1)

/** 0 where there is none, or one that was cut short. */
const readMark = (file: string): number => {
  try {
    return Number(/^\d+(?=\n)/.exec(readFileSync(file, 'latin1'))?.[0] ?? 0)
  } catch (error) {
    if (errorCode(error) === '') throw error
    return 0
  }
}

/** A guard, and no part of the store: where it cannot be written (another user's, a full disk), work goes on without it. */
const writeMark = (file: string, end: number): void => {
  try {
    writeFileSync(file, `${end}\n`)
  } catch (error) {
    if (errorCode(error) === '') throw error
  }
}
