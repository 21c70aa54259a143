import type { Report, ReportBy } from '../report.ts'
import { currenciesOf } from '../sums.ts'
import { moneyIn, outcomesOf, recipientSummary, type MoneySummary, type RecipientSummary } from './summary.ts'

/** One line of `finalmile report`. */
export interface GroupSummary extends RecipientSummary {
  /** A recipient's id, a source, a UTC day or `recipient version`. */
  readonly key: string
  /** Of settled leads, where a settled lead belongs to the group whole: by source and by day; null by recipient and version. */
  readonly settled: { readonly leads: number; readonly outcomes: Readonly<Record<string, number>>; readonly money: Readonly<Record<string, MoneySummary>> } | null
}

/** All groups of one kind, in order of their keys. A lead may meet many recipients, so cost and margin are by source and day only. */
export const groupsOf = (report: Report, by: ReportBy): readonly GroupSummary[] =>
  [...report.by[by]]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, figures]) => {
      const outcomes = outcomesOf(figures)
      const settled = by === 'recipient' || by === 'version' ? null : {
        leads: Object.values(outcomes).reduce((sum, each) => sum + each, 0),
        outcomes,
        money: Object.fromEntries(currenciesOf(figures.revenue, figures.cost).map((each) => [each, moneyIn(figures, each, report.mode)])),
      }
      return { key, ...recipientSummary(figures, report), settled }
    })
