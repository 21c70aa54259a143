import { usageError } from '../../base/diagnostic.ts'
import { csvLine, OUR_FILES } from '../../base/csv.ts'
import { confirmedRow, LEDGER_COLUMNS, ledgerRow, RESULT_COLUMNS, resultRow, rowObject, type Row } from '../../core/report/rows.ts'
import { createSaleReader } from '../../core/sale.ts'
import type { EventsFilter, Ledger } from '../../ports.ts'
import { currencyAmong, openCatalogue } from '../recipients/catalogue.ts'
import type { RunCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { requireOneFormat, textOf } from '../flags/options.ts'
import { hasFacts, withStore } from '../store.ts'

/** Rows written between two looks at whether the reader keeps up. */
const PIECE = 256

export const run: RunCommand = async (invocation) => {
  const { args, options, settings, streams } = invocation
  const [what = ''] = args
  if (what !== 'ledger' && what !== 'results') throw usageError(`export writes ledger or results, not "${what}"`, 'for example: finalmile export ledger')
  requireOneFormat(invocation)
  if (options.live === true && options.test === true) throw usageError('--live and --test contradict each other', 'leave both out for all of it')
  const isJson = options.jsonl === true || settings.json
  return withStore(invocation, 'read', async (ledger) => {
    const run = textOf(options.run)
    if (run !== null && !(await hasFacts(ledger, { runId: run }))) throw usageError(`the store has no facts of a run "${run}"`, 'the id is the name of its folder under runs/, and run_id in its summary.json')
    const filter = { ...(run === null ? {} : { runId: run }), ...(options.live === true ? { mode: 'live' as const } : options.test === true ? { mode: 'test' as const } : {}) }
    const currency = currencyAmong([...(await openCatalogue(invocation)).catalogue.recipients.values()])
    const columns: readonly string[] = what === 'ledger' ? LEDGER_COLUMNS : RESULT_COLUMNS
    const show = isJson
      ? (row: Row) => `${JSON.stringify(rowObject(columns, row))}\n`
      : (row: Row) => csvLine(row, OUR_FILES)
    let piece = isJson ? '' : csvLine(columns, OUR_FILES)
    let count = 0
    for await (const row of what === 'ledger' ? ledgerRows(ledger, filter) : run === null ? resultRows(ledger, filter, currency) : resultRowsOfRun(ledger, filter, currency)) {
      piece += show(row)
      count += 1
      if (count % PIECE !== 0) continue
      streams.out.write(piece)
      piece = ''
      await streams.out.drained()
    }
    streams.out.write(piece)
    return EXIT.done
  })
}

async function* ledgerRows(ledger: Ledger, filter: EventsFilter): AsyncGenerator<Row> {
  const saleOf = createSaleReader()
  for await (const stored of ledger.events(filter)) {
    const { event } = stored
    const sale = saleOf(event)
    const row = sale && event.type !== 'attemptFinished' ? confirmedRow(stored, sale) : ledgerRow(stored, event)
    if (row !== null) yield row
  }
}

/** What the run settled, as its own results.csv says it: what became of a lead later, a return too, is another run's. */
async function* resultRowsOfRun(ledger: Ledger, filter: EventsFilter, currency: string): AsyncGenerator<Row> {
  for await (const { event, leadId, mode } of ledger.events(filter)) if (event.type === 'settled') yield resultRow({ leadId, mode, attempts: event.attempts ?? 0 }, event, currency)
}

/** Of each settled delivery as it stands now. */
async function* resultRows(ledger: Ledger, filter: EventsFilter, currency: string): AsyncGenerator<Row> {
  for await (const { delivery, standing } of ledger.deliveries({ ...filter, state: 'settled' })) {
    if (standing.state !== 'settled') continue
    yield resultRow({ leadId: delivery.lead.id, mode: delivery.mode, attempts: standing.attempts }, {
      type: 'settled', at: standing.at, cost: standing.cost,
      outcome: { kind: standing.outcome, recipient: standing.recipient, path: '/', buyerLeadId: standing.buyerLeadId, revenue: standing.revenue, reason: standing.reason, class: null },
    }, currency)
  }
}
