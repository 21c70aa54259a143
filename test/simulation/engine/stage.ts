import { MINUTE } from '../../../src/base/time.ts'
import type { Lead } from '../../../src/core/lead.ts'
import { runDeliveries } from '../../../src/engine/run.ts'
import type { RunSettings } from '../../../src/engine/settings.ts'
import type { Ledger } from '../../../src/ports.ts'
import { catalogueOf, endpointsOf } from '../../engine/world.ts'
import { createFakeClock, type FakeClock } from '../../world/fake-clock.ts'
import { createBuyers } from './buyers.ts'
import { createRandom } from '../random.ts'
import type { Situation } from './situation.ts'
import { openSimulatedStore } from './stores.ts'
import type { StoreKind } from './stores.ts'

/** The process dies at its `append`-th append (`ofAnswers`: of those that record an answer), before it is durable or after. */
export interface Crash { readonly append: number; readonly durable: boolean; readonly ofAnswers: boolean }
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
  /** It is stopped while its so many-th append is under way. */
  readonly stopAtAppend?: number
  /** This recipient's file is gone. */
  readonly without?: string
  readonly hands: readonly Hand[]
}

const WAIT_MS = 30_000
/** What a person does is noticed within this. */
export const NOTICED_MS = 1_500

interface Run { readonly id: string; readonly order: Order; readonly process: { readonly dead: boolean }; readonly state: { readonly endedAt: number; readonly error: unknown }; readonly stop: AbortController }

/** A run that never ends would say so only by a test that never does. */
export class Hang extends Error {}
const MOST_MOVES = 200_000
/** So long after its wait is over something has happened: more leads of the file came, a rate opened. */
const SOMETHING_MS = 10 * MINUTE

/** The real engine on a real store, under a simulated clock. */
export const createStage = async (seed: number, situation: Situation, kind: StoreKind) => {
  const catalogue = catalogueOf(situation.files)
  const { ledger: store, begin, lost, settled, close } = await openSimulatedStore(kind, () => clock.now())
  const fake = createFakeClock(situation.startAt, settled)
  // PostgreSQL takes whole milliseconds only, as clocks tell them.
  const clock: FakeClock = kind === 'PostgreSQL' ? { ...fake, sleep: (ms, signal) => fake.sleep(Math.ceil(ms), signal) } : fake
  const buyers = createBuyers(seed, situation, clock)
  const died = new Set<string>()
  const told = new Map<string, Set<number>>()
  /** When a step was last recorded. */
  let movedAt = clock.now()
  /** How long what is read takes. */
  const chance = createRandom(seed + 5)
  const { storeMs, fileMs } = situation.unrest
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

  /** Each answer in its own time; those of a store with one thread in the order in which they were asked for. */
  const heardLate = (over: AbortSignal): (<T>(answer: Promise<T>, isRead: boolean) => Promise<T>) => {
    let before: Promise<unknown> = Promise.resolve()
    return (answer, isRead) => {
      const inTurn = kind === 'PostgreSQL' ? null : before
      const heard = Promise.all([answer, isRead ? clock.sleep(chance.below(storeMs), over) : null, inTurn]).then(([what]) => what)
      before = heard.catch(() => undefined)
      return heard
    }
  }

  /** The store as one process sees it, until it dies. */
  const seenBy = (ledger: Ledger, process: { dead: boolean }, { crash, stopAtAppend }: Order, stop: AbortController, over: AbortSignal): Ledger => {
    let appends = 0
    const late = heardLate(over)
    const die = async (): Promise<never> => {
      process.dead = true
      await loseAll()
      throw new Error('crash')
    }
    const own: Partial<Ledger> = {
      append: async (steps) => {
        movedAt = clock.now()
        if (!crash?.ofAnswers || steps.some(({ events }) => events.some(({ type }) => type === 'attemptFinished'))) appends += 1
        if (appends === stopAtAppend) stop.abort()
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
        return (...args: readonly unknown[]): unknown => {
          if (process.dead) return Promise.reject(new Error('crash'))
          const answer: unknown = Reflect.apply(method, target, args)
          if (storeMs === 0 || !(answer instanceof Promise)) return answer
          return late(answer, QUESTIONS.has(String(name))).then((what: unknown) => { if (process.dead) throw new Error('crash'); return what })
        }
      },
    })
  }

  const fileOf = async function* (leads: readonly Lead[], over: AbortSignal) {
    for (let i = 0, rows = 3; i < leads.length; i += rows) {
      if (fileMs > 0) {
        rows = 1 + chance.below(4)
        await clock.sleep(chance.below(fileMs), over)
      }
      yield { leads: leads.slice(i, i + rows).map((lead) => ({ lead })) }
    }
  }

  /** A process that works an order, until it is over; one that dies lets go of the store at once, for whoever works beside it. */
  const start = async (order: Order) => {
    const { id, to, leads, settings, stopAfterMs, without } = order
    const process = { dead: false }
    const stop = new AbortController()
    const endpoints = new Map(endpointsOf(catalogue))
    if (without !== undefined) endpoints.delete(without)
    const known = without === undefined ? catalogue : { ...catalogue, recipients: new Map([...catalogue.recipients].filter(([name]) => name !== without)) }
    const over = new AbortController()
    const source = to === null ? null : fileOf(leads, over.signal)
    const state: { over: boolean; endedAt: number; error: unknown } = { over: false, endedAt: Infinity, error: null }
    const heard = new Set<number>()
    told.set(id, heard)
    const ledger = await begin()
    const end = runDeliveries({
      runId: id, mode: 'live', to: to === null ? null : (catalogue.recipients.get(to) ?? null), catalogue: known, waitMs: WAIT_MS, concurrency: null, again: false, retryFailed: false,
      source: {}, vars: {}, cost: null, currency: 'USD', receivedField: null, watch: false, ...settings,
    }, source, { ledger: seenBy(ledger, process, order, stop, over.signal), transport: buyers.transport(id, () => !process.dead), clock, endpoints, notify: { notify: async () => undefined }, observe: (event) => { if (event.kind === 'stored' && !state.over) heard.add(event.seq) }, signal: stop.signal })
      .catch((error: unknown) => { state.error = error })
      .then(async () => {
        await ledger.close()
        // What was on its way to the store when the process died may have arrived since.
        if (process.dead) {
          died.add(id)
          await loseAll()
        }
        state.over = true
        state.endedAt = clock.now()
        over.abort()
      })
    return { order, id, process, state, stop, end, stopAt: stopAfterMs === undefined ? Infinity : clock.now() + stopAfterMs }
  }

  /** A run ends when all that it sent is answered, and when nothing falls due for which it would wait. */
  const endedEarly = async (runs: readonly Run[]): Promise<readonly string[]> => {
    const problems = runs.flatMap(({ id, process }) => (process.dead ? [] : buyers.arrivals.filter((each) => each.run === id && each.until === null).map((each) => `run ${id} ended before ${each.recipient} answered for ${each.leads}`)))
    const [last, before] = runs.toSorted((a, b) => b.state.endedAt - a.state.endedAt)
    if (!last || last.process.dead || last.stop.signal.aborted || last.state.error !== null || last.order.settings.enqueue) return problems
    const { order: { id, to, settings: { waitMs = WAIT_MS } }, state: { endedAt } } = last
    if (before?.state.endedAt === endedAt || runs.some(({ order: { hands } }) => hands.some(({ at }) => at >= endedAt - NOTICED_MS - 3 * storeMs))) return problems
    const due = await store.nextDue({ mode: 'live', ...(to === null ? {} : { runId: id }) })
    return due !== null && due <= endedAt - storeMs + waitMs ? [...problems, `run ${id} waits ${waitMs} ms, and ended ${due - endedAt} ms before a lead fell due`] : problems
  }

  /** The orders begin together, each in a process of its own. */
  const run = async (...orders: readonly Order[]): Promise<readonly string[]> => {
    movedAt = clock.now()
    const runs = await Promise.all(orders.map(start))
    const longestMs = Math.max(...orders.map(({ settings: { waitMs = WAIT_MS } }) => waitMs))
    const left = orders.flatMap(({ hands }) => hands).toSorted((a, b) => a.at - b.at)
    for (let moves = 0; ; moves++) {
      await settled()
      const working = runs.filter(({ state }) => !state.over)
      if (working.length === 0) break
      const stops = working.filter(({ stop }) => !stop.signal.aborted)
      const wakeAt = Math.min(clock.nextWake() ?? Infinity, left[0]?.at ?? Infinity, ...stops.map(({ stopAt }) => stopAt))
      const idleMs = clock.now() - movedAt
      if (moves > MOST_MOVES || (wakeAt === Infinity && moves > 200) || idleMs > longestMs + SOMETHING_MS) throw new Hang(`run ${working.map(({ id }) => id).join(' and ')} does not end: it is still at work, and recorded nothing for ${Math.round(idleMs / 1000)} s`)
      if (wakeAt !== Infinity) await clock.advance(Math.max(0, wakeAt - clock.now()))
      for (let next = left[0]; next && next.at <= clock.now(); next = left[0]) {
        left.shift()
        await pause(next.recipient, next.paused)
      }
      for (const { stop, stopAt } of stops) if (clock.now() >= stopAt) stop.abort()
    }
    await Promise.all(runs.map(({ end }) => end))
    const early = await endedEarly(runs)
    for (const { recipient, paused } of left) await pause(recipient, paused)
    const problems = [...early, ...runs.flatMap(({ id, process, state: { error } }) => (error !== null && !process.dead ? [`run ${id} failed: ${error instanceof Error ? error.message : String(error)}`] : []))]
    // A process ends by itself: a timer that is left would keep it, and an answer that is still owed would be told by no summary.
    const wake = clock.nextWake()
    if (wake !== null && died.size === 0) problems.push(`run ${runs.map(({ id }) => id).join(' and ')} ended, and a timer outlives it by ${wake - clock.now()} ms`)
    if (!runs.every(({ process }) => process.dead)) for await (const { delivery } of store.deliveries({ mode: 'live', state: 'working' })) if (!lost.has(delivery.id)) problems.push(`run ${runs.map(({ id }) => id).join(' and ')} ended and left ${delivery.id} as being worked`)
    return problems
  }

  return { clock, store, begin, close, run, pause, told: told as ReadonlyMap<string, ReadonlySet<number>>, arrivals: buyers.arrivals, died: died as ReadonlySet<string>, pauses: pauses as readonly { readonly recipient: string; readonly from: number; readonly to: number }[] }
}

export type Stage = Awaited<ReturnType<typeof createStage>>

/** What the store is asked and may answer late; what it grants counts from when it was asked. */
const QUESTIONS: ReadonlySet<string> = new Set(['known', 'takeDue', 'takeBatch', 'takeOne', 'nextDue', 'ofBatch', 'onTheirWay', 'siblings', 'load'])
