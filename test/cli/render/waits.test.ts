import { describe, expect, it } from 'vitest'
import { waitsOf, withoutTime } from '../../../src/cli/render/waits.ts'

describe('why leads wait', () => {
  it.each([
    ['waits for its next window, Redir, which opens 2026-11-03 11:18 UTC', 'waits for its next window, Redir'],
    ['Storm: outside its window (America/New_York), opens 2026-11-30 09:00', 'Storm: outside its window (America/New_York)'],
    ['A: cap of 2 per day reached (UTC), opens 2026-11-01 00:00; B asked for a longer wait, until 2026-11-24 10:00:05 UTC', 'A: cap of 2 per day reached (UTC); B asked for a longer wait'],
    ['A asked to be tried again later, after 2026-11-24 10:00 UTC', 'A asked to be tried again later'],
    ['its circuit is open, until 2026-11-24T10:00:00.000Z', 'its circuit is open'],
    ['Hook is paused (maintenance until 2026-11-24 10:00); `finalmile unpause hook` opens it', 'Hook is paused (maintenance until 2026-11-24 10:00); `finalmile unpause hook` opens it'],
  ])('%s is told without its time', (why, told) => { expect(withoutTime(why)).toBe(told) })

  it('is told once for many times, and with its time where that is one', () => {
    const window = (recipient: string | null, hour: number, count: number) => ({ recipient, why: `waits for its next window, B, which opens 2026-11-03 1${hour}:00 UTC`, count, nextAt: hour })
    expect(waitsOf([window(null, 2, 1), window('x', 1, 2), window(null, 1, 3), window(null, 3, 1)])).toEqual([
      { recipient: null, why: 'waits for its next window, B', count: 5, nextAt: 1, times: 3 },
      { ...window('x', 1, 2), times: 1 },
    ])
  })
})
