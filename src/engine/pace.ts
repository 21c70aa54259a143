import type { Instant } from '../base/time.ts'
import type { Claim } from '../core/caps.ts'
import type { Mode } from '../core/event.ts'
import type { Rate } from '../core/rate.ts'
import { stretchOf } from '../core/rate.ts'
import type { EndpointDefinition } from '../definitions/types.ts'

/**
 * A recipient's `Rate` where one process at a time works the store: the lane keeps it within the process, and each start
 * claims one of its `count` permits for as long as a start counts, in the transaction that makes the start durable, so that no stretch of
 * that length sees more together with the process before this one. Where several share a store, see `held-starts`.
 */
export const createPaces = (mode: Mode) => {
  const known = new Map<string, Rate & { next: number; denied: number }>()

  return {
    /** The claim of one start; null where the recipient has no rate. */
    claim: ({ id, transport: { rate } }: EndpointDefinition, now: Instant): Claim | null => {
      if (rate === null) return null
      const pace = known.get(id) ?? { next: 0, denied: 0, ...rate }
      known.set(id, pace)
      return { kind: 'permit', recipient: id, name: `rate:${mode}:${id}:${pace.next++ % pace.count}`, until: now + Math.ceil(stretchOf(pace.perMs)) }
    },
    /** Its start is durable. */
    granted: (recipient: string): void => {
      const pace = known.get(recipient)
      if (pace) pace.denied = 0
    },
    /** That permit is another's. Until when to hold the lane where all are; null: the next may be free. */
    denied: (recipient: string, now: Instant): Instant | null => {
      const pace = known.get(recipient)
      if (!pace || ++pace.denied < pace.count) return null
      pace.denied = 0
      return now + Math.max(20, Math.ceil(pace.perMs / Math.min(pace.count, 10)))
    },
  }
}
