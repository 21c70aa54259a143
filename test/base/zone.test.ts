import { describe, expect, it } from 'vitest'
import { fieldsOf, parseDate } from '../../src/base/date-text.ts'
import { instantOfWall, isZone, offsetAt, wallTime } from '../../src/base/zone.ts'

const at = (iso: string): number => Date.parse(iso)

describe('zones', () => {
  it.each([
    ['2026-03-08T06:59:59Z', 'America/New_York', -300], ['2026-03-08T07:00:00Z', 'America/New_York', -240], ['2026-11-01T05:59:59Z', 'America/New_York', -240], ['2026-11-01T06:00:00Z', 'America/New_York', -300],
    ['2026-01-01T00:00:00Z', 'Asia/Kolkata', 330], ['2026-01-01T00:00:00Z', 'America/Phoenix', -420], ['2026-01-01T00:00:00Z', 'UTC', 0], ['2026-01-01T00:00:00Z', 'Europe/London', 0],
  ])('%s in %s is %i minutes from UTC', (iso, zone, minutes) => { expect(offsetAt(at(iso), zone)).toBe(minutes) })

  it('shows the wall clock, and finds the instant of one', () => {
    expect(wallTime(at('2026-01-01T02:30:00Z'), 'America/New_York')).toMatchObject({ year: 2025, month: 12, day: 31, hour: 21, minute: 30, weekday: 3, offset: -300 })
    expect(instantOfWall(at('2026-07-04T09:00:00Z'), 'America/New_York')).toBe(at('2026-07-04T13:00:00Z'))
    expect(instantOfWall(at('2026-11-01T03:00:00Z'), 'America/New_York')).toBe(at('2026-11-01T08:00:00Z'))
  })
  it('knows a zone from none', () => { expect(['UTC', 'America/New_York', 'Mars/One', ''].map(isZone)).toEqual([true, true, false, false]) })
})

describe('dates as text', () => {
  it.each<[unknown, string | null]>([
    ['2026-01-02', '2026-01-02T00:00:00.000Z'], ['2026-01-02T10:00:00Z', '2026-01-02T10:00:00.000Z'], ['2026-01-02T10:00:00.5+02:00', '2026-01-02T08:00:00.500Z'], ['2026-01-02 10:00', '2026-01-02T10:00:00.000Z'],
    ['01/02/2026', '2026-01-02T00:00:00.000Z'], ['1/2/2026 12:05 AM', '2026-01-02T00:05:00.000Z'], ['20260102', '2026-01-02T00:00:00.000Z'], [1767312000, '2026-01-02T00:00:00.000Z'], ['1767312000000', '2026-01-02T00:00:00.000Z'],
    ['2026/1/2 10:00 UTC', '2026-01-02T10:00:00.000Z'], ['Fri, 2 Jan 2026 10:00:00 GMT', '2026-01-02T10:00:00.000Z'], ['Jan 2nd, 2026 at 10:00pm', '2026-01-02T22:00:00.000Z'], ['2-Jan-2026', '2026-01-02T00:00:00.000Z'], ['01/02/2026 10:00 AM PDT', '2026-01-02T17:00:00.000Z'], ['20260102T100000Z', '2026-01-02T10:00:00.000Z'],
    ['May 2026', null], ['Foo 2, 2026', null], ['01/02/2026 13:00 PM', null], ['13/01/2026', null], ['01/02/26', null],
    ['11/24/2026 00:30 AM', null], ['11/24/2026 13:00 PM', null], ['11/24/2026 3:15:07.5 PM EST', '2026-11-24T20:15:07.000Z'], ['Sept 5, 2026', '2026-09-05T00:00:00.000Z'],
    ['2026-01-02 10:00:00.123456+00', '2026-01-02T10:00:00.123Z'], ['2026-01-02T10:00:00-05', '2026-01-02T15:00:00.000Z'], ['2026-1-2 10:00 +05', '2026-01-02T05:00:00.000Z'], ['2026-01-02-05', null],
    [19800517, '1980-05-17T00:00:00.000Z'], [19801317, '1970-08-18T04:21:57.000Z'], [63072000000, '1972-01-01T00:00:00.000Z'], [-315619200, '1960-01-01T00:00:00.000Z'], [-315619200000, '1960-01-01T00:00:00.000Z'], [Number.NaN, null], [-Infinity, null],
    ['30.11.2026', '2026-11-30T00:00:00.000Z'], ['1.12.2026 15:15', '2026-12-01T15:15:00.000Z'], ['11. 12. 2026', '2026-12-11T00:00:00.000Z'], ['11.30.2026', null], ['30.11.26', null], ['1.2.3', null],
    ['02/30/2026', null], ['2026-13-01', null], ['5555551234x', null], ['', null], [null, null], [Infinity, null], ['2026-01-02T25:00', null],
  ])('%s', (text, iso) => {
    const date = parseDate(text)
    expect(date && new Date(date.kind === 'instant' ? date.at : date.wall).toISOString()).toBe(iso)
  })
  it('the Z of digits in a row is a zone', () => {
    expect(['20261124T151500Z', '20261124151500'].map((text) => parseDate(text)?.kind)).toEqual(['instant', 'wall'])
  })
  it('a date without a zone never moves to another day', () => {
    const born = parseDate('1980-05-17')
    expect(born && fieldsOf(born, 'Pacific/Kiritimati')).toMatchObject({ year: 1980, month: 5, day: 17, hour: 0 })
  })
})
