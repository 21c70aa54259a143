import { addDuration, emptyHistogram, percentile, type Histogram } from '../../core/report/histogram.ts'
import type { RunEvent } from '../../engine/settings.ts'

/** What is measured while the load lasts; constant memory. */
export interface Measured {
  sent: number
  answered: number
  taken: number
  settled: number
  /** Leads that failed, are held or in doubt: what a buyer never got, or nobody knows. */
  failed: number
  readonly responses: Histogram
  readonly samples: Sample[]
}
/** One moment: what happened since the one before, and the memory. `lateMs`: how far the last lead was taken behind its time. */
export interface Sample { readonly atMs: number; readonly taken: number; readonly settled: number; readonly failed: number; readonly p95Ms: number | null; readonly lateMs: number; readonly memory: number }

export const beginMeasuring = (): Measured => ({ sent: 0, answered: 0, taken: 0, settled: 0, failed: 0, responses: emptyHistogram(), samples: [] })

export const measure = (measured: Measured, seen: RunEvent): void => {
  if (seen.kind !== 'stored') return
  const { event } = seen
  if (event.type === 'attemptStarted') measured.sent += 1
  if (event.type === 'attemptFinished') {
    if (event.httpStatus !== null) measured.answered += 1
    addDuration(measured.responses, event.durationMs)
  }
  if (event.type !== 'settled') return
  measured.settled += 1
  if (event.outcome.kind === 'failed' || event.outcome.kind === 'held') measured.failed += 1
}

export interface Criterion { readonly name: string; readonly got: string; readonly wanted: string; readonly met: boolean }

/** The subject document's success criteria of a load test. `offered`: leads of the whole ramp; `waiting`: what must wait longer than the test. */
export const judge = (measured: Measured, offered: number, waiting: number): readonly Criterion[] => {
  const { taken, failed, samples } = measured
  const success = taken === 0 ? 0 : (taken - failed - waiting) / taken
  const p95 = percentile(measured.responses, 0.95)
  const growth = (samples.at(-1)?.atMs ?? 0) < LONG_ENOUGH_MS ? null : growthOf(samples.map((each) => each.memory))
  const late = Math.max(0, ...samples.map((each) => each.lateMs))
  return [
    { name: 'success rate', got: `${(success * 100).toFixed(1)}%`, wanted: 'at least 95% of leads settled with an answer', met: success >= 0.95 },
    { name: 'p95 response time', got: p95 === null ? 'no answer' : `${p95} ms`, wanted: 'below 2 s', met: p95 !== null && p95 < 2_000 },
    { name: 'memory', got: growth === null ? `${megabytes(samples.at(-1)?.memory ?? 0)}, too short to tell` : `${megabytes(samples.at(-1)?.memory ?? 0)}, ${growth.share >= 0 ? '+' : ''}${(growth.share * 100).toFixed(1)}% in the second half`, wanted: 'no leak: growth of at most 20% (or 64 MB)', met: growth === null || growth.share <= 0.2 || growth.bytes <= 64 * 1024 * 1024 },
    { name: 'pace', got: `${taken} of ${offered} leads taken, at worst ${(late / 1000).toFixed(1)} s late`, wanted: 'graceful: all leads taken, none more than 5 s late', met: taken >= offered && late <= 5_000 },
  ]
}

/** Before that a process is still warming up: code is compiled and heaps find their size. */
const LONG_ENOUGH_MS = 60_000

/** Median memory of the last quarter against the second: the first is warming up. Null for too few samples. */
const growthOf = (memory: readonly number[]): { readonly share: number; readonly bytes: number } | null => {
  const quarter = Math.floor(memory.length / 4)
  if (quarter < 3) return null
  const before = median(memory.slice(quarter, 2 * quarter))
  const bytes = median(memory.slice(-quarter)) - before
  return { share: bytes / before, bytes }
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
export const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MB`
