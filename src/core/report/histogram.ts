/** Durations counted in bins that grow with the value: constant memory, percentiles true to 0.8 %, exact under 128 ms. */
export interface Histogram {
  readonly bins: Uint32Array
  count: number
  sum: number
}

/** Bins per doubling. */
const STEPS = 64
/** 2^31 ms, 24 days, is the longest told apart. */
const LONGEST = 0x7fff_ffff
const BINS = STEPS * 26

export const emptyHistogram = (): Histogram => ({ bins: new Uint32Array(BINS), count: 0, sum: 0 })

export const addDuration = (histogram: Histogram, ms: number): void => {
  const value = Math.min(LONGEST, Math.max(0, Math.round(ms)))
  histogram.count++
  histogram.sum += value
  const bin = binOf(value)
  histogram.bins[bin] = (histogram.bins[bin] ?? 0) + 1
}

/** The value that `share` (0 to 1) of the durations do not exceed; null where there are none. */
export const percentile = (histogram: Histogram, share: number): number | null => {
  if (histogram.count === 0) return null
  const rank = Math.max(1, Math.ceil(share * histogram.count))
  let seen = 0
  for (let bin = 0; bin < BINS; bin++) {
    seen += histogram.bins[bin] ?? 0
    if (seen >= rank) return middleOf(bin)
  }
  return LONGEST
}

export const average = (histogram: Histogram): number | null =>
  histogram.count === 0 ? null : histogram.sum / histogram.count

const binOf = (value: number): number => {
  if (value < STEPS) return value
  const shift = 31 - Math.clz32(value) - 6
  return shift * STEPS + (value >> shift)
}

const middleOf = (bin: number): number => {
  if (bin < 2 * STEPS) return bin
  const shift = Math.floor(bin / STEPS) - 1
  return Math.round((bin - shift * STEPS + 0.5) * 2 ** shift - 0.5)
}
