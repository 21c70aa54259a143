import { usageError } from '../base/diagnostic.ts'
import type { Instant } from '../base/time.ts'
import { numberOf } from './options.ts'

/** The common flags, read. */
export interface Settings {
  readonly store: string
  readonly recipients: readonly string[]
  /** Null: `runs/<run id>`. */
  readonly out: string | null
  readonly json: boolean
  readonly concurrency: number | null
  /** Test mode only: runs as if it were then. */
  readonly clock: Instant | null
  readonly quiet: boolean
  readonly verbose: boolean
}

const DEFAULT_STORE = 'sqlite:.finalmile/store.db'
export const DEFAULT_RECIPIENTS = 'recipients'

/** From commander's merged options. `FINALMILE_STORE` stands in for `--store`. */
export const readSettings = (options: Readonly<Record<string, unknown>>, environment: Readonly<Record<string, string | undefined>>): Settings => {
  const text = (name: string): string | null => (typeof options[name] === 'string' ? options[name] : null)
  const folders = options.recipients
  // As an unset variable of a script would have it: not the current folder, whose ledger.csv would be replaced.
  if (options.out === '') throw usageError('--out names no folder', 'for example --out runs/november')
  if (options.quiet === true && options.verbose === true) throw usageError('--quiet and --verbose contradict each other', 'give one of them')
  return {
    store: text('store') ?? (environment.FINALMILE_STORE || DEFAULT_STORE),
    recipients: Array.isArray(folders) && folders.length > 0 ? folders.map(String) : [DEFAULT_RECIPIENTS],
    out: text('out'),
    json: options.json === true,
    concurrency: numberOf(options.concurrency),
    clock: numberOf(options.clock),
    quiet: options.quiet === true,
    verbose: options.verbose === true,
  }
}
