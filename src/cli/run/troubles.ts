import type { OutcomeKind } from '../../core/outcome.ts'
import type { RunEvent } from '../../engine/settings.ts'

/** Why leads were not sold: a reason, how many leads have it, and one of them to look at. */
export interface Trouble { readonly kind: OutcomeKind; readonly recipient: string | null; readonly reason: string; readonly count: number; readonly leadId: string }

const TOLD: readonly OutcomeKind[] = ['failed', 'held', 'rejected', 'skipped']
/** What buyers say may be another text for every lead. */
const MOST_REASONS = 200
const MOST_LINES = 3

/** Gathers the reasons of a run, for the person who reads its end. */
export const createTroubles = () => {
  const found = new Map<string, Trouble>()
  return {
    observe: (seen: RunEvent): void => {
      if (seen.kind !== 'stored' || seen.event.type !== 'settled') return
      const { kind, recipient, reason } = seen.event.outcome
      if (reason === null || !TOLD.includes(kind)) return
      const name = `${kind}\n${recipient}\n${reason}`
      const known = found.get(name)
      if (known === undefined && found.size >= MOST_REASONS) return
      found.set(name, { kind, recipient, reason, count: (known?.count ?? 0) + 1, leadId: known?.leadId ?? seen.leadId })
    },
    /** The commonest of each outcome. */
    all: (): readonly Trouble[] => TOLD.flatMap((kind) => [...found.values()].filter((each) => each.kind === kind).sort((a, b) => b.count - a.count).slice(0, MOST_LINES)),
  }
}
