import type { Mode } from '../../core/event.ts'

/** A command that is suggested, as it works for the deliveries it is about: those of a rehearsal need --test. */
export const toldCommand = (mode: Mode, command: string): string => `finalmile ${command}${mode === 'test' ? ' --test' : ''}`
