import type { BadRow } from '../../adapters/leads/batch.ts'
import { unguardCell } from '../../base/csv.ts'
import { usageError } from '../../base/diagnostic.ts'
import type { Lead } from '../../core/lead.ts'
import { timeOf } from '../../core/received.ts'
import { creditOf } from '../../core/returns.ts'
import { plainName } from '../../wire/draft/guess.ts'
import type { Invocation } from '../command.ts'
import { openLeads } from './files.ts'
import { textOf } from '../flags/options.ts'

/** One row of a list that a buyer sent: returns, or what they bought. */
export type BuyerRow = ReturnType<typeof rowOf>

const NAMES = {
  ours: ['ourleadid', 'ourid', 'partnerleadid', 'vendorleadid', 'externalid', 'sourceid', 'leadref', 'reference'],
  theirs: ['buyerleadid', 'buyerid', 'theirleadid', 'theirid', 'confirmationid', 'transactionid', 'confirmation'],
  either: ['leadid', 'id', 'lead'],
  recipient: ['recipient', 'buyer'],
  // What is given back before what the sale was.
  amount: [
    'amount', 'refund', 'credit', ...['refund', 'credit', 'return', 'refunded', 'credited', 'returned', 'chargeback'].flatMap((what) => [`${what}amount`, `amount${what}`]), 'chargeback',
    'price', 'leadprice', 'saleprice', 'soldprice', 'payout', 'payoutamount', 'revenue', 'cpl',
  ],
  currency: ['currency', 'currencycode'],
  reason: ['reason', 'returnreason', 'message', 'note', 'comment'],
  at: ['returnedat', 'returnedon', 'returndate', 'datereturned', 'date', 'timestamp'],
  status: ['status', 'outcome', 'result', 'disposition'],
} as const

/** All rows of the file, and those that are none. Columns are known by their usual names, however spelled; `--lead-id` and `--buyer-lead-id` name them. */
export const readBuyerRows = async (invocation: Invocation, file: string): Promise<{ readonly rows: readonly BuyerRow[]; readonly bad: readonly BadRow[] }> => {
  const { options } = invocation
  const given = { ours: textOf(options.leadId), theirs: textOf(options.buyerLeadId) }
  const rows: BuyerRow[] = []
  const bad: BadRow[] = []
  for await (const batch of await openLeads(invocation, [file])) {
    bad.push(...batch.bad)
    for (const { lead, file: name, line } of batch.leads) rows.push(rowOf(lead.fields, given, name, line))
  }
  if (rows.length > 0 && rows.every((each) => each.ours === null && each.theirs === null && each.either === null)) {
    throw usageError(`${file} has no column that names a lead`, 'name one lead_id or buyer_lead_id, or say which it is with --lead-id FIELD or --buyer-lead-id FIELD')
  }
  return { rows, bad }
}

/** Whether the list has no amounts at all, perhaps since their column has another name. */
export const isWithoutAmounts = (rows: readonly BuyerRow[]): boolean => rows.length > 0 && rows.every((each) => each.amount === null)
export const AMOUNT_COLUMNS = 'a column amount, refund, credit, price or payout'

const rowOf = (fields: Lead['fields'], given: { readonly ours: string | null; readonly theirs: string | null }, file: string, line: number) => {
  const byName = new Map(Object.entries(fields).map(([name, value]) => [plainName(name), value]))
  const pick = (names: readonly string[]): string | null => {
    for (const name of names) {
      const value = byName.get(name) ?? ''
      const text = typeof value === 'object' ? '' : String(value).trim()
      if (text !== '') return text
    }
    return null
  }
  const idIn = (names: readonly string[]): string | null => { const text = pick(names); return text && unguardCell(text) }
  const named = (field: string | null, names: readonly string[]): string | null => idIn(field === null ? names : [plainName(field)])
  const amount = pick(NAMES.amount)
  const currency = pick(NAMES.currency)
  const atText = pick(NAMES.at)
  const at = atText === null ? null : timeOf(atText)
  return {
    file, line,
    /** As the row names the lead: by our id, by the buyer's, or by a column that may be either. */
    ours: named(given.ours, NAMES.ours), theirs: named(given.theirs, NAMES.theirs),
    either: given.ours === null && given.theirs === null ? idIn(NAMES.either) : null,
    recipient: pick(NAMES.recipient),
    /** As the row writes it; it may name no currency, and a column of its own do so. */
    amount, currency: currency?.toUpperCase() ?? null,
    /** When it came back; when it was sold is ours to know. */
    at, reason: pick(NAMES.reason), status: pick(NAMES.status),
    /** What the row says that cannot be read: an amount or a date. */
    problem: problemOf(amount, currency) ?? (atText !== null && at === null ? `"${atText}" is no date: expected such as 2026-11-24, 11/24/2026 or 24.11.2026` : null),
  }
}

const problemOf = (amount: string | null, currency: string | null): string | null => {
  if (amount === null) return null
  if (currency !== null && !/^[A-Z]{3}$/i.test(currency)) return `"${currency}" is no currency, such as USD`
  const read = creditOf(amount, currency?.toUpperCase() ?? 'USD')
  if (read === null) return `"${amount}" is no amount of money`
  return currency === null || read.currency === currency.toUpperCase() ? null : `"${amount}" is in ${read.currency}, its column says ${currency}`
}
