import { existsSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { openSqliteLedger } from '../adapters/ledger/sqlite.ts'
import { makeFolder } from '../adapters/make-folder.ts'
import { usageError, type UserError } from '../base/diagnostic.ts'
import { maskedAddress } from '../base/secrets.ts'
import type { Ledger, StoreUse } from '../ports.ts'
import type { Invocation } from './command.ts'

/** The one writer of a SQLite file is waited for unless `--no-wait`. */
export const openStore = async ({ settings, options, cwd, streams }: Invocation, use: StoreUse): Promise<Ledger> => {
  const address = settings.store
  if (isPostgres(address)) return (await import('../adapters/ledger/postgres.ts')).openPostgresLedger({ url: address, use, onClock: (text) => { streams.err.write(`warning: ${text}: call windows, caps, batches and retries go by this machine's; let NTP keep both\n`) } })
  const rest = sqlitePath(address)
  if (rest === null) throw usageError(`--store takes sqlite:PATH or postgres://…, not "${maskedAddress(address)}"`, 'for example --store sqlite:.finalmile/store.db')
  if (rest === MEMORY) throw usageError('a store is a file: what was delivered must outlive the command', 'for example --store sqlite:.finalmile/store.db')
  const path = resolve(cwd, rest)
  if (existsSync(path) && statSync(path).isDirectory()) throw usageError(`the store ${path} is a folder`, `name a file in it: --store sqlite:${join(rest, 'store.db')}`)
  if (use === 'read' && !existsSync(path)) throw noStore(cwd, path)
  if (use !== 'read') await makeFolder(dirname(path))
  return openSqliteLedger({ path, use, wait: options.wait !== false, onWait: (text) => { if (!settings.quiet) streams.err.write(`${text}; this goes on when that ends; if it is a \`resume --watch\`, that is when it is stopped: a \`resume\` from cron lets others in between\n`) } })
}

/** As SQLite calls a store that is no file. */
const MEMORY = ':memory:'

const noStore = (cwd: string, path: string): UserError =>
  usageError(`there is no store at ${relative(cwd, path)} yet: nothing has been delivered from here`, 'finalmile deliver makes one; --store sqlite:PATH names another')

/** Null for a store that is there, or of which that cannot be told from here. */
export const missingStore = ({ settings, cwd }: Invocation): UserError | null => {
  const rest = sqlitePath(settings.store)
  return rest === null || rest === MEMORY || existsSync(resolve(cwd, rest)) ? null : noStore(cwd, resolve(cwd, rest))
}

export const sqlitePath = (address: string): string | null => /^sqlite:(.+)$/i.exec(address)?.[1] ?? null

export const isPostgres = (address: string): boolean => /^postgres(ql)?:\/\//i.test(address)

export const hasFacts = async (ledger: Ledger, filter: Parameters<Ledger['events']>[0]): Promise<boolean> => {
  for await (const _ of ledger.events(filter)) return true
  return false
}

/** Of commands that work on what was delivered: but for `pause` (`touch`) they make no store where there is none. */
export const withStore = async (invocation: Invocation, use: StoreUse, work: (ledger: Ledger) => Promise<number>): Promise<number> => {
  const missing = use === 'touch' ? null : missingStore(invocation)
  if (missing !== null) throw missing
  const ledger = await openStore(invocation, use)
  try {
    return await work(ledger)
  } finally {
    await ledger.close()
  }
}
