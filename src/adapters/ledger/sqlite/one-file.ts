import { mkdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { errorCode, errorText } from '../../../base/error.ts'
import { StoreError } from '../../../ports.ts'

/**
 * For a writer, before each of its transactions: throws where the file at `path` is no longer the one that it has open. A
 * deployment that cleans the folder, or a copy that is put back, takes it away under a run; SQLite would go on writing to a
 * file that is gone with this process, and the next command would sell every lead again. So what was recorded is kept: where
 * the file was, or beside what stands there now.
 */
export const createTakenAway = (db: DatabaseSync, path: string): (() => void) => {
  const opened = inodeOf(path)
  let error: StoreError | null = null
  return () => {
    if (error === null && inodeOf(path) === opened) return
    throw (error ??= keep(db, path))
  }
}

const inodeOf = (path: string): bigint | null => statSync(path, { throwIfNoEntry: false, bigint: true })?.ino ?? null

const keep = (db: DatabaseSync, path: string): StoreError => {
  const removed = inodeOf(path) === null
  const kept = removed ? path : `${path}.kept-${Date.now()}`
  const what = `the store ${path} was ${removed ? 'taken away' : 'replaced by another file'} while this worked on it`
  try {
    mkdirSync(dirname(kept), { recursive: true })
    db.prepare('VACUUM INTO ?').run(kept)
  } catch (error) {
    return new StoreError('unreachable', `${what}, and what is recorded could not be kept: ${errorText(error)}`, 'deliver nothing more before `finalmile reconcile` has asked the buyers: ledger.csv under --out has what this run did, and a store without it would sell those leads again')
  }
  return removed
    ? new StoreError('unreachable', `${what}; it was put back with all that is recorded`, 'find what removes it (a clean-up, a deployment); the same command goes on')
    : new StoreError('unreachable', `${what}; all that is recorded is kept in ${kept}`, 'deliver nothing more before that file is back in its place: a store without it would sell those leads again')
}

/**
 * For who writes: throws where the file may be open under another path as well. SQLite's WAL and locks stand beside the
 * path, so that processes of two paths do not see each other: both send every lead, and their checkpoints destroy the file.
 */
export const requireOneName = (path: string): void => {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) return
  if (found.nlink > 1) throw new StoreError('unsupported', `the store ${path} has another name (a hard link), and who works it by that name would not be seen from here`, `let all that use it end, then take the other name away (\`find / -samefile ${path}\` shows both), or replace it by a copy`)
  if (isMountPoint(realpathSync(path))) throw new StoreError('unsupported', `the store ${path} is a single file that is mounted here, and what stands beside it elsewhere (its WAL) is not`, 'mount the folder that it is in, with all of its files')
}

/** Linux lists them, a blank as \\040. */
const isMountPoint = (path: string): boolean => {
  const written = path.replace(/[\s\\]/g, (letter) => `\\${letter.charCodeAt(0).toString(8).padStart(3, '0')}`)
  return mounts().some((line) => line.split(' ')[4] === written)
}

const mounts = (): readonly string[] => {
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8').split('\n')
  } catch (error) {
    // Other systems, and places that hide it.
    if (errorCode(error) === '') throw error
    return []
  }
}
