import { readFileSync, realpathSync, statSync } from 'node:fs'
import { errorCode } from '../../../base/error.ts'
import { StoreError } from '../../../ports.ts'

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
