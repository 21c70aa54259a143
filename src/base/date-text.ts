import { instantOfWall, wallTime } from './zone.ts'
import type { Instant } from './time.ts'

/**
 * A date as people and systems write it. A `wall` date names no zone (`1980-05-17`, `2026-01-02 10:00`): its fields are
 * printed as they are and never shifted to another day.
 */
type DateText =
  | { readonly kind: 'instant'; readonly at: Instant }
  | { readonly kind: 'wall'; /** its fields as milliseconds, as if in UTC */ readonly wall: number; readonly dateOnly: boolean }

/**
 * Reads ISO 8601, `MM/DD/YYYY`, `YYYY/MM/DD`, `DD.MM.YYYY` (the day goes first wherever dots are written) and days with the
 * month's name (with a time, AM or PM, and a zone), `YYYYMMDD`, `YYYYMMDDHHMMSS`, and epoch seconds or milliseconds. Null for anything else: `24/11/2026` and `11/24/26` could be misread.
 */
export const parseDate = (value: unknown): DateText | null => {
  // 19800517 is a day whether it is text or a number; as seconds it would be one of 1970.
  if (typeof value === 'number') return (/^(?:19|20)\d{6}$/.test(String(value)) ? parseDate(String(value)) : null) ?? epoch(value)
  if (typeof value !== 'string') return null
  const text = value.trim()
  const iso = ISO.exec(text)
  if (iso) {
    const [, y, mo, d, h, mi, s, f = '', zone] = iso
    return dateOf(wallOf(y, mo, d, h, mi, s, f === '' ? f : f.padEnd(3, '0').slice(0, 3)), zone, h === undefined)
  }
  const compact = COMPACT.exec(text)
  if (compact) {
    const [, y, mo, d, h, mi, s, zone] = compact
    return dateOf(wallOf(y, mo, d, h, mi, s), zone, h === undefined)
  }
  const words = WORDS.exec(text)?.groups
  if (words) return ofWords(words)
  return /^\d{10}$|^\d{13}$/.test(text) ? epoch(Number(text)) : null
}

const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i

const COMPACT = /^((?:19|20)\d{2})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?(Z)?)?$/

/** `11/24/2026 3:15 PM`, `2026/11/24 15:15 UTC`, `Tue, 24 Nov 2026 15:15:00 -0500`, `Nov 24, 2026 at 3:15pm EST`, a browser's own. */
const WORDS = new RegExp(
  '^(?:(?<mo>\\d{1,2})[/-](?<d>\\d{1,2})[/-](?<y>\\d{4})|(?<y2>\\d{4})[/-](?<mo2>\\d{1,2})[/-](?<d2>\\d{1,2})'
  + '|(?<d5>\\d{1,2})\\.\\s?(?<mo5>\\d{1,2})\\.\\s?(?<y5>\\d{4})'
  + '|(?:[a-z]{3,9},?\\s+)?(?:(?<d3>\\d{1,2})(?:st|nd|rd|th)?[\\s-]+(?<name3>[a-z]{3,9})\\.?,?[\\s-]+|(?<name4>[a-z]{3,9})\\.?\\s+(?<d4>\\d{1,2})(?:st|nd|rd|th)?,?\\s+)(?<y3>\\d{4}))'
  + '(?:(?:,?\\s+(?:at\\s+)?|T)(?<h>\\d{1,2}):(?<mi>\\d{2})(?::(?<s>\\d{2})(?:[.,]\\d{1,9})?)?\\s*(?<half>[AP]M)?\\s*'
  + '(?<zone>Z|UTC|(?:GMT|UTC)?[+-]\\d{2}(?::?\\d{2})?|GMT|[ECMP][SD]T)?(?:\\s*\\([^()]*\\))?)?$', 'i')

const ofWords = ({ mo, d, y, y2, mo2, d2, d3, name3, name4, d4, y3, d5, mo5, y5, h, mi, s, half, zone }: Readonly<Record<string, string | undefined>>): DateText | null => {
  const name = name3 ?? name4
  const month = name === undefined ? mo ?? mo2 ?? mo5 : monthOf(name)
  if (half !== undefined && (Number(h) < 1 || Number(h) > 12)) return null
  const hour = h === undefined || half === undefined ? h : String((Number(h) % 12) + (/p/i.test(half) ? 12 : 0))
  return dateOf(wallOf(y ?? y2 ?? y3 ?? y5, month, d ?? d2 ?? d3 ?? d4 ?? d5, hour, mi, s), zone, h === undefined)
}

const dateOf = (wall: number | null, zone: string | undefined, dateOnly: boolean): DateText | null =>
  wall === null ? null : zone === undefined ? { kind: 'wall', wall, dateOnly } : { kind: 'instant', at: wall - offsetOf(zone) * 60_000 }

export const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
/** `0`, which is no month, where it is none. */
const monthOf = (name: string): string => {
  const written = name.toLowerCase().replace(/^sept$/, 'sep')
  return String(MONTHS.map((each) => each.toLowerCase()).findIndex((each) => each === written || each.slice(0, 3) === written) + 1)
}

/** Fields of a parsed date: an instant as the zone's clocks show it, a wall date as it was written. */
export const fieldsOf = (date: DateText, zone = 'UTC') =>
  date.kind === 'instant' ? wallTime(date.at, zone) : { ...wallTime(date.wall), offset: wallTime(instantOfWall(date.wall, zone), zone).offset }

/** Up to 10 digits are seconds (until the year 2286), more are milliseconds; below zero lie the births before 1970. */
const epoch = (value: number): DateText | null =>
  Math.abs(value) < 8.64e15 ? { kind: 'instant', at: Math.abs(value) < 1e10 ? value * 1000 : value } : null

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

/** Minutes east of UTC: an offset (PostgreSQL writes `+00`), UTC itself, or one of the four American zones, which mail and browsers write. */
const offsetOf = (zone: string): number => {
  const american = /^([ECMP])([SD])T$/i.exec(zone)
  if (american) return (-5 - 'ECMP'.indexOf((american[1] ?? '').toUpperCase()) + (/d/i.test(american[2] ?? '') ? 1 : 0)) * 60
  const [, sign, hours = '0', minutes = '0'] = /([+-])(\d{2}):?(\d{2})?/.exec(zone) ?? []
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}
