import { CommanderError } from 'commander'
import type { Environment } from '../base/environment.ts'
import { COMMANDS } from './commands.ts'
import { readEnvironment } from './environment.ts'
import { EXIT } from './exit.ts'
import { presentFailure } from './failure.ts'
import { buildProgram } from './program.ts'
import { readSettings } from './settings.ts'
import { processStreams, type Streams } from './streams.ts'

/** Entry of the command line; `bin/finalmile.js` calls it. Sets the exit code and lets the process end by itself. */
export const main = async (argv: readonly string[]): Promise<void> => {
  const streams = processStreams(argv.includes('--no-color'))
  // A rejection that nobody awaited, an error in a callback: ours, and said so.
  process.on('uncaughtException', (error) => {
    void presentFailure(error, streams.err, { sent: true }).then((code) => process.exit(code))
  })
  process.exitCode = await runCommandLine(argv.slice(2), streams, process.env, process.cwd())
}

/** The whole command line but for the process itself. */
export const runCommandLine = async (
  args: readonly string[],
  streams: Streams,
  exported: Environment,
  cwd: string,
): Promise<number> => {
  let code: number = EXIT.done
  const program = buildProgram(streams, async (spec, operands, options) => {
    const { environment, warnings } = readEnvironment(cwd, exported)
    const settings = readSettings(options, environment)
    if (warnings.length > 0 && !settings.quiet) {
      const { renderDiagnostic } = await import('./render/diagnostic.ts')
      for (const each of warnings) streams.err.write(renderDiagnostic(each, () => null, streams.err.paint))
    }
    if (spec.sends === true && settings.store.startsWith('sqlite:')) (await import('../adapters/ledger/sqlite/thread.ts')).beginThread()
    const { run } = await spec.load()
    code = await run({ args: operands, options, settings, streams, environment, cwd })
  })
  try {
    await program.parseAsync(wordsOf(args), { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage
    return presentFailure(error, streams.err, { sent: false })
  }
}

/** `help` of a command that there is not is that mistake, with what was probably meant; commander would print all it knows. */
const wordsOf = (args: readonly string[]): string[] => {
  const [first, second] = args
  if (first === undefined) return ['--help']
  return first === 'help' && second !== undefined && COMMANDS.every((each) => each.name !== second) ? args.slice(1) : [...args]
}
