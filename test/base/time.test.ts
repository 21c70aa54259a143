import { describe, expect, it } from 'vitest'
import { isoTime } from '../../src/base/time.ts'

describe('isoTime', () => {
  it('writes every moment as itself, the same one again and after others too', () => {
    const moments = [0, 0, 1_795_000_000_000, 1_795_000_000_001, 1_795_000_000_000, 9, 10, 99, 100, 999, -1, 0]
    expect(moments.map(isoTime)).toEqual(moments.map((at) => new Date(at).toISOString()))
  })
  it('throws for what is no moment, and is none the worse after it', () => {
    expect(() => isoTime(Number.NaN)).toThrow(RangeError)
    expect(isoTime(0)).toBe('1970-01-01T00:00:00.000Z')
  })
})
