/** Lets so many tasks of one name run at once; the others wait their turn, first come, first served. */
export const createTurns = () => {
  const busy = new Map<string, number>()
  const waiting = new Map<string, (() => void)[]>()
  return async <T>(name: string, limit: number, task: () => Promise<T>): Promise<T> => {
    const running = busy.get(name) ?? 0
    if (running >= limit) await new Promise<void>((resolve) => waiting.set(name, [...(waiting.get(name) ?? []), resolve]))
    else busy.set(name, running + 1)
    try {
      return await task()
    } finally {
      // A place is handed on, so that the count stays as it is.
      const next = waiting.get(name)?.shift()
      if (next) next()
      else busy.set(name, (busy.get(name) ?? 1) - 1)
    }
  }
}
