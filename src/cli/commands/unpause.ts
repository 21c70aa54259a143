import { openCatalogue, requireBuyer } from '../recipients/catalogue.ts'
import { nowOf } from '../clocks.ts'
import type { RunCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { modeToAct } from '../flags/options.ts'
import { plural } from '../render/figures.ts'
import { commandsOf } from '../render/command-for.ts'
import { missingStore, withStore } from '../store.ts'

export const run: RunCommand = async (invocation) => {
  const { settings, streams } = invocation
  const [name = ''] = invocation.args
  const opened = await openCatalogue(invocation)
  const mode = modeToAct(invocation)
  // In a wrong folder nobody is paused, and "open" would be false comfort.
  const missing = missingStore(invocation)
  if (missing !== null) throw missing
  return withStore(invocation, 'touch', async (ledger) => {
    const id = await requireBuyer(opened, name, ledger, mode)
    const wasOpen = (await ledger.recipientStates(mode)).every((each) => each.recipient !== id || (each.paused === null && each.closedUntil === null))
    await ledger.setPaused(id, mode, null)
    await ledger.setClosedUntil(id, mode, null)
    const woken = await ledger.wake(id, mode, nowOf(settings))
    if (settings.json) streams.out.write(`${JSON.stringify({ recipient: id, paused: null, due: woken })}\n`)
    if (!settings.quiet) streams.err.write(`${streams.err.paint.green('open')} ${id}${wasOpen ? ', which was not paused' : ''}${woken === 0 ? '' : `; ${plural(woken, 'lead')} ${woken === 1 ? 'is' : 'are'} due now: ${commandsOf(settings)(mode, 'resume')}`}\n`)
    return EXIT.done
  })
}
