import type { Instant } from '../base/time.ts'
import type { Clock } from '../ports.ts'
import type { Lane } from './lane.ts'

/** How long due work may stand still before a person is told. */
const STILL_MS = 60_000
const LOOKS = 4
/** How long the store may take for a question before it, and no buyer, is what everything waits for. */
const STORE_MS = 5_000

/**
 * Tells when leads are at work and nothing has been recorded of any of them for a minute: a buyer that hangs behind a long
 * time limit, a disk that does not answer, a bug of ours. Leads that a rate or a buyer's own wish keeps waiting are not
 * meant, nor those that are taken up only now: a batch of five minutes falls due at the very moment of a look. Looks are
 * counted, not the clock's time, which may jump while a machine sleeps. `ask`: any question to the store, as an answer that
 * cannot be recorded looks like none.
 */
export const createHealth = (clock: Clock, taken: () => number, lanes: ReadonlyMap<string, Lane>, ask: () => Promise<unknown>, tell: (recipient: string | null, text: string, hint: string) => void) => {
  const over = new AbortController()
  let moved = true

  const watch = async (): Promise<void> => {
    for (let still = 0; !over.signal.aborted;) {
      await clock.sleep(STILL_MS / LOOKS, over.signal)
      const found = stuck(clock.now())
      still = moved || found.leads <= 0 ? 0 : still + 1
      moved = false
      if (still >= LOOKS && !over.signal.aborted) tellOf(found, await storeAnswers())
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

  const storeAnswers = (): Promise<boolean> => Promise.race([ask().then(() => true), clock.sleep(STORE_MS, over.signal).then(() => false)])

  const tellOf = ({ leads, busiest }: ReturnType<typeof stuck>, storeAnswers: boolean): void => {
    if (over.signal.aborted) return
    const [recipient, lane] = storeAnswers && busiest !== null ? busiest : [null, null]
    const why = !storeAnswers ? 'the store does not answer' : lane === null ? 'no request is under way' : `${lane.underWay} ${lane.underWay === 1 ? 'request to it has' : 'requests to it have'} no answer`
    tell(recipient, `${leads} ${leads === 1 ? 'lead is' : 'leads are'} at work and nothing has moved for a minute; ${why}`,
      storeAnswers ? '`finalmile status` shows what is due; the run goes on' : 'look after the disk or the server that the store is on; the run goes on as soon as it answers')
  }

  return {
    moved: (): void => { moved = true },
    watch,
    end: (): void => over.abort(),
  }
}
