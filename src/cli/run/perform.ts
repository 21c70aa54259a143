import { resolve } from 'node:path'
import { createTransport } from '../../adapters/transport.ts'
import type { Instant } from '../../base/time.ts'
import type { Mode } from '../../core/event.ts'
import type { Run } from '../../core/run.ts'
import type { Catalogue, Recipient } from '../../definitions/recipient.ts'
import { StoreError, type Ledger } from '../../ports.ts'
import { EXIT } from '../exit.ts'
import { watchInterrupts } from '../interrupts.ts'
import { compileAlone, compileEndpoints, NOT_PRICED, withOthers } from '../recipients/compile.ts'
import { currencyAmong, plansOf, type Target } from '../recipients/catalogue.ts'
import { clockOf } from '../clocks.ts'
import type { Invocation } from '../command.ts'
import { declined } from '../confirm.ts'
import { presentFailure } from '../failure.ts'
import { commandsOf } from '../render/command-for.ts'
import { notifierOf } from './notifying.ts'
import { openRecord, type RunRecord } from './record.ts'
import { plural } from '../render/figures.ts'
import { createProgress } from '../render/progress.ts'
import { newRunId } from './run-id.ts'
import { openSandbox } from './sandbox.ts'
import { openStore } from '../store.ts'
import { carryOut } from './carry-out.ts'
import type { Order } from './underway.ts'

/** What `deliver` and `resume` have in common: everything around the engine. */
export const perform = async (invocation: Invocation, order: Order): Promise<number> => {
  const { settings, streams: { err }, cwd } = invocation
  const { mode, opened: { catalogue }, target } = order
  const no = mode === 'live' ? await declined(invocation, questionOf(invocation, target)) : null
  if (no !== null) {
    err.write('Nothing was sent.\n')
    return no
  }
  const clock = clockOf(settings.clock)
  const startedAt = clock.now()
  const run: Run = { id: newRunId(startedAt), mode, to: target?.recipient.id ?? null, startedAt }
  const all = [...catalogue.recipients.values()]
  const recipients = target === null ? all : reached(catalogue, target)
  const others = all.filter((each) => !recipients.includes(each))
  const { secrets } = catalogue
  const sandbox = mode === 'test' ? await openSandbox([...recipients, ...others.filter((each) => compileAlone(each, null, secrets))], target === null ? plansOf(catalogue) : [target.plan]) : null
  const stops = watchStops(invocation, order)
  const ledger = await openStore(invocation, 'write').catch(async (error: unknown) => {
    stops.release()
    await sandbox?.close()
    throw error
  })
  stops.storeIsOpen()
  const progress = await createProgress(err, settings.quiet)
  const transport = createTransport({ now: clock.now })
  const sending = { sent: false }
  let record: RunRecord | null = null
  try {
    const endpoints = withOthers(compileEndpoints(recipients, sandbox, NOT_PRICED, secrets), others, (each) => compileAlone(each, sandbox, secrets))
    const folder = resolve(cwd, settings.out ?? `runs/${run.id}`)
    const currency = currencyAmong(recipients)
    record = await openRecord(folder, run, catalogue, currency)
    const deps = { ledger, transport, clock, endpoints, notify: notifierOf(invocation, mode, transport, clock), signal: stops.signal }
    return await carryOut(invocation, order, { run, currency, folder, deps, record, progress, sending })
  } catch (error) {
    progress.stop()
    const code = await presentFailure(error, err, sending, { settings, mode })
    if (error instanceof StoreError && error.kind === 'put-back') await pauseAll(ledger, mode, all, clock.now()).catch((pausing: unknown) => presentFailure(pausing, err, sending, { settings, mode }))
    await record?.close().catch((closing: unknown) => (closing === error ? code : presentFailure(closing, err, sending, { settings, mode })))
    return code
  } finally {
    stops.release()
    await transport.close()
    await ledger.close()
    await sandbox?.close()
  }
}

/** What the store has forgotten would be sold again, also by the worker that systemd starts in place of this one. */
const pauseAll = async (ledger: Ledger, mode: Mode, recipients: readonly Recipient[], at: Instant): Promise<void> => {
  const paused = new Set((await ledger.recipientStates(mode)).filter((each) => each.paused !== null).map((each) => each.recipient))
  for (const each of recipients) {
    if (each.kind !== 'endpoint' || each.definition.type === 'pool' || paused.has(each.id)) continue
    await ledger.setPaused(each.id, mode, { at, reason: 'the store was put back to an earlier time: reconcile with the buyer, then unpause' })
  }
}

const questionOf = ({ args }: Invocation, target: Target | null): string =>
  target === null ? 'Send what is due, live?' : `Send the leads of ${args.length === 1 ? args[0] === '-' ? 'standard input' : args[0] : plural(args.length, 'file')} to ${target.recipient.name}, live?`

const reached = (catalogue: Catalogue, target: Target): readonly Recipient[] => [...target.policies.keys()].flatMap((id) => catalogue.recipients.get(id) ?? [])

/** What a person hears who stops it. */
const watchStops = ({ settings, streams: { err } }: Invocation, { mode, target }: Order) => {
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
