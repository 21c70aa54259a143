import { errorCode, errorOf, errorText } from '../../../base/error.ts'
import { LeaseLostError, StoreError } from '../../../ports.ts'

/** SQLite's own words for a full disk, a read-only file and the like, as a StoreError with what to do; anything else unchanged. */
export const troubleOf = (error: unknown, path: string): unknown => {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : null
  const words = errorText(error)
  switch (errorCode(error)) {
    case 'EACCES': case 'EPERM': case 'EROFS': return new StoreError('read-only', `the folder of the store ${path} cannot be written: ${words}`, 'make it writable for this user, or name another store with --store')
    case 'ENOTDIR': case 'EEXIST': case 'ENOENT': return new StoreError('unreachable', `the folder of the store ${path} cannot be made: ${words}`, 'a file may stand where a folder is meant; name another store with --store')
    case 'ENOSPC': return new StoreError('full', `there is no room for the store ${path}: ${words}`, 'make room on the disk')
    default: break
  }
  switch (code) {
    case 8: return new StoreError('read-only', `the store ${path} cannot be written: ${words}`, 'make the file and its folder writable for this user; to look needs the folder too, where SQLite keeps its WAL')
    case 13: return new StoreError('full', `the store ${path} cannot grow: ${words}`, 'make room on the disk, then run the same command again: what was recorded stands')
    case 11:
    case 26: return new StoreError('corrupt', `the store ${path} is damaged or is no SQLite file: ${words}`, 'put back a copy of it; `sqlite3 FILE .recover` may save what is there')
    case 14: return new StoreError('unreachable', `the store ${path} cannot be opened: ${words}`, 'check that its folder exists and may be entered, and the file be read by this user')
    case 5: return new StoreError('held', `the store ${path} is locked by another program`, 'close what holds it (a database browser, a backup), then try again')
    case 10: return new StoreError('unreachable', `the disk under the store ${path} does not answer: ${words}`, 'check the disk; what was recorded stands')
    default: return error
  }
}

/** SQLITE_BUSY: another connection is writing. */
export const isLocked = (error: unknown): boolean => error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === 5

/** An error as it crosses to another thread. */
export interface Carried { readonly name: string; readonly message: string; readonly kind?: StoreError['kind']; readonly help?: string; readonly stack?: string | undefined }

export const carry = (error: unknown): Carried => {
  if (error instanceof StoreError) return { name: error.name, message: error.message, kind: error.kind, help: error.help }
  const { name, message, stack } = errorOf(error)
  return { name, message, stack }
}

export const arrive = (carried: Carried): Error => {
  if (carried.kind !== undefined) return new StoreError(carried.kind, carried.message, carried.help ?? '')
  if (carried.name === 'LeaseLostError') return new LeaseLostError()
  const error = new Error(carried.message)
  if (carried.stack !== undefined) error.stack = carried.stack
  return error
}
