import type { Instant } from '../base/time.ts'
import type { Mode } from '../core/event.ts'
import type { RecipientFacts } from '../core/gate.ts'
import type { Ledger } from '../ports.ts'

/** Pauses and closings as all processes know them; `changed` is called for each recipient whose state is another than before. */
export const createRecipientFacts = (ledger: Ledger, mode: Mode, changed: (recipient: string) => void) => {
  const now = new Map<string, RecipientFacts>()

  const refresh = async (at: Instant): Promise<void> => {
    const seen = new Set<string>()
    for (const state of await ledger.recipientStates(mode)) {
      seen.add(state.recipient)
      const before = now.get(state.recipient)
      const closedUntil = state.closedUntil !== null && state.closedUntil > at ? state.closedUntil : null
      now.set(state.recipient, { paused: state.paused && { reason: state.paused.reason }, closedUntil })
      if ((before?.paused?.reason ?? null) !== (state.paused?.reason ?? null) || (before?.closedUntil ?? null) !== closedUntil) changed(state.recipient)
    }
    for (const recipient of now.keys()) if (!seen.has(recipient)) now.delete(recipient)
  }

  return {
    now: now as ReadonlyMap<string, RecipientFacts>,
    refresh,
    /** Takes effect at once here, and for all others as soon as it is stored. */
    pause: async (recipient: string, at: Instant, reason: string): Promise<void> => {
      if (now.get(recipient)?.paused) return
      now.set(recipient, { paused: { reason }, closedUntil: now.get(recipient)?.closedUntil ?? null })
      changed(recipient)
      await ledger.setPaused(recipient, mode, { at, reason })
    },
    close: async (recipient: string, until: Instant): Promise<void> => {
      const before = now.get(recipient)
      if ((before?.closedUntil ?? 0) >= until) return
      now.set(recipient, { paused: before?.paused ?? null, closedUntil: until })
      changed(recipient)
      await ledger.setClosedUntil(recipient, mode, until)
    },
  }
}
