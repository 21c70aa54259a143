import { addMoney, money, moneyText, negative, parseMoney, subtractMoney, type Money } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import type { DeliveryEvent, EventOf } from './event.ts'
import { withMore } from './sums.ts'

/** One sale of a delivery and what the buyer has given back of it. */
interface Sale {
  readonly path: string
  readonly recipient: string
  readonly buyerLeadId: string | null
  /** What was booked; null where the sale earned nothing. */
  readonly revenue: Money | null
  readonly soldAt: Instant
  readonly returned: Money | null
  /** The rows of buyers' files that were booked against it. */
  readonly refs: readonly string[]
}

/** What one row of a buyer's file asks for. `amount`: as money is written, in the sale's currency where it names none, a credit with or without its minus; null: all that is left. */
export interface ReturnRequest {
  readonly recipient: string | null
  readonly buyerLeadId: string | null
  readonly amount: string | null
  /** As the row's own column names it; null: the sale's. */
  readonly currency: string | null
  readonly reason: string | null
  /** Names the row by what it says of the lead, so that the same file counts once, however the buyer was named. */
  readonly ref: string
  /** When the buyer gave it back, where the row says so. */
  readonly returnedAt: Instant | null
}

type ReturnDecision =
  | { readonly kind: 'return'; readonly event: EventOf<'returned'> }
  /** Booked before: this very row, or the sale was returned whole. */
  | { readonly kind: 'known' }
  | { readonly kind: 'refused'; readonly why: string }

/** The sales of a delivery, oldest first: accepted posts, and what a person accepted in review. */
export const salesOf = (events: readonly DeliveryEvent[]): readonly Sale[] => {
  const sales: Sale[] = []
  for (const event of events) {
    if (event.type === 'attemptFinished' && event.phase === 'post' && event.verdict.kind === 'accepted' && event.surplus !== true) {
      sales.push({ path: event.path, recipient: event.recipient, buyerLeadId: event.verdict.buyerLeadId ?? null, revenue: event.revenue, soldAt: event.at, returned: null, refs: [] })
    }
    if (event.type === 'settled' && event.outcome.kind === 'accepted' && event.outcome.recipient !== null && !sales.some((each) => each.recipient === event.outcome.recipient)) {
      const { path, recipient, buyerLeadId, revenue } = event.outcome
      sales.push({ path, recipient, buyerLeadId, revenue, soldAt: event.at, returned: null, refs: [] })
    }
    if (event.type === 'reviewed' && event.sale) sales.push({ ...event.sale, soldAt: event.at, returned: null, refs: [] })
    if (event.type !== 'returned') continue
    const at = sales.findIndex((each) => each.recipient === event.recipient && each.path === event.path)
    const sale = sales[at]
    if (sale) sales[at] = { ...sale, returned: sale.returned ? addMoney(sale.returned, event.amount) : event.amount, refs: [...sale.refs, event.ref] }
  }
  return sales
}

/** What is left of a sale after returns; null where it earned nothing. */
export const leftOf = ({ revenue, returned }: Sale): Money | null => (revenue === null ? null : returned === null ? revenue : subtractMoney(revenue, returned))

/**
 * Whether a return is booked against a delivery's sales, and for how much; never more than is left. `withinMs`: how long
 * after the sale the buyer may give it back; null for any time.
 */
export const decideReturn = (sales: readonly Sale[], request: ReturnRequest, now: Instant, withinMs: number | null): ReturnDecision => {
  const { recipient, buyerLeadId, ref, reason } = request
  const meant = sales.filter((each) => isMeant(each, recipient, buyerLeadId))
  const [sale] = meant
  if (!sale) return refused(sales.length === 0 ? 'it was not sold' : `it was sold to ${sales.map((each) => each.recipient).join(' and ')}${recipient === null ? '' : `, not to ${recipient}`}`)
  // Only of the sale that is meant: two buyers of one lead may send the same row.
  if (meant.every((each) => each.refs.includes(ref))) return { kind: 'known' }
  if (meant.length > 1) return refused(nameTheBuyer(meant.map((each) => each.recipient)))
  const left = leftOf(sale)
  if (left === null) return refused('the sale earned nothing, so that there is nothing to give back')
  if (left.amount === 0) return { kind: 'known' }
  const amount = request.amount === null ? left : creditOf(request.amount, request.currency ?? left.currency)
  if (amount === null) return refused(`"${request.amount}" is no amount of money`)
  if (amount.currency !== left.currency) return refused(`the return is in ${amount.currency}, the sale in ${left.currency}`)
  if (amount.amount <= 0) return refused('the amount is not above zero')
  if (amount.amount > left.amount) return refused(`more is returned than the ${moneyText(left)} that ${sale.returned === null ? 'it was sold for' : 'are left of it'}`)
  const age = (request.returnedAt ?? now) - sale.soldAt
  if (withinMs !== null && age > withinMs) return refused('it comes later than --within allows after the sale')
  return { kind: 'return', event: { type: 'returned', at: now, path: sale.path, recipient: sale.recipient, buyerLeadId: sale.buyerLeadId, amount, reason, ref } }
}

/** Whether a row that names this buyer and this id of the buyer's (null: none) may mean the sale. */
export const isMeant = (sale: Pick<Sale, 'recipient' | 'buyerLeadId'>, recipient: string | null, buyerLeadId: string | null): boolean =>
  (recipient === null || sale.recipient === recipient) && (buyerLeadId === null || sale.buyerLeadId === buyerLeadId)

export const nameTheBuyer = (buyers: readonly string[]): string => `it was sold to ${buyers.join(' and ')}: name the buyer in a column "recipient" or with --from`

/** Money as a buyer's list writes it; a credit is often written as what it takes off: with a minus, or in brackets as accountants do. */
export const creditOf = (text: string, currency: string): Money | null => {
  const read = parseMoney(/^\((.+)\)$/.exec(text.trim())?.[1] ?? text, currency)
  return read === null ? null : money(Math.abs(read.amount), read.currency)
}

export const afterReturn = (revenue: Money | null, amount: Money): Money => withMore(revenue, negative(amount))

const refused = (why: string): ReturnDecision => ({ kind: 'refused', why })
