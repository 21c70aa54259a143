import { usageError } from '../../base/diagnostic.ts'
import type { Instant } from '../../base/time.ts'
import type { Environment } from '../../base/environment.ts'
import { numberOf } from './options.ts'

/** The common flags, read. */
export interface Settings {
  readonly store: string
  readonly recipients: readonly string[]
  /** `--store` and `--recipients` as they were given, for commands that are suggested; the environment and defaults hold there anyway. */
  readonly given: readonly (readonly [flag: string, value: string])[]
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
export const readSettings = (options: Readonly<Record<string, unknown>>, environment: Environment): Settings => {
  const text = (name: string): string | null => (typeof options[name] === 'string' ? options[name] : null)
  const folders = Array.isArray(options.recipients) ? options.recipients.map(String) : []
  const store = text('store')
  // As an unset variable of a script would have it: not the current folder, whose ledger.csv would be replaced.
  if (options.out === '') throw usageError('--out names no folder', 'for example --out runs/november')
  if (options.quiet === true && options.verbose === true) throw usageError('--quiet and --verbose contradict each other', 'give one of them')
  return {
    store: store ?? (environment.FINALMILE_STORE || DEFAULT_STORE),
    recipients: folders.length > 0 ? folders : [DEFAULT_RECIPIENTS],
    given: [...(store === null ? [] : [['--store', store] as const]), ...folders.map((each) => ['--recipients', each] as const)],
    out: text('out'),
    json: options.json === true,
    concurrency: numberOf(options.concurrency),
    clock: numberOf(options.clock),
    quiet: options.quiet === true,
    verbose: options.verbose === true,
  }
}
