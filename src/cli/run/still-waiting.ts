import type { Instant } from '../../base/time.ts'
import type { Mode } from '../../core/event.ts'
import type { Ledger } from '../../ports.ts'

/** What a `resume` leaves alone: asked of small indexes alone, since cron runs it every few minutes over stores of any size. */
export interface StillWaiting {
  /** When the next lead is due; null where none waits for a time. */
  readonly nextAt: Instant | null
  readonly paused: readonly string[]
  /** Rehearsals wait, which a live run does not touch, or the other way round. */
  readonly inOtherMode: boolean
}

export const stillWaiting = async (ledger: Ledger, mode: Mode): Promise<StillWaiting> => {
  const [nextAt, states, other] = await Promise.all([ledger.nextDue({ mode }), ledger.recipientStates(mode), ledger.nextDue({ mode: mode === 'live' ? 'test' : 'live' })])
  return { nextAt, paused: states.filter((each) => each.paused !== null).map((each) => each.recipient), inOtherMode: other !== null }
}
