import type { Invocation } from './command.ts'

/** Asks on a terminal before what nobody can undo (a live send, a purge); `--yes` and a missing terminal (cron, a pipe) do not ask. */
export const confirmed = async ({ options, streams }: Invocation, question: string): Promise<boolean> => {
  if (options.yes === true || streams.ask === null) return true
  // A question that is left is a "no".
  const answer = (await streams.ask(`${streams.err.paint.bold(question)} [y/N] `)) ?? ''
  return /^y(es)?$/i.test(answer.trim())
}
