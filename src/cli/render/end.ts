import type { ChalkInstance } from 'chalk'
import { relative } from 'node:path'
import { shellWord } from '../../base/shell.ts'
import type { Instant } from '../../base/time.ts'
import type { RunEnd } from '../../engine/settings.ts'
import type { Mode } from '../../core/event.ts'
import type { Hint } from '../run/hints.ts'
import type { StillWaiting } from '../run/still-waiting.ts'
import type { Trouble } from '../run/troubles.ts'
import { plural, showDue, showWhen } from './figures.ts'
import type { Summary } from '../../core/report/summary.ts'
import { renderSummary } from './summary.ts'
import { outcomePaint } from './timeline.ts'
import { oneLine } from './printable.ts'
import { waitsOf, type Wait } from './waits.ts'
import { withCommands, type CommandFor } from './command-for.ts'
import { cut } from './width.ts'

interface Ending {
  readonly summary: Summary
  readonly end: RunEnd
  /** Null where nothing was left behind. */
  readonly folder: string | null
  readonly cwd: string
  readonly hints: readonly Hint[]
  readonly troubles: readonly Trouble[]
  readonly bad: number
  readonly now: Instant
  readonly resumed: boolean
  /** Of what a `resume` did not meet; null for `deliver`. */
  readonly still: StillWaiting | null
  /** Leads that its files hold, about; null where that cannot be told (a pipe), or where it read none. */
  readonly total: number | null
  readonly commandFor: CommandFor
}

/** What a person reads after a run: the summary, what still waits, what to do about trouble, and where the files are. */
export const renderEnd = ({ summary, end, folder, cwd, hints, troubles, bad, now, resumed, still, total, commandFor }: Ending, columns: number, paint: ChalkInstance): string => {
  const lines: string[] = [renderSummary(summary, columns, paint).trimEnd(), '']
  const hint = (text: string): void => { lines.push(`${paint.blue('hint')} ${text}`) }
  for (const each of troubles) lines.push(troubleLine(each, commandFor, paint))
  for (const each of waitsOf(end.waiting).slice(0, 8)) lines.push(waitLine(each, summary.mode, now, commandFor, paint))
  for (const each of hints) hint(`${each.recipient}: ${oneLine(each.text)}`)
  if (end.changed > 0) hint(`${plural(end.changed, 'lead')} ${end.changed === 1 ? 'reads' : 'read'} otherwise in the file than when taken in, and went on as taken in: what has failed goes out as it reads now from a file of its own, by --again`)
  lines.push(...somebodyElseLines(end, paint))
  const [first] = end.twice
  if (first !== undefined) lines.push(`${paint.yellow('not sent')} ${end.twice.length === 1 ? '1 row of a lead' : `${plural(end.twice.length, 'row')} of leads`} that the file has already, with other data (${oneLine(first)}${end.twice.length === 1 ? '' : ' and so on'}): the first row of each counts; if they are different leads, name a column that is different for each with --id`)
  for (const { runId, leads } of end.broken.slice(-3)) hint(`run ${runId} ended without warning, and ${plural(leads, 'lead')} of it went on here; the last rows of its files may be missing: \`${commandFor(null, `export ledger --run ${runId}`)}\` has them all${resumed ? '; what it had not taken up yet of its file goes out by the same deliver command, and nothing twice' : ''}`)
  // A lead that no answer came for is not sent twice unasked.
  const doubt = Object.values(summary.recipients).some((each) => each.unknown > 0) ? '; a buyer may have those that it did not answer: ask it first' : ''
  if (end.inDoubt > 0) hint(`${plural(end.inDoubt, 'lead')} ${end.inDoubt === 1 ? 'stays' : 'stay'} in doubt: a batch that nobody answered may have brought ${end.inDoubt === 1 ? 'it' : 'them'}, and it goes again, under its key, only with all of its leads: name them all (\`${commandFor(null, 'explain LEAD')}\` tells of each), or ask the buyer, and \`${commandFor(summary.mode, 'review retry LEAD')}\` sends what it does not have`)
  if (summary.outcomes.failed > end.inDoubt) hint(`leads that failed go out again, once that is mended, by ${resumed ? `\`${commandFor(summary.mode, 'deliver … --retry-failed')}\`` : 'the same command with --retry-failed'}${doubt}`)
  // Of a live delivery nobody is invited to sell twice.
  if (summary.mode === 'test' && !resumed && summary.leads === 0 && end.alreadySettled > 0) hint('to rehearse them anew, give the same command with --again')
  if (summary.outcomes.held + summary.outcomes.pooled > 0) hint(`leads that need a person: ${commandFor(summary.mode, 'review list')}`)
  if (bad > 0) lines.push(`${paint.yellow(plural(bad, 'bad row'))} set aside in bad-rows.csv`)
  if (end.interrupted) lines.push(paint.yellow(`interrupted${leftOf(end, total)}; ${resumed ? `${commandFor(summary.mode, 'resume')} goes on` : 'the same command goes on'} where this stopped, and sends nothing twice`))
  else if (end.waiting.some((each) => each.nextAt !== null)) hint(`${commandFor(summary.mode, 'resume')} continues them when they are due`)
  if (still !== null) lines.push(...stillLines(still, summary.mode, end, commandFor, now, paint))
  if (folder !== null) {
    const shown = relative(cwd, folder)
    lines.push(paint.dim(`ledger.csv, results.csv and summary.json are in ${shown.startsWith('..') || shown === '' ? folder : shown}`))
  }
  return `${lines.join('\n')}\n`
}

/** Also for who reads cron's mail alone: these leads go to nobody. */
export const somebodyElseLines = ({ somebodyElse }: RunEnd, paint: ChalkInstance): readonly string[] => {
  const [first] = somebodyElse
  if (first === undefined) return []
  const one = somebodyElse.length === 1
  return [`${paint.yellow('not sent')} ${plural(somebodyElse.length, 'lead')}, since another person had ${one ? 'its' : 'their'} id ${oneLine(first)}${one ? '' : ' and so on'} before: name a column that is different for each lead with --id, or leave the id out of the file`]
}

/** Buyers say up to a page; `explain` has all of it. */
const REASON_WIDTH = 160

export const troubleLine = ({ kind, recipient, reason, count, leadId }: Trouble, commandFor: CommandFor, paint: ChalkInstance): string =>
  `${outcomePaint(kind, paint)(kind)} ${plural(count, 'lead')}${recipient === null ? '' : ` at ${recipient}`}: ${cut(oneLine(reason), REASON_WIDTH)} ${paint.dim(`(${commandFor(null, `explain ${shellWord(oneLine(leadId))}`)})`)}`

export const waitLine = ({ count, times, nextAt, why }: Wait, mode: Mode, now: Instant, commandFor: CommandFor, paint: ChalkInstance): string =>
  `${paint.cyan('waiting')} ${plural(count, 'lead')}, ${times > 1 ? 'the first ' : ''}${showDue(nextAt, now)}: ${oneLine(withCommands(commandFor, mode, why))}`

const stillLines = ({ nextAt, paused, inOtherMode }: StillWaiting, mode: Mode, end: RunEnd, commandFor: CommandFor, now: Instant, paint: ChalkInstance): readonly string[] => [
  ...(nextAt === null || end.waiting.length > 0 ? [] : [`${paint.cyan('waiting')} the next is due ${nextAt <= now ? 'now' : showWhen(nextAt, now)}: ${commandFor(mode, 'status')} tells what waits`]),
  ...paused.map((each) => `${paint.yellow('paused')} ${each}: what waits for it goes on after ${commandFor(mode, `unpause ${shellWord(each)}`)}`),
  ...(inOtherMode && nextAt === null && end.leads === 0 ? [`${paint.blue('hint')} ${mode === 'live' ? 'rehearsals wait: add --test to go on with those' : 'live deliveries wait: leave --test out to go on with those'}`] : []),
]

const leftOf = (end: RunEnd, total: number | null): string => {
  const left = total === null ? 0 : Math.max(0, total - end.leads - end.alreadySettled)
  return left === 0 ? '' : ` with about ${plural(left, 'lead')} not taken up yet`
}
