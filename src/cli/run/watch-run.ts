import type { BadRow } from '../../adapters/leads/batch.ts'
import type { LeadStream } from '../../adapters/leads/read.ts'
import { createMasker } from '../../base/secrets.ts'
import { HOUR, type Instant } from '../../base/time.ts'
import type { Mode } from '../../core/event.ts'
import { addEvent, emptyReport } from '../../core/report.ts'
import { alertsOf, type Alert, type AlertRule, type Threshold } from '../../core/report/alerts.ts'
import { addTo, emptySums } from '../../core/sums.ts'
import type { LeadSource, RunEvent } from '../../engine/settings.ts'
import type { Invocation } from '../command.ts'
import type { Snapshot } from '../render/progress.ts'
import { createHints } from './hints.ts'
import { guessTotal } from '../leads/files.ts'
import { notifyThresholds } from './notifying.ts'
import { rulesOf } from './record.ts'
import type { CommandFor } from '../render/command-for.ts'
import { alertText } from '../render/summary.ts'
import { factLine } from '../render/timeline.ts'
import { oneLine, rowLine } from '../render/printable.ts'
import { createTroubles } from './troubles.ts'
import type { Order, Underway } from './underway.ts'

const PROGRESS_MS = 120
const SHOWN_BAD_ROWS = 5
/** What curl and others send through unasked: here a file says it, so that cron and a terminal send in the same way. */
const PROXIES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy']

/** Hears all that a run tells while it goes: shows what a person should see at once, writes the files, and gathers what is said at the end. */
export const watchRun = ({ settings, options, environment, streams: { err } }: Invocation, { mode, opened: { catalogue }, leads }: Order, { run, currency, deps: { clock, endpoints, notify }, record, progress, sending }: Underway, commandFor: CommandFor) => {
  const mask = createMasker(catalogue.secrets)
  const count = createProgressCount(run.startedAt)
  const pays = (recipient: string): boolean => endpoints.get(recipient)?.definition.type === 'custom'
  const unusedProxy = (recipient: string): string | null =>
    (mode === 'live' && endpoints.get(recipient)?.definition.transport.proxy === null ? PROXIES.find((each) => environment[each]) ?? null : null)
  const hints = createHints(pays, mode, commandFor, unusedProxy)
  const troubles = createTroubles()
  const timer = setInterval(() => progress.update(count.snapshot(guessTotal(leads), clock.now())), PROGRESS_MS)
  let bad = 0
  const source = leads && setAside(leads, (row) => {
    bad += 1
    record.badRow(row)
    if (bad <= SHOWN_BAD_ROWS) progress.log(rowLine(err.paint.yellow('bad row'), row, row.reason))
  }, record.pressure)
  const alert = (text: string): void => progress.log(`${err.paint.yellow.bold('alert')} ${oneLine(text)}`)
  /** Those whom recipients name hear of thresholds that were missed. */
  const notifyOf = async (alerts: readonly Alert[]): Promise<void> => {
    for (const each of await notifyThresholds(alerts, run.id, endpoints, notify)) alert(mask(each))
  }
  const hourly = options.watch !== true ? null : createHourlyAlerts(rulesOf(catalogue), mode, currency, (missed) => {
    for (const each of missed) alert(`${alertText(each)} in the last hour`)
    void notifyOf(missed)
  })
  const observe = (seen: RunEvent): void => {
    // Where somebody could not be notified, the address may be a secret, as those of chat rooms are.
    const event = seen.kind === 'alert' ? { ...seen, text: mask(seen.text) } : seen
    // Told before its first byte leaves.
    if (event.kind === 'stored' && event.event.type === 'attemptStarted') sending.sent = true
    count.observe(event)
    record.observe(event)
    hints.observe(event)
    troubles.observe(event)
    hourly?.observe(event)
    if (settings.verbose && event.kind === 'stored') progress.log(factLine(event.leadId, event.event, err.paint))
    if (event.kind === 'alert') alert(`${event.recipient}: ${event.text}`)
  }
  return {
    source, observe, alert, notifyOf, hints, troubles,
    badRows: (): number => bad,
    end: (): void => {
      clearInterval(timer)
      hourly?.end()
      progress.stop()
    },
  }
}

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

/** Counts for the progress line, from what the engine tells; cheap enough for every event of a fast run. */
export const createProgressCount = (startedAt: Instant) => {
  const waiting = new Set<string>()
  const revenue = emptySums()
  let settled = 0
  let accepted = 0
  let failed = 0
  let attempts = 0
  return {
    observe: (seen: RunEvent): void => {
      switch (seen.kind) {
        case 'waiting': waiting.add(seen.leadId); return
        case 'alreadySettled': case 'alert': return
        case 'stored': break
        default: return seen satisfies never
      }
      const { event } = seen
      if (event.type === 'attemptStarted') attempts += 1
      if (event.type === 'attemptFinished') addTo(revenue, event.revenue)
      if (event.type !== 'settled') return
      settled += 1
      if (waiting.size > 0) waiting.delete(seen.leadId)
      if (event.outcome.kind === 'accepted') accepted += 1
      if (event.outcome.kind === 'failed' || event.outcome.kind === 'held') failed += 1
    },
    snapshot: (total: number | null, now: Instant): Snapshot => ({ settled, waiting: waiting.size, accepted, failed, attempts, revenue: [...revenue.values()], total, startedAt, now }),
  }
}

/**
 * `Alert When` of a run that goes on (`resume --watch`, `worker`), whose end may be months away: each hour is judged by
 * itself, as a run from cron would be. `tell` hears of the thresholds that the hour missed, where it missed any.
 */
export const createHourlyAlerts = (rules: ReadonlyMap<string, readonly AlertRule[]>, mode: Mode, currency: string, tell: (missed: readonly Threshold[]) => void) => {
  let report = emptyReport(mode, currency)
  const timer = setInterval(() => {
    const missed = alertsOf(report, rules).filter((each) => each.kind === 'threshold')
    report = emptyReport(mode, currency)
    if (missed.length > 0) tell(missed)
  }, HOUR)
  return {
    observe: (seen: RunEvent): void => { if (seen.kind === 'stored') addEvent(report, seen, seen.event) },
    end: (): void => clearInterval(timer),
  }
}
