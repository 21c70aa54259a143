import type { Instant } from '../base/time.ts'
import type { Mode } from './event.ts'

/** One invocation of `deliver` or `resume`. */
export interface Run {
  readonly id: string
  readonly mode: Mode
  /** The target recipient's id; null for `resume`, which works many. */
  readonly to: string | null
  readonly startedAt: Instant
}
