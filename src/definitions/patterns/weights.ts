import { commonDivisor } from '../../base/common-divisor.ts'

/** Shares as the smallest whole numbers: 60, 30, 10 is 6, 3, 1, so that every ten leads are shared exactly. */
export const wholeWeights = (shares: readonly number[]): readonly number[] => {
  const whole = shares.map((each) => Math.round(each * 1_000))
  const divisor = whole.reduce(commonDivisor, 0)
  return divisor === 0 ? whole : whole.map((each) => each / divisor)
}
