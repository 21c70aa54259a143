import { hasLead } from '../core/had.ts'
import type { Policy } from '../core/policy.ts'
import type { RunSettings } from './settings.ts'
import { boughtBefore, leaveOut, type Work } from './work.ts'

/** One lead's works, and who of them is on the way to a recipient, with those that wait for what it is answered. */
interface Lead { readonly works: Set<Work>; readonly ways: Map<string, { readonly first: Work; readonly waiting: (() => void)[] }> }

export type Together = ReturnType<typeof createTogether>

/**
 * A lead that was given to several targets may be worked through two of them at once, and both may come to one recipient: that
 * gets the lead once at a time, whatever its requests hold, one lead or many. Who comes second waits for the answer to the first,
 * and is left out where the recipient has the lead then.
 */
export const createTogether = ({ to }: Pick<RunSettings, 'to'>, policies: ReadonlyMap<string, Policy>) => {
  // A run of one target has a lead once, unless it takes others' along in a batch: a first delivery pays nothing for this.
  const meet = to === null || [...policies.values()].some(({ batch }) => batch !== null)
  const leads = new Map<string, Lead>()
  const nameOf = ({ delivery: { lead, number } }: Work): string => `${number} ${lead.id}`

  return {
    /** This process works it. */
    enter: (work: Work): void => {
      if (!meet) return
      const name = nameOf(work)
      const lead = leads.get(name)
      if (lead) lead.works.add(work)
      else leads.set(name, { works: new Set([work]), ways: new Map() })
    },
    leave: (work: Work): void => {
      if (!meet) return
      const lead = leads.get(nameOf(work))
      if (lead?.works.delete(work) && lead.works.size === 0) leads.delete(nameOf(work))
    },
    /** Another of the lead's works is on the way there: resolves when it is worth to ask again. Null: nobody is. */
    ahead: (recipient: string, work: Work): Promise<void> | null => {
      const way = meet ? leads.get(nameOf(work))?.ways.get(recipient) : undefined
      return way && way.first !== work ? new Promise((resolve) => { way.waiting.push(resolve) }) : null
    },
    setsOut: (recipient: string, work: Work): void => {
      const ways = meet ? leads.get(nameOf(work))?.ways : undefined
      // One that goes again at once (to the backup, with a new token) is on it still, and others may wait.
      if (ways && !ways.has(recipient)) ways.set(recipient, { first: work, waiting: [] })
    },
    /** Its answer is durable, or it was not sent after all. */
    isBack: (recipient: string, work: Work): void => {
      if (!meet) return
      const lead = leads.get(nameOf(work))
      const way = lead?.ways.get(recipient)
      if (!lead || way?.first !== work) return
      lead.ways.delete(recipient)
      // Those too that have not asked yet: what they were told when they were taken up is old.
      if (hasLead(work.history, recipient)) for (const other of lead.works) if (other !== work) leaveOut(other, recipient, boughtBefore(policies, recipient))
      for (const resume of way.waiting) resume()
    },
  }
}
