import type { Standing } from '../ports.ts'
import type { Surroundings } from './surroundings.ts'
import type { Work } from './work.ts'

/** They wait in the store again, as this says, and are this process's no more. */
export const putBack = async ({ deps, settings, released }: Surroundings, works: readonly Work[], standing: Standing): Promise<void> => {
  const results = await deps.ledger.append(works.map((work) => ({ deliveryId: work.delivery.id, version: work.history.version, runId: settings.runId, events: [], standing })))
  works.forEach((work, i) => {
    if (results[i]?.kind !== 'ok') throw new Error(`the store refused to put back delivery ${work.delivery.id}: ${results[i]?.kind ?? 'no result'}`)
    work.released = true
    released(work, standing)
  })
}
