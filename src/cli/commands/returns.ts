import { usageError } from '../../base/diagnostic.ts'
import { shortHash } from '../../base/hash.ts'
import { formatMoney, negative, type Money } from '../../base/money.ts'
import type { Mode } from '../../core/event.ts'
import { decideReturn, isMeant, leftOf, nameTheBuyer, salesOf, type ReturnRequest } from '../../core/returns.ts'
import { createSaleReader, type Sale } from '../../core/sale.ts'
import { addTo, emptySums, type Sums } from '../../core/sums.ts'
import { eventsIn, withBeside } from '../../engine/work.ts'
import type { Ledger, LoadedDelivery, Step } from '../../ports.ts'
import { AMOUNT_COLUMNS, isWithoutAmounts, readBuyerRows, type BuyerRow } from '../leads/buyer-rows.ts'
import { idOfName, openCatalogue, requireBuyer } from '../recipients/catalogue.ts'
import { clockOf } from '../clocks.ts'
import type { Invocation, RunCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { modeOf, modeToAct, numberOf } from '../flags/options.ts'
import { plural, showMoney } from '../render/figures.ts'
import { rowLine } from '../render/printable.ts'
import { newRunId } from '../run/run-id.ts'
import { withStore } from '../store.ts'

/** Rows that are booked in one transaction; each by itself would wait for the disk. */
const GROUP = 200

/** A row that was not booked, and why. */
interface Refusal { readonly row: BuyerRow; readonly why: string }

/** A buyer's returns, corrected into revenue: each row once, never more than a sale earned. */
export const run: RunCommand = async (invocation) => {
  const { args: [file = ''], options, streams, settings } = invocation
  const opened = await openCatalogue(invocation)
  const { rows: read, bad } = await readBuyerRows(invocation, file)
  const rows = read.map((row) => (row.recipient === null ? row : { ...row, recipient: idOfName(opened, row.recipient) }))
  if (rows.length === 0 && bad.length === 0) throw usageError(`${file} has no rows`, 'a row for each lead that comes back: lead_id or buyer_lead_id, and amount, reason, date where you have them')
  return withStore(invocation, options.dryRun === true ? 'read' : 'write', async (ledger) => {
    const from = typeof options.from === 'string' ? await requireBuyer(opened, options.from, ledger, modeOf(invocation)) : null
    const done = await bookAll(ledger, invocation, from === null ? rows : rows.map((row) => ({ ...row, recipient: from })))
    const { refusals } = done
    const sums = [...done.sums.values()]
    if (settings.json) {
      streams.out.write(`${JSON.stringify({
        returned: done.booked, already_returned: done.known, amounts: Object.fromEntries(sums.map((each) => [each.currency, formatMoney(each)])),
        refused: refusals.map(({ row, why }) => ({ file: row.file, line: row.line, lead_id: row.ours ?? row.either, buyer_lead_id: row.theirs, reason: why })),
        bad_rows: bad.map(({ file: name, line, reason }) => ({ file: name, line, reason })), dry_run: options.dryRun === true,
      })}\n`)
    }
    const { paint } = streams.err
    for (const each of bad) streams.err.write(`${rowLine(paint.yellow('bad row'), each, each.reason)}\n`)
    for (const { row, why } of refusals) streams.err.write(`${rowLine(paint.red('not booked'), row, [nameOf(row), why].filter((each) => each !== null).join(': '))}\n`)
    if (!settings.quiet) {
      if (isWithoutAmounts(rows)) streams.err.write(`${paint.yellow('note')} the file names no amounts (${AMOUNT_COLUMNS}): each return is the whole sale\n`)
      const amounts = sums.length === 0 ? '' : `, ${sums.map(showMoney).join(' + ')} taken off the revenue`
      streams.err.write(`${paint.green('✓')} ${plural(done.booked, 'return')} ${options.dryRun === true ? 'would be booked' : 'booked'}${amounts}${done.known === 0 ? '' : `; ${done.known} had been booked before`}\n`)
    }
    return refusals.length + bad.length > 0 ? EXIT.leadsFailed : EXIT.done
  })
}

const bookAll = async (ledger: Ledger, invocation: Invocation, rows: readonly BuyerRow[]): Promise<{ readonly booked: number; readonly known: number; readonly sums: Sums; readonly refusals: readonly Refusal[] }> => {
  const { options, settings } = invocation
  const mode = modeToAct(invocation)
  const clock = clockOf(settings.clock)
  const now = clock.now()
  const withinMs = numberOf(options.within)
  const runId = newRunId(now)
  const dry = options.dryRun === true
  if (!dry) await ledger.startRun({ id: runId, mode, to: null, startedAt: now }, null)
  const byBuyerId = await soldUnder(ledger, mode, rows)
  const refusals: Refusal[] = []
  const sums = emptySums()
  /** Decided and not yet in the store, or, in a dry run, never to be: two rows about one sale must not both look new. */
  const pending = new Map<string, LoadedDelivery>()
  let group: { readonly row: BuyerRow; readonly amount: Money; readonly step: Step }[] = []
  let [booked, known] = [0, 0]
  const book = async (): Promise<void> => {
    const results = dry ? [] : await ledger.append(group.map(({ step }) => step))
    for (const [i, { row, amount }] of group.entries()) {
      if (!dry && results[i]?.kind !== 'ok') { refusals.push({ row, why: 'another process changed it meanwhile; run the same command again' }); continue }
      booked += 1
      addTo(sums, amount)
    }
    group = []
    if (!dry) pending.clear()
  }
  for (const row of rows) {
    const found = row.problem ?? await deliveryOf(ledger, mode, row, byBuyerId, pending)
    if (typeof found === 'string') { refusals.push({ row, why: found }); continue }
    const loaded = pending.get(found.delivery.id) ?? found
    const { standing } = loaded
    const decision = decideReturn(salesOf(eventsIn(loaded)), requestOf(row, loaded), now, withinMs)
    if (decision.kind === 'known') { known += 1; continue }
    if (decision.kind === 'refused') { refusals.push({ row, why: decision.why }); continue }
    if (standing.state !== 'settled') { refusals.push({ row, why: 'its delivery is not settled yet' }); continue }
    const { event } = decision
    const after = withBeside(standing, negative(event.amount), `returned ${showMoney(event.amount)}${event.reason === null ? '' : `: ${event.reason}`}`)
    pending.set(found.delivery.id, { ...loaded, standing: after, events: [...loaded.events, { seq: 0, runId, event }] })
    group.push({ row, amount: event.amount, step: { deliveryId: loaded.delivery.id, version: loaded.events.length, runId, events: [event], standing: after } })
    if (group.length >= GROUP) await book()
  }
  await book()
  if (!dry) await ledger.finishRun(runId, clock.now(), '{}')
  return { booked, known, sums, refusals }
}

const requestOf = (row: BuyerRow, loaded: LoadedDelivery): ReturnRequest =>
  ({ recipient: row.recipient, buyerLeadId: row.theirs, amount: row.amount, currency: row.currency, reason: row.reason, returnedAt: row.at, ref: refOf(row, loaded) })

const refOf = (row: BuyerRow, { delivery }: LoadedDelivery): string => shortHash([delivery.id, row.amount, row.at, row.reason].join('\n'))

/** The delivery that a row means, or why none can be told. */
const deliveryOf = async (ledger: Ledger, mode: Mode, row: BuyerRow, byBuyerId: SoldAs, pending: ReadonlyMap<string, LoadedDelivery>): Promise<LoadedDelivery | string> => {
  const { recipient } = row
  if ((row.ours ?? row.theirs ?? row.either) === null) return 'the row names no lead'
  const ownId = row.ours ?? row.either
  const own = ownId === null ? [] : (await ledger.ofLead(ownId)).filter((each) => each.delivery.mode === mode).map((each) => pending.get(each.delivery.id) ?? each)
  const theirs = row.theirs ?? (row.ours === null ? row.either : null)
  const sold = theirs === null ? [] : (byBuyerId.get(theirs) ?? []).filter((sale) => isMeant(sale, recipient, theirs) && !own.some((each) => each.delivery.id === sale.deliveryId))
  const [other, ...others] = new Set(sold.map((each) => each.deliveryId))
  if (row.either !== null && row.ours === null && row.theirs === null && own.length > 0 && other !== undefined) {
    return 'one lead has this id with us, another with the buyer: say which is meant with --lead-id or --buyer-lead-id'
  }
  if (own.length > 0) return meantAmong(own, row)
  if (row.ours !== null && row.theirs === null) return 'no lead of this id is in this store'
  if (others.length > 0) return `several leads were sold under this id of the buyer${recipient === null ? ': name the buyer in a column "recipient" or with --from' : ''}`
  const loaded = other === undefined ? null : await ledger.load(other)
  return loaded ?? `no lead of this id is in this store, and no sale under it${recipient === null ? '' : ` to ${recipient}`}`
}

/** Of a lead's deliveries the one with the sale that is meant; where it was ordered again and the same buyer took it again, the latest that this row was booked against or of which anything is left. */
const meantAmong = (own: readonly LoadedDelivery[], row: BuyerRow): LoadedDelivery | string => {
  const sold = own.flatMap((loaded) => salesOf(eventsIn(loaded)).map((sale) => ({ loaded, sale })))
  const meant = sold.filter(({ sale }) => isMeant(sale, row.recipient, row.theirs))
  const buyers = [...new Set(meant.map(({ sale }) => sale.recipient))]
  // Several within one delivery are its own affair: a row that is booked with all of them is known.
  if (buyers.length > 1 && new Set(meant.map(({ loaded }) => loaded)).size > 1) return nameTheBuyer(buyers)
  const last = meant.findLast(({ loaded, sale }) => leftOf(sale)?.amount !== 0 || sale.refs.includes(refOf(row, loaded)))
  return (last ?? meant.at(-1) ?? sold.at(-1))?.loaded ?? own.at(-1) ?? 'it is not in this store'
}

interface SoldUnder extends Sale { readonly deliveryId: string }
type SoldAs = ReadonlyMap<string, readonly SoldUnder[]>

/** Sales under the buyers' ids that the rows name, in one pass over the ledger. */
const soldUnder = async (ledger: Ledger, mode: Mode, rows: readonly BuyerRow[]): Promise<SoldAs> => {
  const wanted = new Set(rows.flatMap((each) => [each.theirs, each.ours === null ? each.either : null].filter((id) => id !== null)))
  const found = new Map<string, SoldUnder[]>()
  if (wanted.size === 0) return found
  const saleOf = createSaleReader()
  for await (const { deliveryId, event } of ledger.events({ mode })) {
    const sale = saleOf(event)
    const id = sale?.buyerLeadId ?? null
    if (sale === null || id === null || !wanted.has(id)) continue
    const list = found.get(id) ?? []
    list.push({ ...sale, deliveryId })
    found.set(id, list)
  }
  return found
}

const nameOf = (row: BuyerRow): string | null => row.ours ?? row.either ?? row.theirs
