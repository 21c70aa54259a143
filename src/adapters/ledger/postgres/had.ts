import { isUnderWay, TAKEN_BESIDE, takersOf } from '../../../core/had.ts'
import { emptyHistory, evolve, type History } from '../../../core/history.ts'
import type { LoadedDelivery } from '../../../ports.ts'
import { withTakers } from '../had.ts'
import { eventsOf } from '../rows.ts'
import type { Run } from './database.ts'

interface LeadKey { readonly leadId: string; readonly to: string; readonly mode: string; readonly number: number }

/** What other deliveries of a lead, through other targets, tell. */
export interface Siblings {
  readonly any: boolean
  /** One of them is not settled. */
  readonly open: boolean
  /** Who may have the lead though it is not booked: it is held there for a person, or they took it beside a sale. */
  readonly takers: readonly string[]
}

export const readSiblings = async (run: Run, s: string, keys: readonly LeadKey[]): Promise<readonly Siblings[]> => {
  const rows = await run(
    `SELECT k.i, d.n, d.state, CASE d.outcome WHEN 'held' THEN d.recipient END AS held, EXISTS (SELECT 1 FROM ${s}.log l WHERE l.delivery = d.n AND (${TAKEN_BESIDE.map((each) => `strpos(l.events, '${each}') > 0`).join(' OR ')})) AS beside
     FROM unnest($1::text[], $2::text[], $3::int[], $4::text[]) WITH ORDINALITY k(lead_id, mode, number, target, i) JOIN ${s}.deliveries d USING (lead_id, mode, number) WHERE d.target <> k.target`, columnsOf(keys))
  const histories = await historiesOf(run, s, rows.flatMap(({ n, beside }) => (beside === true ? Number(n) : [])))
  const byKey = Map.groupBy(rows, ({ i }) => Number(i))
  return keys.map((_, i) => {
    const others = byKey.get(i + 1) ?? []
    const takers = others.flatMap(({ n, held }) => [...(held === null ? [] : [String(held)]), ...takersOf(histories.get(Number(n)) ?? emptyHistory)])
    return { any: others.length > 0, open: others.some(({ state }) => Number(state) < 2), takers }
  })
}

const columnsOf = (keys: readonly LeadKey[]): readonly (readonly (string | number)[])[] =>
  [keys.map(({ leadId }) => leadId), keys.map(({ mode }) => mode), keys.map(({ number }) => number), keys.map(({ to }) => to)]

/** By the numbers of their rows. */
const historiesOf = async (run: Run, s: string, numbers: readonly number[]): Promise<ReadonlyMap<number, History>> => {
  if (numbers.length === 0) return new Map()
  const logs = await run(`SELECT delivery, events FROM ${s}.log WHERE delivery = ANY($1::bigint[]) ORDER BY seq`, [numbers])
  return new Map([...Map.groupBy(logs, ({ delivery }) => Number(delivery))].map(([n, log]) => [n, log.flatMap(({ events }) => eventsOf(events)).reduce(evolve, emptyHistory)]))
}

/** With the endpoints that have each lead through another target, or may have it, so that a lead that waited is not offered there again. */
export const withHad = async (run: Run, s: string, loaded: readonly LoadedDelivery[]): Promise<readonly LoadedDelivery[]> => {
  if (loaded.length === 0) return loaded
  const keys = loaded.map(({ delivery: { lead, to, mode, number } }) => ({ leadId: lead.id, to, mode, number }))
  const sales = await run(`SELECT k.i, recipient FROM unnest($1::text[], $2::text[], $3::int[]) WITH ORDINALITY k(lead_id, mode, number, i) JOIN ${s}.sales USING (lead_id, mode, number)`, columnsOf(keys).slice(0, 3))
  const siblings = await readSiblings(run, s, keys)
  return loaded.map((each, i) => withTakers(each, [...sales.flatMap((row) => (Number(row['i']) === i + 1 ? String(row['recipient']) : [])), ...(siblings[i]?.takers ?? [])]))
}

/**
 * Of the deliveries that are to be sent: those of which another worker works the same lead through another target, and whether a
 * recipient may get it from there just now. Their rows are locked, always in the same order, until what is sent is recorded: of two workers
 * that would send one lead in one moment the second sees the first's. A delivery that is only being taken in has no row to
 * lock yet, so that whatever the other worker sends next may be the same.
 */
export const readUnderWay = async (run: Run, s: string, fence: number, asked: readonly { readonly id: string; readonly key: LeadKey; readonly isNew: boolean }[]): Promise<ReadonlyMap<string, (recipient: string) => boolean>> => {
  if (asked.length === 0) return new Map()
  const rows = await run(
    `SELECT k.i, d.n, d.target <> k.target AS other, d.state = 0 AND d.fence <> $5 AND EXISTS (SELECT 1 FROM ${s}.workers w WHERE w.fence = d.fence AND NOT w.lost) AS elsewhere
     FROM unnest($1::text[], $2::text[], $3::int[], $4::text[]) WITH ORDINALITY k(lead_id, mode, number, target, i) JOIN ${s}.deliveries d USING (lead_id, mode, number)
     WHERE d.state < 2 ORDER BY d.n FOR UPDATE OF d`, [...columnsOf(asked.map(({ key }) => key)), fence])
  const others = rows.filter(({ other, elsewhere }) => other === true && elsewhere === true)
  const histories = await historiesOf(run, s, others.map(({ n }) => Number(n)))
  const byDelivery = Map.groupBy(others, ({ i }) => asked[Number(i) - 1])
  return new Map([...byDelivery].flatMap(([delivery, of]) => (delivery === undefined ? [] : [[delivery.id, (recipient: string): boolean =>
    delivery.isNew || of.some(({ n }) => { const history = histories.get(Number(n)); return history !== undefined && isUnderWay(history, recipient) })]])))
}
