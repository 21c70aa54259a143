import { maskedAddress } from '../../base/secrets.ts'
import { shellWord } from '../../base/shell.ts'
import type { Mode } from '../../core/event.ts'
import type { Settings } from '../flags/settings.ts'

/** A command that is suggested, as it works for the deliveries it is about: those of a rehearsal need --test. Null: it looks at both kinds. */
export type CommandFor = (mode: Mode | null, command: string) => string

/** The same store and the same folders as the command's that suggests it, where it was given any: another store has none of these leads. */
export const commandsOf = ({ given }: Pick<Settings, 'given'>): CommandFor => {
  // A folder whose name begins with - is no option where it stands behind =.
  const flags = given.map(([flag, value]) => ` ${flag}${value.startsWith('-') ? '=' : ' '}${shellWord(flag === '--store' ? maskedAddress(value) : value)}`).join('')
  return (mode, command) => dashedLast(`finalmile ${command}${mode === 'test' ? ' --test' : ''}${flags}`)
}

/** Whoever goes on with the leads of a recipient outside the folders finds it only where it is named. */
export const withOutside = ({ given, recipients }: Pick<Settings, 'given' | 'recipients'>, outside: readonly string[]): Pick<Settings, 'given'> =>
  outside.length === 0 ? { given } : { given: [...given.filter(([flag]) => flag === '--store'), ...[...recipients, ...outside].map((each) => ['--recipients', each] as const)] }

/** An id that begins with - is no option where it stands behind --. */
const dashedLast = (command: string): string => command.replace(/ ('-(?:[^']|'\\'')*')(.*)$/, '$2 -- $1')

/** A reason that is kept with a lead names a command without them: whoever shows it knows where. `check` reads files, for both kinds. */
export const withCommands = (commandFor: CommandFor, mode: Mode | null, reason: string): string =>
  reason.replace(/`finalmile ([^`]+?)(?: --test)?`/g, (_, command: string) => `\`${commandFor(command === 'check' ? null : mode, command)}\``)
