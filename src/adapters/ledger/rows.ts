import type { Money } from '../../base/money.ts'
import { deliveryIdOf } from '../../core/delivery-id.ts'
import type { DeliveryEvent, Mode } from '../../core/event.ts'
import { OUTCOMES, type OutcomeKind } from '../../core/outcome.ts'
import type { Counts, Delivery, Queue, RecipientState, Standing, StoredEvent } from '../../ports.ts'

/** Stands in the place of a purged lead's fields. A lead's own are a JSON object, so it cannot be mistaken. */
export const PURGED_LEAD = ''

/** A row as the database's own module gives it; both stores name their columns alike. */
export type SqlRow = Readonly<Record<string, unknown>>
export type SqlValue = string | number | null

export const STATES = { working: 0, waiting: 1, settled: 2 } as const

/** The columns of a standing, in the order of `STANDING_COLUMNS`. */
export const standingValues = (standing: Standing): readonly SqlValue[] => {
  switch (standing.state) {
    case 'working': return WORKING
    case 'waiting': return [STATES.waiting, standing.dueAt, standing.why, standing.recipient, standing.batch ? 1 : 0, null, null, null, null, null, null, null, null, null]
    case 'settled': return [
      STATES.settled, null, null, standing.recipient, 0, standing.at, standing.outcome, standing.buyerLeadId,
      standing.revenue?.amount ?? null, standing.revenue?.currency ?? null, standing.cost?.amount ?? null, standing.cost?.currency ?? null, standing.attempts, standing.reason,
    ]
  }
}
export const STANDING_COLUMNS = ['state', 'due_at', 'why', 'recipient', 'batch', 'settled_at', 'outcome', 'buyer_lead_id', 'revenue', 'currency', 'cost', 'cost_currency', 'attempts', 'reason'] as const
/** Always this one object. */
export const WORKING: readonly SqlValue[] = [STATES.working, null, null, null, 0, null, null, null, null, null, null, null, null, null]

/** Whether what is taken stands as it was seen: it waits, or is settled with the same outcome. */
export const standsAs = (standing: Standing, seen: Standing): boolean =>
  standing.state === seen.state && (standing.state !== 'settled' || seen.state !== 'settled' || standing.outcome === seen.outcome)

export const standingOf = (row: SqlRow): Standing => {
  const state = row['state']
  if (state === STATES.working) return { state: 'working' }
  if (state === STATES.waiting) return { state: 'waiting', dueAt: numberOrNull(row['due_at']), why: String(row['why'] ?? ''), recipient: textOrNull(row['recipient']), batch: row['batch'] === 1 }
  return {
    state: 'settled', at: Number(row['settled_at']), outcome: row['outcome'] as OutcomeKind, recipient: textOrNull(row['recipient']), buyerLeadId: textOrNull(row['buyer_lead_id']),
    revenue: moneyOf(row['revenue'], row['currency']), cost: moneyOf(row['cost'], row['cost_currency']), attempts: Number(row['attempts'] ?? 0), reason: textOrNull(row['reason']),
  }
}

export const deliveryOf = (row: SqlRow): Delivery => {
  const mode = row['mode'] as Mode
  const to = String(row['target'])
  const leadId = String(row['lead_id'])
  const number = Number(row['number'])
  return {
    id: deliveryIdOf({ mode, to, leadId, number }), mode, to, number, lead: { id: leadId, fields: parseObject(String(row['lead'])) },
    receivedAt: Number(row['received_at']), source: pairsOf(row['source']), vars: pairsOf(row['vars']),
    cost: moneyOf(row['given_cost'], row['given_currency']), planHash: String(row['plan_hash']),
  }
}

/** The values of a delivery's own columns, in the order of `DELIVERY_COLUMNS`. Empty maps are left out: they are the rule. */
export const deliveryValues = (delivery: Delivery): readonly SqlValue[] => [
  delivery.lead.id, delivery.to, delivery.mode, delivery.number, JSON.stringify(delivery.lead.fields), delivery.receivedAt,
  textOfPairs(delivery.source), textOfPairs(delivery.vars), delivery.cost?.amount ?? null, delivery.cost?.currency ?? null, delivery.planHash,
]
export const DELIVERY_COLUMNS = ['lead_id', 'target', 'mode', 'number', 'lead', 'received_at', 'source', 'vars', 'given_cost', 'given_currency', 'plan_hash'] as const

export const recipientStateOf = (row: SqlRow): RecipientState => ({
  recipient: String(row['recipient']), mode: row['mode'] as Mode,
  paused: row['paused_at'] === null ? null : { at: Number(row['paused_at']), reason: String(row['paused_reason'] ?? '') },
  closedUntil: numberOrNull(row['closed_until']), circuit: textOrNull(row['circuit']),
})

export const queueOf = (row: SqlRow): Queue => ({
  recipient: textOrNull(row['recipient']), why: String(row['why'] ?? ''), batch: Number(row['batch']) === 1,
  leads: Number(row['leads']), nextAt: numberOrNull(row['next_at']), overdue: Number(row['overdue']),
})

export interface DeliveryRow { readonly n: number; readonly delivery: Delivery; readonly standing: Standing; readonly runId: string }
export const deliveryRowOf = (row: SqlRow): DeliveryRow => ({ n: Number(row['n']), delivery: deliveryOf(row), standing: standingOf(row), runId: String(row['run_id']) })

/** The events of one row of the log, each with its own number. */
export const storedEventsOf = (row: SqlRow): readonly StoredEvent[] =>
  eventsOf(row['events']).map((event, i) => ({ seq: Number(row['seq']) + i, runId: String(row['run_id']), event }))

export interface EventRow extends StoredEvent { readonly deliveryId: string; readonly leadId: string; readonly mode: Mode; readonly source: Readonly<Record<string, string>> }
/** The same with whose they are, from a row that is joined with its delivery's. */
export const eventRowsOf = (row: SqlRow): readonly EventRow[] => {
  const { id: deliveryId, lead, mode, source } = deliveryOf({ ...row, lead: '{}', vars: null, received_at: 0, plan_hash: '' })
  return storedEventsOf(row).map((stored) => ({ ...stored, deliveryId, leadId: lead.id, mode, source }))
}

/** From rows of `state, outcome, n`. */
export const countsOf = (rows: readonly SqlRow[]): Counts => {
  const settled = Object.fromEntries(OUTCOMES.map((each) => [each, 0])) as Record<OutcomeKind, number>
  let [working, waiting] = [0, 0]
  for (const row of rows) {
    if (row['state'] === STATES.working) working += Number(row['n'])
    else if (row['state'] === STATES.waiting) waiting += Number(row['n'])
    else settled[row['outcome'] as OutcomeKind] += Number(row['n'])
  }
  return { working, waiting, settled }
}

export const eventsOf = (text: unknown): readonly DeliveryEvent[] => JSON.parse(String(text)) as readonly DeliveryEvent[]

const moneyOf = (amount: unknown, currency: unknown): Money | null =>
  amount === null || amount === undefined ? null : { amount: Number(amount), currency: String(currency) }

const numberOrNull = (value: unknown): number | null => (value === null || value === undefined ? null : Number(value))
const textOrNull = (value: unknown): string | null => (value === null || value === undefined ? null : String(value))

const pairsOf = (text: unknown): Readonly<Record<string, string>> => (text === null ? {} : (parseObject(String(text)) as Record<string, string>))

const textOfPairs = (pairs: Readonly<Record<string, string>>): string | null => {
  for (const name in pairs) if (Object.hasOwn(pairs, name)) return JSON.stringify(pairs)
  return null
}

const parseObject = (text: string): Delivery['lead']['fields'] => (text === PURGED_LEAD ? {} : JSON.parse(text) as Delivery['lead']['fields'])
