import { unguardCell } from '../../base/csv.ts'
import { usageError } from '../../base/diagnostic.ts'
import { formatMoney, type Money } from '../../base/money.ts'
import { maskedAddress } from '../../base/secrets.ts'
import { isoTime } from '../../base/time.ts'
import { planFromJson } from '../../core/plan.ts'
import { nowOf } from '../clocks.ts'
import type { RunCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { namesIn } from '../render/plan-names.ts'
import { renderTimeline } from '../render/timeline.ts'
import { commandsOf } from '../render/command-for.ts'
import { withStore } from '../store.ts'

export const run: RunCommand = (invocation) =>
  withStore(invocation, 'read', async (ledger) => {
    const { streams, settings } = invocation
    const id = unguardCell(invocation.args[0] ?? '')
    const deliveries = await ledger.ofLead(id)
    if (deliveries.length === 0) throw usageError(`no delivery of a lead "${id}" in ${maskedAddress(settings.store)}`, 'the id is the field `id` of the lead, or the lead_id column of results.csv')
    if (settings.json) {
      for (const { delivery, runId, standing, events } of deliveries) {
        streams.out.write(`${JSON.stringify({
          delivery: delivery.id, lead: delivery.lead.id, to: delivery.to, mode: delivery.mode, number: delivery.number, received_at: isoTime(delivery.receivedAt), run: runId, standing,
          events: events.map(({ seq, runId: by, event }) => ({ seq, run: by, ...event, at: isoTime(event.at) })),
        }, asWritten)}\n`)
      }
      return EXIT.done
    }
    const told: string[] = []
    for (const each of deliveries) {
      const json = await ledger.planOf(each.delivery.planHash)
      told.push(renderTimeline(each, nowOf(settings), commandsOf(settings), streams.out.paint, namesIn(json === null ? null : planFromJson(json))))
    }
    streams.out.write(told.join('\n'))
    return EXIT.done
  })

/** As every output writes them: money as a decimal text (`{"amount":"2.50","currency":"USD"}`), times in ISO 8601. */
const asWritten = (key: string, value: unknown): unknown => {
  if (typeof value === 'number' && /^at$|At$/.test(key)) return isoTime(value)
  return isMoney(value) ? { amount: formatMoney(value), currency: value.currency } : value
}

const isMoney = (value: unknown): value is Money =>
  typeof value === 'object' && value !== null && 'amount' in value && typeof value.amount === 'number' && 'currency' in value && typeof value.currency === 'string'
