import { unansweredBatches, wholeBatches } from '../core/batch.ts'
import { isPurged } from '../core/lead.ts'
import { recipientsOf } from '../core/plan.ts'
import type { Step } from '../ports.ts'
import { batchSizeOf } from './identity.ts'
import { triedAgain } from './recover.ts'
import type { Surroundings } from './surroundings.ts'
import type { Tally } from './tally.ts'
import { historyOf, type Work } from './work.ts'

/** A failed delivery, as much of it as is needed until the file is read. */
interface Kept {
  readonly leadId: string
  readonly source: Readonly<Record<string, string>>
  readonly version: number
  readonly joined: ReturnType<typeof unansweredBatches>
}

export type Doubted = ReturnType<typeof createDoubted>

/**
 * Failed leads of the file that a batch without an answer may have brought, for `--retry-failed`: only when the file is read
 * is it known of which batches all leads are there. These go again as they went, under their keys; what others left in doubt
 * stays so, since no key of another batch would tell the buyer, and a person looks.
 */
export const createDoubted = ({ settings, deps: { ledger, clock, observe }, facts: { policies } }: Pick<Surroundings, 'settings' | 'deps' | 'facts'>, tally: Tally) => {
  const kept = new Map<string, Kept>()
  let isRead = false

  return {
    /** False where no batch left it in doubt: it is tried again at once. Looked for only where some recipient takes batches. */
    keeps: async ({ plan, delivery: { id, lead } }: Work): Promise<boolean> => {
      if (!recipientsOf(plan).some((recipient) => policies.get(recipient)?.batch)) return false
      const loaded = await ledger.load(id)
      if (!loaded || isPurged(loaded.delivery.lead)) return false
      const history = historyOf(loaded.events)
      const joined = unansweredBatches(history)
      // Of one that is sold only a step is taken up.
      if (history.settled?.kind !== 'failed' || joined.length === 0) return false
      // One that comes when the file is read stands in it twice, and was dealt with.
      if (isRead) tally.alreadySettled(lead.id)
      else {
        tally.takenUp(loaded.delivery.lead, lead)
        kept.set(id, { leadId: lead.id, source: loaded.delivery.source, version: history.version, joined })
      }
      return true
    },
    /** No more leads come. They are taken up from the store, as all that is due. */
    takeUp: async (): Promise<void> => {
      isRead = true
      if (kept.size === 0) return
      const whole = wholeBatches([...kept.values()].map(({ joined }) => joined.map(({ batch }) => batch)), batchSizeOf)
      const now = clock.now()
      const steps = [...kept].map(([deliveryId, { version, joined }]): Step => ({
        deliveryId, version, runId: settings.runId, events: [triedAgain(now, joined.flatMap(({ batch }) => (whole.has(batch) ? batch : [])))],
        standing: { state: 'waiting', dueAt: now, why: 'ordered to be tried again', recipient: joined[0]?.recipient ?? null, batch: false },
      }))
      const results = await ledger.append(steps)
      for (const [i, { leadId, source, joined }] of [...kept.values()].entries()) {
        const { deliveryId = '', events = [] } = steps[i] ?? {}
        const [result, event] = [results[i], events[0]]
        // Another process has changed it meanwhile.
        if (result?.kind !== 'ok' || event === undefined) { tally.alreadySettled(leadId); continue }
        observe({ kind: 'stored', deliveryId, leadId, source, seq: result.seq, event })
        if (joined.some(({ batch }) => !whole.has(batch))) tally.leftInDoubt()
      }
    },
  }
}
