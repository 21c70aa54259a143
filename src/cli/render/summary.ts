import type { ChalkInstance } from 'chalk'
import { money, parseMoney, type Money } from '../../base/money.ts'
import { formatDuration } from '../../base/time.ts'
import type { Mode } from '../../core/event.ts'
import { OUTCOMES } from '../../core/outcome.ts'
import type { Report } from '../../core/report.ts'
import type { Alert } from '../../core/report/alerts.ts'
import type { Figures } from '../../core/report/figures.ts'
import { currenciesIn, moneyIn, type MoneySummary, type RecipientSummary, type Summary } from '../../core/report/summary.ts'
import { plural, showCount, showMoney, showMs, showRate, showShare } from './figures.ts'
import { renderTable } from './table.ts'
import { outcomePaint } from './timeline.ts'
import { oneLine } from './printable.ts'

/** After a run, for a person: the money first, then what became of the leads, then each recipient. */
export const renderSummary = (summary: Summary, columns: number, paint: ChalkInstance): string => {
  const took = Date.parse(summary.finished_at) - Date.parse(summary.started_at)
  const lines: string[] = []
  const target = summary.to === null ? '' : ` to ${summary.to}`
  lines.push(paint.bold(`${plural(summary.leads, 'lead')}${target} in ${formatDuration(Math.max(0, took))}`) + (summary.mode === 'test' ? paint.yellow('  test mode: no revenue is recorded') : ''))
  if (summary.already_settled) lines.push(paint.dim(`${plural(summary.already_settled, 'lead')} had been settled before and ${summary.already_settled === 1 ? 'was' : 'were'} not sent again`))
  lines.push('')
  for (const [currency, money] of moneyLines(summary)) {
    const margin = money.margin.startsWith('-') ? paint.red : paint.green
    lines.push(`  Revenue ${paint.bold(showAmount(money.revenue, currency))}   Cost ${showAmount(money.cost, currency)}   Margin ${margin(paint.bold(showAmount(money.margin, currency)))}`)
    if (money.test_revenue !== undefined) lines.push(paint.dim(`  It would have been ${showAmount(money.test_revenue, currency)}`))
  }
  lines.push('', `  ${outcomesLine(summary.outcomes, summary.leads, paint)}`, '')
  const rows = Object.entries(summary.recipients)
  if (rows.length > 0) {
    lines.push(renderTable(
      [
        { title: 'RECIPIENT', flexible: true }, { title: 'SENT', align: 'right' }, { title: 'ACCEPTED', align: 'right' }, { title: 'RATE', align: 'right' }, { title: 'REJECTED', align: 'right' },
        { title: 'DUP', align: 'right' }, { title: 'SKIPPED', align: 'right' }, { title: 'FAILED', align: 'right', style: (text) => (/[1-9]/.test(text) ? paint.red(text) : text) },
        { title: 'NO ANSWER', align: 'right', style: (text) => (/[1-9]/.test(text) ? paint.yellow(text) : text) },
        { title: 'AVG', align: 'right', spare: true }, { title: 'P95', align: 'right', spare: true }, { title: 'REVENUE', align: 'right' },
      ],
      rows.map(([id, each]) => [
        id, showCount(each.attempts), showCount(each.accepted), showShare(each.success_rate), showCount(each.rejected),
        blankZero(each.duplicates), blankZero(each.skipped), blankZero(each.failed), blankZero(each.unknown),
        showMs(each.avg_ms), showMs(each.p95_ms), revenueText(each, summary.mode),
      ]),
      columns, paint,
    ).trimEnd(), '')
    const errors = rows.flatMap(([id, each]) => { const text = errorsText(each); return text === '' ? [] : [`${paint.red('errors')} ${id}: ${text}`] })
    if (errors.length > 0) lines.push(...errors, '')
  }
  // What was told while the run went on stands above already.
  for (const each of summary.alerts) if (each.kind !== 'told') lines.push(`${paint.yellow.bold('alert')} ${alertText(each)}`)
  return `${lines.join('\n').trimEnd()}\n`
}

export const outcomesLine = (outcomes: Readonly<Record<string, number>>, leads: number, paint: ChalkInstance): string => {
  const named = [...OUTCOMES, 'waiting'] as const
  const parts = named.flatMap((kind) => {
    const count = outcomes[kind] ?? 0
    if (count === 0) return []
    const style = kind === 'waiting' ? paint.cyan : outcomePaint(kind, paint)
    return [style(`${showCount(count)} ${kind}${kind === 'accepted' ? ` (${showRate(count, leads)})` : ''}`)]
  })
  return parts.length === 0 ? paint.dim('no lead was settled') : parts.join(paint.dim(' · '))
}

export const alertText = (alert: Alert): string =>
  alert.kind === 'threshold'
    ? `${alert.recipient}: ${oneLine(alert.rule)} missed: ${alert.rule.includes('time') ? formatDuration(alert.value) : showShare(alert.value)} over ${plural(alert.attempts, 'attempt')}`
    : alert.kind === 'told' ? `${alert.recipient}: ${oneLine(alert.reason)}`
    : `${alert.recipient}: ${alert.class}${alert.reason === null ? '' : `: ${oneLine(alert.reason)}`} (${plural(alert.attempts, 'attempt')})`

/** One line of figures, or one for each currency. */
const moneyLines = (summary: Summary): readonly (readonly [string, MoneySummary])[] => {
  if (summary.by_currency !== undefined) return Object.entries(summary.by_currency)
  const { revenue, cost, margin, currency, test_revenue: test } = summary
  return revenue === null || cost === null || margin === null || currency === null ? [] : [[currency, { revenue, cost, margin, ...(typeof test === 'string' ? { test_revenue: test } : {}) }]]
}

export const showAmount = (text: string, currency: string, show: (amount: Money) => string = showMoney): string => {
  const read = parseMoney(text, currency)
  return read === null ? text : show(read)
}

/** No cent is counted in an average: past one of the main unit its fractions of a cent are noise. */
export const showAverage = (text: string, currency: string): string =>
  showAmount(text, currency, (read) => showMoney(read.amount < 10_000 ? read : money(Math.round(read.amount / 100) * 100, read.currency)))

/** In test mode what it would have been. */
export const revenueText = (each: RecipientSummary, mode: Mode): string => {
  const of = (money: { readonly revenue: string | null; readonly test_revenue?: string | null }): string => (mode === 'test' ? money.test_revenue : money.revenue) ?? '0.00'
  if (each.by_currency !== undefined) return Object.entries(each.by_currency).map(([currency, money]) => showAmount(of(money), currency)).join(' + ')
  return showAmount(of(each), each.currency ?? 'USD')
}

/** Of a group of leads, a figure for each currency in which there is one. In test mode revenue is what it would have been, and no margin is made of that. */
export const moneyTexts = (figures: Figures, { mode, currency: fallback }: Pick<Report, 'mode' | 'currency'>): Readonly<Record<'revenue' | 'cost' | 'margin', string>> => {
  const each = (of: (money: MoneySummary) => string): string => {
    const amounts = currenciesIn(figures, fallback).map((currency) => ({ currency, text: of(moneyIn(figures, currency, mode)) }))
    const some = amounts.filter(({ text }) => text !== '0.00')
    return (some.length > 0 ? some : amounts.slice(0, 1)).map(({ currency, text }) => showAmount(text, currency)).join(' + ').replaceAll('+ -', '- ')
  }
  return { revenue: each((money) => money.test_revenue ?? money.revenue), cost: each((money) => money.cost), margin: mode === 'test' ? '–' : each((money) => money.margin) }
}

/** `invalid_data 2, timeout 1`; empty where there were none. */
export const errorsText = ({ errors }: RecipientSummary, show: (count: number) => string = showCount): string => Object.entries(errors).map(([name, count]) => `${name} ${show(count)}`).join(', ')

/** A zero is left blank, and a column of zeros is left out. */
const blankZero = (count: number): string => (count === 0 ? '' : showCount(count))
