import type { ChalkInstance } from 'chalk'
import { csvLine } from '../../base/csv.ts'
import { formatDuration } from '../../base/time.ts'
import type { Report } from '../../core/report.ts'
import type { Figures } from '../../core/report/figures.ts'
import { currenciesOf } from '../../core/sums.ts'
import { moneyIn, outcomesOf, recipientSummary, type RecipientSummary } from '../../core/report/summary.ts'
import { plural, showCount } from './figures.ts'
import { moneyTexts, outcomesLine, revenueText, showAmount } from './summary.ts'
import { renderTable } from './table.ts'

export const GROUPINGS = ['recipient', 'source', 'day', 'version'] as const
export type Grouping = (typeof GROUPINGS)[number]

/** For programs: every grouping at once. */
export const reportJson = (report: Report, runId: string | null): unknown => ({
  mode: report.mode, run_id: runId, ...groupJson(report.total, report),
  recipients: mapJson(report.by.recipient, (each) => recipientSummary(each, report)),
  sources: mapJson(report.by.source, (each) => ({ ...recipientSummary(each, report), ...groupJson(each, report) })),
  days: mapJson(report.by.day, (each) => ({ ...recipientSummary(each, report), ...groupJson(each, report) })),
  versions: mapJson(report.by.version, (each) => recipientSummary(each, report)),
})

const groupJson = (figures: Figures, { mode, currency }: Report): object => {
  const outcomes = outcomesOf(figures)
  const currencies = currenciesOf(figures.revenue, figures.cost)
  const only = currencies.length > 1 ? null : (currencies[0] ?? currency)
  return {
    leads: sumOf(outcomes), outcomes,
    ...(only === null ? { revenue: null, ...(mode === 'test' ? { test_revenue: null } : {}), cost: null, margin: null, currency: null, by_currency: Object.fromEntries(currencies.map((each) => [each, moneyIn(figures, each, mode)])) } : { ...moneyIn(figures, only, mode), currency: only }),
  }
}

const mapJson = <T>(map: ReadonlyMap<string, Figures>, show: (figures: Figures) => T): Readonly<Record<string, T>> =>
  Object.fromEntries(sorted(map).map(([name, each]) => [name, show(each)]))

const sorted = (map: ReadonlyMap<string, Figures>): readonly (readonly [string, Figures])[] => [...map].sort(([a], [b]) => (a < b ? -1 : 1))
const sumOf = (outcomes: Readonly<Record<string, number>>): number => Object.values(outcomes).reduce((sum, each) => sum + each, 0)

/** For spreadsheets: one grouping. */
export const reportCsv = (report: Report, grouping: Grouping): string => {
  const { mode } = report
  const line = (cells: readonly (string | number | null)[]): string => csvLine(cells, { guard: true, eol: '\n' })
  if (grouping === 'recipient' || grouping === 'version') {
    const head = [grouping, 'attempts', 'accepted', 'rejected', 'duplicates', 'skipped', 'failed', 'unknown', 'success_rate', 'avg_ms', 'p95_ms', 'revenue', 'currency', 'revenue_per_lead', 'errors']
    return line(head) + sorted(report.by[grouping]).flatMap(([id, figures]) => {
      const each = recipientSummary(figures, report)
      const counts = [each.attempts, each.accepted, each.rejected, each.duplicates, each.skipped, each.failed, each.unknown, each.success_rate, each.avg_ms, each.p95_ms]
      if (each.by_currency === undefined) return [line([id, ...counts, each.revenue, each.currency, each.revenue_per_lead, errorsText(each)])]
      return Object.entries(each.by_currency).map(([currency, { revenue }], i) => line([id, ...counts.map((count) => (i === 0 ? count : null)), revenue, currency, null, i === 0 ? errorsText(each) : null]))
    }).join('')
  }
  const outcomes = ['accepted', 'rejected', 'duplicate', 'skipped', 'failed', 'held', 'pooled'] as const
  return line([grouping, 'leads', ...outcomes, 'revenue', 'cost', 'margin', 'currency', 'attempts', 'success_rate', 'avg_ms', 'p95_ms', 'errors']) + sorted(report.by[grouping]).flatMap(([name, figures]) => {
    const counts = outcomesOf(figures)
    const sent = recipientSummary(figures, report)
    const currencies = currenciesOf(figures.revenue, figures.cost)
    // With several currencies a group has a row for each; the counts stand in the first.
    return (currencies.length === 0 ? [report.currency] : currencies).map((currency, i) => {
      const money = moneyIn(figures, currency, mode)
      return line([name, i === 0 ? sumOf(counts) : null, ...outcomes.map((each) => (i === 0 ? counts[each] : null)), money.revenue, money.cost, money.margin, currency,
        ...(i === 0 ? [sent.attempts, sent.success_rate, sent.avg_ms, sent.p95_ms, errorsText(sent)] : [null, null, null, null, null])])
    })
  }).join('')
}

/** For people: the money first, then one grouping. */
export const reportText = (report: Report, grouping: Grouping, columns: number, paint: ChalkInstance): string => {
  const outcomes = outcomesOf(report.total)
  const leads = sumOf(outcomes)
  const currencies = currenciesOf(report.total.revenue, report.total.cost)
  const lines = [paint.bold(plural(leads, 'lead')) + (report.mode === 'test' ? paint.yellow('  test mode: no revenue is recorded') : ''), '']
  for (const currency of currencies.length === 0 ? [report.currency] : currencies) {
    const money = moneyIn(report.total, currency, report.mode)
    lines.push(`  Revenue ${paint.bold(showAmount(money.revenue, currency))}   Cost ${showAmount(money.cost, currency)}   Margin ${paint.bold(showAmount(money.margin, currency))}${money.returned === undefined ? '' : paint.dim(`   ${showAmount(money.returned, currency)} returned, taken off`)}`)
    if (money.test_revenue !== undefined) lines.push(paint.dim(`  It would have been ${showAmount(money.test_revenue, currency)}`))
  }
  lines.push('', `  ${outcomesLine(outcomes, leads, paint)}`, '')
  const number = { align: 'right' } as const
  if (report.by[grouping].size === 0) {
    if (grouping === 'version') lines.push(paint.dim('  nothing was sent under a Version: give recipients one to compare them by it'))
  } else if (grouping === 'recipient' || grouping === 'version') {
    lines.push(renderTable(
      [{ title: grouping.toUpperCase(), flexible: true }, { title: 'SENT', ...number }, { title: 'ACCEPTED', ...number }, { title: 'RATE', ...number }, { title: 'AVG', ...number }, { title: 'P95', ...number }, { title: 'REVENUE', ...number }, { title: 'PER LEAD', ...number }, { title: 'ERRORS', flexible: true }],
      sorted(report.by[grouping]).map(([id, figures]) => {
        const each = recipientSummary(figures, report)
        return [id, showCount(each.attempts), showCount(each.accepted), rate(each.success_rate), ms(each.avg_ms), ms(each.p95_ms), revenueText(each, report.mode),
          // In a rehearsal nothing is earned: the column is left out.
          report.mode === 'test' ? '' : each.revenue_per_lead === null ? '–' : showAmount(each.revenue_per_lead, each.currency ?? report.currency), errorsText(each)]
      }), columns, paint))
  } else {
    lines.push(renderTable(
      [{ title: grouping.toUpperCase(), flexible: true }, { title: 'LEADS', ...number }, { title: 'ACCEPTED', ...number }, { title: 'RATE', ...number }, { title: 'FAILED', ...number }, { title: 'AVG', ...number }, { title: 'P95', ...number }, { title: 'REVENUE', ...number }, { title: 'COST', ...number }, { title: 'MARGIN', ...number }],
      sorted(report.by[grouping]).map(([name, figures]) => {
        const counts = outcomesOf(figures)
        const sent = recipientSummary(figures, report)
        const money = moneyTexts(figures, report)
        return [name, showCount(sumOf(counts)), showCount(counts.accepted), rate(sumOf(counts) === 0 ? null : counts.accepted / sumOf(counts)), showCount(counts.failed), ms(sent.avg_ms), ms(sent.p95_ms), money.revenue, money.cost, money.margin]
      }), columns, paint))
  }
  return `${lines.join('\n').trimEnd()}\n`
}

const errorsText = ({ errors }: RecipientSummary): string => Object.entries(errors).map(([name, count]) => `${name} ${count}`).join(', ')
const rate = (value: number | null): string => (value === null ? '–' : `${(value * 100).toFixed(1)}%`)
const ms = (value: number | null): string => (value === null ? '–' : formatDuration(value))
