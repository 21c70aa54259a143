import type { ChalkInstance } from 'chalk'
import { relative } from 'node:path'
import type { Instant } from '../../base/time.ts'
import type { RunEnd } from '../../engine/settings.ts'
import type { Hint } from '../hints.ts'
import { plural, showWhen } from './figures.ts'
import type { Summary } from '../../core/report/summary.ts'
import { renderSummary } from './summary.ts'
import { oneLine } from './printable.ts'

export interface Ending {
  readonly summary: Summary
  readonly end: RunEnd
  /** Null where nothing was left behind. */
  readonly folder: string | null
  readonly cwd: string
  readonly hints: readonly Hint[]
  readonly bad: number
  readonly now: Instant
  readonly resumed: boolean
  /** Leads that its files hold, about; null where that cannot be told (a pipe), or where it read none. */
  readonly total: number | null
}

/** What a person reads after a run: the summary, what still waits, what to do about trouble, and where the files are. */
export const renderEnd = ({ summary, end, folder, cwd, hints, bad, now, resumed, total }: Ending, columns: number, paint: ChalkInstance): string => {
  const lines: string[] = [renderSummary(summary, columns, paint).trimEnd(), '']
  for (const each of end.waiting.slice(0, 8)) {
    const when = each.nextAt === null ? 'until a person acts' : each.nextAt <= now ? 'due now' : showWhen(each.nextAt, now)
    lines.push(`${paint.cyan('waiting')} ${plural(each.count, 'lead')}, ${when}: ${oneLine(each.why)}`)
  }
  for (const each of hints) lines.push(`${paint.blue('hint')} ${each.recipient}: ${oneLine(each.text)}`)
  if (summary.outcomes.held + summary.outcomes.pooled > 0) lines.push(`${paint.blue('hint')} leads that need a person: finalmile review list`)
  if (bad > 0) lines.push(`${paint.yellow(plural(bad, 'bad row'))} set aside in bad-rows.csv`)
  if (end.interrupted) lines.push(paint.yellow(`interrupted${leftOf(end, total)}; ${resumed ? 'finalmile resume goes on' : 'the same command goes on'} where this stopped, and sends nothing twice`))
  else if (end.waiting.length > 0) lines.push(`${paint.blue('hint')} finalmile resume continues them when they are due`)
  if (folder !== null) {
    const shown = relative(cwd, folder)
    lines.push(paint.dim(`ledger.csv, results.csv and summary.json are in ${shown.startsWith('..') || shown === '' ? folder : shown}`))
  }
  return `${lines.join('\n')}\n`
}

const leftOf = (end: RunEnd, total: number | null): string => {
  const left = total === null ? 0 : Math.max(0, total - end.leads - end.alreadySettled)
  return left === 0 ? '' : ` with about ${plural(left, 'lead')} not taken up yet`
}
