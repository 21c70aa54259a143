import { rm, writeFile } from 'node:fs/promises'

/** Whole or not at all: of a file that the disk had no room for no beginning stays behind, and the error says which it is. */
export const writeText = async (path: string, text: string, options: { readonly flag?: string; readonly mode?: number } = {}): Promise<void> => {
  try {
    await writeFile(path, text, options)
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error && error.syscall === 'write')) throw error
    await rm(path, { force: true })
    throw Object.assign(error, { path })
  }
}
