import { once } from 'node:events'
import { parentPort } from 'node:worker_threads'
import { openHost, type HostOptions } from './host.ts'
import { unflatten, type FlatSteps } from '../packing.ts'
import type { Store } from './store.ts'
import { carry, troubleOf } from './trouble.ts'

/** What the main thread asks: a group of steps, or one call of the store by name. */
type Request =
  | { readonly kind: 'append'; readonly steps: FlatSteps }
  | { readonly kind: 'call'; readonly id: number; readonly method: Exclude<keyof Store, 'append'>; readonly args: readonly unknown[] }
  | { readonly kind: 'close' }

const port = parentPort
if (!port) throw new Error('this file runs as a worker thread')

type Options = Omit<HostOptions, 'onLease' | 'onWait'>

/** One store, until it is closed. */
const serve = async (options: Options): Promise<void> => {
  const host = await openHost({ ...options, onLease: (until) => port.postMessage({ kind: 'lease', until }), onWait: (holder) => port.postMessage({ kind: 'waiting', holder }) })
  port.postMessage({ kind: 'open' })
  await new Promise<void>((resolve) => {
    const answer = (request: Request): void => {
      if (request.kind === 'close') {
        host.close()
        port.off('message', answer)
        return resolve()
      }
      try {
        if (request.kind === 'append') port.postMessage({ kind: 'appended', results: host.store.append(unflatten(request.steps)) })
        else port.postMessage({ kind: 'returned', id: request.id, value: (host.store[request.method] as (...args: readonly unknown[]) => unknown)(...request.args) })
      } catch (error) {
        const carried = carry(troubleOf(error, host.path))
        port.postMessage(request.kind === 'append' ? { kind: 'appendFailed', error: carried } : { kind: 'threw', id: request.id, error: carried })
      }
    }
    port.on('message', answer)
  })
}

// One store after the other: the next one is told once the one before is closed.
for (;;) {
  const [options] = await once(port, 'message') as [Options]
  try {
    await serve(options)
    port.postMessage({ kind: 'closed' })
  } catch (error) {
    port.postMessage({ kind: 'notOpen', error: carry(error) })
  }
}
