import { usageError } from '../../base/diagnostic.ts'
import { isoTime } from '../../base/time.ts'
import { openCatalogue, plansOf } from '../recipients/catalogue.ts'
import type { RunCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { watchInterrupts } from '../interrupts.ts'
import { numberOf } from '../flags/options.ts'
import { renderTable } from '../render/table.ts'
import { openSandbox } from '../run/sandbox.ts'

/** Plays every recipient until interrupted. Its addresses go to stdout, what it is asked to stderr. */
export const run: RunCommand = async (invocation) => {
  const { options, settings, streams } = invocation
  const { catalogue } = await openCatalogue(invocation)
  const recipients = [...catalogue.recipients.values()]
  const { paint } = streams.err
  const sandbox = await openSandbox(recipients, plansOf(catalogue), numberOf(options.port) ?? 0, (seen) => {
    if (!settings.quiet) streams.err.write(`${paint.dim(isoTime(seen.at).slice(11, 23))} ${seen.method} ${seen.recipient} ${seen.phase} → ${seen.status ?? 'no answer'} ${seen.means}\n`)
  })
  const played = recipients.flatMap((each) => { const url = sandbox.url(each.id); return url === null ? [] : [{ recipient: each.id, url }] })
  if (played.length === 0) {
    await sandbox.close()
    throw usageError(`there is no recipient to play in ${settings.recipients.join(', ')}`, recipients.length === 0 ? 'finalmile init makes an example project' : 'the sandbox plays what is sent by HTTP; pools, files, e-mail and patterns need none')
  }
  if (settings.json) streams.out.write(`${JSON.stringify({ origin: sandbox.origin, recipients: Object.fromEntries(played.map((each) => [each.recipient, each.url])) })}\n`)
  else streams.out.write(`${sandbox.origin}\n${renderTable([{ title: 'RECIPIENT' }, { title: 'URL' }], played.map((each) => [each.recipient, each.url]), streams.out.columns, streams.out.paint)}`)
  if (!settings.quiet) streams.err.write('Ctrl-C ends it.\n')
  const interrupts = watchInterrupts(() => undefined)
  await new Promise<void>((resolve) => interrupts.signal.addEventListener('abort', () => resolve()))
  interrupts.release()
  await sandbox.close()
  return EXIT.done
}
