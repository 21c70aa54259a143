import { csvLine, OUR_FILES } from '../../base/csv.ts'
import { shellWord } from '../../base/shell.ts'
import { formatMoney } from '../../base/money.ts'
import { isoTime } from '../../base/time.ts'
import { createOurs, isDifference, reconcile, type Finding, type OurLine, type TheirLine } from '../../core/reconcile.ts'
import { AMOUNT_COLUMNS, isWithoutAmounts, readBuyerRows, type BuyerRow } from '../leads/buyer-rows.ts'
import { openCatalogue, requireBuyer } from '../recipients/catalogue.ts'
import type { RunCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { modeOf, periodOf, requireOneFormat } from '../flags/options.ts'
import { plural, showMoney } from '../render/figures.ts'
import { oneLine, rowLine } from '../render/printable.ts'
import { renderTable } from '../render/table.ts'
import { commandsOf } from '../render/command-for.ts'
import { withStore } from '../store.ts'

const COLUMNS = ['finding', 'lead_id', 'buyer_lead_id', 'our_state', 'our_revenue', 'their_price', 'currency', 'at', 'line'] as const

/** The ledger against the buyer's own list: what the invoice should say, and what became of attempts in doubt. */
export const run: RunCommand = async (invocation) => {
  const { args: [name = '', file = ''], options, streams, settings } = invocation
  requireOneFormat(invocation)
  const { since, until } = periodOf(invocation)
  const opened = await openCatalogue(invocation)
  const mode = modeOf(invocation)
  const { rows, bad } = await readBuyerRows(invocation, file)
  return withStore(invocation, 'read', async (ledger) => {
    const id = await requireBuyer(opened, name, ledger, mode)
    const ours = createOurs(id)
    for await (const { deliveryId, leadId, event } of ledger.events({ mode })) ours.add(leadId, deliveryId, event)
    const findings = reconcile(ours.lines.values(), rows.map(theirsOf), since, until)
    const differences = findings.filter(isDifference)
    const { out, err } = streams
    if (settings.json) for (const each of findings) out.write(`${JSON.stringify(Object.fromEntries(COLUMNS.map((column, i) => [column, cellsOf(each)[i] ?? null])))}\n`)
    else if (options.csv === true) out.write([COLUMNS, ...findings.map(cellsOf)].map((cells) => csvLine(cells, OUR_FILES)).join(''))
    else if (differences.length > 0) {
      out.write(renderTable(
        [{ title: 'FINDING', style: (text) => out.paint.yellow(text) }, { title: 'LEAD' }, { title: 'THEIR ID' }, { title: 'OURS' }, { title: 'REVENUE', align: 'right' }, { title: 'THEIRS', align: 'right' }, { title: 'LINE', align: 'right' }],
        differences.map(shownOf), out.columns, out.paint,
      ))
    }
    for (const each of bad) err.write(`${rowLine(err.paint.yellow('bad row'), each, each.reason)}\n`)
    for (const each of rows) if (each.problem !== null) err.write(`${rowLine(err.paint.yellow('unclear'), each, each.problem)}\n`)
    if (!settings.quiet) {
      if (isWithoutAmounts(rows)) err.write(`${err.paint.yellow('note')} the list names no prices (${AMOUNT_COLUMNS}): only who has which lead was compared\n`)
      const agreed = findings.filter((each) => each.kind === 'agrees').length
      err.write(`${differences.length === 0 ? err.paint.green('✓') : err.paint.yellow('!')} ${plural(agreed, 'line')} agree${agreed === 1 ? 's' : ''}, ${plural(differences.length, 'difference')}${summed(differences)}\n`)
      const commandFor = commandsOf(settings)
      if (differences.some(isForPerson)) err.write(`Leads that they have: \`${commandFor(mode, `review accept LEAD --to ${shellWord(id)} --price AMOUNT`)}\`; held and failed ones that they do not have: \`${commandFor(mode, `review retry LEAD --to ${shellWord(id)}`)}\`\n`)
    }
    return differences.length + bad.length > 0 ? EXIT.leadsFailed : EXIT.done
  })
}

/** What `review` decides by the list: a doubt, an answer that could not be read, an acceptance second to another's. */
const isForPerson = ({ kind, ours }: Finding): boolean => kind === 'settles a doubt' || (kind === 'they have it, we do not' && (ours?.state === 'unconfirmed' || ours?.state === 'surplus'))

/** By what it begins with: `Rejected: wrong state`. What a call came to (`Not interested`, `No answer`) is about a lead that they have. */
const NO = /^(reject|declin|denied|refus|invalid|dup|return|refund|credited|cancel|void|fail|un(sold|matched)|not (accepted|sold|bought|matched|bill)|(no|false|0)$)/i

const theirsOf = (row: BuyerRow): TheirLine => ({
  line: row.line, ids: [row.ours, row.theirs, row.either].filter((each) => each !== null), theirId: row.theirs, price: row.amount, currency: row.currency, taken: row.status === null || !NO.test(row.status),
})

const leadOf = (ours: OurLine | null, theirs: TheirLine | null): string | null => ours?.leadId ?? theirs?.ids.find((each) => each !== theirs.theirId) ?? null
const buyerIdOf = (ours: OurLine | null, theirs: TheirLine | null): string | null => ours?.buyerLeadId ?? theirs?.theirId ?? null

const cellsOf = ({ kind, ours, theirs }: Finding): readonly (string | number | null)[] => [
  kind, leadOf(ours, theirs), buyerIdOf(ours, theirs), ours?.state ?? null, ours?.worth ? formatMoney(ours.worth) : null,
  theirs === null ? null : theirs.taken ? priceOf(ours, theirs) : '0.00', ours?.worth?.currency ?? null, ours ? isoTime(ours.at) : null, theirs?.line ?? null,
]

/** As they write it, with the currency of its column where that is not ours. */
const priceOf = (ours: OurLine | null, { price, currency = null }: TheirLine): string | null =>
  (price === null || currency === null || currency === ours?.worth?.currency || price.includes(currency) ? price : `${price} ${currency}`)

const shownOf = ({ kind, ours, theirs }: Finding): string[] => [
  kind, oneLine(leadOf(ours, theirs) ?? ''), oneLine(buyerIdOf(ours, theirs) ?? ''), ours?.state ?? '–', ours?.worth ? showMoney(ours.worth) : '–', theirs === null ? '–' : theirs.taken ? oneLine(priceOf(ours, theirs) ?? 'yes') : 'no', theirs === null ? '' : String(theirs.line),
]

const summed = (differences: readonly Finding[]): string => {
  const counts = new Map<string, number>()
  for (const { kind } of differences) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return counts.size === 0 ? '' : `: ${[...counts].map(([kind, count]) => `${count} ${kind}`).join('; ')}`
}
