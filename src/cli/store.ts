import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import { openSqliteLedger } from '../adapters/ledger/sqlite.ts'
import { usageError } from '../base/diagnostic.ts'
import type { Ledger } from '../ports.ts'
import type { Invocation } from './command.ts'

/**
 * `read`: looks only, beside a run that goes on. `touch`: the few changes that need no lease (`pause`). `write`: takes
 * the lease; waits for it unless `--no-wait`.
 */
export type StoreUse = 'read' | 'touch' | 'write'

export const openStore = async ({ settings, options, cwd, streams }: Invocation, use: StoreUse): Promise<Ledger> => {
  const [, scheme = '', rest = ''] = /^([a-z]+):(.*)$/i.exec(settings.store) ?? []
  if (/^postgres(ql)?$/.test(scheme)) throw usageError('this version keeps its store in SQLite only', 'leave --store out, or give --store sqlite:PATH')
  if (scheme !== 'sqlite' || rest === '') throw usageError(`--store takes sqlite:PATH, not "${settings.store}"`, 'for example --store sqlite:.finalmile/store.db')
  const path = resolve(cwd, rest)
  if (use === 'read' && !existsSync(path)) throw usageError(`there is no store at ${relative(cwd, path)} yet: nothing has been delivered from here`, 'finalmile deliver makes one; --store sqlite:PATH names another')
  if (use !== 'read') await mkdir(dirname(path), { recursive: true })
  return openSqliteLedger({ path, use, wait: options.wait !== false, onWait: (text) => { if (!settings.quiet) streams.err.write(`${text}; this goes on when that ends\n`) } })
}

export const withStore = async (invocation: Invocation, use: StoreUse, work: (ledger: Ledger) => Promise<number>): Promise<number> => {
  const ledger = await openStore(invocation, use)
  try {
    return await work(ledger)
  } finally {
    await ledger.close()
  }
}
