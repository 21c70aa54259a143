import { commonDivisor } from '../base/common-divisor.ts'
import { fractionOf } from '../base/hash.ts'
import type { Instant } from '../base/time.ts'
import type { Claim } from '../core/claim.ts'
import type { Mode } from '../core/event.ts'
import { stretchOf, type Rate } from '../core/rate.ts'
import type { EndpointDefinition } from '../definitions/endpoint-definition.ts'

/**
 * A recipient's `Rate` where one process at a time works the store: the lane keeps it within the process, and each start
 * claims one of its `count` permits for as long as a start counts, in the transaction that makes the start durable, so that no stretch of
 * that length sees more together with the process before this one. Where several share a store, see `held-starts`.
 * Of many, each process takes them in an order of its own: in the same, one that has a single lead would be refused all that those
 * of the same day took before it (measured: 2,000 of `5,000 per day` took it 12 s), and would have to ask for all to know that none is free.
 */
export const createPaces = (mode: Mode) => {
  const known = new Map<string, Rate & { next: number; readonly stride: number; denied: number }>()

  return {
    /** The claim of one start; null where the recipient has no rate. */
    claim: ({ id, transport: { rate } }: EndpointDefinition, now: Instant): Claim | null => {
      if (rate === null) return null
      const pace = known.get(id) ?? { next: 0, stride: strideOf(rate.count, `${id} ${now}`), denied: 0, ...rate }
      known.set(id, pace)
      const name = `rate:${mode}:${id}:${pace.next}` as const
      pace.next = (pace.next + pace.stride) % pace.count
      return { kind: 'permit', recipient: id, name, until: now + Math.ceil(stretchOf(pace.perMs)) }
    },
    /** Its start is durable. */
    granted: (recipient: string): void => {
      const pace = known.get(recipient)
      if (pace) pace.denied = 0
    },
    /** That permit is another's. Until when to hold the lane where all are, or nearly; null: the next may be free. */
    denied: (recipient: string, now: Instant): Instant | null => {
      const pace = known.get(recipient)
      if (!pace || ++pace.denied < Math.min(pace.count, MANY)) return null
      pace.denied = 0
      return now + Math.max(20, Math.ceil(pace.perMs / Math.max(Math.min(pace.count, 10), pace.count / 10)))
    },
  }
}

/** As many as are asked for one after the other. */
const MANY = 100

/** Steps that come to each of so many once before any comes again. */
const strideOf = (count: number, seed: string): number => {
  if (count <= MANY) return 1
  let stride = 1 + Math.floor(fractionOf(seed) * (count - 1))
  while (commonDivisor(stride, count) > 1) stride += 1
  return stride
}
