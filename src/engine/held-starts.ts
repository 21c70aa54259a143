import type { Instant } from '../base/time.ts'
import type { Mode } from '../core/event.ts'
import { CLOCK_PUT_BACK_MS, latestAfter, type Rate } from '../core/rate.ts'
import type { Clock, Ledger } from '../ports.ts'
import { createAlarms } from './alarms.ts'
import type { Lane, PacedStarts } from './lane.ts'

interface Starts {
  readonly recipient: string
  readonly rate: Rate
  lane: Lane | null
  /** Times that this process holds, earliest first. */
  times: Instant[]
  /** Those of attempts that are being made durable, with when they entered the lane. */
  entered: { at: Instant; readonly since: Instant }[]
  /** How many are durable and wait for their time. */
  durable: number
  /** Durable too late for the time they had: the next ones are theirs. */
  late: ((at: Instant) => void)[]
  asking: boolean
  askAgain: Instant
  /** How long a start takes to be durable: as the slowest of late did. An attempt enters the lane so long before its time. */
  leadMs: number
  /** How long the store takes to give times: they are asked for so much further ahead. */
  askMs: number
  /** How many left since `since`, and in the stretch before. */
  left: { since: Instant; now: number; before: number }
  /** When it was last looked at. */
  seen: Instant
}

/**
 * A `Rate` over several processes: the store gives away times, each to one process, and a request leaves at the time that
 * was given for it. They are asked for ahead, as many as leads wait for, so that all of the rate is used while the store
 * answers; one whose start is durable too late for its time leaves with the next.
 */
export const createHeldStarts = (ledger: Ledger, mode: Mode, clock: Clock, stopping: () => boolean, failed: (error: unknown) => void) => {
  const all = new Map<string, Starts>()
  const alarms = createAlarms<Starts>(clock, (starts) => carryOn(starts), failed)
  let over = false

  const ask = async (starts: Starts): Promise<void> => {
    const { recipient, rate } = starts
    starts.asking = true
    const asked = clock.now()
    const fromMs = starts.leadMs + starts.askMs
    const wanted = Math.max(1, wantedBy(starts, asked) - starts.times.length)
    const { inMs, nextInMs } = await ledger.holdStarts(recipient, mode, rate, { fromMs, withinMs: fromMs + AHEAD_MS, wanted })
    const now = clock.now()
    starts.askMs = Math.min(LONGEST_LEAD_MS, Math.max(now - asked, starts.askMs * 0.9))
    starts.times.push(...inMs.map((ms) => now + ms))
    starts.askAgain = now + Math.max(ASKS_EVERY_MS, (nextInMs ?? 0) - starts.leadMs - starts.askMs - AHEAD_MS)
    starts.asking = false
    while (starts.times.length > 0 && starts.late.length > 0) starts.late.shift()?.(starts.times.shift() ?? now)
    carryOn(starts)
  }

  /** Lets in who waits, and comes back when more may enter or more is to be asked for. */
  const carryOn = (starts: Starts): void => {
    // Times that were asked for may come when the run is over: an alarm would keep its process.
    if (over) return
    const now = clock.now()
    // A process that is to end waits for no other time: it may be an hour away.
    if (stopping()) for (const leave of starts.late.splice(0)) leave(now)
    starts.lane?.drain('free', now)
    keepUp(starts, now)
    if (starts.late.length + (starts.lane?.parked ?? 0) === 0) return
    const short = wantedBy(starts, now) > starts.times.length && !starts.asking
    if (short && starts.askAgain <= now) ask(starts).catch(failed)
    // One without a place hears of the first that comes free from its lane.
    const enters = starts.times[0] === undefined || !starts.lane?.roomy(now) ? Infinity : starts.times[0] - starts.leadMs
    ring(starts, Math.min(enters, short && !starts.asking ? starts.askAgain : Infinity, starts.late.length > 0 ? now + WATCH_MS : Infinity), now)
  }

  const ring = (starts: Starts, at: Instant, now: Instant): void => {
    const soonest = Math.max(at, now + 1)
    if (soonest < (alarms.at(starts) ?? Infinity)) alarms.set(starts, soonest)
  }

  /** No more than twice what it came to use of late, and none that nobody can use: what it holds in vain is lost to all. */
  const wantedBy = ({ late, lane, left }: Starts, now: Instant): number => late.length + (lane?.roomy(now) ? Math.min(lane.parked, FEW + 2 * Math.max(left.before, left.now)) : 0)

  const count = (left: Starts['left'], now: Instant): void => {
    if (now - left.since >= AHEAD_MS) {
      left.before = now - left.since < 2 * AHEAD_MS ? left.now : 0
      left.now = 0
      left.since = now
    }
    left.now += 1
  }

  const pacedOf = (starts: Starts): PacedStarts => ({
    opensAt: (now) => {
      keepUp(starts, now)
      const [first] = starts.times
      const opens = first === undefined ? now + ASKS_EVERY_MS : first - starts.leadMs
      if (first !== undefined && opens <= now + TOGETHER_MS) return null
      // Once who asks has parked.
      if (!starts.asking && alarms.at(starts) === undefined) queueMicrotask(() => carryOn(starts))
      return opens
    },
    take: (now) => {
      const at = starts.times.shift()
      if (at !== undefined) starts.entered.push({ at, since: now })
    },
    get early() { return starts.entered.length + starts.durable },
    giveBack: () => {
      const last = starts.entered.pop()
      if (last) starts.times.unshift(last.at)
    },
  })

  /** A process that was held up past its time takes the next one instead. */
  const leaveAt = async (starts: Starts, given: Instant | undefined): Promise<void> => {
    starts.durable += 1
    for (let at = given; ; at = undefined) {
      keepUp(starts, clock.now())
      at ??= starts.times.shift() ?? await new Promise<Instant>((resolve) => {
        starts.late.push(resolve)
        carryOn(starts)
      })
      await clock.sleep(at - clock.now())
      if (stopping() || clock.now() <= at + latestAfter(starts.rate)) break
    }
    starts.durable -= 1
  }

  return {
    of: (recipient: string, rate: Rate): PacedStarts => {
      const starts: Starts = { recipient, rate, lane: null, times: [], entered: [], durable: 0, late: [], asking: false, askAgain: 0, leadMs: FIRST_LEAD_MS, askMs: 0, left: { since: 0, now: 0, before: 0 }, seen: 0 }
      all.set(recipient, starts)
      return pacedOf(starts)
    },
    joins: (recipient: string, lane: Lane): void => { const starts = all.get(recipient); if (starts) starts.lane = lane },
    /** Its start is durable: resolves when it may leave. Null: at once. */
    leaves: (recipient: string): Promise<void> | null => {
      const starts = all.get(recipient)
      if (!starts) return null
      const now = clock.now()
      keepUp(starts, now)
      count(starts.left, now)
      const { entered } = starts
      if (entered[0]) starts.leadMs = Math.min(LONGEST_LEAD_MS, Math.max(now - entered[0].since, starts.leadMs * FORGETS, SHORTEST_LEAD_MS))
      const latest = now - latestAfter(starts.rate)
      while (entered[0] && entered[0].at < latest) entered.shift()
      const at = entered.shift()?.at
      return at !== undefined && at <= now ? null : leaveAt(starts, at)
    },
    end: (): void => {
      over = true
      for (const starts of all.values()) alarms.set(starts, null)
    },
  }
}

/** Times that are past are lost; a clock that is put back takes along what lies ahead by it, or nobody would leave until it has caught up. */
const keepUp = (starts: Starts, now: Instant): void => {
  const back = starts.seen - now
  starts.seen = now
  if (back > CLOCK_PUT_BACK_MS) {
    starts.times = starts.times.map((at) => at - back)
    for (const each of starts.entered) each.at -= back
    starts.askAgain -= back
    starts.left.since -= back
  }
  while (starts.times[0] !== undefined && starts.times[0] < now) starts.times.shift()
}

/** How far ahead times are asked for: what a process does not come to use of them is lost to all. */
const AHEAD_MS = 350
const ASKS_EVERY_MS = 100
const FEW = 8
/** How soon one that waits hears that the process is to end. */
const WATCH_MS = 1_000
/** Those so close to each other enter the lane together. */
const TOGETHER_MS = 100
/** Before anything is known of the store: its first commits are its slowest. */
const FIRST_LEAD_MS = 100
const SHORTEST_LEAD_MS = 25
const LONGEST_LEAD_MS = 300
/** Half of it after 350 starts. */
const FORGETS = 0.998
