import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMemoryLedger } from '../world/memory-ledger.ts'
import { openSqliteLedger } from '../../src/adapters/ledger/sqlite.ts'
import { openPostgresLedger } from '../../src/adapters/ledger/postgres.ts'
import type { Ledger } from '../../src/ports.ts'
import { freshStore } from '../world/postgres.ts'

export interface Opened {
  readonly ledger: Ledger
  /** Opens the same store again, as a process after a crash does; null where it cannot be (`cannot` says so). */
  readonly reopen: (() => Promise<Ledger>) | null
  readonly close: () => Promise<void>
}

export interface Implementation {
  readonly name: string
  /** What it cannot do, said aloud: the cases of these names are shown as such. */
  readonly cannot: readonly string[]
  readonly open: () => Promise<Opened>
}

/** Every ledger there is; a new one adds a row. */
export const IMPLEMENTATIONS: readonly Implementation[] = [
  {
    name: 'memory', cannot: ['a crash'],
    open: async () => {
      const ledger = createMemoryLedger()
      return { ledger, reopen: null, close: () => ledger.close() }
    },
  },
  {
    name: 'SQLite', cannot: [],
    open: async () => {
      const folder = mkdtempSync(join(tmpdir(), 'finalmile-ledger-'))
      const path = join(folder, 'store.db')
      const opened: Ledger[] = []
      const open = async (): Promise<Ledger> => {
        const ledger = await openSqliteLedger({ path, use: 'write', leaseMs: 60_000 })
        opened.push(ledger)
        return ledger
      }
      const ledger = await open()
      return {
        ledger,
        reopen: async () => { await opened.pop()?.close(); return open() },
        close: async () => {
          for (const each of opened) await each.close()
          rmSync(folder, { recursive: true, force: true })
        },
      }
    },
  },
  {
    name: 'PostgreSQL', cannot: [],
    open: async () => {
      const store = await freshStore()
      const opened: Ledger[] = []
      const open = async (): Promise<Ledger> => {
        const ledger = await openPostgresLedger({ url: store.url, use: 'write', leaseMs: 60_000 })
        opened.push(ledger)
        return ledger
      }
      const ledger = await open()
      return {
        ledger,
        reopen: async () => { await opened.pop()?.close(); return open() },
        close: async () => { for (const each of opened) await each.close() },
      }
    },
  },
]
