import { systemClock } from '../../adapters/clock.ts'
import { openCatalogue, requireRecipient } from '../catalogue.ts'
import type { RunCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { plural } from '../render/figures.ts'
import { toldCommand } from '../render/told.ts'
import { withStore } from '../store.ts'

export const run: RunCommand = async (invocation) => {
  const { options, settings, streams } = invocation
  const [name = ''] = invocation.args
  const { id } = requireRecipient(await openCatalogue(invocation), name, 'endpoint')
  const mode = options.test === true ? 'test' : 'live'
  return withStore(invocation, 'touch', async (ledger) => {
    await ledger.setPaused(id, mode, null)
    await ledger.setClosedUntil(id, mode, null)
    const woken = await ledger.wake(id, mode, systemClock.now())
    if (!settings.quiet) streams.err.write(`${streams.err.paint.green('open')} ${id}${woken === 0 ? '' : `; ${plural(woken, 'lead')} ${woken === 1 ? 'is' : 'are'} due now: ${toldCommand(mode, 'resume')}`}\n`)
    return EXIT.done
  })
}
