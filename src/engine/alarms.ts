import type { Clock } from '../ports.ts'
import type { Instant } from '../base/time.ts'
import type { Work } from './work.ts'

/**
 * What a delivery waits for while an answer of it is still on its way: the deadline of an auction, a retry beside a slow
 * entrant of a race. One alarm a work; the others wait in the store, by their due time.
 */
export interface Alarms {
  /** Rings at `until`, instead of at any time before; null: not at all. */
  set(work: Work, until: Instant | null): void
}

export const createAlarms = (clock: Clock, ring: (work: Work) => void, failed: (error: unknown) => void): Alarms => {
  const alarms = new WeakMap<Work, { readonly at: Instant; readonly cancel: AbortController }>()
  return {
    set: (work, until) => {
      const known = alarms.get(work)
      if (known && known.at === until) return
      alarms.delete(work)
      known?.cancel.abort()
      if (until === null) return
      const alarm = { at: until, cancel: new AbortController() }
      alarms.set(work, alarm)
      clock.sleep(Math.max(1, until - clock.now()), alarm.cancel.signal).then(() => {
        if (alarms.get(work) !== alarm) return
        alarms.delete(work)
        ring(work)
      }).catch(failed)
    },
  }
}
