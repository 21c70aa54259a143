import type { Instant } from '../base/time.ts'
import { deliveryIdOf } from '../core/delivery-id.ts'
import type { DeliveryEvent } from '../core/event.ts'
import type { Lead } from '../core/lead.ts'
import { readCost } from '../core/lead-field.ts'
import type { Plan } from '../core/plan.ts'
import { readReceived } from '../core/received.ts'
import type { Delivery } from '../ports.ts'
import type { RunSettings } from './settings.ts'
import { newWork, type Work } from './work.ts'

/** A lead of the file as a delivery to this run's target. */
export const takeIn = (lead: Lead, number: number, to: string, plan: Plan, planHash: string, settings: RunSettings, now: Instant): Work => {
  const received = readReceived(lead.fields, settings.receivedField)
  const receivedAt = received.kind === 'said' ? received.value : now
  const own = readCost(lead.fields, settings.currency)
  const cost = own.kind === 'said' ? own.value : settings.cost
  const delivery: Delivery = {
    id: deliveryIdOf({ mode: settings.mode, to, leadId: lead.id, number }),
    mode: settings.mode, to, lead, number, receivedAt, source: sourceOf(lead, settings.source), vars: settings.vars, cost, planHash,
  }
  const first: DeliveryEvent = { type: 'received', at: now, receivedAt, planHash, cost }
  return newWork(delivery, plan, settings.runId, first)
}

/** `--source` and, before it, the lead's own: a `source` object, columns `source.name` …, or a plain text `source`. */
const sourceOf = (lead: Lead, given: Readonly<Record<string, string>>): Readonly<Record<string, string>> => {
  let own: Record<string, string> | null = null
  const add = (name: string, value: unknown): void => {
    if (value !== null && value !== '' && typeof value !== 'object') (own ??= { ...given })[name] = String(value)
  }
  const { source } = lead.fields
  if (typeof source === 'object' && source !== null && !Array.isArray(source)) for (const [name, value] of Object.entries(source)) add(name, value)
  else if (source !== undefined) add('name', source)
  for (const name in lead.fields) if (name.startsWith('source.')) add(name.slice(7), lead.fields[name])
  return own ?? given
}
