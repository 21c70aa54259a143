import { chmodSync, existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { reachablePostgres } from './reachable-postgres.ts'

/**
 * A real PostgreSQL as a process beside the tests: `node test/world/postgres-process.ts READY-FILE PARENT-PID [on]`
 * (`on`: it waits for the disk, as a server in earnest does). The ready
 * file names its port once it takes connections, or says why it takes none. It ends, and leaves nothing behind, on SIGTERM, when its parent is gone,
 * or when the ready file has been removed; SIGUSR2 restarts the server at once, as a crash would (`immediate`).
 */
const [readyFile = '', parent = '0', fsync = 'off'] = process.argv.slice(2)

const freePort = (): Promise<number> => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo
    server.close(() => resolve(port))
  })
})

// The server runs as another user where we are root, and reads files that its package writes.
process.umask(0o022)
const folder = mkdtempSync(join(tmpdir(), 'finalmile-postgres-'))
chmodSync(folder, 0o711)
const port = await freePort()
const said: string[] = []
const tell = (text: string): void => {
  writeFileSync(`${readyFile}.new`, text)
  renameSync(`${readyFile}.new`, readyFile)
}
const failed = (error: unknown): void => {
  tell(`PostgreSQL did not start: ${String(error)} ${said.join('')}`.trim())
  rmSync(folder, { recursive: true, force: true })
  process.exit(1)
}
// A binary that cannot be run is told of by an event that the package does not listen for.
process.once('uncaughtException', failed)
const postgres = new (await reachablePostgres(folder))({
  databaseDir: join(folder, 'data'), port, user: 'finalmile', password: 'secret', persistent: true,
  createPostgresUser: process.getuid?.() === 0, initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
  postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'max_connections=120', '-c', 'shared_buffers=128MB', '-c', 'max_wal_size=2GB', '-c', `fsync=${fsync}`],
  onLog: (line) => said.push(String(line)), onError: (line) => said.push(String(line)),
})

let ending = false
const end = async (code: number): Promise<void> => {
  if (ending) return
  ending = true
  await postgres.stop().catch(() => undefined)
  rmSync(folder, { recursive: true, force: true })
  process.exit(code)
}

const restart = async (): Promise<void> => {
  await postgres.stop()
  await postgres.start()
}

try {
  await postgres.initialise()
  await postgres.start()
  tell(String(port))
} catch (error) {
  failed(error)
}
process.off('uncaughtException', failed)

let restarting: Promise<void> | null = null
process.on('SIGUSR2', () => { restarting ??= restart().catch(() => end(1)).finally(() => { restarting = null }) })
process.on('SIGTERM', () => void end(0))
process.on('SIGINT', () => undefined)
setInterval(() => {
  try {
    process.kill(Number(parent), 0)
    if (!existsSync(readyFile)) void end(0)
  } catch {
    // The parent is gone.
    void end(0)
  }
}, 500)
