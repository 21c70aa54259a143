import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { usageError } from '../../base/diagnostic.ts'
import { csvLine } from '../../base/csv.ts'
import { formatDuration } from '../../base/time.ts'
import { systemClock } from '../../adapters/clock.ts'
import type { Mode } from '../../core/event.ts'
import { addEvent, emptyReport, type Report } from '../../core/report.ts'
import type { Figures } from '../../core/report/figures.ts'
import { currenciesOf } from '../../core/report/sums.ts'
import { moneyIn, outcomesOf, recipientSummary } from '../../core/report/summary.ts'
import type { Ledger } from '../../ports.ts'
import type { Invocation, RunCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { reportPage } from '../render/report-page.ts'
import { plural, showCount } from '../render/figures.ts'
import { outcomesLine, revenueText, showAmount } from '../render/summary.ts'
import { renderTable } from '../render/table.ts'
import { withStore } from '../store.ts'

const GROUPINGS = ['recipient', 'source', 'day'] as const
export type Grouping = (typeof GROUPINGS)[number]

export const run: RunCommand = (invocation) =>
  withStore(invocation, 'read', async (ledger) => {
    const { options, settings, streams, cwd } = invocation
    const mode: Mode = options.test === true ? 'test' : 'live'
    const runId = typeof options.run === 'string' ? options.run : null
    const report = await foldLedger(ledger, mode, runId)
    if (runId !== null && report.total.attempts === 0 && report.total.outcomes.size === 0) throw usageError(`the ${mode} store has no facts of a run "${runId}"`, mode === 'live' ? 'add --test where it was a test run' : 'leave --test out where it was a live run')
    const grouping = GROUPINGS.find((each) => each === options.by) ?? 'recipient'
    if (typeof options.html === 'string') {
      const file = resolve(cwd, options.html)
      await writeFile(file, reportPage(report, runId, systemClock.now()))
      if (!settings.quiet) streams.err.write(`${streams.err.paint.green('✓')} ${options.html}\n`)
    }
    if (settings.json) streams.out.write(`${JSON.stringify(asJson(report, runId))}\n`)
    else if (options.csv === true) streams.out.write(asCsv(report, grouping))
    else if (typeof options.html !== 'string') streams.out.write(readable(report, grouping, invocation))
    return EXIT.done
  })

export const foldLedger = async (ledger: Ledger, mode: Mode, runId: string | null): Promise<Report> => {
  const report = emptyReport(mode)
  for await (const stored of ledger.events({ mode, ...(runId === null ? {} : { runId }) })) addEvent(report, stored, stored.event)
  return report
}

const asJson = (report: Report, runId: string | null): unknown => ({
  mode: report.mode, run_id: runId, ...groupJson(report.total, report.mode),
  recipients: mapJson(report.by.recipient, (each) => recipientSummary(each, report.mode)),
  sources: mapJson(report.by.source, (each) => groupJson(each, report.mode)),
  days: mapJson(report.by.day, (each) => groupJson(each, report.mode)),
  versions: mapJson(report.by.version, (each) => recipientSummary(each, report.mode)),
})

const groupJson = (figures: Figures, mode: Mode): object => {
  const outcomes = outcomesOf(figures)
  const currencies = currenciesOf(figures.revenue, figures.cost)
  const only = currencies.length > 1 ? null : (currencies[0] ?? 'USD')
  return {
    leads: sumOf(outcomes), outcomes,
    ...(only === null ? { revenue: null, cost: null, margin: null, currency: null, by_currency: Object.fromEntries(currencies.map((each) => [each, moneyIn(figures, each, mode)])) } : { ...moneyIn(figures, only, mode), currency: only }),
  }
}

const mapJson = <T>(map: ReadonlyMap<string, Figures>, show: (figures: Figures) => T): Readonly<Record<string, T>> =>
  Object.fromEntries(sorted(map).map(([name, each]) => [name, show(each)]))

const sorted = (map: ReadonlyMap<string, Figures>): readonly (readonly [string, Figures])[] => [...map].sort(([a], [b]) => (a < b ? -1 : 1))
const sumOf = (outcomes: Readonly<Record<string, number>>): number => Object.values(outcomes).reduce((sum, each) => sum + each, 0)

const asCsv = (report: Report, grouping: Grouping): string => {
  const { mode } = report
  const line = (cells: readonly (string | number | null)[]): string => csvLine(cells, { guard: true, eol: '\n' })
  if (grouping === 'recipient') {
    const head = ['recipient', 'attempts', 'accepted', 'rejected', 'duplicates', 'skipped', 'failed', 'unknown', 'success_rate', 'avg_ms', 'p95_ms', 'revenue', 'currency', 'revenue_per_lead', 'errors']
    return line(head) + sorted(report.by.recipient).map(([id, figures]) => {
      const each = recipientSummary(figures, mode)
      return line([id, each.attempts, each.accepted, each.rejected, each.duplicates, each.skipped, each.failed, each.unknown, each.success_rate, each.avg_ms, each.p95_ms,
        each.revenue, each.currency, each.revenue_per_lead, Object.entries(each.errors).map(([name, count]) => `${name} ${count}`).join(' ')])
    }).join('')
  }
  const outcomes = ['accepted', 'rejected', 'duplicate', 'skipped', 'failed', 'held', 'pooled'] as const
  return line([grouping, 'leads', ...outcomes, 'revenue', 'cost', 'margin', 'currency']) + sorted(report.by[grouping]).flatMap(([name, figures]) => {
    const counts = outcomesOf(figures)
    const currencies = currenciesOf(figures.revenue, figures.cost)
    // With several currencies a group has a row for each; the counts stand in the first.
    return (currencies.length === 0 ? ['USD'] : currencies).map((currency, i) => {
      const money = moneyIn(figures, currency, mode)
      return line([name, i === 0 ? sumOf(counts) : null, ...outcomes.map((each) => (i === 0 ? counts[each] : null)), money.revenue, money.cost, money.margin, currency])
    })
  }).join('')
}

const readable = (report: Report, grouping: Grouping, { streams: { out } }: Invocation): string => {
  const { paint } = out
  const outcomes = outcomesOf(report.total)
  const leads = sumOf(outcomes)
  const currencies = currenciesOf(report.total.revenue, report.total.cost)
  const lines = [paint.bold(plural(leads, 'lead')) + (report.mode === 'test' ? paint.yellow('  test mode: no revenue is recorded') : ''), '']
  for (const currency of currencies.length === 0 ? ['USD'] : currencies) {
    const money = moneyIn(report.total, currency, report.mode)
    lines.push(`  Revenue ${paint.bold(showAmount(money.revenue, currency))}   Cost ${showAmount(money.cost, currency)}   Margin ${paint.bold(showAmount(money.margin, currency))}`)
  }
  lines.push('', `  ${outcomesLine(outcomes, leads, paint)}`, '')
  const number = { align: 'right' } as const
  if (grouping === 'recipient') {
    lines.push(renderTable(
      [{ title: 'RECIPIENT', flexible: true }, { title: 'SENT', ...number }, { title: 'ACCEPTED', ...number }, { title: 'RATE', ...number }, { title: 'AVG', ...number }, { title: 'P95', ...number }, { title: 'REVENUE', ...number }, { title: 'PER LEAD', ...number }, { title: 'ERRORS', flexible: true }],
      sorted(report.by.recipient).map(([id, figures]) => {
        const each = recipientSummary(figures, report.mode)
        return [id, showCount(each.attempts), showCount(each.accepted), rate(each.success_rate), ms(each.avg_ms), ms(each.p95_ms), revenueText(each, report.mode),
          each.revenue_per_lead === null ? '–' : showAmount(each.revenue_per_lead, each.currency ?? 'USD'), Object.entries(each.errors).map(([name, count]) => `${name} ${count}`).join(', ')]
      }), out.columns, paint))
  } else {
    lines.push(renderTable(
      [{ title: grouping.toUpperCase(), flexible: true }, { title: 'LEADS', ...number }, { title: 'ACCEPTED', ...number }, { title: 'RATE', ...number }, { title: 'FAILED', ...number }, { title: 'REVENUE', ...number }, { title: 'COST', ...number }, { title: 'MARGIN', ...number }],
      sorted(report.by[grouping]).map(([name, figures]) => {
        const counts = outcomesOf(figures)
        const each = currenciesOf(figures.revenue, figures.cost)
        const money = (key: 'revenue' | 'cost' | 'margin'): string => (each.length === 0 ? ['USD'] : each).map((currency) => showAmount(moneyIn(figures, currency, report.mode)[key], currency)).join(' + ')
        return [name, showCount(sumOf(counts)), showCount(counts.accepted), rate(sumOf(counts) === 0 ? null : counts.accepted / sumOf(counts)), showCount(counts.failed), money('revenue'), money('cost'), money('margin')]
      }), out.columns, paint))
  }
  return `${lines.join('\n').trimEnd()}\n`
}

const rate = (value: number | null): string => (value === null ? '–' : `${(value * 100).toFixed(1)}%`)
const ms = (value: number | null): string => (value === null ? '–' : formatDuration(value))
