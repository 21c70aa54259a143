import { leavesWhenFull } from '../core/batch.ts'
import type { Slots } from './slots.ts'
import type { Surroundings } from './surroundings.ts'

/** Counts the leads that accumulate in the store, and has a batch leave (`leave`: false where there was nothing to take) as soon as it is full. */
export const createFullBatches = ({ deps: { ledger }, policyOf, stopping, failed }: Surroundings, slots: Pick<Slots, 'full' | 'room'>, leave: (recipient: string) => Promise<boolean>) => {
  const counts = new Map<string, number>()

  /** One after the other, as there is room: a recipient whose batches were made smaller has many at once. */
  const fullLeave = async (recipient: string): Promise<void> => {
    const { batch } = policyOf(recipient)
    for (let any = true; batch && any && !stopping();) {
      const total = counts.get(recipient) ?? 0
      if (total < leavesWhenFull(batch)) return
      counts.set(recipient, total - batch.maxLeads)
      any = await leave(recipient)
      if (slots.full()) await slots.room()
    }
  }

  return {
    /** `count` more leads accumulate for a recipient; full batches leave now. */
    accumulated: (recipient: string, count: number): void => {
      // Where several processes fill it, the store knows how many there are.
      counts.set(recipient, (ledger.shared && count !== 1 ? 0 : (counts.get(recipient) ?? 0)) + count)
      fullLeave(recipient).catch(failed)
    },
    /** So many left before theirs was full. */
    left: (recipient: string, count: number): void => { counts.set(recipient, Math.max(0, (counts.get(recipient) ?? 0) - count)) },
  }
}
