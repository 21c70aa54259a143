import type { Mode } from '../../core/event.ts'

/** A command that is suggested, as it works for the deliveries it is about: those of a rehearsal need --test. */
export const toldCommand = (mode: Mode, command: string): string => `finalmile ${command}${mode === 'test' ? ' --test' : ''}`

/** Why leads wait, with the way out where the reason names none: a file that is put back wakes nobody by itself. */
export const toldWhy = (mode: Mode, why: string): string => {
  const [, missing] = /^waits for ([^\s,]+).*, of which there is no recipient file/.exec(why) ?? []
  return missing === undefined ? why : `${why}: put it back, then ${toldCommand(mode, `unpause ${missing}`)}`
}
