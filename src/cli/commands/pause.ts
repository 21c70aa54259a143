import { usageError } from '../../base/diagnostic.ts'
import { isoTime } from '../../base/time.ts'
import { openCatalogue, requireRecipient } from '../recipients/catalogue.ts'
import { nowOf } from '../clocks.ts'
import type { RunCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { modeToAct, textOf } from '../flags/options.ts'
import { oneLine } from '../render/printable.ts'
import { withStore } from '../store.ts'

/** Allowed while a delivery runs: it stops sending to this recipient at its next step. */
export const run: RunCommand = async (invocation) => {
  const { options, settings, streams } = invocation
  const [name = ''] = invocation.args
  const recipient = requireRecipient(await openCatalogue(invocation), name, 'endpoint')
  const { id } = recipient
  if (recipient.kind === 'endpoint' && recipient.definition.type === 'pool') throw usageError(`${recipient.name} is a pool: nothing is sent to it, and leads are parked there all the same`, 'pause who sends: the recipients before it')
  const reason = textOf(options.reason) ?? 'paused by hand'
  const mode = modeToAct(invocation)
  return withStore(invocation, 'touch', async (ledger) => {
    const at = nowOf(settings)
    await ledger.setPaused(id, mode, { at, reason })
    if (settings.json) streams.out.write(`${JSON.stringify({ recipient: id, paused: { at: isoTime(at), reason } })}\n`)
    if (!settings.quiet) streams.err.write(`${streams.err.paint.yellow('paused')} ${id}: ${oneLine(reason)}\n`)
    return EXIT.done
  })
}
