import type { Clock } from '../ports.ts'

export type Slots = ReturnType<typeof createSlots>

/**
 * How many leads may be in memory at once. The reader waits here when the recipients are slow, so that a file of any
 * size is held in bounded memory. A lead that can do nothing but queue for a recipient that is slower than the others may
 * be shelved: it stays in memory, up to `shelf` of them, and takes no slot from those that can move. One that waits for the
 * rest of its batch is set aside however many there are: the rest, which it is to go with, needs the room.
 */
export const createSlots = (size: number, shelf = 0) => {
  let taken = 0
  let shelved = 0
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

  const fewer = (): void => {
    if (taken === 0) wake()
    // At three quarters, so that the reader fills many slots at a time.
    else if (taken - shelved === Math.floor(size * 0.75)) offerRoom()
  }

  const setAside = (): void => {
    shelved += 1
    fewer()
  }

  const take = (): void => { taken += 1 }
  const give = (): void => {
    taken -= 1
    fewer()
  }

  return {
    taken: () => taken,
    full: () => taken - shelved >= size,
    /** The reader, where it waits for room, still waits. */
    crowded: () => taken - shelved > size * 0.75,
    take,
    give,
    /** The run does not end before this has. */
    during: async <T>(step: () => Promise<T>): Promise<T> => {
      take()
      try {
        return await step()
      } finally {
        give()
      }
    },
    /** False where the shelf is full. */
    shelve: (): boolean => {
      if (shelved >= shelf) return false
      setAside()
      return true
    },
    setAside,
    unshelve: (): void => { shelved -= 1 },
    /** Resolves when there is room. */
    room: (): Promise<void> => new Promise((resolve) => { if (taken - shelved < size) resolve(); else roomWaiters.push(resolve) }),
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
