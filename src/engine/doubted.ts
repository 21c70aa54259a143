import { unansweredBatches, wholeBatches } from '../core/batch.ts'
import { emptyHistory } from '../core/history.ts'
import { recipientsOf } from '../core/plan.ts'
import type { LoadedDelivery, Step } from '../ports.ts'
import { batchSizeOf } from './identity.ts'
import { triedAgain } from './recover.ts'
import type { Surroundings } from './surroundings.ts'
import type { createTally } from './tally.ts'
import { foldAll } from './turn.ts'
import { tellStored } from './work.ts'
import type { Work } from './work.ts'

/**
 * Failed leads of the file that a batch without an answer may have brought, for `--retry-failed`: only when the file is read
 * is it known of which batches all leads are there. These go again as they went, under their keys; what others left in doubt
 * stays so, since no key of another batch would tell the buyer, and a person looks.
 */
export const createDoubted = ({ settings, deps: { ledger, clock, observe }, facts: { policies } }: Pick<Surroundings, 'settings' | 'deps' | 'facts'>, tally: ReturnType<typeof createTally>) => {
  const leadIds = new Map<string, string>()
  let isRead = false

  const batchesOf = ({ events }: LoadedDelivery) => {
    const history = foldAll(emptyHistory, events.map(({ event }) => event))
    // Of one that is sold only a step is taken up.
    return history.settled?.kind === 'failed' ? unansweredBatches(history) : []
  }

  return {
    /** False where no batch left it in doubt: it is tried again at once. Looked for only where some recipient takes batches. */
    keeps: async ({ plan, delivery }: Work): Promise<boolean> => {
      if (!recipientsOf(plan).some((recipient) => policies.get(recipient)?.batch)) return false
      const loaded = await ledger.load(delivery.id)
      if (!loaded || batchesOf(loaded).length === 0) return false
      // A lead that the file names twice was dealt with.
      if (isRead) tally.alreadySettled(delivery.lead.id)
      else {
        tally.takenUp(loaded.delivery.lead, delivery.lead)
        leadIds.set(delivery.id, delivery.lead.id)
      }
      return true
    },
    /** No more leads come. They are taken up from the store, as all that is due. */
    takeUp: async (): Promise<void> => {
      const claimed: LoadedDelivery[] = []
      for (const [id, leadId] of leadIds) {
        const loaded = await ledger.claim(id, settings.runId)
        if (loaded) claimed.push(loaded)
        else tally.alreadySettled(leadId)
      }
      isRead = true
      const whole = wholeBatches(claimed.map((each) => batchesOf(each).map(({ batch }) => batch)), batchSizeOf)
      const now = clock.now()
      const steps = claimed.map((loaded): Step => {
        const joined = batchesOf(loaded)
        const again = joined.flatMap(({ batch }) => (whole.has(batch) ? batch : []))
        if (again.length < joined.length) tally.leftInDoubt()
        return {
          deliveryId: loaded.delivery.id, version: loaded.events.length, runId: settings.runId, events: [triedAgain(now, again)],
          standing: { state: 'waiting', dueAt: now, why: 'ordered to be tried again', recipient: joined[0]?.recipient ?? null, batch: false },
        }
      })
      const results = await ledger.append(steps)
      for (const [i, loaded] of claimed.entries()) {
        const result = results[i]
        if (result?.kind !== 'ok') throw new Error(`the store refused to take up delivery ${loaded.delivery.id} again: ${result?.kind ?? 'no result'}`)
        tellStored(observe, loaded, steps[i]?.events ?? [], result.seq)
      }
    },
  }
}
