import type { ChalkInstance } from 'chalk'
import { isoTime, utcText, type Instant } from '../../base/time.ts'
import { csvLine, OUR_FILES } from '../../base/csv.ts'
import type { Grouping, Period, Report } from '../../core/report.ts'
import type { Figures } from '../../core/report/figures.ts'
import { currenciesIn, inOrder, leadsOf, moneyIn, moneyOf, outcomesOf, recipientSummary } from '../../core/report/summary.ts'
import { plural, showCount, showMs, showRate, showShare } from './figures.ts'
import { openJson, type OpenLeads } from './open-leads.ts'
import { errorsText, moneyTexts, outcomesLine, revenueText, showAmount, showAverage } from './summary.ts'
import { renderTable } from './table.ts'

/** For programs: every grouping at once. */
export const reportJson = (report: Report, runId: string | null, open: OpenLeads | null = null): unknown => ({
  mode: report.mode, run_id: runId, since: timeOrNull(report.period.since), until: timeOrNull(report.period.until), ...groupJson(report.total, report), ...(open === null ? {} : { open: openJson(open) }),
  recipients: mapJson(report.by.recipient, (each) => recipientSummary(each, report)),
  sources: mapJson(report.by.source, (each) => leadsJson(each, report)),
  days: mapJson(report.by.day, (each) => leadsJson(each, report)),
  versions: mapJson(report.by.version, (each) => recipientSummary(each, report)),
})

const timeOrNull = (at: Instant | null): string | null => (at === null ? null : isoTime(at))

const groupJson = (figures: Figures, report: Report): object => ({ leads: leadsOf(figures), outcomes: outcomesOf(figures), ...moneyOf(figures, report) })

/** Of leads and what was sent of them; its money is that of the leads, which may have fewer currencies than the attempts (a sale for nothing, one that is not settled). */
const leadsJson = (figures: Figures, report: Report): object => {
  const { by_currency: _ofAttempts, ...sent } = recipientSummary(figures, report)
  return { ...sent, ...groupJson(figures, report) }
}

const mapJson = <T>(map: ReadonlyMap<string, Figures>, show: (figures: Figures) => T): Readonly<Record<string, T>> =>
  Object.fromEntries(inOrder(map).map(([name, each]) => [name, show(each)]))

/** ` from 2026-11-01 00:00 UTC`; empty for all of the time. */
export const periodText = ({ since, until }: Period): string => `${since === null ? '' : ` from ${utcText(since)}`}${until === null ? '' : ` until ${utcText(until)}`}`

/** For spreadsheets: one grouping. */
export const reportCsv = (report: Report, grouping: Grouping): string => {
  const { mode } = report
  const line = (cells: readonly (string | number | null)[]): string => csvLine(cells, OUR_FILES)
  if (grouping === 'recipient' || grouping === 'version') {
    const head = [grouping, 'attempts', 'accepted', 'rejected', 'duplicates', 'skipped', 'failed', 'unknown', 'success_rate', 'avg_ms', 'p95_ms', 'revenue', 'currency', 'revenue_per_lead', 'errors']
    return line(head) + inOrder(report.by[grouping]).flatMap(([id, figures]) => {
      const each = recipientSummary(figures, report)
      const counts = [each.attempts, each.accepted, each.rejected, each.duplicates, each.skipped, each.failed, each.unknown, each.success_rate, each.avg_ms, each.p95_ms]
      if (each.by_currency === undefined) return [line([id, ...counts, each.revenue, each.currency, each.revenue_per_lead, errorsText(each, String)])]
      return Object.entries(each.by_currency).map(([currency, { revenue }], i) => line([id, ...counts.map((count) => (i === 0 ? count : null)), revenue, currency, null, i === 0 ? errorsText(each, String) : null]))
    }).join('')
  }
  const outcomes = ['accepted', 'rejected', 'duplicate', 'skipped', 'failed', 'held', 'pooled'] as const
  return line([grouping, 'leads', ...outcomes, 'revenue', 'cost', 'margin', 'currency', 'attempts', 'success_rate', 'avg_ms', 'p95_ms', 'errors']) + inOrder(report.by[grouping]).flatMap(([name, figures]) => {
    const counts = outcomesOf(figures)
    const sent = recipientSummary(figures, report)
    // With several currencies a group has a row for each; the counts stand in the first.
    return currenciesIn(figures, report.currency).map((currency, i) => {
      const money = moneyIn(figures, currency, mode)
      return line([name, i === 0 ? leadsOf(figures) : null, ...outcomes.map((each) => (i === 0 ? counts[each] : null)), money.revenue, money.cost, money.margin, currency,
        ...(i === 0 ? [sent.attempts, sent.success_rate, sent.avg_ms, sent.p95_ms, errorsText(sent, String)] : [null, null, null, null, null])])
    })
  }).join('')
}

/** For people: the money first, then one grouping. `notFinal`: what these figures do not have yet. */
export const reportText = (report: Report, grouping: Grouping, columns: number, paint: ChalkInstance, notFinal: readonly string[] = []): string => {
  const outcomes = outcomesOf(report.total)
  const leads = leadsOf(report.total)
  const lines = [paint.bold(plural(leads, 'lead')) + paint.dim(periodText(report.period)) + (report.mode === 'test' ? paint.yellow('  test mode: no revenue is recorded') : ''), '']
  for (const currency of currenciesIn(report.total, report.currency)) {
    const money = moneyIn(report.total, currency, report.mode)
    lines.push(`  Revenue ${paint.bold(showAmount(money.revenue, currency))}   Cost ${showAmount(money.cost, currency)}   Margin ${paint.bold(showAmount(money.margin, currency))}${money.returned === undefined ? '' : paint.dim(`   ${showAmount(money.returned, currency)} returned, taken off`)}`)
    if (money.test_revenue !== undefined) lines.push(paint.dim(`  It would have been ${showAmount(money.test_revenue, currency)}`))
  }
  lines.push('', `  ${outcomesLine(outcomes, leads, paint)}`, '')
  if (notFinal.length > 0) lines.push(...notFinal.map((each) => paint.yellow(`  ${each}`)), '')
  const number = { align: 'right' } as const
  if (report.by[grouping].size === 0) {
    if (grouping === 'version') lines.push(paint.dim('  nothing was sent under a Version: give recipients one to compare them by it'))
  } else if (grouping === 'recipient' || grouping === 'version') {
    lines.push(renderTable(
      [{ title: grouping.toUpperCase(), flexible: true }, { title: 'SENT', ...number }, { title: 'ACCEPTED', ...number }, { title: 'RATE', ...number }, { title: 'AVG', ...number, spare: true }, { title: 'P95', ...number, spare: true }, { title: 'REVENUE', ...number }, { title: 'PER LEAD', ...number }, { title: 'ERRORS', flexible: true }],
      inOrder(report.by[grouping]).map(([id, figures]) => {
        const each = recipientSummary(figures, report)
        return [id, showCount(each.attempts), showCount(each.accepted), showShare(each.success_rate), showMs(each.avg_ms), showMs(each.p95_ms), revenueText(each, report.mode),
          // In a rehearsal nothing is earned: the column is left out.
          report.mode === 'test' ? '' : each.revenue_per_lead === null ? '–' : showAverage(each.revenue_per_lead, each.currency ?? report.currency), errorsText(each)]
      }), columns, paint))
  } else {
    lines.push(renderTable(
      [{ title: grouping.toUpperCase(), flexible: true }, { title: 'LEADS', ...number }, { title: 'ACCEPTED', ...number }, { title: 'RATE', ...number }, { title: 'FAILED', ...number }, { title: 'AVG', ...number, spare: true }, { title: 'P95', ...number, spare: true }, { title: 'REVENUE', ...number }, { title: 'COST', ...number }, { title: 'MARGIN', ...number }],
      inOrder(report.by[grouping]).map(([name, figures]) => {
        const counts = outcomesOf(figures)
        const sent = recipientSummary(figures, report)
        const money = moneyTexts(figures, report)
        return [name, showCount(leadsOf(figures)), showCount(counts.accepted), showRate(counts.accepted, leadsOf(figures)), showCount(counts.failed), showMs(sent.avg_ms), showMs(sent.p95_ms), money.revenue, money.cost, money.margin]
      }), columns, paint))
  }
  return `${lines.join('\n').trimEnd()}\n`
}
