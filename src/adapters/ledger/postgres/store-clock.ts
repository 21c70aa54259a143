interface Sample { readonly takenAt: number; readonly tripMs: number; readonly aheadMs: number }

/** What the database's clock says, as this process knows it: from the shortest round trip of the last seconds. By `performance.now()`. */
export const createStoreClock = () => {
  let samples: Sample[] = []
  return {
    /** `storeNow` was read between `asked` and `answered`. */
    compare: (asked: number, storeNow: number, answered: number): void => {
      samples = samples.filter((each) => each.takenAt > answered - REMEMBERS_MS)
      samples.push({ takenAt: answered, tripMs: answered - asked, aheadMs: storeNow - (asked + answered) / 2 })
    },
    at: (now: number): number => now + (samples.reduce<Sample | null>((best, each) => (best && best.tripMs < each.tripMs ? best : each), null)?.aheadMs ?? 0),
  }
}

/** Clocks part by less than a millisecond within that. */
const REMEMBERS_MS = 10_000
