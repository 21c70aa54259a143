import { Worker } from 'node:worker_threads'

let begun: Worker | null = null

const newThread = (): Worker => new Worker(new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url))

/**
 * Begins the store's thread, which then waits to be told its store. A thread takes some 60 ms to start, as long as the
 * recipients take to be read: who is going to open a store may begin it first. It keeps no process alive.
 */
export const beginThread = (): void => {
  begun ??= newThread()
  begun.unref()
}

/** The thread that was begun, or a new one. */
export const takeThread = (): Worker => {
  const thread = begun ?? newThread()
  begun = null
  thread.ref()
  return thread
}
