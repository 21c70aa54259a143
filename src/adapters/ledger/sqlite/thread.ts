import { Worker } from 'node:worker_threads'

let idle: Worker | null = null

const newThread = (): Worker => new Worker(new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url), {
  // As in bin/finalmile.js.
  execArgv: ['--disable-warning=ExperimentalWarning'],
})

/**
 * Begins the store's thread, which then waits to be told its store. A thread takes some 60 ms to start, as long as the
 * recipients take to be read: who is going to open a store may begin it first. It keeps no process alive.
 */
export const beginThread = (): void => {
  idle ??= newThread()
  idle.unref()
}

/** The thread that was begun or given back, or a new one. */
export const takeThread = (): Worker => {
  const thread = idle ?? newThread()
  idle = null
  thread.ref()
  return thread
}

/** A thread whose store is closed waits for the next one, unless another waits already. */
export const giveBackThread = (thread: Worker): void => {
  // By name: Node keeps listeners of its own on it.
  for (const event of ['message', 'error', 'exit']) thread.removeAllListeners(event)
  if (idle !== null) return void thread.terminate()
  idle = thread
  thread.unref()
}
