import { earliest } from '../base/time.ts'
import { isSameRecord, type Lead } from '../core/lead.ts'
import type { Standing } from '../ports.ts'
import type { RunDeps, RunEnd, RunSettings } from './settings.ts'

type Group = RunEnd['waiting'][number]
type Waiting = Extract<Standing, { state: 'waiting' }>

export type Tally = ReturnType<typeof createTally>

/** Counts what a run did with its leads. */
export const createTally = (settings: RunSettings, deps: RunDeps) => {
  let settled = 0
  let alreadySettled = 0
  let changed = 0
  const somebodyElse: string[] = []
  const twice: string[] = []
  let inDoubt = 0
  const broken = new Map<string, number>()
  /** Leads that this run took over from such, which its file is going to name: they are its own. */
  const resumed = new Set<string>()
  /** Leads that this run left waiting, and those that it found so: a file may name one twice, and a batch may take one along. Of more than `MOST_NAMED` each is counted as another lead. */
  const left = new Set<string>()
  const found = new Map<string, Group>()
  const unnamed = new Map<string, Group>()
  const kept = new Map<string, Group>()

  /** Leads that wait for the same thing share what is kept of it. */
  const shared = (group: Group): Group => {
    const name = `${group.recipient ?? ''}\n${group.why}\n${group.nextAt}`
    const known = kept.get(name) ?? group
    kept.set(name, known)
    return known
  }

  return {
    settled: (leadId: string): void => {
      settled += 1
      found.delete(leadId)
    },
    alreadySettled: (leadId: string): void => {
      if (resumed.delete(leadId)) return
      alreadySettled += 1
      deps.observe({ kind: 'alreadySettled', leadId })
    },
    /** A lead of the file that goes on as it was taken in: what was sent under its key may be repeated, and nothing else. */
    takenUp: (stored: Lead, read: Lead): void => { if (!isSameRecord(stored, read)) changed += 1 },
    /** A lead of the file that was not taken in, since another person was delivered under its id. */
    somebodyElse: (leadId: string): void => { somebodyElse.push(leadId) },
    /** A lead that the file has once more, with other data: the first was taken. */
    twice: (leadId: string): void => { twice.push(leadId) },
    /** A batch that nobody answered may have brought it, and not all of that one's leads were taken up. */
    leftInDoubt: (): void => { inDoubt += 1 },
    /** Left as being worked by a process that is gone. */
    recovered: (leadId: string, runId: string): void => {
      broken.set(runId, (broken.get(runId) ?? 0) + 1)
      if (settings.to !== null) resumed.add(leadId)
    },
    /** Left so by this run: the store counts it. */
    waiting: (leadId: string, standing: Waiting): void => {
      // Only a file names leads again.
      if (settings.to !== null && left.size < MOST_NAMED) left.add(leadId)
      found.delete(leadId)
      deps.observe({ kind: 'waiting', leadId, until: standing.dueAt, why: standing.why })
    },
    /** A lead of the file that an earlier run left, and that is not due. */
    stillWaiting: (leadId: string, { recipient, why, dueAt }: Waiting): void => {
      const group: Group = { recipient, why, nextAt: dueAt, count: 1 }
      if (found.size >= MOST_NAMED) { if (!left.has(leadId) && !found.has(leadId)) addTo(unnamed, group) }
      else if (!left.has(leadId)) found.set(leadId, shared(group))
      deps.observe({ kind: 'waiting', leadId, until: dueAt, why })
    },
    end: async (interrupted: boolean): Promise<RunEnd> => {
      const queues = new Map<string, Group>()
      let waiting = 0
      for (const { recipient, why, leads: count, nextAt } of await deps.ledger.queues({ mode: settings.mode, runId: settings.runId })) {
        waiting += count
        addTo(queues, { recipient, why, count, nextAt })
      }
      const since = [...found.values(), ...unnamed.values()]
      for (const each of since) addTo(queues, each)
      return { interrupted, alreadySettled, changed, somebodyElse, twice, inDoubt, broken: [...broken].map(([runId, leads]) => ({ runId, leads })), leads: since.reduce((sum, { count }) => sum + count, settled + waiting), waiting: [...queues.values()].sort((a, b) => b.count - a.count) }
    },
  }
}

/** A file of any size is read in constant memory. */
const MOST_NAMED = 50_000

/** By recipient and reason; reasons that name a time or a lead of their own go together once there are many. */
const addTo = (groups: Map<string, Group>, { recipient, why, count, nextAt }: Group): void => {
  const name = groups.size < 50 ? `${recipient ?? ''}\n${why}` : (recipient ?? '')
  const group = groups.get(name) ?? { why, recipient, count: 0, nextAt: null }
  groups.set(name, { ...group, count: group.count + count, nextAt: earliest([group.nextAt, nextAt]) })
}
