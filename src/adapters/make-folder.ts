import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorCode } from '../base/error.ts'

/**
 * Makes a folder and those above it. Not `mkdir` with `recursive`: where the system takes no folder (below /proc) that
 * tries for ever, and on a read-only disk it says that there is no such folder.
 */
export const makeFolder = async (folder: string): Promise<void> => {
  try {
    await mkdir(folder)
  } catch (error) {
    if (await isFolder(folder)) return
    const above = dirname(folder)
    if (errorCode(error) !== 'ENOENT' || above === folder) throw error
    await makeFolder(above)
    await mkdir(folder).catch(async (again: unknown) => {
      // Another process may have made it meanwhile.
      if (!(await isFolder(folder))) throw again
    })
  }
}

const isFolder = (path: string): Promise<boolean> => stat(path).then((found) => found.isDirectory(), () => false)
