import type { ChalkInstance } from 'chalk'
import { parseMoney } from '../../base/money.ts'
import { formatDuration } from '../../base/time.ts'
import { OUTCOMES } from '../../core/outcome.ts'
import { plural, showCount, showMoney, showRate } from './figures.ts'
import { renderTable } from './table.ts'
import { outcomePaint } from './timeline.ts'
import { oneLine } from './width.ts'

/** What of `summary.json` (contract, section 7) is shown. */
export interface ShownSummary {
  readonly mode: string
  readonly to: string | null
  readonly started_at: string
  readonly finished_at: string | null
  readonly leads: number
  readonly outcomes: Readonly<Record<string, number>>
  readonly already_settled?: number
  readonly revenue: string
  readonly cost: string
  readonly margin: string
  readonly currency: string
  readonly test_revenue?: string
  readonly recipients: Readonly<Record<string, ShownRecipient>>
  readonly alerts: readonly unknown[]
}

export interface ShownRecipient {
  readonly attempts: number
  readonly accepted: number
  readonly rejected: number
  readonly duplicates: number
  readonly skipped: number
  readonly failed: number
  readonly unknown: number
  readonly success_rate: number | null
  readonly avg_ms: number | null
  readonly p95_ms: number | null
  readonly revenue: string
  readonly errors: Readonly<Record<string, number>>
}

/** After a run, for a person: the money first, then what became of the leads, then each recipient. */
export const renderSummary = (summary: ShownSummary, columns: number, paint: ChalkInstance): string => {
  const figure = (text: string): string => {
    const read = parseMoney(text, summary.currency)
    return read === null ? text : showMoney(read)
  }
  const took = summary.finished_at === null ? null : Date.parse(summary.finished_at) - Date.parse(summary.started_at)
  const lines: string[] = []
  const target = summary.to === null ? '' : ` to ${summary.to}`
  lines.push(paint.bold(`${plural(summary.leads, 'lead')}${target}${took === null ? '' : ` in ${formatDuration(Math.max(0, took))}`}`) + (summary.mode === 'test' ? paint.yellow('  test mode: no revenue is recorded') : ''))
  if (summary.already_settled) lines.push(paint.dim(`${plural(summary.already_settled, 'lead')} had been settled before and ${summary.already_settled === 1 ? 'was' : 'were'} not sent again`))
  lines.push('')
  const margin = summary.margin.startsWith('-') ? paint.red : paint.green
  lines.push(`  Revenue ${paint.bold(figure(summary.revenue))}   Cost ${figure(summary.cost)}   Margin ${margin(paint.bold(figure(summary.margin)))}`)
  if (summary.mode === 'test' && summary.test_revenue !== undefined) lines.push(paint.dim(`  It would have been ${figure(summary.test_revenue)}`))
  lines.push('', `  ${outcomesLine(summary.outcomes, summary.leads, paint)}`, '')
  const rows = Object.entries(summary.recipients)
  if (rows.length > 0) {
    lines.push(renderTable(
      [
        { title: 'RECIPIENT', flexible: true }, { title: 'SENT', align: 'right' }, { title: 'ACCEPTED', align: 'right' }, { title: 'RATE', align: 'right' }, { title: 'REJECTED', align: 'right' },
        { title: 'DUP', align: 'right' }, { title: 'SKIPPED', align: 'right' }, { title: 'FAILED', align: 'right', style: (text) => (/[1-9]/.test(text) ? paint.red(text) : text) },
        { title: 'IN DOUBT', align: 'right', style: (text) => (/[1-9]/.test(text) ? paint.yellow(text) : text) },
        { title: 'AVG', align: 'right' }, { title: 'P95', align: 'right' }, { title: 'REVENUE', align: 'right' }, { title: 'ERRORS', flexible: true },
      ],
      rows.map(([id, each]) => [
        id, showCount(each.attempts), showCount(each.accepted), each.success_rate === null ? '–' : `${(each.success_rate * 100).toFixed(1)}%`, showCount(each.rejected),
        blankZero(each.duplicates), blankZero(each.skipped), blankZero(each.failed), blankZero(each.unknown),
        each.avg_ms === null ? '–' : formatDuration(each.avg_ms), each.p95_ms === null ? '–' : formatDuration(each.p95_ms), figure(each.revenue),
        Object.entries(each.errors).map(([name, count]) => `${name} ${count}`).join(', '),
      ]),
      columns, paint,
    ).trimEnd(), '')
  }
  for (const each of summary.alerts) lines.push(`${paint.yellow.bold('alert')} ${alertText(each)}`)
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

export const alertText = (alert: unknown): string => {
  if (typeof alert === 'string') return oneLine(alert)
  if (typeof alert !== 'object' || alert === null) return ''
  const text = 'text' in alert ? String(alert.text) : 'message' in alert ? String(alert.message) : JSON.stringify(alert)
  const recipient = 'recipient' in alert && typeof alert.recipient === 'string' ? `${alert.recipient}: ` : ''
  return oneLine(`${recipient}${text}`)
}

/** A zero is left blank, and a column of zeros is left out. */
const blankZero = (count: number): string => (count === 0 ? '' : showCount(count))
