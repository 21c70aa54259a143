import { maskedAddress } from '../../base/secrets.ts'
import { shellWord } from '../../base/shell.ts'
import type { Mode } from '../../core/event.ts'
import type { Settings } from '../settings.ts'

/** A command that is suggested, as it works for the deliveries it is about: those of a rehearsal need --test. Null: it looks at both kinds. */
export type Told = (mode: Mode | null, command: string) => string

/** The same store and the same folders as the command's that suggests it, where it was given any: another store has none of these leads. */
export const toldBy = ({ given }: Pick<Settings, 'given'>): Told => {
  const flags = given.map(([flag, value]) => ` ${flag} ${shellWord(flag === '--store' ? maskedAddress(value) : value)}`).join('')
  return (mode, command) => dashedLast(`finalmile ${command}${mode === 'test' ? ' --test' : ''}${flags}`)
}

/** An id that begins with - is no option where it stands behind --. */
const dashedLast = (command: string): string => command.replace(/ ('-(?:[^']|'\\'')*')(.*)$/, '$2 -- $1')

/** A reason that is kept with a lead names a command without them: whoever shows it knows where. */
export const toldReason = (told: Told, mode: Mode | null, reason: string): string =>
  reason.replace(/`finalmile ([^`]+?)(?: --test)?`/g, (_, command: string) => `\`${told(mode, command)}\``)
