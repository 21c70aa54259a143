import { DAY, MINUTE, type Instant } from './time.ts'

/** Wall-clock fields of an instant somewhere; `month` 1 to 12, `weekday` 1 = Monday. */
export interface WallTime {
  readonly year: number; readonly month: number; readonly day: number
  readonly hour: number; readonly minute: number; readonly second: number; readonly millisecond: number
  readonly weekday: number
  /** Minutes east of UTC. */
  readonly offset: number
}

/** Fields of an instant in an IANA zone; UTC is computed without Intl. A zone that does not exist reads as UTC: see `isZone`. */
export const wallTime = (at: Instant, zone = 'UTC'): WallTime => {
  const offset = offsetAt(at, zone)
  const date = new Date(at + offset * MINUTE)
  return {
    year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate(),
    hour: date.getUTCHours(), minute: date.getUTCMinutes(), second: date.getUTCSeconds(), millisecond: date.getUTCMilliseconds(),
    weekday: date.getUTCDay() === 0 ? 7 : date.getUTCDay(), offset,
  }
}

/** A wall-clock time for people: `2026-11-24 00:00`. */
export const wallText = (at: Instant, zone: string): string => {
  const { year, month, day, hour, minute } = wallTime(at, zone)
  return `${year}-${twoDigits(month)}-${twoDigits(day)} ${twoDigits(hour)}:${twoDigits(minute)}`
}

export const twoDigits = (n: number): string => (n < 10 ? `0${n}` : String(n))

/** `-08:00`; of minutes east of UTC. */
export const offsetText = (minutes: number, colon: ':' | ''): string =>
  `${minutes < 0 ? '-' : '+'}${twoDigits(Math.floor(Math.abs(minutes) / 60))}${colon}${twoDigits(Math.abs(minutes) % 60)}`

/** The instant at which a zone's clocks show this wall time (given as milliseconds as if it were UTC): of two, the first; in a gap, the later reading. */
export const instantOfWall = (wall: number, zone = 'UTC'): Instant => {
  const [before, after] = [offsetAt(wall - DAY, zone), offsetAt(wall + DAY, zone)]
  const early = wall - Math.max(before, after) * MINUTE
  return before === after || early + offsetAt(early, zone) * MINUTE === wall ? early : wall - Math.min(before, after) * MINUTE
}

export const isZone = (zone: string): boolean => zone === 'UTC' || formatterOf(zone) !== null && !(/^[a-z]{3}$/i.test(zone) && !THREE_LETTERS.has(zone.toUpperCase()))

/** IANA's own; others of three letters (AST is Alaska, BST Bangladesh, SST the Solomon Islands) are leftovers in ICU that mean something else to everybody. */
const THREE_LETTERS = new Set(['CET', 'EET', 'EST', 'GMT', 'HST', 'MET', 'MST', 'PRC', 'ROC', 'ROK', 'UCT', 'UTC', 'WET'])

/** Minutes east of UTC. */
export const offsetAt = (at: Instant, zone: string): number => {
  if (zone === 'UTC' || !Number.isFinite(at)) return 0
  const formatter = formatterOf(zone)
  if (!formatter) return 0
  const [, sign, hours = '0', minutes = '0'] = /GMT([+-])(\d+)(?::(\d+))?/.exec(formatter.format(at)) ?? []
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}

/** A formatter costs 50 µs to make and 1 µs to use. Zones come from configuration and from leads; only real ones are kept. */
const formatters = new Map<string, Intl.DateTimeFormat>()

const formatterOf = (zone: string): Intl.DateTimeFormat | null => {
  const known = formatters.get(zone)
  if (known) return known
  try {
    const made = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset', hour: 'numeric' })
    formatters.set(zone, made)
    return made
  } catch (fault) {
    if (fault instanceof RangeError) return null
    throw fault
  }
}
