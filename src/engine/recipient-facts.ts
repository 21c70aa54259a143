import type { Instant } from '../base/time.ts'
import { isPermit, type Claim } from '../core/claim.ts'
import { beginTrial, circuitFrom, closedCircuit, openingOf, stepCircuit, type Circuit } from '../core/circuit.ts'
import type { Mode } from '../core/event.ts'
import type { RecipientFacts } from '../core/gate.ts'
import type { CircuitPolicy, Policy } from '../core/policy.ts'
import type { Verdict } from '../core/verdict.ts'
import type { Ledger } from '../ports.ts'
import { createSharedCircuits } from './shared-circuits.ts'

const NOTHING: RecipientFacts = { paused: null, closedUntil: null }

type SharedCircuits = ReturnType<typeof createSharedCircuits>

/** Alone at its store a process knows its circuits best, but for a person's word (`unpause`) that brings the trial of this opening forward. */
const isHurried = (own: Circuit | undefined, stored: Circuit, at: Instant): boolean =>
  own?.kind === 'open' && stored.kind === 'open' && stored.waitMs === own.waitMs && stored.until < own.until && stored.until <= at

/**
 * What is known of each recipient, as all processes know it: pauses, closings, circuits, caps that are used up.
 * `changed` is called for each recipient that may have opened or closed, so that leads which wait for it decide again.
 */
export const createRecipientFacts = (ledger: Ledger, mode: Mode, policies: ReadonlyMap<string, Policy>, changed: (recipient: string) => void) => {
  const now = new Map<string, RecipientFacts>()
  const set = (recipient: string, more: Partial<RecipientFacts>): void => {
    now.set(recipient, { ...(now.get(recipient) ?? NOTHING), ...more })
    changed(recipient)
  }

  const shared = ledger.shared ? createSharedCircuits(ledger, mode) : null
  /** Recipients whose one trial this process has claimed. */
  const trying = new Set<string>()

  /** Takes over what the store says of a circuit; tells when it opened or closed. */
  const learn = (recipient: string, circuit: Circuit): 'opened' | 'closed' | null => {
    const facts = now.get(recipient) ?? NOTHING
    const before = facts.circuit ?? closedCircuit
    // The store knows a trial by its permit alone: who knows of one knows better, until there is another opening.
    if (before.kind === 'trial' && circuit.kind === 'open' && circuit.until <= openingOf(before)) return null
    if (JSON.stringify(before) === JSON.stringify(circuit)) return null
    if (before.kind === circuit.kind && before.kind === 'closed') { now.set(recipient, { ...facts, circuit }); return null }
    set(recipient, { circuit })
    return before.kind === circuit.kind ? null : circuit.kind === 'open' ? 'opened' : circuit.kind === 'closed' ? 'closed' : null
  }

  const refresh = async (at: Instant): Promise<void> => {
    // What another process gave back is not heard of here: what seemed used up is asked for again.
    if (ledger.shared) for (const [recipient, facts] of now) if (facts.full && facts.full.size > 0) set(recipient, { full: new Set() })
    for (const state of await ledger.recipientStates(mode)) {
      const before = now.get(state.recipient)
      const stored = circuitFrom(state.circuit)
      if (before && (ledger.shared || isHurried(before.circuit, stored, at))) learn(state.recipient, stored)
      const paused = state.paused && { reason: state.paused.reason }
      const closedUntil = state.closedUntil !== null && state.closedUntil > at ? state.closedUntil : null
      if (before && before.paused?.reason === paused?.reason && before.closedUntil === closedUntil) continue
      set(state.recipient, { paused, closedUntil, ...(before?.circuit || state.circuit === null ? {} : { circuit: stored }) })
    }
  }

  const turn = async (recipient: string, circuit: Circuit, at: Instant): Promise<'opened' | 'closed'> => {
    set(recipient, { circuit })
    await ledger.setCircuit(recipient, mode, circuit.kind === 'closed' ? null : JSON.stringify(circuit))
    if (circuit.kind === 'open') return 'opened'
    await ledger.wake(recipient, mode, at)
    return 'closed'
  }

  const answeredInStore = async (circuits: SharedCircuits, recipient: string, before: Circuit, answer: Parameters<SharedCircuits['answered']>[2], policy: CircuitPolicy): Promise<'opened' | 'closed' | null> => {
    const known = await circuits.answered(recipient, before, answer, policy)
    if (known === null) return null
    if (answer.trial) trying.delete(recipient)
    const turned = learn(recipient, known)
    if (turned === 'closed') await ledger.wake(recipient, mode, answer.at)
    return turned
  }

  return {
    now: now as ReadonlyMap<string, RecipientFacts>,
    refresh,
    /** Takes effect at once here, and for all others as soon as it is stored. */
    pause: async (recipient: string, at: Instant, reason: string): Promise<void> => {
      if (now.get(recipient)?.paused) return
      set(recipient, { paused: { reason } })
      await ledger.setPaused(recipient, mode, { at, reason })
    },
    /** Another process paused it, and this one has not heard of it yet. */
    foundPaused: (recipient: string, reason: string): void => set(recipient, { paused: { reason } }),
    close: async (recipient: string, until: Instant): Promise<void> => {
      if ((now.get(recipient)?.closedUntil ?? 0) >= until) return
      set(recipient, { closedUntil: until })
      await ledger.setClosedUntil(recipient, mode, until)
    },

    /** Folds an answer into the recipient's circuit; tells when it opened or closed, and null at once where it did neither. */
    answered: (recipient: string, verdict: Verdict, at: Instant, startedAt: Instant): Promise<'opened' | 'closed' | null> | null => {
      const policy = policies.get(recipient)?.circuit
      if (!policy) return null
      const before = now.get(recipient)?.circuit ?? closedCircuit
      if (shared) return answeredInStore(shared, recipient, before, { verdict, at, startedAt, trial: before.kind === 'trial' && trying.has(recipient) && startedAt >= openingOf(before) }, policy)
      const after = stepCircuit(before, verdict, at, policy, startedAt)
      if (after.kind !== before.kind) return turn(recipient, after, at)
      if (after !== before) now.set(recipient, { ...(now.get(recipient) ?? NOTHING), circuit: after })
      return null
    },

    /** These claims were granted: a trial has begun, a place of a cap came free. */
    claimed: (claims: readonly Claim[], at: Instant): void => {
      for (const claim of claims) {
        const facts = now.get(claim.recipient) ?? NOTHING
        if (claim.kind === 'cap') {
          if (claim.amount < 0 && facts.full?.has(claim.counter)) set(claim.recipient, { full: new Set([...facts.full].filter((each) => each !== claim.counter)) })
        } else if (isPermit(claim, 'trial:')) {
          trying.add(claim.recipient)
          if (facts.circuit) set(claim.recipient, { circuit: beginTrial(facts.circuit, at, claim.until - at) })
        }
      }
    },
    /** This claim was refused: the limit is reached, or another holds the trial. */
    refused: (claim: Claim, at: Instant): void => {
      const facts = now.get(claim.recipient) ?? NOTHING
      if (claim.kind === 'cap') set(claim.recipient, { full: new Set([...(facts.full ?? []), claim.counter]) })
      else if (facts.circuit) set(claim.recipient, { circuit: beginTrial(facts.circuit, at, claim.until - at) })
    },
  }
}
