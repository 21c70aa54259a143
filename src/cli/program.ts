import { Command, Help, Option } from 'commander'
import { stripVTControlCharacters } from 'node:util'
import { UserError, type Diagnostic } from '../base/diagnostic.ts'
import { VERSION } from '../base/version.ts'
import type { CommandSpec, OptionSpec } from './command.ts'
import { COMMANDS, COMMON_OPTIONS, QUIET_COMMON_OPTIONS } from './commands.ts'
import type { Streams } from './streams.ts'

type Dispatch = (spec: CommandSpec, args: readonly string[], options: Readonly<Record<string, unknown>>) => Promise<void>

/** The command line as commander knows it. Throws CommanderError instead of ending the process. */
export const buildProgram = (streams: Streams, dispatch: Dispatch): Command => {
  const { paint } = streams.out
  const mistakes: Diagnostic[] = []
  const program = new Command('finalmile')
  program
    .usage('<command> [options]')
    .description('Delivers leads to the people who buy and work them.')
    .version(VERSION, '--version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .addHelpCommand(new Command('help').argument('[command]').helpOption(false).summary('help of a command').helpGroup('Tools:'))
    .showHelpAfterError(`  ${streams.err.paint.blue('=')} see finalmile --help`)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => streams.out.write(text),
      writeErr: (text) => streams.err.write(text),
      getOutHasColors: () => true,
      getErrHasColors: () => true,
      getOutHelpWidth: () => Math.min(streams.out.columns, 110),
      getErrHelpWidth: () => Math.min(streams.err.columns, 110),
      outputError: (text, write) => write(usageText(text, streams)),
    })
    .configureHelp({
      showGlobalOptions: true,
      minWidthToWrap: 20,
      formatHelp: (command, helper) => commandsFirst(Help.prototype.formatHelp.call(helper, command, helper), command),
      visibleGlobalOptions: (command) => (command.parent?.options ?? []).filter((each) => !each.hidden && each.long !== '--version'),
      subcommandTerm: (command) => command.name(),
      styleTitle: (text) => paint.bold(text === 'Global Options:' ? 'Common options:' : text),
      styleSubcommandText: (text) => paint.cyan(text),
      styleOptionText: (text) => paint.cyan(text),
      styleArgumentText: (text) => paint.cyan(text),
    })
    .addHelpText('after', () => topics(paint))
  for (const each of COMMON_OPTIONS) program.addOption(optionOf(each, mistakes))
  for (const each of QUIET_COMMON_OPTIONS) program.addOption(optionOf(each, mistakes).hideHelp())
  for (const spec of COMMANDS) addCommand(program, spec, streams, dispatch, mistakes)
  return program
}

const addCommand = (program: Command, spec: CommandSpec, streams: Streams, dispatch: Dispatch, mistakes: Diagnostic[]): void => {
  const { paint } = streams.out
  const command = program.command(`${spec.name}${spec.args === undefined ? '' : ` ${spec.args}`}`)
  command.summary(spec.summary).description([sentence(spec.summary), ...(spec.more === undefined ? [] : [spec.more])].join('\n')).helpGroup(spec.group)
  command.showHelpAfterError(`  ${streams.err.paint.blue('=')} see finalmile ${spec.name} --help`)
  for (const each of spec.options ?? []) command.addOption(optionOf(each, mistakes))
  command.addHelpText('after', () => {
    const width = Math.max(...spec.examples.map(([text]) => text.length))
    // A remark that a narrow terminal would break in two stands below its command.
    const beside = Math.max(...spec.examples.map(([, what]) => what.length)) + width + 8 <= streams.out.columns
    const lines = spec.examples.flatMap(([text, what]) => {
      const remark = what === '' ? '' : paint.dim(`# ${what}`)
      return beside ? [`  ${paint.dim('$')} ${text.padEnd(width)}  ${remark}`.trimEnd()] : [`  ${paint.dim('$')} ${text}`, ...(remark === '' ? [] : [`      ${remark}`])]
    })
    return `\n${paint.bold('Examples:')}\n${lines.join('\n')}`
  })
  command.action(async () => {
    if (mistakes.length > 0) throw new UserError(mistakes)
    await dispatch(spec, command.args, { ...program.opts(), ...command.opts() })
  })
}

/** At the top, what it can do goes before how it can be told. */
const commandsFirst = (text: string, command: Command): string => {
  if (command.parent !== null) return text
  const sections = text.trimEnd().split('\n\n')
  const isOptions = (each: string): boolean => stripVTControlCharacters(each).startsWith('Options:')
  return `${[...sections.filter((each) => !isOptions(each)), ...sections.filter(isOptions)].join('\n\n')}\n`
}

/** A value that cannot be read goes to `mistakes`, so that all of them are told together. */
const optionOf = ({ flags, help, read }: OptionSpec, mistakes: Diagnostic[]): Option => {
  const option = new Option(flags, help)
  if (read !== undefined) {
    option.argParser((value, before) => {
      try {
        return read(value, before)
      } catch (error) {
        if (!(error instanceof UserError)) throw error
        mistakes.push(...error.diagnostics)
        return before
      }
    })
  }
  return option
}

const FLAGS: ReadonlySet<string> = new Set([...COMMON_OPTIONS, ...QUIET_COMMON_OPTIONS, ...COMMANDS.flatMap((each) => each.options ?? [])].map(({ flags }) => flags.split(' ')[0] ?? ''))

/** Before the name of a command, and with another one, commander knows none of its flags. */
const takersOf = (flag: string): readonly string[] => COMMANDS.filter((each) => each.options?.some(({ flags }) => flags.split(' ')[0] === flag)).map(({ name }) => name)

/** commander's words in the shape of our own diagnostics. */
const usageText = (text: string, streams: Streams): string => {
  const [, message = text.trim(), hint] = /^error: ([\s\S]*?)(?:\n\(?(Did you mean[\s\S]*?)\)?)?\s*$/.exec(text) ?? []
  const { paint } = streams.err
  const dashed = /^unknown option '-([^-'=]+)/.exec(message)?.[1] ?? ''
  const others = takersOf(/^unknown option '(--[a-z-]+)/.exec(message)?.[1] ?? '')
  const advice = others.length > 0 ? `it is an option of ${others.join(', ')}, and goes after the name of the command` : FLAGS.has(`--${dashed}`) ? `did you mean --${dashed}?` : hint?.replace(/^D/, 'd').replaceAll('\n', ' ') ?? (dashed.length > 1 ? 'what begins with - and is no option, such as an id, goes last and after --' : null)
  const help = advice === null ? '' : `  ${paint.blue('=')} ${paint.bold('help')}: ${advice}\n`
  return `${paint.red.bold('error')}${paint.bold(`: ${message.trim()}`)}\n${help}`
}

const topics = (paint: Streams['out']['paint']): string => `
${paint.bold('First steps:')}
  ${paint.dim('$')} finalmile init my-leads && cd my-leads
  ${paint.dim('$')} finalmile deliver leads.csv --to auto-waterfall --test

${paint.dim('finalmile <command> --help tells more of each command.')}`

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
