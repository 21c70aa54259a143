interface Waiting { readonly counter: string; readonly resolve: (ticket: number) => void; readonly reject: (error: unknown) => void }

/** Adds to counters in one transaction; resolves to what each then is. */
type Count = (amounts: ReadonlyMap<string, number>) => Promise<ReadonlyMap<string, number>>

/**
 * Tickets (0, 1, 2 …) of counters. Those asked for while some are being drawn are drawn together next: a transaction each
 * would make every lead of a Round Robin wait for the disk alone.
 */
export const createDraws = (count: Count) => {
  let waiting: Waiting[] = []
  let busy = false

  const drawAll = async (asked: readonly Waiting[]): Promise<void> => {
    const byCounter = Map.groupBy(asked, (each) => each.counter)
    try {
      const values = await count(new Map([...byCounter].map(([counter, drawn]) => [counter, drawn.length])))
      for (const [counter, drawn] of byCounter) drawn.forEach((each, i) => each.resolve((values.get(counter) ?? 0) - drawn.length + i))
    } catch (error) {
      for (const each of asked) each.reject(error)
    }
  }

  const run = async (): Promise<void> => {
    busy = true
    await new Promise((resolve) => setImmediate(resolve))
    while (waiting.length > 0) {
      const asked = waiting
      waiting = []
      await drawAll(asked)
    }
    busy = false
  }

  return (counter: string): Promise<number> => new Promise((resolve, reject) => {
    waiting.push({ counter, resolve, reject })
    if (!busy) run().catch(reject)
  })
}
