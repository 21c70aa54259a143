import type { Mode } from '../../../core/event.ts'
import type { Run } from './database.ts'

/** A delivery, by its row, that waits for its time. */
export interface Waiting { readonly n: number; readonly mode: Mode; readonly dueAt: number }

/**
 * Who brings due deliveries to a worker. Our tables are the truth and say what is due; a queue only finds it, inside the
 * transactions that write it, so that the two cannot part.
 */
export interface Queue {
  put(run: Run, waits: readonly Waiting[]): Promise<void>
  /** Rows of deliveries that may be due, each to one worker; none is offered to another before the transaction ends. */
  take(run: Run, query: { readonly mode: Mode; readonly now: number; readonly limit: number }): Promise<readonly number[]>
  /** Makes what our tables say is waiting known to the queue again. Resolves to how many were missing. */
  sweep(): Promise<number>
  /** That error says that the queue's own tables are not there any more. */
  isGone(error: unknown): boolean
  /** Makes them anew, from ours. */
  rebuild(): Promise<void>
  close(): Promise<void>
}

/** Our own table is the queue: its index of what is due, and rows that another worker is about to take are passed by. */
export const ownQueue = (s: string): Queue => ({
  put: async () => undefined,
  take: async (run, { mode, now, limit }) =>
    (await run(`SELECT n FROM ${s}.deliveries WHERE state = 1 AND mode = $1 AND due_at <= $2 ORDER BY due_at, n LIMIT $3 FOR UPDATE SKIP LOCKED`, [mode, now, limit])).map((row) => Number(row['n'])),
  sweep: async () => 0,
  isGone: () => false,
  rebuild: async () => undefined,
  close: async () => undefined,
})
