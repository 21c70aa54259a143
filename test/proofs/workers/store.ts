import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { portIn, queryAt, spawnPostgres } from '../../world/postgres.ts'

/** A PostgreSQL of its own, that waits for the disk, for proofs that restart it; every scenario gets a schema. */
export interface Server {
  readonly port: number
  store(name: string): string
  query(sql: string): Promise<readonly Record<string, unknown>[]>
  /** Ends all connections at once, as a crash or a failover does; back within a second or two. */
  restart(): void
  close(): Promise<void>
}

export const startServer = async (): Promise<Server> => {
  const folder = mkdtempSync(join(tmpdir(), 'finalmile-workers-'))
  const ready = join(folder, 'port')
  const child = spawnPostgres(ready, 'on')
  const port = await portIn(ready)
  const base = `postgres://finalmile:secret@127.0.0.1:${port}/postgres`
  return {
    port,
    store: (name) => `${base}?schema=${name}`,
    query: (sql) => queryAt(base, sql),
    restart: () => { if (child.pid !== undefined) process.kill(child.pid, 'SIGUSR2') },
    close: async () => {
      rmSync(folder, { recursive: true, force: true })
      while (alive(child.pid ?? 0)) await new Promise((resolve) => setTimeout(resolve, 100))
    },
  }
}

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
    throw error
  }
}
