import { addMoney, money, moneyText, parseMoney, subtractMoney, type Money } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import type { DeliveryEvent, EventOf } from './event.ts'
import { salesIn, type Sale } from './sale.ts'

/** One sale of a delivery and what the buyer has given back of it. */
interface SaleWithReturns extends Sale {
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

/** The sales of a delivery with their returns, oldest first. */
export const salesOf = (events: readonly DeliveryEvent[]): readonly SaleWithReturns[] => {
  const returns = events.filter((event) => event.type === 'returned')
  return salesIn(events).map((sale) => {
    const own = returns.filter((each) => each.recipient === sale.recipient && each.path === sale.path)
    return { ...sale, returned: own.reduce<Money | null>((sum, { amount }) => (sum ? addMoney(sum, amount) : amount), null), refs: own.map(({ ref }) => ref) }
  })
}

/** What is left of a sale after returns; null where it earned nothing. */
export const leftOf = ({ revenue, returned }: SaleWithReturns): Money | null => (revenue === null ? null : returned === null ? revenue : subtractMoney(revenue, returned))

/**
 * Whether a return is booked against a delivery's sales, and for how much; never more than is left. `withinMs`: how long
 * after the sale the buyer may give it back; null for any time.
 */
export const decideReturn = (sales: readonly SaleWithReturns[], request: ReturnRequest, now: Instant, withinMs: number | null): ReturnDecision => {
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
  const age = (request.returnedAt ?? now) - sale.at
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

const refused = (why: string): ReturnDecision => ({ kind: 'refused', why })
