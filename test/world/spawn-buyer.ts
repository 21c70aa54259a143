import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Act } from './act.ts'
import type { BuyerOptions } from './buyer.ts'
import { type JournalEntry, readJournal } from './journal.ts'

export interface SpawnedBuyer {
  readonly url: string
  readonly port: number
  readonly process: ChildProcess
  readonly journalFile: string
  journal(): readonly JournalEntry[]
  close(): Promise<void>
}

/** Starts test/world/buyer-process.ts and waits until it listens. */
export const spawnBuyer = async (options: Omit<BuyerOptions, 'script' | 'pings' | 'journalFile'> & { readonly script?: Act | readonly Act[]; readonly pings?: Act | readonly Act[] } = {}): Promise<SpawnedBuyer> => {
  const folder = mkdtempSync(join(tmpdir(), 'buyer-'))
  const portFile = join(folder, 'port')
  const journalFile = join(folder, 'journal.jsonl')
  const child = spawn(process.execPath, [join(import.meta.dirname, 'buyer-process.ts'), portFile, journalFile, JSON.stringify(options)], { stdio: ['ignore', 'ignore', 'inherit'] })
  while (!existsSync(portFile)) {
    if (child.exitCode !== null) throw new Error(`the buyer ended with ${child.exitCode}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  const port = Number(readFileSync(portFile, 'utf8'))
  return {
    url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    process: child,
    journalFile,
    journal: () => readJournal(journalFile),
    close: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM')
        await once(child, 'exit')
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
