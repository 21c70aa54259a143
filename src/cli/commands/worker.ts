import { usageError } from '../../base/diagnostic.ts'
import { openCatalogue } from '../recipients/catalogue.ts'
import type { RunCommand } from '../command.ts'
import { modeToAct } from '../flags/options.ts'
import { perform } from '../run/perform.ts'
import { isPostgres } from '../store.ts'

/** Works whatever is due in a store that many share, beside as many others as are started. */
export const run: RunCommand = async (invocation) => {
  const { settings, options } = invocation
  if (!isPostgres(settings.store)) throw usageError('a worker works a store that many share, and a SQLite file has one writer', 'give --store postgres://… (or FINALMILE_STORE); for a SQLite store: finalmile resume --watch')
  const mode = modeToAct(invocation)
  const drain = options.drain === true
  const opened = await openCatalogue(invocation)
  // Drained: what is due now, and what falls due while it is at it.
  return perform({ ...invocation, options: { wait: 0, ...options, watch: !drain } }, { mode, opened, target: null, leads: null })
}
