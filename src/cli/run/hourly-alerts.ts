import { HOUR } from '../../base/time.ts'
import type { Mode } from '../../core/event.ts'
import { addEvent, emptyReport } from '../../core/report.ts'
import { alertsOf, type AlertRule, type Threshold } from '../../core/report/alerts.ts'
import type { RunEvent } from '../../engine/settings.ts'

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
