import { systemClock } from '../adapters/clock.ts'
import type { Instant } from '../base/time.ts'
import type { Clock } from '../ports.ts'
import type { Settings } from './flags/settings.ts'

/** The time that a command which only looks, or acts at once, goes by. */
export const nowOf = ({ clock }: Settings): Instant => clock ?? systemClock.now()

/** `--clock`: as if it had been `start` when the command began; from there on it goes as the real one does. */
export const clockOf = (start: Instant | null): Clock => {
  if (start === null) return systemClock
  const ahead = start - systemClock.now()
  return { now: () => systemClock.now() + ahead, sleep: (ms, signal) => systemClock.sleep(ms, signal) }
}
