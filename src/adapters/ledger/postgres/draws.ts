import type { Database } from './database.ts'

interface Waiting { readonly counter: string; readonly resolve: (ticket: number) => void; readonly reject: (error: unknown) => void }

/** Tickets of counters that all workers share. Those asked for while some are being drawn are drawn together next. */
export const createDraws = (db: Database, s: string) => {
  let waiting: Waiting[] = []
  let busy = false

  const drawAll = async (asked: readonly Waiting[]): Promise<void> => {
    const byCounter = Map.groupBy(asked, (each) => each.counter)
    const names = [...byCounter.keys()].sort()
    try {
      const rows = await db.transaction((run) => run(
        `INSERT INTO ${s}.counters AS c (name, value) SELECT * FROM unnest($1::text[], $2::bigint[]) u(name, value) ORDER BY u.name COLLATE "C"
         ON CONFLICT (name) DO UPDATE SET value = c.value + excluded.value RETURNING name, value`,
        [names, names.map((name) => byCounter.get(name)?.length ?? 0)]))
      for (const row of rows) {
        const drawn = byCounter.get(String(row['name'])) ?? []
        drawn.forEach((each, i) => each.resolve(Number(row['value']) - drawn.length + i))
      }
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

  return {
    draw: (counter: string): Promise<number> => new Promise((resolve, reject) => {
      waiting.push({ counter, resolve, reject })
      if (!busy) run().catch(reject)
    }),
  }
}
