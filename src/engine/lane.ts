import type { Instant } from '../base/time.ts'
import { CLOCK_PUT_BACK_MS, stretchOf } from '../core/rate.ts'
import type { TransportSettings } from '../definitions/transport-settings.ts'

export type Lane = ReturnType<typeof createLane>

/** Where leads that wait in a lane stand out of the others' way; see `createSlots`. */
interface Shelf { shelve(): boolean; unshelve(): void }
const NO_SHELF: Shelf = { shelve: () => false, unshelve: () => undefined }

/** Times of a rate over several processes, at which attempts may leave: each that enters takes one. */
export interface PacedStarts {
  /** When to come for one; null: there is one to be taken now. */
  opensAt(now: Instant): Instant | null
  take(now: Instant): void
  giveBack(): void
  /** Attempts that entered and whose time has not come: they take no connection yet. */
  readonly early: number
}

const TENTH = 100
const LARGEST_LOOKAHEAD = 512
/** How often, at most, a lane whose places are all busy has its rate looked at. */
const LOOK_MS = 20

/** Places of a limit that holds over several processes: how many this one has, and that somebody waits for one. */
export interface HeldPlaces { count(): number; wanted(): void }

/**
 * The way to one recipient: how many attempts may be under way, how fast, and who waits for a place. An attempt takes its
 * place before it is recorded as started, so that the number in doubt after a crash stays small: the connections, and
 * as many more as the recipient has lately answered in a tenth of a second (what keeps its connections busy while starts
 * are made durable). `held` and `shared`: what this process has of limits that hold over several, of places and of times of a rate.
 */
export const createLane = (settings: TransportSettings, concurrency: number | null, held: HeldPlaces | null = null, shelf: Shelf = NO_SHELF, shared: PacedStarts | null = null) => {
  const connections = Math.max(1, Math.min(settings.concurrency ?? Infinity, concurrency ?? Infinity, settings.connections))
  const strict = settings.concurrency !== null || concurrency !== null
  const parked: (() => void)[] = []
  let head = 0
  let underWay = 0
  let shelved = 0
  let heldUntil: Instant = 0
  let windowStart: Instant = 0
  let answered = 0
  let lookahead = connections
  /** Of the rate: when each left, and behind those when each entered that has not left yet. */
  let starts: Instant[] = []
  let left = 0

  const count = (): number => parked.length - head
  const places = (): number => (held ? Math.min(connections, held.count()) : strict ? connections : connections + lookahead + (shared?.early ?? 0))
  const limit = (): number => Math.min(places(), settings.inDoubtWindow ?? Infinity)
  const takeOne = (): (() => void) | undefined => {
    const first = parked[head]
    if (shelved > 0) {
      shelved -= 1
      shelf.unshelve()
    }
    head += 1
    if (head > 1024 && head * 2 > parked.length) { parked.splice(0, head); head = 0 }
    return first
  }
  const paced = (now: Instant): Instant | null => {
    if (!settings.rate) return null
    if (shared) return shared.opensAt(now)
    const stretch = Math.ceil(stretchOf(settings.rate.perMs))
    // Those that lie ahead were counted by a clock that has been put back since: they count from now on.
    if ((starts.at(-1) ?? now) > now + CLOCK_PUT_BACK_MS) starts = starts.map((at) => Math.min(at, now))
    // A rate of a day keeps a day's starts: only those that are over are looked at.
    let over = 0
    while ((starts[over] ?? Infinity) <= now - stretch) over += 1
    if (over > 0) starts.splice(0, over)
    left = Math.max(0, left - over)
    return starts.length < settings.rate.count ? null : (starts[0] ?? now) + stretch
  }
  const measure = (now: Instant): void => {
    answered += 1
    if (now - windowStart < TENTH) return
    lookahead = Math.min(LARGEST_LOOKAHEAD, Math.max(connections, Math.ceil((answered * TENTH) / Math.max(TENTH, now - windowStart))))
    windowStart = now
    answered = 0
  }
  let draining = false
  let freed = false
  /**
   * Each called back either enters at once or has no use for the place. One that leaves again at once (of which no request can
   * be made) frees it for the next, which is called from here and not from within: 20,000 such are no stack.
   */
  const drainFree = (now: Instant): void => {
    freed = true
    if (draining) return
    draining = true
    while (freed) {
      freed = false
      for (let left = Math.min(count(), limit() - underWay); left > 0 && underWay < limit() && heldUntil <= now && paced(now) === null; left--) takeOne()?.()
    }
    draining = false
  }

  return {
    /** A place, if there is one now. */
    enter: (now: Instant): boolean => {
      if (underWay >= limit() || heldUntil > now || paced(now) !== null) return false
      underWay += 1
      if (shared) shared.take(now)
      else if (settings.rate) starts.push(now)
      return true
    },
    leave: (now: Instant): void => {
      underWay -= 1
      measure(now)
      if (count() > 0) drainFree(now)
    },
    /** The first that has not left yet is durable and leaves: where the disk was slow, it counts from now. */
    setsOut: (now: Instant): void => {
      if (shared || !settings.rate) return
      starts[left] = Math.max(now, starts[left] ?? now)
      left += 1
    },
    /** A place that was taken in vain: nothing was sent, nothing was answered. */
    yield: (now: Instant): void => {
      underWay -= 1
      if (shared) shared.giveBack()
      else starts.pop()
      left = Math.min(left, starts.length)
      if (count() > 0) drainFree(now)
    },
    /** Calls back when a place may be free; first come, first served. */
    park: (again: () => void): void => {
      parked.push(again)
      held?.wanted()
    },
    /** Nobody enters before then: a rate limit was hit. */
    hold: (until: Instant): void => { heldUntil = Math.max(heldUntil, until) },
    /** When to call `drain`, where a rate of this process's own or a hold and not a busy place is what parks; null otherwise. */
    opensAt: (now: Instant): Instant | null => {
      if (count() === 0) return null
      if (heldUntil > now) return heldUntil
      if (shared) return null
      const opens = paced(now)
      if (underWay < limit()) return opens ?? now
      // All places are busy: before one comes free the rate may be used up, and nobody else would open it again.
      return settings.rate ? Math.max((starts[0] ?? now) + stretchOf(settings.rate.perMs), now + LOOK_MS) : null
    },
    /** Calls back everyone parked (a pause, an interruption), or as many as have a place. */
    drain: (all: 'all' | 'free', now: Instant): void => {
      if (all === 'free') drainFree(now)
      else for (let left = count(); left > 0; left--) takeOne()?.()
    },
    /** A rate or a hold, and no busy place, is what those wait for that wait. */
    slowed: (now: Instant): boolean => count() > 0 && (heldUntil > now || (underWay < limit() && paced(now) !== null)),
    /** Has a place, and nothing but its pace may stand in the way. */
    roomy: (now: Instant): boolean => heldUntil <= now && underWay < limit(),
    /** Has a place, and nobody waits for it. */
    idle: (): boolean => count() === 0 && underWay < limit(),
    /** Those that wait, without those that were shelved. */
    get queued(): number { return count() - shelved },
    /** Shelves so many of those that wait, as far as the shelf has room. */
    shelve: (leads: number): void => { for (let left = leads; left > 0 && shelf.shelve(); left--) shelved += 1 },
    get parked(): number { return count() },
    get underWay(): number { return underWay },
  }
}
