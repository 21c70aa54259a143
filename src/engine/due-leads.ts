import type { Instant } from '../base/time.ts'
import type { Batcher } from './batcher.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { Lanes } from './lanes.ts'
import { interrupted } from './recover.ts'
import type { Slots } from './slots.ts'
import type { Surroundings } from './surroundings.ts'
import type { TakeUp } from './take-up.ts'
import type { Tally } from './tally.ts'
import { nextBatch, type Work } from './work.ts'

const TAKE_LIMIT = 256
/** How often work of processes that have gone is looked for, where several share a store. */
const RECOVER_MS = 5_000
/** How often, at most, a store that several share is asked what the others did. */
const SHARED_LOOK_MS = 500
/** How often, at most, lanes are looked at while all slots are taken. */
const WATCH_MS = 1_000

/** Leads that the store has for this run: those that are due, those that accumulate, those that a process left behind. */
export const createDueLeads = (around: Surroundings, { adopt }: TakeUp, lanes: Lanes, slots: Slots, tally: Tally, dispatcher: Dispatcher, batcher: Batcher, refresh: (now: Instant) => Promise<void>) => {
  const { settings, deps: { ledger, clock, signal }, facts: { policies }, stopping } = around
  const { mode, to, runId, take = TAKE_LIMIT } = settings
  /** `deliver` works its own, `resume` all. */
  const own = to === null ? {} : { runId }
  let lookedAt = 0
  let recoveredAt = 0

  /** What a person or another process did meanwhile; false where that was asked a moment ago. */
  const look = async (now: Instant): Promise<boolean> => {
    if (now - lookedAt < (ledger.shared ? SHARED_LOOK_MS : 0)) return false
    lookedAt = now
    await refresh(now)
    await lanes.renew()
    return true
  }

  const dueBatch = (work: Work, now: Instant): string | null => {
    const batch = nextBatch(dispatcher.decideNow(work, now).waits)
    return batch !== null && batch.until !== null && batch.until <= now ? batch.recipient : null
  }

  /** What a process that ended without warning left behind. */
  const recover = async (): Promise<void> => {
    for (;;) {
      const now = clock.now()
      const left = await ledger.takeAbandoned({ mode, limit: TAKE_LIMIT, ...(to === null ? {} : { to: to.id }) })
      for (const each of left) tally.recovered(each.delivery.lead.id, each.runId)
      for (const work of await adopt(left)) {
        work.orders = [...interrupted(work.history, now)]
        dispatcher.pump(work)
      }
      if (left.length < TAKE_LIMIT) return
      // Nobody else opens meanwhile what a rate or a hold keeps shut, asks for places, or hears of a pause.
      while (slots.full()) {
        if (stopping()) return
        const now = clock.now()
        await slots.changed(clock, Math.max(1, Math.min(lanes.drain('free', now) - now, WATCH_MS)), signal, true)
        await look(clock.now())
      }
    }
  }

  const countAccumulating = async (): Promise<void> => {
    if (![...policies.values()].some((policy) => policy.batch)) return
    for (const [recipient, count] of await ledger.accumulating(mode)) if (policies.get(recipient)?.batch) batcher.accumulated(recipient, count)
  }

  return {
    recover,
    countAccumulating,
    next: (): Promise<Instant | null> => ledger.nextDue({ mode, ...own }),
    /** Works all that is due; true when something was. */
    take: async (now: Instant): Promise<boolean> => {
      const due = await adopt(await ledger.takeDue({ mode, now, limit: take, ...own }))
      const batches = new Map<string, Work[]>()
      for (const work of due) {
        const batch = dueBatch(work, now)
        if (batch === null) dispatcher.pump(work)
        else batches.set(batch, [...(batches.get(batch) ?? []), work])
      }
      for (const [recipient, works] of batches) await batcher.flush(recipient, works)
      if (due.length < take) await batcher.settleIncomplete(now)
      return due.length > 0
    },
    /** With whoever else works or pauses; what accumulates or was left behind one process alone knows by itself. */
    keepTogether: async (now: Instant): Promise<void> => {
      if (!(await look(now)) || !ledger.shared || stopping()) return
      await countAccumulating()
      if (now - recoveredAt < RECOVER_MS) return
      recoveredAt = now
      await recover()
    },
  }
}
