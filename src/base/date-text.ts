import { instantOfWall, wallTime } from './zone.ts'
import type { Instant } from './time.ts'

/**
 * A date as people and systems write it. A `wall` date names no zone (`1980-05-17`, `2026-01-02 10:00`): its fields are
 * printed as they are and never shifted to another day.
 */
export type DateText =
  | { readonly kind: 'instant'; readonly at: Instant }
  | { readonly kind: 'wall'; /** its fields as milliseconds, as if in UTC */ readonly wall: number; readonly dateOnly: boolean }

/** Reads ISO 8601, `MM/DD/YYYY` (with a time, AM or PM), `YYYYMMDD`, and epoch seconds or milliseconds. Null for anything else. */
export const parseDate = (value: unknown): DateText | null => {
  if (typeof value === 'number') return epoch(value)
  if (typeof value !== 'string') return null
  const text = value.trim()
  const iso = ISO.exec(text)
  if (iso) {
    const [, y, mo, d, h, mi, s, f = '', zone] = iso
    const wall = wallOf(y, mo, d, h, mi, s, f === '' ? f : f.padEnd(3, '0').slice(0, 3))
    if (wall === null) return null
    if (zone === undefined) return { kind: 'wall', wall, dateOnly: h === undefined }
    return { kind: 'instant', at: wall - offsetOf(zone) * 60_000 }
  }
  const us = /^(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([AP]M)?)?$/i.exec(text)
  if (us) {
    const [, mo, d, y, h, mi, s, half] = us
    const hour = h === undefined || half === undefined ? h : String((Number(h) % 12) + (/p/i.test(half) ? 12 : 0))
    const wall = wallOf(y, mo, d, hour, mi, s)
    return wall === null ? null : { kind: 'wall', wall, dateOnly: h === undefined }
  }
  const compact = /^((?:19|20)\d{2})(\d{2})(\d{2})$/.exec(text)
  if (compact) {
    const wall = wallOf(compact[1], compact[2], compact[3])
    return wall === null ? null : { kind: 'wall', wall, dateOnly: true }
  }
  return /^\d{10}$|^\d{13}$/.test(text) ? epoch(Number(text)) : null
}

const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d{2}:?\d{2})?)?$/i

/** Fields of a parsed date: an instant as the zone's clocks show it, a wall date as it was written. */
export const fieldsOf = (date: DateText, zone = 'UTC') =>
  date.kind === 'instant' ? wallTime(date.at, zone) : { ...wallTime(date.wall), offset: wallTime(instantOfWall(date.wall, zone), zone).offset }

/** Up to 11 digits are seconds (until the year 5138), more are milliseconds. */
const epoch = (value: number): DateText | null =>
  Number.isFinite(value) && value >= 0 && value < 8.64e15 ? { kind: 'instant', at: value < 1e11 ? value * 1000 : value } : null

const wallOf = (y = '', mo = '', d = '', h = '0', mi = '0', s = '0', ms = '0'): number | null => {
  const year = Number(y)
  const month = Number(mo)
  const day = Number(d)
  const hour = Number(h)
  const minute = Number(mi)
  const second = Number(s)
  if (hour > 23 || minute > 59 || second > 60) return null
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000 + Number(ms) : null
}

const offsetOf = (zone: string): number => {
  if (zone === 'Z' || zone === 'z') return 0
  const [, sign, hours, minutes] = /([+-])(\d{2}):?(\d{2})/.exec(zone) ?? []
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}
