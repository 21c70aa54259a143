import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'

export type Environment = Readonly<Record<string, string | undefined>>

/** The environment with `.env` of the current folder below it: what is exported goes before what is written there. */
export const readEnvironment = (cwd: string, exported: Environment): Environment => {
  const file = readIfThere(join(cwd, '.env'))
  return file === null ? exported : { ...parseEnv(file), ...exported }
}

const readIfThere = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null
    throw error
  }
}
