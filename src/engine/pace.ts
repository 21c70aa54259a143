import type { Instant } from '../base/time.ts'
import type { Claim } from '../core/caps.ts'
import type { Mode } from '../core/event.ts'
import type { EndpointDefinition } from '../definitions/types.ts'

/**
 * A recipient's `Rate` holds over all processes: each start claims one of its `count` permits for `perMs`, in the
 * transaction that makes the start durable, so that no stretch of that length sees more. Within a process the lane keeps
 * the rate already; the claims are for the process before this one and for those beside it.
 *
 * What several share becomes durable slowly, and a request leaves that much after its claim: a permit is kept so much longer
 * as the slowest of late took, or one that left late and the next on its permit would stand too close; and a twentieth more, as
 * the way to the buyer takes some requests longer than others.
 */
export const createPaces = (mode: Mode, shared: boolean) => {
  const known = new Map<string, { next: number; denied: number; lateMs: number; readonly count: number; readonly perMs: number }>()

  return {
    /** The claim of one start; null where the recipient has no rate. */
    claim: ({ id, transport: { rate } }: EndpointDefinition, now: Instant): Claim | null => {
      if (rate === null) return null
      const pace = known.get(id) ?? { next: 0, denied: 0, lateMs: Math.min(FIRST_LATE_MS, rate.perMs / 4), ...rate }
      known.set(id, pace)
      return { kind: 'permit', recipient: id, name: `${NAME}${mode}:${id}:${pace.next++ % pace.count}`, until: now + pace.perMs + (shared ? Math.ceil(pace.lateMs + Math.min(pace.perMs / 20, LONGEST_WAY_MS)) : 0) }
    },
    /** Its start is durable, and the request leaves `lateMs` after it was claimed. */
    granted: (recipient: string, lateMs: number): void => {
      const pace = known.get(recipient)
      if (!pace) return
      pace.denied = 0
      pace.lateMs = Math.max(lateMs, pace.lateMs * FORGETS)
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

/** Before anything is known of the store: its first commits are its slowest. */
const FIRST_LATE_MS = 200
const LONGEST_WAY_MS = 100
/** Half of it after 70 starts. */
const FORGETS = 0.99

const NAME = 'rate:'
export const isPace = (claim: Claim): boolean => claim.kind === 'permit' && claim.name.startsWith(NAME)
