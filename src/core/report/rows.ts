import type { CsvValue } from '../../base/csv.ts'
import { formatMoney, negative, subtractMoney, type Money } from '../../base/money.ts'
import { isoTime, type Instant } from '../../base/time.ts'
import type { DeliveryEvent, EventOf, Mode } from '../event.ts'
import type { Outcome } from '../outcome.ts'
import type { Sale } from '../sale.ts'
import { classOf } from '../verdict.ts'

/** The header of `ledger.csv`, contract section 7. */
export const LEDGER_COLUMNS = [
  'seq', 'at', 'run_id', 'lead_id', 'path', 'recipient', 'phase', 'attempt', 'idempotency_key', 'mode',
  'http_status', 'verdict', 'reason', 'class', 'buyer_lead_id', 'revenue', 'currency', 'duration_ms',
] as const

/** The header of `results.csv`. */
export const RESULT_COLUMNS = [
  'lead_id', 'outcome', 'recipient', 'buyer_lead_id', 'revenue', 'cost', 'margin', 'currency', 'attempts', 'reason', 'settled_at',
] as const

/** Whose event a row is about; what the ledger's `events` yields has all of it. */
interface RowContext {
  readonly seq: number
  readonly runId: string
  readonly leadId: string
  readonly mode: Mode
}

export type Row = readonly CsvValue[]

/**
 * The ledger's row of an event: a finished attempt, a recipient that was passed by (`attempt` 0, verdict `skipped`), or a
 * return (verdict `returned`, its revenue negative, so that the column adds up); null for all other events. Revenue is empty where nothing was sold.
 */
export const ledgerRow = (context: RowContext, event: DeliveryEvent): Row | null => {
  if (event.type === 'attemptFinished') {
    const { verdict, revenue } = event
    return [
      context.seq, isoTime(event.at), context.runId, context.leadId, event.path, event.recipient, event.phase, event.attempt, event.key, context.mode,
      event.httpStatus, verdict.kind, verdict.reason, event.surplus ? 'surplus' : classOf(verdict), verdict.buyerLeadId ?? null,
      revenue && amountText(revenue, context.mode), revenue && revenue.currency, event.durationMs,
    ]
  }
  if (event.type === 'returned') return rowWithoutRequest(context, event.at, 'returned', { ...event, revenue: negative(event.amount) }, event.reason)
  if (event.type === 'chose' && event.choice.kind === 'pass' && event.choice.recipient !== null) {
    return rowWithoutRequest(context, event.at, 'skipped', { path: event.path, recipient: event.choice.recipient, buyerLeadId: null, revenue: null }, event.choice.reason)
  }
  return null
}

/** The ledger's row of a sale that a person confirmed: without it the column would not add up. */
export const confirmedRow = (context: RowContext, sale: Sale): Row => rowWithoutRequest(context, sale.at, 'accepted', sale, sale.reason)

/** `attempt` 0, as no request brought it about. */
const rowWithoutRequest = (context: RowContext, at: Instant, verdict: string, { path, recipient, buyerLeadId, revenue }: Pick<Outcome, 'path' | 'recipient' | 'buyerLeadId' | 'revenue'>, reason: string | null): Row => [
  context.seq, isoTime(at), context.runId, context.leadId, path, recipient, null, 0, null, context.mode,
  null, verdict, reason, null, buyerLeadId, revenue && amountText(revenue, context.mode), revenue && revenue.currency, null,
]

/**
 * The row of a settled lead. Revenue and cost are there for every lead, so that columns add up; where they have different
 * currencies, cost carries its code and margin is empty.
 */
export const resultRow = (context: { readonly leadId: string; readonly mode: Mode; readonly attempts: number }, event: EventOf<'settled'>, currency: string): Row => {
  const { outcome } = event
  const named = outcome.revenue?.currency ?? event.cost?.currency ?? currency
  const nothing: Money = { amount: 0, currency: named }
  const earned = context.mode === 'test' ? nothing : outcome.revenue ?? nothing
  const cost = event.cost ?? nothing
  const sameCurrency = cost.currency === named
  return [
    context.leadId, outcome.kind, outcome.recipient, outcome.buyerLeadId, formatMoney(earned),
    sameCurrency ? formatMoney(cost) : `${formatMoney(cost)} ${cost.currency}`, sameCurrency ? formatMoney(subtractMoney(earned, cost)) : null,
    named, context.attempts, outcome.reason, isoTime(event.at),
  ]
}

/** A row as an object, for JSON Lines: exact, unguarded, null where the cell is empty. */
export const rowObject = (columns: readonly string[], row: Row): Readonly<Record<string, CsvValue>> =>
  Object.fromEntries(columns.map((column, i) => [column, row[i] ?? null]))

const amountText = (value: Money, mode: Mode): string => (mode === 'test' ? '0.00' : formatMoney(value))
