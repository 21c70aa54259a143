import type { LeadStream } from '../../adapters/leads/read.ts'
import { parseMoney } from '../../base/money.ts'
import type { Summary } from '../../core/report/summary.ts'
import { runDeliveries } from '../../engine/run.ts'
import type { RunEnd, RunSettings } from '../../engine/settings.ts'
import type { Invocation } from '../command.ts'
import { EXIT } from '../exit.ts'
import { guessTotal } from '../leads/files.ts'
import { numberOf, pairsOf, textOf } from '../flags/options.ts'
import { commandsOf, withOutside, type CommandFor } from '../render/command-for.ts'
import { renderDiagnostic } from '../render/diagnostic.ts'
import { renderEnd, somebodyElseLines, troubleLine, waitLine } from '../render/end.ts'
import { alertText } from '../render/summary.ts'
import { isToldNoFile, waitsOf } from '../render/waits.ts'
import { stillWaiting } from './still-waiting.ts'
import type { Order, Underway } from './underway.ts'
import { watchRun } from './watch-run.ts'

const DEFAULT_WAIT_MS = 30_000

/** One run of the engine, with all that is told while it goes and at its end; the exit code. */
export const carryOut = async (invocation: Invocation, order: Order, underway: Underway): Promise<number> => {
  const commandFor = commandsOf(withOutside(invocation.settings, order.opened.outside))
  const watch = watchRun(invocation, order, underway, commandFor)
  const end = await runDeliveries(settingsOf(invocation, order, underway), watch.source, { ...underway.deps, observe: watch.observe }).finally(watch.end)
  return conclude(invocation, order, underway, watch, end, commandFor)
}

const settingsOf = ({ settings, options }: Invocation, { mode, opened: { catalogue }, target }: Order, { run, currency }: Underway): RunSettings => ({
  runId: run.id, mode, to: target?.recipient ?? null, catalogue,
  waitMs: numberOf(options.wait) ?? DEFAULT_WAIT_MS, concurrency: settings.concurrency,
  again: options.again === true, retryFailed: options.retryFailed === true,
  source: pairsOf(options.source), vars: pairsOf(options.var),
  cost: typeof options.cost === 'string' ? parseMoney(options.cost, currency) : null, currency, receivedField: textOf(options.received),
  watch: options.watch === true, enqueue: options.enqueue === true, ...(typeof options.take === 'number' ? { take: options.take } : {}),
})

/** What is told, written and kept at its end. */
const conclude = async ({ settings, streams: { out, err }, cwd }: Invocation, { mode, target, leads, remarks }: Order, { run, folder, deps: { ledger, clock }, record, progress }: Underway, watch: ReturnType<typeof watchRun>, end: RunEnd, commandFor: CommandFor): Promise<number> => {
  if (!settings.quiet) for (const each of remarks?.() ?? []) progress.log(renderDiagnostic(each, () => null, err.paint).trimEnd())
  const summary = await record.finish(end, watch.badRows(), clock.now())
  // Otherwise they stand in the summary.
  if (settings.quiet) {
    for (const each of summary.alerts) if (each.kind === 'threshold') watch.alert(alertText(each))
    // Exit 3 by itself tells nobody anything: who reads cron's mail has no more than this.
    for (const each of watch.troubles.all()) if (each.kind === 'failed' || each.kind === 'held') progress.log(troubleLine(each, commandFor, err.paint))
    for (const each of somebodyElseLines(end, err.paint)) progress.log(each)
    for (const each of waitsOf(end.waiting).filter(isToldNoFile)) progress.log(waitLine(each, mode, clock.now(), commandFor, err.paint))
  }
  await watch.notifyOf(summary.alerts)
  await ledger.finishRun(run.id, clock.now(), JSON.stringify(summary))
  // A `resume` from cron that found nothing due leaves no folder of empty files behind.
  const idle = target === null && settings.out === null && record.isEmpty()
  if (idle) await record.discard()
  if (settings.json) out.write(`${JSON.stringify(summary)}\n`)
  const still = target === null ? await stillWaiting(ledger, mode) : null
  if (!settings.quiet) err.write(renderEnd({ summary, end, folder: idle ? null : folder, cwd, hints: watch.hints.all(), troubles: watch.troubles.all(), bad: watch.badRows(), now: clock.now(), resumed: target === null, still, total: guessTotal(leads), commandFor }, err.columns, err.paint))
  return exitOf(end, summary, leads)
}

/** A missed threshold goes before failed leads: it was asked for by name. */
const exitOf = (end: RunEnd, summary: Summary, leads: LeadStream | null): number => {
  if (end.interrupted) return EXIT.interrupted
  if (summary.alerts.some((each) => each.kind === 'threshold')) return EXIT.alert
  // Of a file in which not one row is a lead, cron must hear. What the run counts says less: others may work its leads.
  const nothingRead = summary.bad_rows > 0 && leads?.progress().rows === summary.bad_rows
  return nothingRead || summary.outcomes.failed + summary.outcomes.held > 0 ? EXIT.leadsFailed : EXIT.done
}
