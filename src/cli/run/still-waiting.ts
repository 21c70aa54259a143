import type { Mode } from '../../core/event.ts'
import type { Ledger } from '../../ports.ts'

export type StillWaiting = Awaited<ReturnType<typeof stillWaiting>>

/** What a `resume` leaves alone: asked of small indexes alone, since cron runs it every few minutes over stores of any size. */
export const stillWaiting = async (ledger: Ledger, mode: Mode) => {
  const [nextAt, states, other] = await Promise.all([ledger.nextDue({ mode }), ledger.recipientStates(mode), ledger.nextDue({ mode: mode === 'live' ? 'test' : 'live' })])
  return {
    /** When the next lead is due; null where none waits for a time. */
    nextAt,
    paused: states.filter((each) => each.paused !== null).map((each) => each.recipient),
    /** Rehearsals wait, which a live run does not touch, or the other way round. */
    inOtherMode: other !== null,
  }
}
