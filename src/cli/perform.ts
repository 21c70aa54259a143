import { systemClock } from '../adapters/clock.ts'
import { formatDuration, type Instant } from '../base/time.ts'
import type { Mode } from '../core/event.ts'
import type { Clock } from '../ports.ts'
import type { LeadStream } from '../adapters/leads/read.ts'
import type { Invocation } from './command.ts'
import type { Opened, Target } from './catalogue.ts'

export interface Order {
  readonly mode: Mode
  readonly opened: Opened
  /** Null for `resume`. */
  readonly target: Target | null
  readonly leads: LeadStream | null
}
