import { negative, subtractMoney } from '../../base/money.ts'
import { shellWord } from '../../base/shell.ts'
import type { Mode } from '../../core/event.ts'
import type { Report } from '../../core/report.ts'
import { currenciesOf, sumIn } from '../../core/sums.ts'
import type { Counts, Queue } from '../../ports.ts'
import { plural, showCount, showMoney, someOf } from './figures.ts'
import type { CommandFor } from './command-for.ts'

/** What the figures of a report do not have yet. */
export interface OpenLeads {
  /** Not settled: those that wait, and those that are worked on. */
  readonly unsettled: number
  /** Of them, those that wait for a recipient; and the leads that a recipient may have though no answer said so. The most first. */
  readonly waitingFor: readonly Count[]
  readonly inDoubtAt: readonly Count[]
}
type Count = readonly [recipient: string, leads: number]

export const openLeadsOf = (report: Report, { waiting, working }: Counts, queues: readonly Queue[]): OpenLeads => {
  const leads = new Map<string, number>()
  for (const { recipient, leads: more } of queues) if (recipient !== null) leads.set(recipient, (leads.get(recipient) ?? 0) + more)
  return { unsettled: waiting + working, waitingFor: mostFirst(leads), inDoubtAt: mostFirst([...report.doubts].map(([recipient, { size }]) => [recipient, size])) }
}

const mostFirst = (counts: Iterable<Count>): readonly Count[] => [...counts].filter(([, leads]) => leads > 0).toSorted(([, a], [, b]) => b - a)

export const openJson = ({ unsettled, waitingFor, inDoubtAt }: OpenLeads): object =>
  ({ unsettled, waiting_for: Object.fromEntries(waitingFor), in_doubt: Object.fromEntries(inDoubtAt) })

/** A line for each, of what may still change the figures. */
export const openTexts = ({ unsettled, waitingFor, inDoubtAt }: OpenLeads, commandFor: CommandFor, mode: Mode): readonly string[] => [
  ...(unsettled === 0 ? [] : [`Not final: ${plural(unsettled, 'lead')} ${unsettled === 1 ? 'is' : 'are'} not settled yet${waitingFor.length === 0 ? '' : ` (${named(waitingFor, 'for')})`}`]),
  ...(inDoubtAt.length === 0 ? [] : [`In doubt: no answer says whether ${named(inDoubtAt, 'at')} ${inDoubtAt.length === 1 && inDoubtAt[0]?.[1] === 1 ? 'was' : 'were'} bought; the buyer's own list does (${commandFor(mode, `reconcile ${shellWord(inDoubtAt[0]?.[0] ?? '')} LIST`)})`]),
]

/** Why the rows of recipients, which go by the sale, have more or less than the revenue, which goes by the settled lead; a line for each currency. */
export const apartTexts = ({ total, mode }: Report): readonly string[] => (mode === 'test' ? [] : currenciesOf(total.sales, total.revenue)).flatMap((currency) => {
  const apart = subtractMoney(sumIn(total.sales, currency), sumIn(total.revenue, currency))
  if (apart.amount === 0) return []
  return apart.amount > 0
    ? [`Sold and not settled: the recipients' rows have ${showMoney(apart)} of leads that still wait for others, which is no revenue of settled leads yet`]
    : [`Sold before: the revenue has ${showMoney(negative(apart))} of leads that were sold before this time and settled in it, which the recipients' rows do not have`]
})

const named = (counts: readonly Count[], where: 'for' | 'at'): string =>
  someOf(counts.map(([recipient, leads], i) => `${where === 'at' && i === 0 ? plural(leads, 'lead') : showCount(leads)} ${where} ${recipient}`), 5)
