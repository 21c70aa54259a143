import type { Clock } from '../../src/ports.ts'

export interface FakeClock extends Clock {
  /** Passes time: sleepers wake in order of their times, each at its own, and what they start is let run before the next. */
  advance(ms: number): Promise<void>
  /** Sets the clock on or back, as an administrator or NTP does: nobody has slept longer for it. */
  step(ms: number): void
  /** Sleepers there are now. */
  sleeping(): number
  /** When the earliest wakes; null where nobody sleeps. */
  nextWake(): number | null
}

interface Sleeper { at: number; readonly order: number; readonly wake: () => void }

/** The normal clock of tests: stands still until it is told to move. `settled`: lets everything run that is ready. */
export const createFakeClock = (start: number, settled: () => Promise<void> = allTurns): FakeClock => {
  let now = start
  let order = 0
  const sleepers = new Set<Sleeper>()
  /** Where time is being passed to: a step meanwhile is no time. */
  const courses = new Set<{ end: number }>()
  const earliest = (): Sleeper | undefined => [...sleepers].sort((a, b) => a.at - b.at || a.order - b.order)[0]
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (ms <= 0 || signal?.aborted) return resolve()
        const wake = (): void => {
          sleepers.delete(sleeper)
          signal?.removeEventListener('abort', wake)
          resolve()
        }
        const sleeper: Sleeper = { at: now + ms, order: order++, wake }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', wake)
      }),
    advance: async (ms) => {
      const course = { end: now + ms }
      courses.add(course)
      await settled()
      for (let next = earliest(); next && next.at <= course.end; next = earliest()) {
        now = Math.max(now, next.at)
        next.wake()
        await settled()
      }
      courses.delete(course)
      now = course.end
    },
    step: (ms) => {
      now += ms
      for (const each of sleepers) each.at += ms
      for (const each of courses) each.end += ms
    },
    sleeping: () => sleepers.size,
    nextWake: () => earliest()?.at ?? null,
  }
}

/** Lets everything run that is ready, without any real time. */
export const allTurns = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}
