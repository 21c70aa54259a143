import { relative, resolve } from 'node:path'
import { existsSync } from 'node:fs'
import { move, type Movable } from '../../adapters/ledger/move/move.ts'
import { movablePostgres } from '../../adapters/ledger/move/postgres.ts'
import { movableSqlite } from '../../adapters/ledger/move/sqlite.ts'
import { usageError } from '../../base/diagnostic.ts'
import { maskedAddress } from '../../base/secrets.ts'
import type { RunCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { plural } from '../render/figures.ts'
import { isPostgres, sqlitePath } from '../store.ts'

export const run: RunCommand = async ({ options, settings, streams, cwd }) => {
  const { from, to } = options
  if (typeof from !== 'string' || typeof to !== 'string') throw usageError('move takes --from and --to', 'for example: finalmile move --from sqlite:.finalmile/store.db --to postgres://finalmile@db/leads')
  if (from === to) throw usageError('--from and --to name the same store', 'give --to an empty one')
  const source = await open(from, cwd, 'from')
  try {
    const target = await open(to, cwd, 'to')
    try {
      const totals = await move(source, target, (table, rows) => { if (settings.verbose) streams.err.write(`${table}: ${rows} rows\n`) })
      const leads = Number(totals['deliveries']?.[0]?.[0] ?? 0)
      if (settings.json) streams.out.write(`${JSON.stringify({ from: maskedAddress(from), to: maskedAddress(to), totals })}\n`)
      if (!settings.quiet) streams.err.write(`moved ${plural(leads, 'delivery', 'deliveries')} and ${plural(Number(totals['events']?.[0]?.[0] ?? 0), 'event')} to ${maskedAddress(to)}: counts, outcomes, revenue and cost are the same on both sides\nthe store moved from is left as it was: deliver from it no more, or leads are sold twice\n`)
      return EXIT.done
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

const open = async (address: string, cwd: string, side: 'from' | 'to'): Promise<Movable> => {
  if (isPostgres(address)) return movablePostgres(address)
  const path = sqlitePath(address)
  if (path === null) throw usageError(`--${side} takes sqlite:PATH or postgres://…, not "${maskedAddress(address)}"`, 'for example sqlite:.finalmile/store.db')
  const file = resolve(cwd, path)
  if (side === 'from' && !existsSync(file)) throw usageError(`there is no store at ${relative(cwd, file)}`, 'name the one to move with --from')
  return movableSqlite(file)
}
