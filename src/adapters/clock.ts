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
      // Node's timers hold 31 bits: a longer wait is slept in pieces.
      const piece = Math.min(ms, LONGEST_TIMER)
      const left = ms - piece
      const timer = setTimeout(wake, piece)
      signal?.addEventListener('abort', wake)
    }),
}

const LONGEST_TIMER = 2 ** 31 - 1
