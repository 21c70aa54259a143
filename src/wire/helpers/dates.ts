import { fieldsOf, parseDate } from '../../base/date-text.ts'
import { DAY, unitMs } from '../../base/time.ts'
import { wallTime } from '../../base/zone.ts'
import { zoneNamed } from '../../core/zones/us-zone-names.ts'
import { toNumber } from './convert.ts'

/** Full years; undefined for what is no date or lies ahead. */
export const ageOf = (value: unknown, now: number, zone: unknown): number | undefined => {
  const date = parseDate(value)
  if (!date) return undefined
  const where = (typeof zone === 'string' ? zoneNamed(zone) : null) ?? 'UTC'
  const born = fieldsOf(date, where)
  const today = wallTime(now, where)
  const had = today.month > born.month || (today.month === born.month && today.day >= born.day)
  const years = today.year - born.year - (had ? 0 : 1)
  return years < 0 ? undefined : years
}

/** A date alone stays one (`2026-01-31` and one month is `2026-02-28`); anything else becomes ISO 8601 in UTC. */
export const dateAdd = (value: unknown, amount: unknown, unit: unknown): string | undefined => {
  const date = parseDate(value)
  const { count, unit: name } = readAmount(amount, unit)
  if (!date || count === undefined) return undefined
  const at = date.kind === 'instant' ? date.at : date.wall
  const [months, ms] = [MONTHS.get(name), msOf(name)]
  const moved = months !== undefined ? addMonths(at, count * months) : ms !== undefined ? at + count * ms : null
  if (moved === null || !(moved >= FIRST_YEAR && moved < PAST_YEAR_9999)) return undefined
  const iso = new Date(moved).toISOString()
  if (date.kind === 'instant') return iso
  return date.dateOnly && moved % DAY === 0 ? iso.slice(0, 10) : iso.slice(0, 19)
}

/** What four digits of a year can say; a number of a lead's leads anywhere. */
const FIRST_YEAR = Date.parse('0000-01-01T00:00:00Z')
const PAST_YEAR_9999 = Date.parse('9999-12-31T23:59:59.999Z') + 1

/** `3` and `"days"`, or `"3 days"`, `"24h"`; days where no unit is named. */
const readAmount = (amount: unknown, unit: unknown): { readonly count: number | undefined; readonly unit: string } => {
  const text = typeof amount === 'string' && unit === undefined ? /^\s*([+-]?\d+(?:\.\d+)?)\s*([a-z]+)\s*$/i.exec(amount) : null
  return { count: text ? Number(text[1]) : toNumber(amount), unit: unitName(String(text ? text[2] : unit ?? 'days')) }
}

/** What is wrong with an amount and a unit, as far as they are written out; null for nothing. */
export const faultOfAmount = ([amount, unit]: readonly unknown[]): string | null => {
  const read = readAmount(amount ?? 0, unit)
  if (isUnit(read.unit)) return read.count === undefined ? `date_add takes a number, such as 3 "days" or "3 days", got "${String(amount)}"` : null
  return `date_add counts in seconds, minutes, hours, days, weeks, months or years, got "${String(unit ?? amount)}"`
}

export const isUnit = (text: string): boolean => msOf(unitName(text)) !== undefined || MONTHS.has(unitName(text))

const unitName = (text: string): string => text.toLowerCase().replace(/(?<=.)s$/, '')

/** As in durations, but for m, which may be minutes or months. */
const msOf = (unit: string): number | undefined => (unit === 'm' ? undefined : unitMs(unit))
const MONTHS: ReadonlyMap<string, number> = new Map([['month', 1], ['year', 12]])

/** The last day of a shorter month stands in for a day it has not. */
const addMonths = (at: number, months: number): number => {
  const date = new Date(at)
  const day = date.getUTCDate()
  date.setUTCDate(1)
  date.setUTCMonth(date.getUTCMonth() + months)
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  return date.setUTCDate(Math.min(day, last))
}
