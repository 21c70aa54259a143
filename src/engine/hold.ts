import type { Work } from './work.ts'

/** A turn of it is over: who waited for that goes on. */
export const setFree = (work: Work): void => {
  work.busy = false
  const waiting = work.whenFree
  work.whenFree = null
  if (waiting) for (const tell of waiting) tell()
}

/** For a step that several works take together: none is in a turn, and none begins one until they are let go. */
export const hold = async (works: readonly Work[], pump: (work: Work) => void): Promise<() => void> => {
  for (let busy = works.find((work) => work.busy); busy; busy = works.find((work) => work.busy)) {
    const list = (busy.whenFree ??= [])
    await new Promise<void>((resolve) => { list.push(resolve) })
  }
  for (const work of works) work.busy = true
  return () => {
    for (const work of works) {
      setFree(work)
      if (work.again) pump(work)
    }
  }
}
