import type { Lead } from '../../../src/core/lead.ts'
import { runDeliveries } from '../../../src/engine/run.ts'
import type { RunSettings } from '../../../src/engine/settings.ts'
import type { Ledger } from '../../../src/ports.ts'
import { catalogueOf, endpointsOf } from '../../engine/world.ts'
import { createFakeClock, type FakeClock } from '../../world/fake-clock.ts'
import { createBuyers } from './buyers.ts'
import type { Situation } from './situation.ts'
import { openSimulatedStore } from './stores.ts'
import type { StoreKind } from './stores.ts'

/** The process dies at its `append`-th append, before it is durable or after. */
export interface Crash { readonly append: number; readonly durable: boolean }
/** A person pauses a recipient, or opens it, while a run goes on. */
export interface Hand { readonly at: number; readonly recipient: string; readonly paused: boolean }
export interface Order {
  readonly id: string
  /** Null: resume. */
  readonly to: string | null
  readonly leads: readonly Lead[]
  readonly settings: Partial<RunSettings>
  readonly crash?: Crash
  readonly stopAfterMs?: number
  /** This recipient's file is gone. */
  readonly without?: string
  readonly hands: readonly Hand[]
}

/** A run that never ends would say so only by a test that never does. */
export class Hang extends Error {}
const MOST_MOVES = 20_000

/** The real engine on a real store, under a simulated clock. */
export const createStage = async (seed: number, situation: Situation, kind: StoreKind) => {
  const catalogue = catalogueOf(situation.files)
  const { ledger: store, begin, lost, settled, close } = await openSimulatedStore(kind, () => clock.now())
  const fake = createFakeClock(situation.startAt, settled)
  // PostgreSQL takes whole milliseconds only, as clocks tell them.
  const clock: FakeClock = kind === 'PostgreSQL' ? { ...fake, sleep: (ms, signal) => fake.sleep(Math.ceil(ms), signal) } : fake
  const buyers = createBuyers(seed, situation, clock)
  const died = new Set<string>()
  const pausedSince = new Map<string, number>()
  const pauses: { readonly recipient: string; readonly from: number; readonly to: number }[] = []

  const pause = async (recipient: string, paused: boolean): Promise<void> => {
    const since = pausedSince.get(recipient)
    if (paused && since === undefined) pausedSince.set(recipient, clock.now())
    if (!paused && since !== undefined) {
      pauses.push({ recipient, from: since, to: clock.now() })
      pausedSince.delete(recipient)
    }
    await store.setPaused(recipient, 'live', paused ? { at: clock.now(), reason: 'by hand' } : null)
    if (!paused) await store.wake(recipient, 'live', clock.now())
  }

  const loseAll = async (): Promise<void> => {
    for await (const { delivery } of store.deliveries({ mode: 'live', state: 'working' })) lost.add(delivery.id)
  }

  /** The store as one process sees it, until it dies. */
  const seenBy = (ledger: Ledger, process: { dead: boolean }, crash: Crash | undefined): Ledger => {
    let appends = 0
    const die = async (): Promise<never> => {
      process.dead = true
      await loseAll()
      throw new Error('crash')
    }
    const own: Partial<Ledger> = {
      append: async (steps) => {
        appends += 1
        if (situation.commitMs > 0) await clock.sleep(situation.commitMs)
        if (process.dead) throw new Error('crash')
        if (!crash || appends < crash.append) return ledger.append(steps)
        if (crash.durable) await ledger.append(steps)
        return die()
      },
    }
    return new Proxy({ ...ledger, ...own }, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name)
        if (typeof method !== 'function' || name === 'holdsLease') return method
        return (...args: readonly unknown[]): unknown => (process.dead ? Promise.reject(new Error('crash')) : Reflect.apply(method, target, args))
      },
    })
  }

  /** A process that works an order, until it is over; one that dies lets go of the store at once, for whoever works beside it. */
  const start = async ({ id, to, leads, settings, crash, stopAfterMs, without }: Order) => {
    const process = { dead: false }
    const stop = new AbortController()
    const endpoints = new Map(endpointsOf(catalogue))
    if (without !== undefined) endpoints.delete(without)
    const known = without === undefined ? catalogue : { ...catalogue, recipients: new Map([...catalogue.recipients].filter(([name]) => name !== without)) }
    const source = to === null ? null : (async function* () { for (let i = 0; i < leads.length; i += 3) yield { leads: leads.slice(i, i + 3).map((lead) => ({ lead })) } })()
    const state: { over: boolean; error: unknown } = { over: false, error: null }
    const ledger = await begin()
    const end = runDeliveries({
      runId: id, mode: 'live', to: to === null ? null : (catalogue.recipients.get(to) ?? null), catalogue: known, waitMs: 30_000, concurrency: null, again: false, retryFailed: false,
      source: {}, vars: {}, cost: null, currency: 'USD', receivedField: null, watch: false, ...settings,
    }, source, { ledger: seenBy(ledger, process, crash), transport: buyers.transport(id, () => !process.dead), clock, endpoints, notify: { notify: async () => undefined }, observe: () => undefined, signal: stop.signal })
      .catch((error: unknown) => { state.error = error })
      .then(async () => {
        await ledger.close()
        // What was on its way to the store when the process died may have arrived since.
        if (process.dead) {
          died.add(id)
          await loseAll()
        }
        state.over = true
      })
    return { id, process, state, stop, end, stopAt: stopAfterMs === undefined ? Infinity : clock.now() + stopAfterMs }
  }

  /** The orders begin together, each in a process of its own. */
  const run = async (...orders: readonly Order[]): Promise<readonly string[]> => {
    const startedAt = clock.now()
    const runs = await Promise.all(orders.map(start))
    const left = orders.flatMap(({ hands }) => hands).toSorted((a, b) => a.at - b.at)
    for (let moves = 0; ; moves++) {
      await settled()
      const working = runs.filter(({ state }) => !state.over)
      if (working.length === 0) break
      const stops = working.filter(({ stop }) => !stop.signal.aborted)
      const wakeAt = Math.min(clock.nextWake() ?? Infinity, left[0]?.at ?? Infinity, ...stops.map(({ stopAt }) => stopAt))
      if (moves > MOST_MOVES || (wakeAt === Infinity && moves > 200)) throw new Hang(`run ${working.map(({ id }) => id).join(' and ')} does not end: ${Math.round((clock.now() - startedAt) / 1000)} s later it is still at work`)
      if (wakeAt !== Infinity) await clock.advance(Math.max(0, wakeAt - clock.now()))
      for (let next = left[0]; next && next.at <= clock.now(); next = left[0]) {
        left.shift()
        await pause(next.recipient, next.paused)
      }
      for (const { stop, stopAt } of stops) if (clock.now() >= stopAt) stop.abort()
    }
    await Promise.all(runs.map(({ end }) => end))
    for (const { recipient, paused } of left) await pause(recipient, paused)
    const problems = runs.flatMap(({ id, process, state: { error } }) => (error !== null && !process.dead ? [`run ${id} failed: ${error instanceof Error ? error.message : String(error)}`] : []))
    // A process ends by itself: a timer that is left would keep it, and an answer that is still owed would be told by no summary.
    const wake = clock.nextWake()
    if (wake !== null && died.size === 0) problems.push(`run ${runs.map(({ id }) => id).join(' and ')} ended, and a timer outlives it by ${wake - clock.now()} ms`)
    if (!runs.every(({ process }) => process.dead)) for await (const { delivery } of store.deliveries({ mode: 'live', state: 'working' })) if (!lost.has(delivery.id)) problems.push(`run ${runs.map(({ id }) => id).join(' and ')} ended and left ${delivery.id} as being worked`)
    return problems
  }

  return { clock, store, begin, close, run, pause, arrivals: buyers.arrivals, died: died as ReadonlySet<string>, pauses: pauses as readonly { readonly recipient: string; readonly from: number; readonly to: number }[] }
}

export type Stage = Awaited<ReturnType<typeof createStage>>
