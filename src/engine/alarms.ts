import type { Clock } from '../ports.ts'
import type { Instant } from '../base/time.ts'

/** One alarm for each of many things, set by the clock; what has time until a process starts again waits in the store instead. */
export const createAlarms = <T extends object>(clock: Clock, ring: (thing: T) => void, failed: (error: unknown) => void) => {
  const alarms = new WeakMap<T, { readonly at: Instant; readonly cancel: AbortController }>()
  return {
    /** When it will ring; undefined: not at all. */
    at: (thing: T): Instant | undefined => alarms.get(thing)?.at,
    /** Rings at `until`, instead of at any time before; null: not at all. */
    set: (thing: T, until: Instant | null): void => {
      const known = alarms.get(thing)
      if (known && known.at === until) return
      alarms.delete(thing)
      known?.cancel.abort()
      if (until === null) return
      const alarm = { at: until, cancel: new AbortController() }
      alarms.set(thing, alarm)
      clock.sleep(Math.max(1, until - clock.now()), alarm.cancel.signal).then(() => {
        if (alarms.get(thing) !== alarm) return
        alarms.delete(thing)
        ring(thing)
      }).catch(failed)
    },
  }
}
