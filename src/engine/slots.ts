import type { Clock } from '../ports.ts'

/**
 * How many leads may be in memory at once. The reader waits here when the recipients are slow, so that a file of any
 * size is held in bounded memory.
 */
export const createSlots = (size: number) => {
  let taken = 0
  let roomWaiters: (() => void)[] = []
  let changeWaiters: (() => void)[] = []

  const callAll = (waiters: (() => void)[]): void => { for (const each of waiters) each() }
  const offerRoom = (): void => {
    const waiters = roomWaiters
    roomWaiters = []
    callAll(waiters)
  }
  const wake = (): void => {
    offerRoom()
    const waiters = changeWaiters
    changeWaiters = []
    callAll(waiters)
  }

  return {
    taken: () => taken,
    full: () => taken >= size,
    take: (): void => { taken += 1 },
    give: (): void => {
      taken -= 1
      if (taken === 0) wake()
      // At three quarters, so that the reader fills many slots at a time.
      else if (taken === Math.floor(size * 0.75)) offerRoom()
    },
    /** Resolves when there is room. */
    room: (): Promise<void> => new Promise((resolve) => { if (taken < size) resolve(); else roomWaiters.push(resolve) }),
    /** Resolves when all slots are free again, when woken, after `ms`, or, where `forRoom`, when there is room. */
    changed: async (clock: Clock, ms: number, signal: AbortSignal, forRoom: boolean): Promise<void> => {
      const cancel = new AbortController()
      const woken = new Promise<void>((resolve) => { changeWaiters.push(resolve); if (forRoom) roomWaiters.push(resolve) })
      await Promise.race([woken, clock.sleep(ms, signal.aborted ? cancel.signal : AbortSignal.any([signal, cancel.signal]))])
      cancel.abort()
    },
    wake,
  }
}
