import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { wallTime } from '../../src/base/zone.ts'
import type { CallWindow } from '../../src/core/policy.ts'
import { periodOf, windowState } from '../../src/core/window.ts'

const calling: CallWindow = { spans: [{ fromMinute: 8 * 60, toMinute: 21 * 60 }], days: [1, 2, 3, 4, 5, 6, 7] }
const office: CallWindow = { spans: [{ fromMinute: 9 * 60, toMinute: 17 * 60 }], days: [1, 2, 3, 4, 5] }
const night: CallWindow = { spans: [{ fromMinute: 22 * 60, toMinute: 6 * 60 }], days: [5] }
const at = (iso: string): number => Date.parse(iso)
const state = (window: CallWindow, zones: string | string[], iso: string): string => {
  const got = windowState([window], [zones].flat(), at(iso))
  return got.open ? 'open' : got.until === null ? 'never' : new Date(got.until).toISOString()
}

describe('windowState', () => {
  it.each([
    ['8:00 is inside', calling, 'America/New_York', '2026-11-24T13:00:00Z', 'open'],
    ['7:59:59 is not', calling, 'America/New_York', '2026-11-24T12:59:59Z', '2026-11-24T13:00:00.000Z'],
    ['20:59 is inside', calling, 'America/New_York', '2026-11-25T01:59:59Z', 'open'],
    ['21:00 is outside: the next day opens', calling, 'America/New_York', '2026-11-25T02:00:00Z', '2026-11-25T13:00:00.000Z'],
    ['Friday evening waits for Monday', office, 'America/Chicago', '2026-11-27T23:30:00Z', '2026-11-30T15:00:00.000Z'],
    ['Saturday waits for Monday', office, 'Europe/Berlin', '2026-11-28T12:00:00Z', '2026-11-30T08:00:00.000Z'],
    ['a span past midnight runs on into Saturday', night, 'UTC', '2026-11-28T03:00:00Z', 'open'],
    ['and belongs to Friday alone', night, 'UTC', '2026-11-29T03:00:00Z', '2026-12-04T22:00:00.000Z'],
    ['two zones: open only where both are', calling, ['America/New_York', 'America/Los_Angeles'], '2026-11-24T13:30:00Z', '2026-11-24T16:00:00.000Z'],
    ['two zones: one has closed, the next day of the later', calling, ['America/New_York', 'America/Los_Angeles'], '2026-11-25T03:00:00Z', '2026-11-25T16:00:00.000Z'],
    ['no day at all never opens', { ...office, days: [] }, 'UTC', '2026-11-24T12:00:00Z', 'never'],
    ['a span wholly in the hour that daylight saving skips does not open that day', { spans: [{ fromMinute: 150, toMinute: 180 }], days: [7] }, 'America/New_York', '2026-03-08T06:30:00Z', '2026-03-15T06:30:00.000Z'],
    ['a start in that hour: when the clocks pass it', { spans: [{ fromMinute: 150, toMinute: 240 }], days: [7] }, 'America/New_York', '2026-03-08T06:30:00Z', '2026-03-08T07:00:00.000Z'],
    ['where the clocks skip half an hour', { spans: [{ fromMinute: 135, toMinute: 240 }], days: [7] }, 'Australia/Lord_Howe', '2026-10-03T15:10:00Z', '2026-10-03T15:30:00.000Z'],
    ['a day of 25 hours opens at its own 8:00', calling, 'America/New_York', '2026-11-01T05:30:00Z', '2026-11-01T13:00:00.000Z'],
    ['a start in the hour that comes twice: the second, once the first is over', { spans: [{ fromMinute: 90, toMinute: 210 }], days: [7] }, 'America/New_York', '2026-11-01T06:15:00Z', '2026-11-01T06:30:00.000Z'],
    ['which a span that has run once by then has too', { spans: [{ fromMinute: 60, toMinute: 90 }], days: [7] }, 'America/New_York', '2026-11-01T05:45:00Z', '2026-11-01T06:00:00.000Z'],
    ['and no third', { spans: [{ fromMinute: 60, toMinute: 90 }], days: [7] }, 'America/New_York', '2026-11-01T06:30:00Z', '2026-11-08T06:00:00.000Z'],
  ] as const)('%s', (_rule, window, zone, now, want) => { expect(state(window, typeof zone === 'string' ? zone : [...zone], now)).toBe(want) })

  it('in the nights in which the clocks change it opens in the first minute that their reading is inside', () => {
    const nights = [['America/New_York', '2026-03-08T03:00:00Z'], ['America/New_York', '2026-11-01T02:00:00Z'], ['Australia/Lord_Howe', '2026-10-03T12:00:00Z'], ['Australia/Lord_Howe', '2026-04-04T12:00:00Z']] as const
    fc.assert(fc.property(fc.constantFrom(...nights), fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 120 }), ([zone, evening], after, fromMinute, length) => {
      const window: CallWindow = { spans: [{ fromMinute, toMinute: fromMinute + length }], days: [1, 2, 3, 4, 5, 6, 7] }
      const isInside = (when: number): boolean => { const { hour, minute } = wallTime(when, zone); return hour * 60 + minute >= fromMinute && hour * 60 + minute < fromMinute + length }
      const now = at(evening) + after * 60_000
      const got = windowState([window], [zone], now)
      let first = now
      while (!isInside(first)) first += 60_000
      expect(got).toEqual(first === now ? { open: true } : { open: false, until: first })
    }))
  })

  it('what it says opens is open then, and nothing before is', () => {
    fc.assert(fc.property(fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-12-31T00:00:00Z') }), fc.constantFrom('America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'UTC'), fc.constantFrom(calling, office), (now, zone, window) => {
      const got = windowState([window], [zone], now)
      const local = wallTime(now, zone)
      const minute = local.hour * 60 + local.minute
      const inside = window.days.includes(local.weekday) && window.spans.some((span) => span.fromMinute <= minute && minute < span.toMinute)
      expect(got.open).toBe(inside)
      if (!got.open) expect(windowState([window], [zone], got.until!)).toEqual({ open: true })
    }))
  })
})

describe('periodOf', () => {
  it.each([
    ['day', 'America/New_York', '2026-11-24T04:30:00Z', '2026-11-23T05:00:00.000Z', '2026-11-24T05:00:00.000Z'],
    ['day', 'America/New_York', '2026-11-01T12:00:00Z', '2026-11-01T04:00:00.000Z', '2026-11-02T05:00:00.000Z'],
    ['week', 'UTC', '2026-11-29T23:59:00Z', '2026-11-23T00:00:00.000Z', '2026-11-30T00:00:00.000Z'],
    ['month', 'UTC', '2026-12-31T10:00:00Z', '2026-12-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['hour', 'Asia/Kolkata', '2026-11-24T12:40:10.500Z', '2026-11-24T12:30:00.000Z', '2026-11-24T13:30:00.000Z'],
  ] as const)('%s in %s at %s', (period, zone, now, from, to) => {
    const got = periodOf(period, zone, at(now))
    expect([new Date(got.from).toISOString(), new Date(got.to).toISOString()]).toEqual([from, to])
  })
})
