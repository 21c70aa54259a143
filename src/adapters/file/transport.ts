import { link, open, readFile, rename, stat, unlink } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { errorCode } from '../../base/error.ts'
import type { FileRequest } from '../../wire/request.ts'
import { wordsOf } from '../http/faults.ts'
import { makeFolder } from '../make-folder.ts'
import type { Said } from '../said.ts'
import { place, told, type Folder } from './place.ts'

/** Writes one file on this machine; always resolves. A relative path starts where finalmile was started. */
export const writeFile = async (given: FileRequest): Promise<Said> => {
  const request = { ...given, folder: given.folder === '' ? './' : given.folder }
  try {
    await makeFolder(request.folder)
    return told(await place(local, request, { renaming: false }), request)
  } catch (error) {
    return { kind: 'refused', why: LATER.has(errorCode(error)) ? 'later' : DENIED.has(errorCode(error)) ? 'credentials' : 'never', message: wordsOf(error) }
  }
}

const local: Folder = {
  read: async (path, size) => {
    const found = await stat(path).catch((error: unknown) => { if (errorCode(error) === 'ENOENT') return null; throw error })
    return found === null ? null : !found.isFile() || found.size !== size ? 'other' : readFile(path)
  },
  write: async (path, bytes) => {
    const file = await open(path, 'w')
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
  },
  rename: async (from, to) => {
    const done = await moved(from, to)
    // What is told as written survives a power cut under its name.
    if (done) await syncFolder(dirname(resolve(to)))
    return done
  },
  remove: unlink,
}

const moved = async (from: string, to: string): Promise<boolean> => {
  try {
    // A link fails where the name is taken; a rename would overwrite.
    await link(from, to)
    await unlink(from)
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    if (!NO_LINKS.has(errorCode(error))) throw error
    return reserveAndRename(from, to)
  }
}

/** For file systems without links: the name is taken first, then the whole file put over it. */
const reserveAndRename = async (from: string, to: string): Promise<boolean> => {
  const reserved = await open(to, 'wx').catch((error: unknown) => { if (errorCode(error) === 'EEXIST') return null; throw error })
  if (reserved === null) return false
  await reserved.close()
  await rename(from, to)
  return true
}

const syncFolder = async (path: string): Promise<void> => {
  const folder = await open(path, 'r').catch(() => null)
  // Windows cannot sync a folder, and need not.
  await folder?.sync().catch(() => undefined)
  await folder?.close()
}

const LATER = new Set(['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'EIO', 'EBUSY', 'ETIMEDOUT', 'ESTALE'])
const DENIED = new Set(['EACCES', 'EPERM', 'EROFS'])
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EMLINK'])
