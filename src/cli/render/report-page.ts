import type { Instant } from '../../base/time.ts'
import type { Report } from '../../core/report.ts'
import type { Figures } from '../../core/report/figures.ts'
import { currenciesOf, sumIn } from '../../core/sums.ts'
import { currenciesIn, inOrder, leadsOf, moneyIn, outcomesOf, recipientSummary } from '../../core/report/summary.ts'
import { showCount, showMs, showRate, showShare, showTime } from './figures.ts'
import { renderPage, type PageFigure, type PageTable } from './html.ts'
import { periodText } from './report-text.ts'
import { errorsText, moneyTexts, revenueText, showAmount } from './summary.ts'

/** The report to pass on: figures, then a table for each grouping. `notFinal`: what these figures do not have yet. */
export const reportPage = (report: Report, runId: string | null, now: Instant, notFinal: readonly string[] = []): string => {
  const { total, mode } = report
  const outcomes = outcomesOf(total)
  const leads = leadsOf(total)
  const money = currenciesIn(total, report.currency).map((currency): readonly PageFigure[] => {
    const each = moneyIn(total, currency, mode)
    return [
      { label: 'Revenue', value: showAmount(each.revenue, currency) }, ...(each.test_revenue === undefined ? [] : [{ label: 'It would have been', value: showAmount(each.test_revenue, currency) }]), { label: 'Cost', value: showAmount(each.cost, currency) },
      { label: 'Margin', value: showAmount(each.margin, currency), tone: each.margin.startsWith('-') ? 'bad' : 'good' },
      ...(each.returned === undefined ? [] : [{ label: 'Returned (taken off)', value: showAmount(each.returned, currency) }]),
    ]
  })
  const counts: readonly PageFigure[] = [{ label: 'Leads', value: showCount(leads) }, { label: `Accepted (${showRate(outcomes.accepted, leads)})`, value: showCount(outcomes.accepted) }, ...(outcomes.failed + outcomes.held > 0 ? [{ label: 'Failed or held', value: showCount(outcomes.failed + outcomes.held), tone: 'bad' as const }] : [])]
  return renderPage({
    title: 'Lead delivery',
    subtitle: `${mode === 'test' ? 'Test mode, no revenue is recorded. ' : ''}${runId === null ? 'All runs' : `Run ${runId}`}${periodText(report.period)}, as of ${showTime(now)} UTC`,
    // Several currencies have a row each, so that like stands under like.
    figures: money.length > 1 ? [...money, counts] : [[...money.flat(), ...counts]],
    notes: [...notFinal, ...[...report.attention.values()].map((each) => `${each.recipient}: ${each.class}${each.reason === null ? '' : `: ${each.reason}`} (${each.count}×)`)],
    tables: [outcomeTable(report), recipients('By recipient', 'Recipient', report, report.by.recipient), ...(report.by.version.size > 0 ? [recipients('By version', 'Version', report, report.by.version)] : []), leadsBy('By source', 'Source', report, report.by.source), leadsBy('By day', 'Day', report, report.by.day)],
  })
}

const right = { align: 'right' } as const

const recipients = (title: string, column: string, report: Report, map: ReadonlyMap<string, Figures>): PageTable => {
  const rows = inOrder(map).map(([id, figures]) => ({ id, figures, shown: recipientSummary(figures, report) }))
  return {
    title,
    columns: [{ title: column }, { title: 'Attempts', ...right }, { title: 'Accepted', ...right }, { title: 'Success rate', ...right }, { title: 'Average', ...right }, { title: 'p95', ...right }, { title: 'Revenue', ...right }, { title: 'Errors' }],
    rows: rows.map(({ id, shown }) => [
      id, showCount(shown.attempts), showCount(shown.accepted), showShare(shown.success_rate),
      showMs(shown.avg_ms), showMs(shown.p95_ms), revenueText(shown, report.mode), errorsText(shown),
    ]),
    bars: { column: 6, shares: sharesOf(rows.map(({ figures }) => figures.sales)) },
  }
}

const leadsBy = (title: string, column: string, report: Report, map: ReadonlyMap<string, Figures>): PageTable => {
  const rows = inOrder(map)
  return {
    title,
    columns: [{ title: column }, { title: 'Leads', ...right }, { title: 'Accepted', ...right }, { title: 'Rate', ...right }, { title: 'Revenue', ...right }, { title: 'Cost', ...right }, { title: 'Margin', ...right }],
    rows: rows.map(([name, figures]) => {
      const { accepted } = outcomesOf(figures)
      const money = moneyTexts(figures, report)
      return [name, showCount(leadsOf(figures)), showCount(accepted), showRate(accepted, leadsOf(figures)), money.revenue, money.cost, money.margin]
    }),
    bars: { column: 4, shares: sharesOf(rows.map(([, figures]) => figures.revenue)) },
  }
}

const outcomeTable = (report: Report): PageTable => {
  const outcomes = Object.entries(outcomesOf(report.total)).filter(([, count]) => count > 0)
  const most = Math.max(1, ...outcomes.map(([, count]) => count))
  return {
    title: 'Outcomes', columns: [{ title: 'Outcome' }, { title: 'Leads', ...right }, { title: 'Share', ...right }],
    rows: outcomes.map(([name, count]) => [name, showCount(count), showRate(count, leadsOf(report.total))]),
    bars: { column: 2, shares: outcomes.map(([, count]) => count / most) },
  }
}

/** None where there are several currencies: they cannot be drawn on one scale. */
const sharesOf = (sums: readonly Figures['revenue'][]): readonly number[] => {
  const [currency, ...others] = new Set(sums.flatMap((each) => currenciesOf(each)))
  if (currency === undefined || others.length > 0) return sums.map(() => 0)
  const amounts = sums.map((each) => Math.max(0, sumIn(each, currency).amount))
  const most = amounts.reduce((a, b) => Math.max(a, b), 1)
  return amounts.map((each) => each / most)
}
