import { circuitFrom, tryAtOnce } from '../../core/circuit.ts'
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
    const now = nowOf(settings)
    const state = (await ledger.recipientStates(mode)).find((each) => each.recipient === id)
    const isBroken = circuitFrom(state?.circuit ?? null).kind !== 'closed'
    const how = isBroken ? ' for one lead; where that is answered, for all' : (state?.paused ?? state?.closedUntil ?? null) === null ? ', which was not paused' : ''
    await ledger.setPaused(id, mode, null)
    await ledger.setClosedUntil(id, mode, null)
    if (isBroken) await ledger.foldCircuit(id, mode, (json) => json && JSON.stringify(tryAtOnce(circuitFrom(json), now)))
    const woken = await ledger.wake(id, mode, now)
    if (settings.json) streams.out.write(`${JSON.stringify({ recipient: id, paused: null, due: woken })}\n`)
    if (!settings.quiet) streams.err.write(`${streams.err.paint.green('open')} ${id}${how}${woken === 0 ? '' : `; ${plural(woken, 'lead')} ${woken === 1 ? 'is' : 'are'} due now: ${commandsOf(settings)(mode, 'resume')}`}\n`)
    return EXIT.done
  })
}
