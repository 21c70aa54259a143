import type { Instant } from '../base/time.ts'
import type { Clock } from '../ports.ts'
import type { Lane } from './lane.ts'

/** How long due work may stand still before a person is told. */
const STILL_MS = 60_000
const LOOKS = 4

/**
 * Tells when leads are at work and nothing has been recorded of any of them for a minute: a buyer that hangs behind a long
 * time limit, a disk that does not answer, a bug of ours. Leads that a rate or a buyer's own wish keeps waiting are not
 * meant, nor those that are taken up only now: a batch of five minutes falls due at the very moment of a look. Looks are
 * counted, not the clock's time, which may jump while a machine sleeps.
 */
export const createHealth = (clock: Clock, taken: () => number, lanes: ReadonlyMap<string, Lane>, tell: (recipient: string | null, text: string) => void) => {
  const over = new AbortController()
  let moved = true

  const watch = async (): Promise<void> => {
    for (let still = 0; !over.signal.aborted;) {
      await clock.sleep(STILL_MS / LOOKS, over.signal)
      const found = stuck(clock.now())
      still = moved || found.leads <= 0 ? 0 : still + 1
      moved = false
      if (still >= LOOKS && !over.signal.aborted) tellOf(found)
    }
  }

  const stuck = (now: Instant): { readonly leads: number; readonly busiest: readonly [string, Lane] | null } => {
    let leads = taken()
    let busiest: readonly [string, Lane] | null = null
    for (const [recipient, lane] of lanes) {
      if (lane.slowed(now)) leads -= lane.parked
      else if (lane.underWay > (busiest?.[1].underWay ?? 0)) busiest = [recipient, lane]
    }
    return { leads, busiest }
  }

  const tellOf = ({ leads, busiest }: ReturnType<typeof stuck>): void => {
    const [recipient, lane] = busiest ?? [null, null]
    tell(recipient, `${leads} ${leads === 1 ? 'lead is' : 'leads are'} at work and nothing has moved for a minute; ${lane === null ? 'no request is under way, so that the store may not answer' : `${lane.underWay} ${lane.underWay === 1 ? 'request to it has' : 'requests to it have'} no answer`}`)
  }

  return {
    moved: (): void => { moved = true },
    watch,
    end: (): void => over.abort(),
  }
}
