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

/** Field `received_at`, or `--received FIELD`: a date in text, a number as `instantOf` takes it; null where it says no time. */
export const receivedOf = (lead: Lead, field: string | null): Instant | null => {
  const value = lead.fields[field ?? 'received_at']
  if (typeof value === 'number') return instantOf(value)
  if (typeof value !== 'string' || value === '') return null
  // `Date.parse` takes 45000.5 for the year 45000.
  if (/^\d+(\.\d+)?$/.test(value.trim())) return instantOf(Number(value))
  const at = Date.parse(value)
  return Number.isNaN(at) ? null : at
}

/** Seconds or milliseconds since 1970, or days of Excel (UTC; 25,569 is the first of 1970), from 1954 to 2118; else null. */
const instantOf = (value: number): Instant | null =>
  value >= 20_000 && value < 80_000 ? Math.round((value - 25_569) * 86_400) * 1000
    : value >= 100_000_000 && value < 100_000_000_000 ? value * 1000
    : value >= 100_000_000_000 && value < 100_000_000_000_000 ? value : null

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
