import { parseDate } from '../base/date-text.ts'
import type { Instant } from '../base/time.ts'
import type { Lead } from './lead.ts'
import { saidIn, type InField } from './lead-field.ts'
import { childrenOf, rootPath, type Plan } from './plan.ts'

export const RECEIVED_FIELD = 'received_at'

/** Field `received_at`, or `--received FIELD`: a date in text, in UTC where it names no zone, or a number as `instantOf` takes it. Unsaid, the lead counts from when finalmile first saw it. */
export const readReceived = (fields: Lead['fields'], field: string | null): InField<Instant> =>
  saidIn(fields, field ?? RECEIVED_FIELD, (value) => (typeof value === 'string' || typeof value === 'number' ? timeOf(String(value).trim()) : null))

/** Whether a lead's age decides who gets it: an Exclusive Window stands somewhere in the plan. */
export const goesByAge = (plan: Plan): boolean =>
  (plan.kind === 'sequence' && plan.steps.some((step) => step.opensMs !== undefined || step.closesMs !== undefined)) || childrenOf(plan, rootPath).some((child) => goesByAge(child.plan))

/** A moment as people and systems write it, in UTC where it names no zone; null where it cannot be read. */
export const timeOf = (text: string): Instant | null => {
  const number = /^\d+(\.\d+)?$/.test(text) ? instantOf(Number(text)) : null
  if (number !== null) return number
  const date = parseDate(text)
  return date === null ? null : date.kind === 'instant' ? date.at : date.wall
}

/** Seconds (9 to 11 digits) or milliseconds (13) since 1970, or days of Excel (5; UTC; 25,569 is the first of 1970); else null: twelve digits are a date. */
const instantOf = (value: number): Instant | null =>
  value >= 20_000 && value < 80_000 ? Math.round((value - 25_569) * 86_400) * 1000
    : value >= 100_000_000 && value < 100_000_000_000 ? Math.round(value * 1000)
    : value >= 1_000_000_000_000 && value < 10_000_000_000_000 ? Math.round(value) : null
