import type { Instant } from '../base/time.ts'
import { isSameRecord, type Lead } from '../core/lead.ts'
import type { Queue, Standing } from '../ports.ts'
import type { RunDeps, RunEnd, RunSettings } from './settings.ts'

type Group = RunEnd['waiting'][number]

/** Counts what a run did with its leads. */
export const createTally = (deps: RunDeps) => {
  let settled = 0
  let alreadySettled = 0
  let changed = 0

  return {
    settled: (): void => { settled += 1 },
    alreadySettled: (leadId: string): void => {
      alreadySettled += 1
      deps.observe({ kind: 'alreadySettled', leadId })
    },
    /** A lead of the file that goes on as it was taken in: what was sent under its key may be repeated, and nothing else. */
    takenUp: (stored: Lead, read: Lead): void => { if (!isSameRecord(stored, read)) changed += 1 },
    waiting: (leadId: string, standing: Extract<Standing, { state: 'waiting' }>): void => {
      deps.observe({ kind: 'waiting', leadId, until: standing.dueAt, why: standing.why })
    },
    end: async (settings: RunSettings, interrupted: boolean): Promise<RunEnd> => {
      const groups = new Map<string, Group>()
      let waiting = 0
      for (const queue of await deps.ledger.queues({ mode: settings.mode, runId: settings.runId })) {
        waiting += queue.leads
        addTo(groups, queue)
      }
      return { interrupted, alreadySettled, changed, leads: settled + waiting, waiting: [...groups.values()].sort((a, b) => b.count - a.count) }
    },
  }
}

/** By recipient and reason; reasons that name a time or a lead of their own go together once there are many. */
const addTo = (groups: Map<string, Group>, { recipient, why, leads, nextAt }: Queue): void => {
  const name = groups.size < 50 ? `${recipient ?? ''}\n${why}` : (recipient ?? '')
  const group = groups.get(name) ?? { why, recipient, count: 0, nextAt: null }
  groups.set(name, { ...group, count: group.count + leads, nextAt: sooner(group.nextAt, nextAt) })
}

const sooner = (a: Instant | null, b: Instant | null): Instant | null => (a === null ? b : b === null ? a : Math.min(a, b))
