import type { Environment } from '../base/environment.ts'
import type { Settings } from './flags/settings.ts'
import type { Streams } from './streams.ts'

/** What a command is given: nothing of it reads `process` itself, so that tests can run it in-process. */
export interface Invocation {
  readonly args: readonly string[]
  /** The command's own options, as commander named them (`retryFailed`). */
  readonly options: Readonly<Record<string, unknown>>
  readonly settings: Settings
  readonly streams: Streams
  /** The environment with `.env` below it. */
  readonly environment: Environment
  readonly cwd: string
}

/** Resolves with the exit code. */
export type RunCommand = (invocation: Invocation) => Promise<number>

/** `[flags, help]`, and for flags with a value how it is read. */
export interface OptionSpec {
  readonly flags: string
  readonly help: string
  readonly read?: (value: string, before: unknown) => unknown
  /** For completion: `read` refuses what is none of them. */
  readonly choices?: readonly string[]
}

/** One line of the table of commands: light enough that `--help` loads nothing else. */
export interface CommandSpec {
  readonly name: string
  /** In commander's notation: `<leads...>`. */
  readonly args?: string
  /** What the first of them may be, where it is one of a few words. */
  readonly words?: readonly string[]
  readonly group: string
  readonly summary: string
  readonly more?: string
  readonly options?: readonly OptionSpec[]
  readonly examples: readonly (readonly [command: string, what: string])[]
  /** Sends, and so is going to be the writer of the store: its thread begins while the command is loaded. */
  readonly sends?: true
  readonly load: () => Promise<{ readonly run: RunCommand }>
}
