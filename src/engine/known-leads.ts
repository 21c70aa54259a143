import { deliveryIdOf } from '../core/delivery-id.ts'
import { isSameRecord, isSomebodyElse, type Lead } from '../core/lead.ts'
import { recipientsOf } from '../core/plan.ts'
import type { Exists, LoadedDelivery, Standing } from '../ports.ts'
import type { Doubted } from './doubted.ts'
import { takeIn } from './intake.ts'
import { triedAgain } from './recover.ts'
import type { Slots } from './slots.ts'
import type { Surroundings } from './surroundings.ts'
import type { TakeUp } from './take-up.ts'
import type { Tally } from './tally.ts'
import type { Work } from './work.ts'

export type KnownLeads = ReturnType<typeof createKnownLeads>

/** Leads of the file that the store knows: settled before, waiting, or to be delivered again. */
export const createKnownLeads = ({ settings, deps: { ledger, clock }, facts: { policies } }: Surroundings, { workOf }: TakeUp, slots: Slots, tally: Tally, doubted: Doubted, pump: (work: Work) => void) => {
  /** Leads that were compared with what the store has under their id. */
  let compared = 0
  /** Whether the file was just seen to hold leads that the store knows; so it is asked of the next as well. */
  let meetsKnown = true

  const mayRetry = async (work: Work, standing: Standing): Promise<boolean> =>
    settings.retryFailed && standing.state === 'settled' && (standing.outcome === 'failed' || (standing.outcome === 'accepted' && await hasOpenStep(work)))

  /** Sold, and a step that should follow (a CRM's list) failed. Looked for only where some recipient has steps. */
  const hasOpenStep = async ({ plan, delivery }: Work): Promise<boolean> => {
    if (!recipientsOf(plan).some((recipient) => policies.get(recipient)?.steps)) return false
    const settled = (await ledger.load(delivery.id))?.events.findLast(({ event }) => event.type === 'settled')?.event
    return settled?.type === 'settled' && settled.outcome.open !== undefined
  }

  /**
   * Another delivery of it, where it is to be delivered again; null where it is not, or this run has delivered it already: the
   * file has it twice. One that is not through with the last goes on with that: a second beside it would sell it twice. A
   * rehearsal, which sells nothing, begins anew.
   */
  const orderedAgain = async ({ plan, delivery: { lead, to, mode, planHash } }: Work, { standing, number }: Exists): Promise<Work | null> => {
    if (!settings.again || (mode === 'live' && standing.state !== 'settled')) return null
    const last = await ledger.load(deliveryIdOf({ mode, to, leadId: lead.id, number }))
    return last && isOfThisRun(last) ? null : takeIn(lead, number + 1, to, plan, planHash, settings, clock.now())
  }

  const isOfThisRun = ({ events }: LoadedDelivery): boolean => events[0]?.runId === settings.runId

  /**
   * Ids that begin anew with each file make other people of what the store knows, and a column that is no id makes one lead of
   * several rows: the first thousand tell. What an earlier run had of the same person may well have changed since.
   */
  const compare = async ({ delivery: { id, lead } }: Work): Promise<void> => {
    if (compared++ >= MOST_COMPARED) return
    const stored = await ledger.load(id)
    if (stored && isSomebodyElse(stored.delivery.lead, lead)) tally.somebodyElse(lead.id)
    else if (stored && isOfThisRun(stored) && !isSameRecord(stored.delivery.lead, lead)) tally.twice(lead.id)
  }

  return {
    mayRetry,
    orderedAgain,
    compare,
    /** Told for a whole batch in one question: each lead would else be made ready and take a place on its lane, only to hear it. */
    among: async (leads: readonly { readonly lead: Lead }[], to: string): Promise<Map<string, Exists>> => {
      if (!meetsKnown) return new Map()
      const known = new Map(await ledger.known({ mode: settings.mode, to, leadIds: leads.map(({ lead }) => lead.id) }))
      meetsKnown = known.size > 0
      return known
    },
    meet: async (work: Work, known: Exists): Promise<void> => {
      meetsKnown = true
      const { delivery } = work
      const { standing } = known
      const another = await orderedAgain(work, known)
      if (another) return pump(another)
      const retry = await mayRetry(work, standing)
      if (retry && await doubted.keeps(work)) return slots.give()
      const due = standing.state === 'waiting' && !standing.batch && standing.dueAt !== null && standing.dueAt <= clock.now() + settings.waitMs
      const loaded = retry || due ? await ledger.takeOne(delivery.id, standing) : null
      if (!loaded) {
        // While it has its slot the run does not end.
        await compare(work)
        // It may have been settled since it was asked about, by this run too.
        const since = due ? (await ledger.load(delivery.id))?.standing : undefined
        slots.give()
        if (standing.state === 'waiting' && since?.state !== 'settled') tally.stillWaiting(delivery.lead.id, standing)
        else tally.alreadySettled(delivery.lead.id)
        return
      }
      tally.takenUp(loaded.delivery.lead, delivery.lead)
      const again = await workOf(loaded, retry ? [triedAgain(clock.now())] : [])
      if (again) pump(again)
      else slots.give()
    },
  }
}

/** A file delivered again is as quick as it was. */
const MOST_COMPARED = 1_000
