import { CommanderError } from 'commander'
import { usageError } from '../base/diagnostic.ts'
import type { Environment } from '../base/environment.ts'
import { COMMANDS, COMMON_OPTIONS } from './commands.ts'
import { readEnvironment } from './environment.ts'
import { EXIT } from './exit.ts'
import { presentFailure } from './failure.ts'
import { buildProgram } from './program.ts'
import { readSettings } from './flags/settings.ts'
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
  let asked: Parameters<typeof presentFailure>[3] = null
  const program = buildProgram(streams, async (spec, operands, options) => {
    const { environment, warnings } = readEnvironment(cwd, exported)
    const settings = readSettings(options, environment)
    asked = { settings, mode: options.test === true ? 'test' : null }
    if (warnings.length > 0 && !settings.quiet) {
      const { renderDiagnostic } = await import('./render/diagnostic.ts')
      for (const each of warnings) streams.err.write(renderDiagnostic(each, () => null, streams.err.paint))
    }
    if (spec.sends === true && settings.store.startsWith('sqlite:')) (await import('../adapters/ledger/sqlite/thread.ts')).beginThread()
    const { run } = await spec.load()
    code = await run({ args: operands, options, settings, streams, environment, cwd })
  })
  try {
    refuseLongDashes(args)
    await program.parseAsync(wordsOf(args), { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage
    return presentFailure(error, streams.err, { sent: false }, asked)
  }
}

/** Word processors and chats make one long dash of the two before a flag: commander would take it for a file. */
const refuseLongDashes = (args: readonly string[]): void => {
  const flags = [...COMMON_OPTIONS, ...COMMANDS.flatMap((each) => each.options ?? [])].flatMap(({ flags: known }) => /--[a-z-]+/.exec(known)?.[0] ?? [])
  for (const each of args) {
    const meant = flags.find((flag) => each.replace(/^[\u2012-\u2015\u2212]+/, '--').split('=')[0] === flag)
    if (meant !== undefined && !each.startsWith('-')) throw usageError(`"${each}" begins with a long dash, as word processors make it of two short ones`, `write ${meant}`)
  }
}

/** `help` of a command that there is not is that mistake, with what was probably meant; commander would print all it knows. */
const wordsOf = (args: readonly string[]): string[] => {
  const [first, second] = args
  if (first === undefined) return ['--help']
  return first === 'help' && second !== undefined && COMMANDS.every((each) => each.name !== second) ? args.slice(1) : [...args]
}
