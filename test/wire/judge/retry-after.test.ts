import { describe, expect, it } from 'vitest'
import { httpDate, retryAfterMs } from '../../../src/wire/judge/retry-after.ts'

const at = Date.UTC(2026, 10, 24, 12, 0, 0)
const date = 'Tue, 24 Nov 2026 11:00:00 GMT'

describe('retryAfterMs', () => {
  const rows: readonly [headers: Record<string, string>, want: number | null][] = [
    [{}, null],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': ' 120 ' }, 120_000],
    [{ 'retry-after': '-5' }, null],
    [{ 'retry-after': '1.5' }, 1_500],
    [{ 'retry-after': '2.0' }, 2_000],
    [{ 'retry-after': '1,5' }, null],
    [{ 'retry-after': String(at / 1000 + 5) }, 5_000],
    [{ 'retry-after': String(at - 5_000) }, 0],
    [{ 'retry-after': '2026-11-24T12:00:30Z' }, 30_000],
    [{ 'retry-after': 'Tue, 24 Nov 2026 12:00:30 +0000' }, 30_000],
    [{ 'retry-after': '2026-11-24 12:00:30' }, null],
    [{ 'retry-after': 'soon' }, null],
    [{ 'retry-after': '' }, null],
    [{ 'retry-after': '315360000' }, 315_360_000_000],
    [{ 'retry-after': '9'.repeat(40) }, 36_525 * 86_400_000],
    [{ 'retry-after': 'Tue, 24 Nov 2026 12:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Tuesday, 24-Nov-26 12:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Tue Nov 24 12:00:30 2026' }, 30_000],
    [{ 'retry-after': 'Tue, 24 Nov 2026 11:00:30 GMT', date }, 30_000],
    [{ 'retry-after': 'Tue, 24 Nov 2026 11:00:30 GMT' }, 0],
    [{ 'retry-after': 'Tue, 24 Nov 2026 12:00:30 GMT', date: 'nonsense' }, 30_000],
    [{ 'retry-after': 'Tue, 24 Foo 2026 12:00:30 GMT' }, null],
    [{ 'x-ratelimit-reset': '60' }, 60_000],
    [{ 'retry-after': 'Tue, 24 Nov 2026 24:00:00 GMT' }, null],
    [{ 'retry-after': 'Tue, 24 Nov 2026 12:60:00 GMT' }, null],
    [{ 'retry-after': 'Tue, 32 Dec 2026 12:00:00 GMT' }, null],
    [{ 'x-ratelimit-reset': String(at / 1000 + 5) }, 5_000],
    [{ 'x-ratelimit-reset': String(at + 5_000) }, 5_000],
    [{ ratelimit: '"burst";r=0;t=30' }, 30_000],
    [{ ratelimit: '"burst";r=9;t=1, "day";r=0;t=3600' }, 3_600_000],
    [{ ratelimit: '"burst";t=2;r=0, "hour;t=9,";r=0;t=60, "day";r=05;t=3600' }, 60_000],
    [{ ratelimit: '"burst";r=9;t=1, "day";r=50;t=3600' }, 1_000],
    [{ 'retry-after': '2', 'x-ratelimit-reset': '60' }, 2_000],
    [{ 'retry-after': '30s' }, 30_000],
    [{ 'retry-after': '2 minutes' }, 120_000],
    [{ 'retry-after': '30 parsecs', 'x-ratelimit-reset': '6m0s' }, 360_000],
    [{ ratelimit: 'limit=100, remaining=0, reset=5' }, 5_000],
    [{ 'x-ratelimit-reset': '2026-11-24T12:00:30Z' }, 30_000],
    [{ 'x-ratelimit-reset': '1.5' }, 1_500],
    [{ 'x-ratelimit-reset': 'never' }, null],
    [{ 'x-ratelimit-reset': '9'.repeat(20) }, 36_525 * 86_400_000],
  ]
  it.each(rows)('%j is %s', (headers, want) => expect(retryAfterMs(headers, at)).toBe(want))

  it('the examples of RFC 9110, 5.6.7, are one time', () => {
    for (const text of ['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994']) {
      expect(httpDate(text, at)).toBe(Date.UTC(1994, 10, 6, 8, 49, 37))
    }
  })
  it.each(['Sunday, 31-Jan-27 23:59:60 GMT', 'Sun Jan 31 23:59:60 2027'])('the last second of a month: %s', (text) => expect(httpDate(text, at)).toBe(Date.UTC(2027, 0, 31, 23, 59, 60)))
  it.each(['00-Jan-27 12:00:00', '32-Jan-27 12:00:00', '01-Foo-27 12:00:00', '01-Jan-27 24:00:00', '01-Jan-27 23:60:00', '01-Jan-27 23:59:61'])('%s is no time', (text) => expect(httpDate(`Sunday, ${text} GMT`, at)).toBeNull())
  it('a year of two digits is at most fifty years ahead', () => expect(['76', '77'].map((year) => httpDate(`Sunday, 01-Jan-${year} 00:00:00 GMT`, at))).toEqual([Date.UTC(2076, 0, 1), Date.UTC(1977, 0, 1)]))
})
