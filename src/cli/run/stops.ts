import type { Invocation } from '../command.ts'
import { EXIT } from '../exit.ts'
import { watchInterrupts, type Interrupts } from '../interrupts.ts'
import { commandsOf } from '../render/command-for.ts'
import type { Order } from './underway.ts'

/** What a person hears who stops it. */
export const watchStops = ({ settings, streams: { err } }: Invocation, { mode, target }: Order): Interrupts & { storeIsOpen(): void } => {
  let waiting = true
  const interrupts = watchInterrupts(() => {
    if (waiting) {
      err.write('Interrupted before the store was open; nothing was sent.\n')
      process.exit(EXIT.interrupted)
    }
    if (!settings.quiet) err.write('\nStopping: what is on the wire may end; Ctrl-C again stops at once.\n')
  }, () => {
    if (!settings.quiet) err.write(`Stopped at once. Answers still to come are in doubt, and the files under --out are not whole; ${target === null ? commandsOf(settings)(mode, 'resume') : 'the same command'} goes on where this stopped.\n`)
  })
  return { ...interrupts, storeIsOpen: () => { waiting = false } }
}
