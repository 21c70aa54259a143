import { describe, expect, it } from 'vitest'
import { grantStarts, latestAfter } from '../../src/core/rate.ts'
import type { Given, Rate } from '../../src/core/rate.ts'

const RATES: readonly Rate[] = [{ count: 1, perMs: 100 }, { count: 4, perMs: 1_000 }, { count: 400, perMs: 1_000 }, { count: 1_000, perMs: 60_000 }, { count: 10, perMs: 3_600_000 }, { count: 100_000, perMs: 86_400_000 }]

/** Several ask in turn, each for as many as it likes, from different times on. */
const ask = (rate: Rate, asks: number, everyMs: number): { readonly starts: readonly number[]; readonly longest: number } => {
  let given: Given = []
  let longest = 0
  const starts: number[] = []
  for (let i = 0; i < asks; i++) {
    const grant = grantStarts(given, rate, { from: i * everyMs + (i * 37) % 90, until: i * everyMs + 400, wanted: (i * 13) % 200 })
    given = grant.given
    longest = Math.max(longest, given.length)
    starts.push(...grant.starts)
  }
  return { starts, longest }
}
const most = (times: readonly number[], ms: number): number => times.reduce((max, end) => Math.max(max, times.filter((at) => at > end - ms && at <= end).length), 0)

describe('times of a rate', () => {
  it.each(RATES)('$count in $perMs ms: never more in any stretch, also where each leaves as late as it may', (rate) => {
    const { starts } = ask(rate, 400, Math.max(25, rate.perMs / 100))
    expect(starts).toEqual(starts.toSorted((a, b) => a - b))
    expect(most(starts.slice(0, 3_000), rate.perMs + latestAfter(rate))).toBeLessThanOrEqual(rate.count)
  })

  it('nine tenths of the rate can be used', () => {
    const { starts } = ask({ count: 400, perMs: 1_000 }, 1_000, 25)
    expect(starts.length / ((starts.at(-1) ?? 0) / 1_000)).toBeGreaterThan(360)
  })

  it('what is kept of them stays short whatever the rate', () => {
    for (const rate of RATES) expect(ask(rate, 300, Math.max(25, rate.perMs / 100)).longest).toBeLessThan(300)
  })

  it('tells when the next is free', () => {
    const rate = { count: 2, perMs: 60_000 }
    const first = grantStarts([], rate, { from: 1_000, until: 1_400, wanted: 3 })
    expect([first.starts, first.next]).toEqual([[1_000, 1_020], 62_020])
    expect(grantStarts(first.given, rate, { from: 50_000, until: 50_400, wanted: 1 })).toMatchObject({ starts: [], next: 62_020 })
    expect(grantStarts(first.given, rate, { from: 61_500, until: 61_900, wanted: 1 })).toMatchObject({ starts: [], next: 62_020 })
    expect(grantStarts(first.given, rate, { from: 63_000, until: 63_400, wanted: 2 })).toMatchObject({ starts: [63_000, 63_020], next: null })
  })

  it('a rate that was lowered holds for what is given from then on, however much the one before had given', () => {
    let given: Given = []
    const giveBetween = (rate: Rate, begin: number, end: number): readonly number[] => {
      const starts: number[] = []
      for (let from = begin; from < end; from += 250) {
        const grant = grantStarts(given, rate, { from, until: from + 350, wanted: 1 })
        given = grant.given
        starts.push(...grant.starts)
      }
      return starts
    }
    expect(giveBetween({ count: 50, perMs: 60_000 }, 0, 60_000)).toHaveLength(50)
    const lowered = giveBetween({ count: 5, perMs: 60_000 }, 60_000, 360_000)
    expect(most(lowered, 60_000)).toBe(5)
    expect(lowered.length).toBeGreaterThan(18)
  })

  it('a clock that was put back holds nobody up', () => {
    expect(grantStarts([[500_000, 4]], { count: 4, perMs: 1_000 }, { from: 100_000, until: 100_400, wanted: 1 }).starts).toEqual([100_000])
  })
})
