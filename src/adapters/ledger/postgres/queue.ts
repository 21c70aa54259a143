import type { Mode } from '../../../core/event.ts'
import type { Run } from './database.ts'

/**
 * Who brings due deliveries to a worker. Our tables are the truth and say what is due; a queue only finds it, inside the
 * transactions that write it, so that the two cannot part.
 */
export interface Queue {
  /** These deliveries wait until then. */
  put(run: Run, waits: readonly { readonly n: number; readonly dueAt: number }[]): Promise<void>
  /** Numbers of deliveries that are due, each to one worker; none of them is offered to another before the transaction ends. */
  take(run: Run, query: { readonly mode: Mode; readonly now: number; readonly limit: number }): Promise<readonly number[]>
  /** Makes what our tables say is waiting known to the queue again. Resolves to how many were missing. */
  sweep(): Promise<number>
  close(): Promise<void>
}

/** Our own table is the queue: its index of what is due, and rows that another worker is about to take are passed by. */
export const ownQueue = (s: string): Queue => ({
  put: async () => undefined,
  take: async (run, { mode, now, limit }) =>
    (await run(`SELECT n FROM ${s}.deliveries WHERE state = 1 AND mode = $1 AND due_at <= $2 ORDER BY due_at, n LIMIT $3 FOR UPDATE SKIP LOCKED`, [mode, now, limit])).map((row) => Number(row['n'])),
  sweep: async () => 0,
  close: async () => undefined,
})
