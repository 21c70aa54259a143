import { moneyTold, nameOf, withoutPersonalData, type PurgedPage } from '../purge.ts'
import { PURGED_LEAD, deliveryOf, eventsOf } from '../rows.ts'
import type { Run } from './database.ts'

/** Purges the next deliveries after row `after`, inside the caller's transaction. */
export const purgeRows = async (run: Run, s: string, settledBefore: number, after: number, limit: number): Promise<PurgedPage> => {
  const rows = await run(`SELECT * FROM ${s}.deliveries WHERE n > $1 AND state = 2 AND settled_at <= $2 AND lead <> $3 ORDER BY n LIMIT $4 FOR UPDATE SKIP LOCKED`, [after, settledBefore, PURGED_LEAD, limit])
  if (rows.length === 0) return { purged: 0, last: null }
  const numbers = rows.map((row) => Number(row['n']))
  const logs = (await run(`SELECT seq, delivery, events FROM ${s}.log WHERE delivery = ANY($1::bigint[])`, [numbers])).map((row) => ({ seq: Number(row['seq']), n: Number(row['delivery']), events: eventsOf(row['events']) }))
  const byDelivery = Map.groupBy(logs, ({ n }) => n)
  const silent = rows.flatMap((row) => {
    const log = byDelivery.get(Number(row['n'])) ?? []
    const name = nameOf(deliveryOf(row), log.flatMap(({ events }) => events))
    return log.map(({ seq, events }) => ({ seq, events: JSON.stringify(events.map((event) => withoutPersonalData(event, name))) }))
  })
  await run(`UPDATE ${s}.log l SET events = u.events FROM unnest($1::bigint[], $2::text[]) u(seq, events) WHERE l.seq = u.seq`, [silent.map((each) => each.seq), silent.map((each) => each.events)])
  const reasons = numbers.map((n) => moneyTold((byDelivery.get(n) ?? []).flatMap(({ events }) => events)))
  await run(`UPDATE ${s}.deliveries d SET lead = $2, why = NULL, reason = u.reason FROM unnest($1::bigint[], $3::text[]) u(n, reason) WHERE d.n = u.n`, [numbers, PURGED_LEAD, reasons])
  return { purged: rows.length, last: numbers.at(-1) ?? null }
}
