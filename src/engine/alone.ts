import type { Work } from './work.ts'

/** A turn of it is over: who waited for that goes on. */
export const setFree = (work: Work): void => {
  work.busy = false
  const waiting = work.whenFree
  work.whenFree = null
  if (waiting) for (const tell of waiting) tell()
}

/** A step that several works take together: none is in a turn, where an answer may be about to be recorded, and none begins one until it is taken. */
export const alone = async <T>(works: readonly Work[], step: () => Promise<T>, pump: (work: Work) => void): Promise<T> => {
  for (let busy = works.find((work) => work.busy); busy; busy = works.find((work) => work.busy)) {
    const list = (busy.whenFree ??= [])
    await new Promise<void>((resolve) => { list.push(resolve) })
  }
  for (const work of works) work.busy = true
  try {
    return await step()
  } finally {
    for (const work of works) {
      setFree(work)
      if (work.again) pump(work)
    }
  }
}
