import { LONGEST_TIMER } from '../base/time.ts'
import type { Clock } from '../ports.ts'

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted || ms <= 0) return resolve()
      const wake = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', wake)
        if (left > 0 && !signal?.aborted) return resolve(systemClock.sleep(left, signal))
        resolve()
      }
      // A longer wait is slept in pieces.
      const piece = Math.min(ms, LONGEST_TIMER)
      const left = ms - piece
      const timer = setTimeout(wake, piece)
      signal?.addEventListener('abort', wake)
    }),
}
