import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'

/** Of this test run: one PostgreSQL for all its files, started by the first that needs it, ended with the run. */
const FOLDER = join(tmpdir(), `finalmile-tests-${process.pid}`)
const READY = join(FOLDER, 'postgres-port')
let schemas = 0

/** A store of its own (a schema) in the run's PostgreSQL, which ends with the run and all that is in it; `drop` is for who makes thousands. */
export const freshStore = async (): Promise<{ readonly url: string; drop(): Promise<void> }> => {
  const base = await serverUrl()
  const schema = `t_${Math.floor(performance.timeOrigin)}_${process.hrtime.bigint()}_${++schemas}`
  return {
    url: `${base}?schema=${schema}`,
    drop: () => queryAt(base, `DROP SCHEMA IF EXISTS ${schema} CASCADE; DROP SCHEMA IF EXISTS ${schema}_queue CASCADE`).then(() => undefined),
  }
}

/** One statement on a connection of its own. */
export const queryAt = async (url: string, sql: string): Promise<readonly Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString: url.replace(/\?.*/, '') })
  await client.connect()
  try {
    const { rows } = await client.query(sql) as { rows?: readonly Record<string, unknown>[] }
    return rows ?? []
  } finally {
    await client.end()
  }
}

const serverUrl = async (): Promise<string> => {
  mkdirSync(FOLDER, { recursive: true })
  const first = claimed()
  if (first) spawnPostgres(READY)
  return `postgres://finalmile:secret@127.0.0.1:${await portIn(READY)}/postgres`
}

/** Whoever makes the folder starts the server. */
const claimed = (): boolean => {
  try {
    mkdirSync(join(FOLDER, 'starting'))
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** Not bound to the thread that starts it: a test file's end must not take it from the others. */
export const spawnPostgres = (readyFile: string, fsync: 'on' | 'off' = 'off') => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'postgres-process.ts'), readyFile, String(process.pid), fsync], { stdio: ['ignore', 'ignore', 'inherit'], detached: true })
  child.unref()
  return child
}

export const portIn = async (readyFile: string): Promise<number> => {
  for (const until = Date.now() + 60_000; !existsSync(readyFile);) {
    if (Date.now() > until) throw new Error('PostgreSQL did not start within a minute')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const said = readFileSync(readyFile, 'utf8')
  if (!/^\d+$/.test(said)) throw new Error(said)
  return Number(said)
}

/** Called once at the end of the run (vitest's globalSetup). */
export const postgresFolder = FOLDER
