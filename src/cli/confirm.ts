import type { Invocation } from './command.ts'
import { EXIT, type ExitCode } from './exit.ts'

/**
 * Asks on a terminal before what nobody can undo (a live send, a purge); `--yes` and a missing terminal (cron, a pipe) do not ask.
 * Null for a yes; else what the process says when it ends: a question that is left is interrupted.
 */
export const declined = async ({ options, streams }: Invocation, question: string): Promise<ExitCode | null> => {
  if (options.yes === true || streams.ask === null) return null
  const answer = await streams.ask(`${streams.err.paint.bold(question)} [y/N] `)
  if (answer === null) return EXIT.interrupted
  return /^y(es)?$/i.test(answer.trim()) ? null : EXIT.usage
}
