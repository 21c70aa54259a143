import { TAKEN_BESIDE, takersOf } from '../../../core/had.ts'
import { emptyHistory, evolve } from '../../../core/history.ts'
import { buyersIn } from '../../../core/sale.ts'
import type { LoadedDelivery } from '../../../ports.ts'
import { eventsOf } from '../rows.ts'
import type { Run } from './database.ts'

interface Key { readonly leadId: string; readonly to: string; readonly mode: string; readonly number: number }

/** For each delivery the recipients that may have its lead through other targets, though they are not booked: it is held there for a person, or they took it beside a sale. */
export const takenBeside = async (run: Run, s: string, keys: readonly Key[]): Promise<readonly (readonly string[])[]> => {
  const rows = await run(
    `SELECT k.i, d.n, CASE d.outcome WHEN 'held' THEN d.recipient END AS held FROM unnest($1::text[], $2::text[], $3::int[], $4::text[]) WITH ORDINALITY k(lead_id, mode, number, target, i) JOIN ${s}.deliveries d USING (lead_id, mode, number)
     WHERE d.target <> k.target AND (d.outcome = 'held' OR EXISTS (SELECT 1 FROM ${s}.log l WHERE l.delivery = d.n AND (${TAKEN_BESIDE.map((each) => `strpos(l.events, '${each}') > 0`).join(' OR ')})))`,
    [keys.map(({ leadId }) => leadId), keys.map(({ mode }) => mode), keys.map(({ number }) => number), keys.map(({ to }) => to)])
  const unread = rows.flatMap(({ n, held }) => (held === null ? Number(n) : []))
  const logs = unread.length === 0 ? [] : await run(`SELECT delivery, events FROM ${s}.log WHERE delivery = ANY($1::bigint[]) ORDER BY seq`, [unread])
  const byDelivery = Map.groupBy(logs, ({ delivery }) => Number(delivery))
  const byKey = Map.groupBy(rows, ({ i }) => Number(i))
  return keys.map((_, i) => (byKey.get(i + 1) ?? []).flatMap(({ n, held }) =>
    (held === null ? takersOf((byDelivery.get(Number(n)) ?? []).flatMap(({ events }) => eventsOf(events)).reduce(evolve, emptyHistory)) : String(held))))
}

/** With the endpoints that have each lead through another target, or may have it, so that a lead that waited is not offered there again. */
export const withHad = async (run: Run, s: string, loaded: readonly LoadedDelivery[]): Promise<readonly LoadedDelivery[]> => {
  if (loaded.length === 0) return loaded
  const keys = loaded.map(({ delivery: { lead, to, mode, number } }) => ({ leadId: lead.id, to, mode, number }))
  const sales = await run(`SELECT k.i, recipient FROM unnest($1::text[], $2::text[], $3::int[]) WITH ORDINALITY k(lead_id, mode, number, i) JOIN ${s}.sales USING (lead_id, mode, number)`,
    [keys.map(({ leadId }) => leadId), keys.map(({ mode }) => mode), keys.map(({ number }) => number)])
  const beside = await takenBeside(run, s, keys)
  return loaded.map((each, i) => {
    const own = buyersIn(each.events.map(({ event }) => event))
    const had = [...new Set([...sales.flatMap((row) => (Number(row['i']) === i + 1 ? String(row['recipient']) : [])), ...(beside[i] ?? [])])].filter((recipient) => !own.includes(recipient))
    return had.length === 0 ? each : { ...each, had }
  })
}
