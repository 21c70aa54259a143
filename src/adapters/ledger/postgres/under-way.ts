import { isUnderWay } from '../../../core/had.ts'
import type { Run } from './database.ts'
import { columnsOf, historiesOf, type LeadKey } from './had.ts'

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
