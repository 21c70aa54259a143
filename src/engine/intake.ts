import type { Money } from '../base/money.ts'
import { parseMoney } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import { deliveryIdOf } from '../core/delivery-id.ts'
import type { DeliveryEvent } from '../core/event.ts'
import type { Lead } from '../core/lead.ts'
import type { Plan } from '../core/plan.ts'
import type { Delivery } from '../ports.ts'
import type { RunSettings } from './settings.ts'
import { newWork } from './work.ts'
import type { Work } from './work.ts'

/** A lead of the file as a delivery to this run's target. */
export const takeIn = (lead: Lead, number: number, to: string, plan: Plan, planHash: string, settings: RunSettings, now: Instant): Work => {
  const receivedAt = receivedOf(lead, settings.receivedField) ?? now
  const cost = costOfLead(lead) ?? settings.cost
  const delivery: Delivery = {
    id: deliveryIdOf({ mode: settings.mode, to, leadId: lead.id, number }),
    mode: settings.mode, to, lead, number, receivedAt, source: sourceOf(lead, settings.source), vars: settings.vars, cost, planHash,
  }
  const received: DeliveryEvent = { type: 'received', at: now, receivedAt, planHash, cost }
  return newWork(delivery, plan, received)
}

/** Field `received_at`, or `--received FIELD`: ISO text, or seconds or milliseconds since 1970; null where it says no time. */
export const receivedOf = (lead: Lead, field: string | null): Instant | null => {
  const value = lead.fields[field ?? 'received_at']
  if (value === undefined || value === null || value === '') return null
  const number = typeof value === 'number' ? value : typeof value === 'string' && /^\d{9,13}$/.test(value) ? Number(value) : null
  if (number !== null) return number < 100_000_000_000 ? number * 1000 : number
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(at) ? null : at
}

const costOfLead = (lead: Lead): Money | null => ('cost' in lead.fields ? parseMoney(lead.fields['cost']) : null)

/** `--source` and, before it, the lead's own: a `source` object, columns `source.name` …, or a plain text `source`. */
export const sourceOf = (lead: Lead, given: Readonly<Record<string, string>>): Readonly<Record<string, string>> => {
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
