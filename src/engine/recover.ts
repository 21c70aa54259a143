import type { Instant } from '../base/time.ts'
import type { DeliveryEvent } from '../core/event.ts'
import type { History } from '../core/history.ts'

/**
 * What is recorded of a delivery that a process left behind when it ended without warning: an attempt that was durable
 * as started and never finished may have been processed by the buyer (design, money rule 2). It is repeated, if at all,
 * only to the same recipient with the same key. What was settled was taken up to be tried again, and that order stands.
 */
export const interrupted = (history: History, now: Instant): readonly DeliveryEvent[] => {
  if (history.settled) return [triedAgain(now)]
  const events: DeliveryEvent[] = []
  for (const [path, node] of history.nodes) {
    for (const attempt of node.attempts) {
      if (attempt.finished) continue
      events.push({
        type: 'attemptFinished', at: now, path, recipient: attempt.recipient, phase: attempt.phase, attempt: attempt.attempt, key: attempt.key,
        verdict: { kind: 'unknown', class: 'timeout', retry: true, interrupted: true, reason: 'finalmile ended before the answer was recorded; it may have been processed' },
        revenue: null, httpStatus: null, durationMs: Math.max(0, now - attempt.startedAt),
        ...(attempt.batch === null ? {} : { batch: attempt.batch }),
      })
    }
  }
  return events
}

export const triedAgain = (at: Instant, batches: readonly string[] = []): DeliveryEvent => ({ type: 'reopened', at, reason: '--retry-failed', ...(batches.length > 0 ? { batches } : {}) })
