import { describe, expect, it } from 'vitest'
import { addDuration } from '../../../src/core/report/histogram.ts'
import { beginMeasuring, judge, type Sample } from '../../../src/cli/load/judge.ts'
import { loadLead } from '../../../src/cli/load/leads.ts'
import { dueAt, dueBy, readRamp } from '../../../src/cli/load/ramp.ts'

describe('a ramp', () => {
  it.each([
    ['0..1000/min', { from: 0, to: 1000 / 60_000 }], ['50/s', { from: 0.05, to: 0.05 }], ['10 .. 20 / hour', { from: 10 / 3_600_000, to: 20 / 3_600_000 }],
  ])('%s', (text, ramp) => { expect(readRamp(text)).toEqual(ramp) })

  it.each(['1000', '0..0/min', 'fast', '5/day', '-1..5/s'])('%s is none', (text) => { expect(() => readRamp(text)).toThrow('--ramp takes leads over time') })

  it.each([['0..1000/min', 1_800_000, 15_000], ['100..0/s', 10_000, 500], ['50/s', 10_000, 500]])('%s over %i ms sends %i leads, each when it is due', (text, forMs, total) => {
    const ramp = readRamp(text)
    expect(dueBy(ramp, forMs, forMs)).toBe(total)
    for (const n of [0, 1, Math.floor(total / 3), total - 2]) {
      const at = dueAt(ramp, forMs, n)
      expect(dueBy(ramp, forMs, at + 1)).toBeGreaterThanOrEqual(n + 1)
      expect(dueBy(ramp, forMs, at - 1)).toBeLessThanOrEqual(n)
    }
  })
})

it('no two leads of a test are the same person', () => {
  // The subject document's test (0 to 1,000 a minute for 30 minutes) has 15,000.
  const leads = Array.from({ length: 25_000 }, (_, n) => loadLead(n).fields)
  expect(new Set(leads.map((each) => each.email)).size).toBe(25_000)
  expect(new Set(leads.map((each) => each.phone_1)).size).toBe(25_000)
  expect(leads.every((each) => /^\d{10}$/.test(String(each.phone_1)))).toBe(true)
})

describe('judge', () => {
  const MB = 1024 * 1024
  const samples = (memory: (i: number) => number, lateMs = 0, stepMs = 2_000): Sample[] =>
    Array.from({ length: 40 }, (_, i) => ({ atMs: (i + 1) * stepMs, taken: 0, settled: 0, failed: 0, p95Ms: 0, lateMs, memory: memory(i) }))
  const measured = (more: Partial<ReturnType<typeof beginMeasuring>>, durations: readonly number[] = [100]) => {
    const all = { ...beginMeasuring(), taken: 100, samples: samples(() => 150 * MB), ...more }
    for (const ms of durations) addDuration(all.responses, ms)
    return all
  }
  const missed = (all: ReturnType<typeof measured>, waiting = 0) => judge(all, 100, waiting).filter((each) => !each.met).map((each) => each.name)

  it.each([
    ['nothing where all went well', measured({}), 0, []],
    ['nothing at five failures of a hundred', measured({ failed: 5 }), 0, []],
    ['the success rate at six', measured({ failed: 6 }), 0, ['success rate']],
    ['the success rate where leads are left waiting', measured({}), 6, ['success rate']],
    ['the response time at two seconds', measured({}, [2_100]), 0, ['p95 response time']],
    ['memory that grows all the time', measured({ samples: samples((i) => (100 + i * 10) * MB) }), 0, ['memory']],
    ['no memory that grows by less than 64 MB, however small it was', measured({ samples: samples((i) => (i < 30 ? 50 : 110) * MB) }), 0, []],
    ['no memory that grows by a fifth, however large it is', measured({ samples: samples((i) => (i < 30 ? 1_000 : 1_200) * MB) }), 0, []],
    ['no memory that grows while the process warms up', measured({ samples: samples((i) => (100 + i * 10) * MB, 0, 500) }), 0, []],
    ['the pace where leads are taken late', measured({ samples: samples(() => 150 * MB, 6_000) }), 0, ['pace']],
    ['no pace where leads are five seconds late', measured({ samples: samples(() => 150 * MB, 5_000) }), 0, []],
    ['the pace where leads are later', measured({ samples: samples(() => 150 * MB, 5_001) }), 0, ['pace']],
    ['the pace where leads are left', measured({ taken: 99 }), 0, ['pace']],
  ])('misses %s', (_, all, waiting, names) => { expect(missed(all, waiting)).toEqual(names) })
})
