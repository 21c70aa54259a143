import type { Claim } from '../../../core/claim.ts'
import { deliveryKeyOf } from '../../../core/delivery-id.ts'
import type { Standing } from '../../../ports.ts'
import type { PackedStep } from '../packing.ts'
import { PURGED_LEAD, standingOf } from '../rows.ts'
import type { Row, Run } from './database.ts'
import { readSiblings, readUnderWay, type Siblings } from './had.ts'

/** A delivery as it is before a group of steps. */
export interface Known {
  readonly n: number
  readonly version: number
  readonly fence: number
  /** Being worked by a worker that lives, and is not this one. */
  readonly elsewhere: boolean
  /** A purge has taken its lead's fields: there is nothing left to send. */
  readonly purged: boolean
  /** Null where it is this worker's own, known without a look. */
  readonly standing: Standing | null
  /** The highest number that the lead has for this target. */
  readonly highest: number
}

/** All that a group of steps needs to know, read and locked in its transaction. */
export interface View {
  readonly deliveries: ReadonlyMap<string, Known>
  /** Recipients that bought a lead, by `leadKey`. */
  readonly sales: ReadonlyMap<string, ReadonlySet<string>>
  /** Of deliveries that are taken in or sent. */
  readonly siblings: ReadonlyMap<string, Siblings>
  /** Whether a recipient may get the lead of a delivery that is sent from another worker just now. */
  readonly underWay: ReadonlyMap<string, (recipient: string) => boolean>
  readonly counters: ReadonlyMap<string, number>
  readonly permits: ReadonlyMap<string, number>
  /** Reasons, by `mode recipient`, of those that a person or a 401 paused. */
  readonly paused: ReadonlyMap<string, string>
}

export interface Steps {
  readonly packed: PackedStep
  /** Recipients at which it starts attempts. */
  readonly starts: readonly string[]
  /** Those of them that must not have the lead, nor get it, through another target. */
  readonly once: readonly string[]
  /** The batch that it goes with; null: it left the one before; undefined: as before. */
  readonly joined: string | null | undefined
}

export const leadKey = (leadId: string, mode: string, number: number): string => `${mode} ${number} ${leadId}`

export const keyOf = (deliveryId: string) => {
  const key = deliveryKeyOf(deliveryId)
  if (!key) throw new Error(`${deliveryId} is no delivery's id`)
  return key
}

/** Reads what the steps are judged by; what others may change is locked, always in the same order. */
export const readView = async (run: Run, s: string, steps: readonly Steps[], own: ReadonlyMap<string, Known>, fence: number): Promise<View> => {
  const ids = [...new Set(steps.map(({ packed }) => packed.deliveryId))]
  const created = new Set(steps.flatMap(({ packed }) => (packed.create ? packed.deliveryId : [])))
  const asked = ids.filter((id) => created.has(id) || !own.has(id))
  const deliveries = new Map<string, Known>(ids.flatMap((id) => { const known = created.has(id) ? undefined : own.get(id); return known ? [[id, known] as const] : [] }))
  if (asked.length > 0) {
    const keys = asked.map(keyOf)
    const rows = await run(
      `SELECT k.i, d.*, (d.state = 0 AND d.fence <> $5 AND EXISTS (SELECT 1 FROM ${s}.workers w WHERE w.fence = d.fence AND NOT w.lost)) AS elsewhere,
         (SELECT max(h.number) FROM ${s}.deliveries h WHERE h.lead_id = d.lead_id AND h.target = d.target AND h.mode = d.mode) AS highest
       FROM unnest($1::text[], $2::text[], $3::text[], $4::int[]) WITH ORDINALITY k(lead_id, target, mode, number, i)
       JOIN ${s}.deliveries d USING (lead_id, target, mode, number) ORDER BY d.n FOR UPDATE OF d`,
      [keys.map((each) => each.leadId), keys.map((each) => each.to), keys.map((each) => each.mode), keys.map((each) => each.number), fence],
    )
    for (const row of rows) {
      const id = asked[Number(row['i']) - 1]
      if (id !== undefined) deliveries.set(id, { n: Number(row['n']), version: Number(row['version']), fence: Number(row['fence']), elsewhere: row['elsewhere'] === true, purged: row['lead'] === PURGED_LEAD, standing: standingOf(row), highest: Number(row['highest']) })
    }
  }
  const claims = steps.flatMap(({ packed }) => packed.claims)
  const before = await siblingsOf(run, s, steps)
  const shared = steps.flatMap(({ packed, once }) => (once.length > 0 && before.get(packed.deliveryId)?.open ? { id: packed.deliveryId, key: keyOf(packed.deliveryId), isNew: packed.create !== null } : []))
  const underWay = await readUnderWay(run, s, fence, shared)
  return {
    deliveries,
    sales: await readSales(run, s, steps),
    // What was on its way may be there now.
    siblings: shared.length === 0 ? before : await siblingsOf(run, s, steps),
    underWay,
    counters: await readLocked(run, `${s}.counters`, 'value', claims.flatMap((each: Claim) => (each.kind === 'cap' ? each.counter : []))),
    permits: await readLocked(run, `${s}.permits`, 'until', claims.flatMap((each: Claim) => (each.kind === 'permit' ? each.name : []))),
    paused: await readPaused(run, s, steps),
  }
}

const readSales = async (run: Run, s: string, steps: readonly Steps[]): Promise<View['sales']> => {
  const sales = new Map<string, Set<string>>()
  const wanted = new Map(steps.flatMap(({ packed, once }) => {
    if (packed.sales.length === 0 && once.length === 0 && (packed.create === null || packed.informed)) return []
    const { leadId, mode, number } = keyOf(packed.deliveryId)
    return [[leadKey(leadId, mode, number), { leadId, mode, number }] as const]
  }))
  if (wanted.size === 0) return sales
  const keys = [...wanted.values()]
  const rows = await run(
    `SELECT lead_id, mode, number, recipient FROM unnest($1::text[], $2::text[], $3::int[]) k(lead_id, mode, number) JOIN ${s}.sales USING (lead_id, mode, number)`,
    [keys.map((each) => each.leadId), keys.map((each) => each.mode), keys.map((each) => each.number)],
  )
  for (const row of rows) {
    const name = leadKey(String(row['lead_id']), String(row['mode']), Number(row['number']))
    const known = sales.get(name) ?? new Set()
    sales.set(name, known.add(String(row['recipient'])))
  }
  return sales
}

const siblingsOf = async (run: Run, s: string, steps: readonly Steps[]): Promise<View['siblings']> => {
  const ids = [...new Set(steps.flatMap(({ packed, once }) => (packed.create === null && once.length === 0 ? [] : packed.deliveryId)))]
  if (ids.length === 0) return new Map()
  const found = await readSiblings(run, s, ids.map(keyOf))
  return new Map(ids.flatMap((id, i) => { const siblings = found[i]; return siblings?.any ? [[id, siblings]] : [] }))
}

/** Made where they are missing, so that there is something to lock. */
const readLocked = async (run: Run, table: string, column: string, names: readonly string[]): Promise<ReadonlyMap<string, number>> => {
  if (names.length === 0) return new Map()
  const sorted = [...new Set(names)].sort()
  await run(`INSERT INTO ${table} (name, ${column}) SELECT name, 0 FROM unnest($1::text[]) name ORDER BY name COLLATE "C" ON CONFLICT DO NOTHING`, [sorted])
  const rows = await run(`SELECT name, ${column} FROM ${table} WHERE name = ANY($1::text[]) ORDER BY name COLLATE "C" FOR UPDATE`, [sorted])
  return new Map(rows.map((row: Row) => [String(row['name']), Number(row[column])]))
}

/** Only where something is to be sent: a pause holds from the moment it is stored, whatever a worker has read before. */
const readPaused = async (run: Run, s: string, steps: readonly Steps[]): Promise<View['paused']> => {
  const starts = [...new Set(steps.flatMap((each) => each.starts))]
  if (starts.length === 0) return new Map()
  const rows = await run(`SELECT mode, recipient, paused_reason FROM ${s}.recipients WHERE paused_at IS NOT NULL AND recipient = ANY($1::text[])`, [starts])
  return new Map(rows.map((row) => [`${String(row['mode'])} ${String(row['recipient'])}`, String(row['paused_reason'] ?? '')]))
}
