import { formatMoney, subtractMoney } from '../../base/money.ts'
import { isoTime, type Instant } from '../../base/time.ts'
import type { Mode } from '../event.ts'
import { OUTCOMES, type OutcomeKind } from '../outcome.ts'
import type { Report } from '../report.ts'
import type { Run } from '../run.ts'
import type { Alert } from './alerts.ts'
import { successRate, type Figures } from './figures.ts'
import { average, percentile } from './histogram.ts'
import { currenciesOf, sumIn, textIn, type Sums } from '../sums.ts'

/** Money of one currency as decimal strings. In test mode revenue is "0.00" and `test_revenue` says what it would have been. */
export interface MoneySummary { readonly revenue: string; readonly test_revenue?: string; readonly cost: string; readonly margin: string; /** what buyers gave back, taken off the revenue already; absent for nothing */ readonly returned?: string }

/** Null where several currencies occur: then `by_currency` has the figures, and there is no sum of unlike things. */
interface MoneyOf {
  readonly revenue: string | null
  readonly test_revenue?: string | null
  readonly currency: string | null
}

export interface RecipientSummary extends MoneyOf {
  readonly attempts: number
  readonly accepted: number
  readonly rejected: number
  readonly duplicates: number
  readonly skipped: number
  readonly failed: number
  readonly unknown: number
  readonly unconfirmed: number
  readonly bids: number
  /** Sales given back, whole or in part; absent for none. */
  readonly returns?: number
  /** 0 to 1: accepted among finished posts; null without any. */
  readonly success_rate: number | null
  readonly avg_ms: number | null
  readonly p95_ms: number | null
  /** By leads posted to it. */
  readonly revenue_per_lead: string | null
  readonly errors: Readonly<Record<string, number>>
  readonly by_currency?: Readonly<Record<string, { readonly revenue: string; readonly test_revenue?: string }>>
}

/** `summary.json`, contract section 7. */
export interface Summary extends MoneyOf {
  readonly run_id: string
  readonly mode: Mode
  readonly to: string | null
  readonly started_at: string
  readonly finished_at: string
  /** Settled by this run or left waiting by it. */
  readonly leads: number
  readonly outcomes: Readonly<Record<OutcomeKind | 'waiting', number>>
  readonly already_settled: number
  readonly bad_rows: number
  readonly cost: string | null
  readonly margin: string | null
  readonly by_currency?: Readonly<Record<string, MoneySummary>>
  readonly recipients: Readonly<Record<string, RecipientSummary>>
  readonly alerts: readonly Alert[]
}

/** What the run knows beside its events. */
interface RunFigures {
  readonly finishedAt: Instant
  readonly waiting: number
  readonly alreadySettled: number
  readonly badRows: number
  readonly alerts: readonly Alert[]
}

export const summaryOf = (report: Report, run: Run, known: RunFigures): Summary => {
  const { total, mode } = report
  return {
    run_id: run.id, mode, to: run.to, started_at: isoTime(run.startedAt), finished_at: isoTime(known.finishedAt),
    leads: leadsOf(total) + known.waiting, outcomes: { ...outcomesOf(total), waiting: known.waiting },
    already_settled: known.alreadySettled, bad_rows: known.badRows,
    ...moneyOf(total, report),
    recipients: Object.fromEntries(inOrder(report.by.recipient).map(([id, each]) => [id, recipientSummary(each, report)])),
    alerts: known.alerts,
  }
}

/** Settled leads by outcome, every outcome named. */
export const outcomesOf = ({ outcomes }: Figures): Readonly<Record<OutcomeKind, number>> =>
  Object.fromEntries(OUTCOMES.map((kind) => [kind, outcomes.get(kind) ?? 0])) as Record<OutcomeKind, number>

export const leadsOf = ({ outcomes }: Figures): number => [...outcomes.values()].reduce((sum, each) => sum + each, 0)

/** Groups by their names. */
export const inOrder = <T>(groups: ReadonlyMap<string, T>): readonly (readonly [string, T])[] => [...groups].sort(([a], [b]) => (a < b ? -1 : 1))

/** Of the money of settled leads; where there is none, what its figures of zero are in. */
export const currenciesIn = ({ revenue, cost }: Figures, otherwise: string): readonly string[] => {
  const found = currenciesOf(revenue, cost)
  return found.length === 0 ? [otherwise] : found
}

/** Of settled leads; null where several currencies occur, each of which has its own. */
export const moneyOf = (figures: Figures, { mode, currency }: Pick<Report, 'mode' | 'currency'>): Pick<Summary, 'revenue' | 'test_revenue' | 'cost' | 'margin' | 'currency' | 'by_currency'> => {
  const [only = currency, ...others] = currenciesIn(figures, currency)
  if (others.length === 0) return { ...moneyIn(figures, only, mode), currency: only }
  return { revenue: null, ...(mode === 'test' ? { test_revenue: null } : {}), cost: null, margin: null, currency: null, by_currency: Object.fromEntries([only, ...others].map((each) => [each, moneyIn(figures, each, mode)])) }
}

/** Revenue, cost and margin of settled leads in one currency. */
export const moneyIn = (figures: Figures, currency: string, mode: Mode): MoneySummary => {
  const revenue = mode === 'test' ? sumIn(new Map(), currency) : sumIn(figures.revenue, currency)
  const cost = sumIn(figures.cost, currency)
  return { ...revenueIn(figures.revenue, currency, mode), cost: formatMoney(cost), margin: formatMoney(subtractMoney(revenue, cost)), ...(figures.returned.has(currency) ? { returned: textIn(figures.returned, currency) } : {}) }
}

export const recipientSummary = (figures: Figures, { mode, currency }: Pick<Report, 'mode' | 'currency'>): RecipientSummary => {
  const currencies = currenciesOf(figures.sales)
  const only = currencies.length > 1 ? null : currencies[0] ?? currency
  return {
    attempts: figures.attempts, accepted: figures.accepted, rejected: figures.rejected, duplicates: figures.duplicates,
    skipped: figures.skipped, failed: figures.failed, unknown: figures.unknown, unconfirmed: figures.unconfirmed, bids: figures.bids,
    ...(figures.returns > 0 ? { returns: figures.returns } : {}),
    success_rate: rounded(successRate(figures), 4), avg_ms: rounded(average(figures.durations), 1), p95_ms: percentile(figures.durations, 0.95),
    ...(only === null
      ? { revenue: null, ...(mode === 'test' ? { test_revenue: null } : {}), revenue_per_lead: null, by_currency: Object.fromEntries(currencies.map((each) => [each, revenueIn(figures.sales, each, mode)])) }
      : { ...revenueIn(figures.sales, only, mode), revenue_per_lead: perLead(figures, only, mode) }),
    currency: only,
    errors: Object.fromEntries(inOrder(figures.errors)),
  }
}

const revenueIn = (sums: Sums, currency: string, mode: Mode): { readonly revenue: string; readonly test_revenue?: string } =>
  mode === 'test' ? { revenue: '0.00', test_revenue: textIn(sums, currency) } : { revenue: textIn(sums, currency) }

const perLead = (figures: Figures, currency: string, mode: Mode): string | null => {
  if (figures.offered === 0) return null
  const revenue = mode === 'test' ? 0 : sumIn(figures.sales, currency).amount
  return formatMoney({ amount: Math.round(revenue / figures.offered), currency })
}

const rounded = (value: number | null, places: number): number | null =>
  value === null ? null : Math.round(value * 10 ** places) / 10 ** places
