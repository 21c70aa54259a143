import type { Instant } from '../../base/time.ts'
import { addTo, emptySums } from '../../core/sums.ts'
import type { RunEvent } from '../../engine/settings.ts'
import type { Snapshot } from '../render/progress.ts'

/** Counts for the progress line, from what the engine tells; cheap enough for every event of a fast run. */
export const createProgressCount = (startedAt: Instant) => {
  const waiting = new Set<string>()
  const revenue = emptySums()
  let settled = 0
  let accepted = 0
  let failed = 0
  let attempts = 0
  return {
    observe: (seen: RunEvent): void => {
      switch (seen.kind) {
        case 'waiting': waiting.add(seen.leadId); return
        case 'alreadySettled': case 'alert': return
        case 'stored': break
        default: return seen satisfies never
      }
      const { event } = seen
      if (event.type === 'attemptStarted') attempts += 1
      if (event.type === 'attemptFinished') addTo(revenue, event.revenue)
      if (event.type !== 'settled') return
      settled += 1
      if (waiting.size > 0) waiting.delete(seen.leadId)
      if (event.outcome.kind === 'accepted') accepted += 1
      if (event.outcome.kind === 'failed' || event.outcome.kind === 'held') failed += 1
    },
    snapshot: (total: number | null, now: Instant): Snapshot => ({ settled, waiting: waiting.size, accepted, failed, attempts, revenue: [...revenue.values()], total, startedAt, now }),
  }
}
