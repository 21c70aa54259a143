import { resolve } from 'node:path'
import type { BadRow } from '../adapters/leads/batch.ts'
import type { LeadStream } from '../adapters/leads/read.ts'
import { createTransport } from '../adapters/transport.ts'
import type { Diagnostic } from '../base/diagnostic.ts'
import { parseMoney } from '../base/money.ts'
import { createMasker } from '../base/secrets.ts'
import type { Mode } from '../core/event.ts'
import type { Summary } from '../core/report/summary.ts'
import type { Run } from '../core/run.ts'
import type { Catalogue, Recipient } from '../definitions/types.ts'
import { runDeliveries } from '../engine/run.ts'
import type { LeadSource, RunDeps, RunEnd, RunEvent } from '../engine/settings.ts'
import { compileAlone, compileEndpoints, currencyAmong, NOT_PRICED, plansOf, withOthers, type Opened, type Target } from './catalogue.ts'
import { clockOf } from './clocks.ts'
import type { Invocation } from './command.ts'
import { confirmed } from './confirm.ts'
import { EXIT } from './exit.ts'
import { presentFailure } from './failure.ts'
import { createHints } from './hints.ts'
import { createHourlyAlerts } from './hourly-alerts.ts'
import { watchInterrupts, type Interrupts } from './interrupts.ts'
import { guessTotal } from './lead-files.ts'
import { notifierOf, notifyThresholds } from './notifying.ts'
import { numberOf, pairsOf, textOf } from './options.ts'
import { openRecord, rulesOf, type RunRecord } from './record.ts'
import { renderDiagnostic } from './render/diagnostic.ts'
import { renderEnd, somebodyElseLines, troubleLine } from './render/end.ts'
import { plural } from './render/figures.ts'
import { createProgress, type Progress } from './render/progress.ts'
import { alertText } from './render/summary.ts'
import { factLine } from './render/timeline.ts'
import { oneLine, rowLine } from './render/printable.ts'
import { commandsOf, withOutside } from './render/command-for.ts'
import { newRunId } from './run-id.ts'
import { openSandbox } from './run-sandbox.ts'
import { openStore } from './store.ts'
import { stillWaiting } from './still-waiting.ts'
import { createProgressCount } from './progress-count.ts'
import { createTroubles } from './troubles.ts'

interface Order {
  readonly mode: Mode
  readonly opened: Opened
  /** Null for `resume`. */
  readonly target: Target | null
  readonly leads: LeadStream | null
  /** What is to be said of the leads once all are read. */
  readonly remarks?: () => readonly Diagnostic[]
}

const DEFAULT_WAIT_MS = 30_000
const PROGRESS_MS = 120
/** What curl and others send through unasked: here a file says it, so that cron and a terminal send in the same way. */
const PROXIES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy']

/** What `deliver` and `resume` have in common: everything around the engine. */
export const perform = async (invocation: Invocation, order: Order): Promise<number> => {
  const { settings, streams: { err }, cwd } = invocation
  const { mode, opened: { catalogue }, target } = order
  if (mode === 'live' && !(await confirmed(invocation, questionOf(invocation, target)))) {
    err.write('Nothing was sent.\n')
    return EXIT.usage
  }
  const clock = clockOf(settings.clock)
  const startedAt = clock.now()
  const run: Run = { id: newRunId(startedAt), mode, to: target?.recipient.id ?? null, startedAt }
  const all = [...catalogue.recipients.values()]
  const recipients = target === null ? all : reached(catalogue, target)
  const others = all.filter((each) => !recipients.includes(each))
  const { secrets } = catalogue
  const sandbox = mode === 'test' ? await openSandbox([...recipients, ...others.filter((each) => compileAlone(each, 'live', null, secrets))], target === null ? plansOf(catalogue) : [target.plan]) : null
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
    const endpoints = withOthers(compileEndpoints(recipients, mode, sandbox, NOT_PRICED, secrets), others, (each) => compileAlone(each, mode, sandbox, secrets))
    const folder = resolve(cwd, settings.out ?? `runs/${run.id}`)
    const currency = currencyAmong(recipients)
    record = await openRecord(folder, run, catalogue, currency)
    const deps = { ledger, transport, clock, endpoints, notify: notifierOf(invocation, mode, transport, clock), signal: stops.signal }
    return await carryOut(invocation, order, { run, currency, folder, deps, record, progress, sending })
  } catch (error) {
    progress.stop()
    const code = await presentFailure(error, err, sending, { settings, mode })
    await record?.close().catch((closing: unknown) => (closing === error ? code : presentFailure(closing, err, sending, { settings, mode })))
    return code
  } finally {
    stops.release()
    await transport.close()
    await ledger.close()
    await sandbox?.close()
  }
}

/** What is open while a run goes on. `sending.sent`: something may have gone out. */
interface Underway {
  readonly run: Run
  readonly currency: string
  readonly folder: string
  readonly deps: Omit<RunDeps, 'observe'>
  readonly record: RunRecord
  readonly progress: Progress
  readonly sending: { sent: boolean }
}

const carryOut = async (invocation: Invocation, order: Order, underway: Underway): Promise<number> => {
  const { settings, options, environment, streams: { out, err }, cwd } = invocation
  const { mode, opened: { catalogue, outside }, target, leads } = order
  const { run, currency, folder, deps: { ledger, clock, endpoints, notify }, record, progress } = underway
  const commandFor = commandsOf(withOutside(settings, outside))
  const mask = createMasker(catalogue.secrets)
  const count = createProgressCount(run.startedAt)
  const hints = createHints((recipient) => endpoints.get(recipient)?.definition.type === 'custom', mode, commandFor, (recipient) => (mode === 'live' && endpoints.get(recipient)?.definition.transport.proxy === null ? PROXIES.find((each) => environment[each]) ?? null : null))
  const troubles = createTroubles()
  const timer = setInterval(() => progress.update(count.snapshot(guessTotal(leads), clock.now())), PROGRESS_MS)
  let bad = 0
  const source = leads && setAside(leads, (row) => {
    bad += 1
    record.badRow(row)
    if (bad <= 5) progress.log(rowLine(err.paint.yellow('bad row'), row, row.reason))
  }, record.pressure)
  const alert = (text: string): void => progress.log(`${err.paint.yellow.bold('alert')} ${oneLine(text)}`)
  const hourly = options.watch !== true ? null : createHourlyAlerts(rulesOf(catalogue), mode, currency, (missed) => {
    for (const each of missed) alert(`${alertText(each)} in the last hour`)
    void notifyThresholds(missed, run.id, endpoints, notify).then((untold) => untold.forEach((each) => alert(mask(each))))
  })
  const observe = (seen: RunEvent): void => {
    // Where somebody could not be notified, the address may be a secret, as those of chat rooms are.
    const event = seen.kind === 'alert' ? { ...seen, text: mask(seen.text) } : seen
    // Told before its first byte leaves.
    if (event.kind === 'stored' && event.event.type === 'attemptStarted') underway.sending.sent = true
    count.observe(event)
    record.observe(event)
    hints.observe(event)
    troubles.observe(event)
    hourly?.observe(event)
    if (settings.verbose && event.kind === 'stored') progress.log(factLine(event.leadId, event.event, err.paint))
    if (event.kind === 'alert') alert(`${event.recipient}: ${event.text}`)
  }
  const end = await runDeliveries({
    runId: run.id, mode, to: target?.recipient ?? null, catalogue,
    waitMs: numberOf(options.wait) ?? DEFAULT_WAIT_MS, concurrency: settings.concurrency,
    again: options.again === true, retryFailed: options.retryFailed === true,
    source: pairsOf(options.source), vars: pairsOf(options.var),
    cost: typeof options.cost === 'string' ? parseMoney(options.cost, currency) : null, currency, receivedField: textOf(options.received),
    watch: options.watch === true, enqueue: options.enqueue === true, ...(typeof options.take === 'number' ? { take: options.take } : {}),
  }, source, { ...underway.deps, observe }).finally(() => {
    clearInterval(timer)
    hourly?.end()
    progress.stop()
  })
  if (!settings.quiet) for (const each of order.remarks?.() ?? []) progress.log(renderDiagnostic(each, () => null, err.paint).trimEnd())
  const summary = await record.finish(end, bad, clock.now())
  // Otherwise they stand in the summary.
  if (settings.quiet) {
    for (const each of summary.alerts) if (each.kind === 'threshold') alert(alertText(each))
    // Exit 3 by itself tells nobody anything: who reads cron's mail has no more than this.
    for (const each of troubles.all()) if (each.kind === 'failed' || each.kind === 'held') progress.log(troubleLine(each, commandFor, err.paint))
    for (const each of somebodyElseLines(end, err.paint)) progress.log(each)
  }
  for (const each of await notifyThresholds(summary.alerts, run.id, endpoints, notify)) alert(mask(each))
  await ledger.finishRun(run.id, clock.now(), JSON.stringify(summary))
  // A `resume` from cron that found nothing due leaves no folder of empty files behind.
  const idle = target === null && settings.out === null && record.isEmpty()
  if (idle) await record.discard()
  if (settings.json) out.write(`${JSON.stringify(summary)}\n`)
  const still = target === null ? await stillWaiting(ledger, mode) : null
  if (!settings.quiet) err.write(renderEnd({ summary, end, folder: idle ? null : folder, cwd, hints: hints.all(), troubles: troubles.all(), bad, now: clock.now(), resumed: target === null, still, total: guessTotal(leads), commandFor }, err.columns, err.paint))
  return exitOf(end, summary, leads)
}

/** What a person hears who stops it. */
const watchStops = ({ settings, streams: { err } }: Invocation, { mode, target }: Order): Interrupts & { storeIsOpen(): void } => {
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

const questionOf = ({ args }: Invocation, target: Target | null): string =>
  target === null ? 'Send what is due, live?' : `Send the leads of ${args.length === 1 ? args[0] === '-' ? 'standard input' : args[0] : plural(args.length, 'file')} to ${target.recipient.name}, live?`

const reached = (catalogue: Catalogue, target: Target): readonly Recipient[] => [...target.policies.keys()].flatMap((id) => catalogue.recipients.get(id) ?? [])

/** The leads alone for the engine; rows that are none are set aside. */
const setAside = (leads: LeadStream, take: (row: BadRow) => void, pressure: () => Promise<void> | null): LeadSource => ({
  async *[Symbol.asyncIterator]() {
    for await (const batch of leads) {
      batch.bad.forEach(take)
      await pressure()
      yield batch
    }
  },
})

/** A missed threshold goes before failed leads: it was asked for by name. */
const exitOf = (end: RunEnd, summary: Summary, leads: LeadStream | null): number => {
  if (end.interrupted) return EXIT.interrupted
  if (summary.alerts.some((each) => each.kind === 'threshold')) return EXIT.alert
  // Of a file in which not one row is a lead, cron must hear. What the run counts says less: others may work its leads.
  const nothingRead = summary.bad_rows > 0 && leads?.progress().rows === summary.bad_rows
  return nothingRead || summary.outcomes.failed + summary.outcomes.held > 0 ? EXIT.leadsFailed : EXIT.done
}
