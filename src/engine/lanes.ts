import type { Instant } from '../base/time.ts'
import type { Endpoint } from '../wire/endpoint.ts'
import { createHeldPlaces } from './held-places.ts'
import { createHeldStarts } from './held-starts.ts'
import { createLane, type Lane } from './lane.ts'
import type { RunDeps, RunSettings } from './settings.ts'
import type { Slots } from './slots.ts'

/**
 * Leads that may queue for slow recipients beside those in memory otherwise, so that a buyer that hangs does not slow the others before its
 * circuit opens: a minute's share of one in ten at some thousand leads a second. About 1.5 KB each.
 */
export const SHELF = 20_000
/** A queue longer than this is no passing one. */
const LONG_QUEUE = 64

export type Lanes = ReturnType<typeof createLanes>

/** The lanes of a run, each made when somebody first comes for it, with what this process holds of limits over several. */
export const createLanes = ({ mode, concurrency }: RunSettings, { ledger, clock }: RunDeps, endpointOf: (recipient: string) => Endpoint, slots: Slots, stopping: () => boolean, failed: (error: unknown) => void) => {
  const lanes = new Map<string, Lane>()
  const places = createHeldPlaces(ledger, mode, clock, failed)
  const starts = createHeldStarts(ledger, mode, clock, stopping, failed)

  const open = (recipient: string): Lane => {
    const { transport } = endpointOf(recipient).definition
    const held = ledger.shared && transport.concurrency !== null ? places.held(recipient, transport.concurrency) : null
    const paced = ledger.shared && transport.rate !== null ? starts.of(recipient, transport.rate) : null
    const lane = createLane(transport, concurrency, held, slots, paced)
    lanes.set(recipient, lane)
    places.joins(recipient, lane)
    starts.joins(recipient, lane)
    return lane
  }

  return {
    opened: lanes as ReadonlyMap<string, Lane>,
    of: (recipient: string): Lane => lanes.get(recipient) ?? open(recipient),
    /** An attempt that is durable leaves. Of a `Rate` over several processes: resolves when it may. Null: at once. */
    leaves: (recipient: string): Promise<void> | null => {
      lanes.get(recipient)?.setsOut(clock.now())
      return starts.leaves(recipient)
    },
    renew: places.renew,
    end: starts.end,
    /** Those that a rate or a hold keeps shut have nobody to open them but the clock: when the first of them opens. */
    drain: (which: 'all' | 'free', now: Instant): Instant => {
      let first = Infinity
      for (const each of lanes.values()) {
        each.drain(which, now)
        first = Math.min(first, each.opensAt(now) ?? Infinity)
      }
      return first
    },
    /** While one recipient is idle, leads that queue for a slower one are shelved, so that the reader goes on. */
    makeRoom: (): void => {
      if (lanes.size < 2 || !slots.crowded()) return
      let idle = false
      let longest: Lane | null = null
      for (const each of lanes.values()) {
        if (each.idle()) idle = true
        else if (each.queued > Math.max(LONG_QUEUE, longest?.queued ?? 0)) longest = each
      }
      if (idle) longest?.shelve(longest.queued - LONG_QUEUE)
    },
  }
}
