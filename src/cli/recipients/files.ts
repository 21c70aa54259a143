import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { usageError } from '../../base/diagnostic.ts'
import { decodeText } from '../../base/encoding.ts'
import { DEFAULT_RECIPIENTS } from '../flags/settings.ts'

/** A recipient file as it lies on disk; `file` is its path as the user would name it. */
export interface RecipientFile {
  readonly file: string
  readonly text: string
}

/** All `.yaml` and `.yml` files of the folders, at any depth, in a fixed order. A file or folder whose name starts with `.` is left out. */
export const readRecipientFolders = async (folders: readonly string[], cwd: string): Promise<readonly RecipientFile[]> => {
  const paths = new Set<string>()
  for (const folder of folders) {
    for (const path of await yamlBelow(resolve(cwd, folder), folder)) paths.add(path)
  }
  return Promise.all([...paths].map((path) => readRecipientFile(path, cwd).catch(emptyWhereGone(path, cwd))))
}

export const readRecipientFile = async (path: string, cwd: string): Promise<RecipientFile> =>
  ({ file: shownPath(path, cwd), text: decodeText(await readFile(resolve(cwd, path))) })

const shownPath = (path: string, cwd: string): string => {
  const absolute = resolve(cwd, path)
  const shown = relative(cwd, absolute)
  return shown === '' || shown.startsWith('..') ? absolute : shown
}

/** A link that leads nowhere is a file without words: its recipient cannot be read, and all the others can. */
const emptyWhereGone = (path: string, cwd: string) => (error: NodeJS.ErrnoException): RecipientFile => {
  if (error.code === 'ENOENT') return { file: shownPath(path, cwd), text: '' }
  throw error
}

/** Whether a name given to a command is meant as a file: it has a path separator or a YAML ending. */
export const isPath = (name: string): boolean => /[/\\]|\.ya?ml$/i.test(name)

export const yamlBelow = async (folder: string, shown: string): Promise<readonly string[]> => {
  const found = await stat(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (found === null) {
    if (shown === DEFAULT_RECIPIENTS) return []
    throw usageError(`no file or folder ${shown}`, 'check the path; --recipients DIR names the folder that holds recipient files')
  }
  if (!found.isDirectory()) return [folder]
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return onceEach(entries
    .filter((each) => (each.isFile() || each.isSymbolicLink()) && /\.ya?ml$/i.test(each.name) && !/(^|[/\\])\./.test(relative(folder, join(each.parentPath, each.name))))
    .map((each) => join(each.parentPath, each.name))
    .toSorted())
}

/** A folder that a link shows within itself is walked many times: each file is meant once, under its shortest path. */
const onceEach = async (paths: readonly string[]): Promise<readonly string[]> => {
  const shortest = new Map<string, string>()
  for (const path of paths) {
    const file = join(await realpath(dirname(path)), basename(path))
    const known = shortest.get(file)
    if (known === undefined || path.length < known.length) shortest.set(file, path)
  }
  return [...shortest.values()].toSorted()
}
