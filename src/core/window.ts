import { DAY, earliest, MINUTE, type Instant } from '../base/time.ts'
import { instantOfWall, offsetAt, wallTime } from '../base/zone.ts'
import type { CallWindow, ClockSpan } from './policy.ts'

type WindowState = { readonly open: true } | { readonly open: false; /** null: it never opens */ readonly until: Instant | null }

/**
 * Whether one of the windows is open in all of the given zones at once (a lead whose zone is not certain has several), and if not,
 * when it next is. The first minute of a span is inside, its last is not: 8:00 is inside `8am-9pm`, 21:00 is outside.
 */
export const windowState = (windows: readonly CallWindow[], zones: readonly string[], now: Instant): WindowState => {
  if (zones.every((zone) => firstOf(windows, zone, now) === now)) return { open: true }
  // Each zone's next opening is the earliest that all could be open; where another is shut then, ask again from its own.
  let at: Instant = now
  for (let tries = 0; tries < 64; tries++) {
    let latest: Instant = at
    for (const zone of zones) {
      const opens = firstOf(windows, zone, at)
      if (opens === null) return { open: false, until: null }
      latest = Math.max(latest, opens)
    }
    if (latest === at) return { open: false, until: at }
    at = latest
  }
  return { open: false, until: null }
}

/** Windows of different days make one: the first of them to open. */
const firstOf = (windows: readonly CallWindow[], zone: string, now: Instant): Instant | null => earliest(windows.map((window) => opensAt(window, zone, now)))

/** `now` where the window is open, else its next opening within a fortnight; null where it has none. */
const opensAt = (window: CallWindow, zone: string, now: Instant): Instant | null => {
  const next = byTheClock(window, zone, now)
  const back = next === null || next === now ? null : goesBackAt(zone, now)
  return next !== null && back !== null && back < next && byTheClock(window, zone, back) === back ? back : next
}

/** The same, as if the clocks would not go back to hours that are over. */
const byTheClock = (window: CallWindow, zone: string, now: Instant): Instant | null => {
  const local = wallTime(now, zone)
  const midnight = Date.UTC(local.year, local.month - 1, local.day)
  const minute = local.hour * 60 + local.minute
  for (let ahead = -1; ahead <= 14; ahead++) {
    if (!window.days.includes(((local.weekday - 1 + ahead + 7) % 7) + 1)) continue
    const found = earliest(window.spans.map((span) => startOf(span, ahead, midnight, minute, zone, now)))
    if (found !== null) return found
  }
  return null
}

/** A span of the day `ahead` days from now: `now` where it runs, its start where that lies ahead, else null. A span past midnight belongs to the day it begins on. */
const startOf = (span: ClockSpan, ahead: number, midnight: number, minute: number, zone: string, now: Instant): Instant | null => {
  const from = ahead * 1440 + span.fromMinute
  const to = ahead * 1440 + (span.toMinute > span.fromMinute ? span.toMinute : span.toMinute + 1440)
  if (from <= minute && minute < to) return now
  const start = firstReading(midnight + from * MINUTE, zone)
  return start > now ? start : secondReading(start, zone, now)
}

/** When a zone's clocks reach a wall time; one that daylight saving skips, in the moment in which they pass it. */
const firstReading = (wall: number, zone: string): Instant => {
  const at = instantOfWall(wall, zone)
  const over = at + offsetAt(at, zone) * MINUTE - wall
  return over <= 0 ? at : changeWithin(at - over, at, zone)
}

/** The minute from which a zone has the offset that it has at `to`, and not yet at `from`. */
const changeWithin = (from: Instant, to: Instant, zone: string): Instant => {
  const offset = offsetAt(to, zone)
  let [before, after] = [from, to]
  while (after - before > MINUTE) {
    const middle = before + Math.ceil((after - before) / 2 / MINUTE) * MINUTE
    if (offsetAt(middle, zone) === offset) after = middle
    else before = middle
  }
  return after
}

/** Within the next day, when the clocks go back, and may come into a window's hours again; null where they do not. */
const goesBackAt = (zone: string, now: Instant): Instant | null => {
  const start = Math.floor(now / MINUTE) * MINUTE
  return offsetAt(start, zone) > offsetAt(start + DAY, zone) ? changeWithin(start, start + DAY, zone) : null
}

/** Of a start in the hour that daylight saving has twice, the later one; null where there is none, or it is over too. */
const secondReading = (start: Instant, zone: string, now: Instant): Instant | null => {
  const back = offsetAt(start, zone) - offsetAt(start + 180 * MINUTE, zone)
  const later = start + back * MINUTE
  return later > now && offsetAt(start, zone) - offsetAt(later, zone) === back ? later : null
}

/** The instant at which a zone's day, week (Monday), hour or month began, and when the next begins: what caps are counted by. */
export const periodOf = (period: 'hour' | 'day' | 'week' | 'month', zone: string, now: Instant): { readonly from: Instant; readonly to: Instant } => {
  const local = wallTime(now, zone)
  const at = (year: number, month: number, day: number): Instant => instantOfWall(Date.UTC(year, month - 1, day), zone)
  switch (period) {
    case 'hour': {
      const from = now - (local.minute * 60 + local.second) * 1000 - local.millisecond
      return { from, to: from + 60 * MINUTE }
    }
    case 'day': return { from: at(local.year, local.month, local.day), to: at(local.year, local.month, local.day + 1) }
    case 'week': {
      const monday = local.day - (local.weekday - 1)
      return { from: at(local.year, local.month, monday), to: at(local.year, local.month, monday + 7) }
    }
    case 'month': return { from: at(local.year, local.month, 1), to: at(local.year, local.month + 1, 1) }
  }
}

