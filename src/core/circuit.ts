import { utcText, type Instant } from '../base/time.ts'
import type { CircuitPolicy } from './policy.ts'
import { isInterrupted, type Verdict } from './verdict.ts'

/**
 * A recipient's circuit, a fold over its finished attempts (contract, section 3). `recent` holds one character an
 * attempt, oldest first: `x` failed, unknown or unconfirmed, `.` answered.
 */
export type Circuit =
  | { readonly kind: 'closed'; readonly recent: string }
  /** Nothing is sent until `until`; then one trial. `waitMs` is how long this opening lasts. */
  | { readonly kind: 'open'; readonly until: Instant; readonly waitMs: number }
  /** One trial is under way; should nobody hear of it, another may be tried at `until`. `opening`: see `openingOf`. */
  | { readonly kind: 'trial'; readonly until: Instant; readonly waitMs: number; readonly opening?: Instant }

export const closedCircuit: Circuit = { kind: 'closed', recent: '' }

/** As the store keeps it: null where it is closed, or nothing is known of it. */
export const circuitFrom = (json: string | null): Circuit => (json === null ? closedCircuit : (JSON.parse(json) as Circuit))

/**
 * A picky buyer is not a broken one: failures and missing answers count, rejections do not (design, money rule 8). So do
 * answers that cannot be read: a page in place of the buyer, or a rule that does not fit, holds each lead that it meets.
 */
export const countsAsFailure = (verdict: Verdict): boolean =>
  !isInterrupted(verdict) && (verdict.kind === 'unknown' || (verdict.kind === 'failed' && verdict.instead === undefined) || verdict.kind === 'unconfirmed')

/** A proxy that fails says nothing about the buyer behind it, neither good nor bad; no more does our own end. */
const saysNothing = (verdict: Verdict): boolean => (verdict.kind === 'failed' && verdict.class === 'proxy') || isInterrupted(verdict)

/** `startedAt`: when the attempt left that is answered now. */
export const stepCircuit = (circuit: Circuit, verdict: Verdict, now: Instant, policy: CircuitPolicy, startedAt: Instant = now): Circuit => {
  if (saysNothing(verdict)) return circuit
  const failed = countsAsFailure(verdict)
  switch (circuit.kind) {
    case 'closed': {
      // One more answer among answers: nothing to change.
      if (!failed && circuit.recent.length === policy.over && !circuit.recent.includes('x')) return circuit
      const recent = (circuit.recent + (failed ? 'x' : '.')).slice(-policy.over)
      const failures = recent.split('x').length - 1
      return failed && failures > policy.errorRate * policy.over ? { kind: 'open', until: now + policy.waitMs, waitMs: policy.waitMs } : { kind: 'closed', recent }
    }
    case 'trial': {
      // Left before the opening was over, and answered late: it is not the trial.
      if (startedAt < (circuit.opening ?? startedAt)) return circuit
      if (!failed) return closedCircuit
      const waitMs = Math.min(circuit.waitMs * 2, policy.maxWaitMs)
      return { kind: 'open', until: now + waitMs, waitMs }
    }
    // Answers to attempts that were under way when it opened change nothing: the trial decides.
    case 'open': return circuit
  }
}

/** Whether a recipient's circuit lets an attempt through: closed, or the one trial of an opening that is over. */
export const circuitGate = (circuit: Circuit, now: Instant): { readonly open: true; readonly trial: boolean } | { readonly open: false; readonly until: Instant; readonly why: string } => {
  if (circuit.kind === 'closed') return { open: true, trial: false }
  if (circuit.until <= now) return { open: true, trial: true }
  if (circuit.kind === 'open') return { open: false, until: circuit.until, why: `its circuit is open after too many failures or unreadable answers, until ${utcText(circuit.until)}` }
  // The trial's answer comes long before it is given up: whoever waits looks again after as long as the opening lasted.
  return { open: false, until: Math.min(circuit.until, now + circuit.waitMs), why: 'its circuit waits for the answer to one trial' }
}

/**
 * The one trial has been claimed; nobody else tries before its answer, or before `timeoutMs` without one. What is heard late
 * of the trial of an opening before this one changes nothing: this one is not over.
 */
export const beginTrial = (circuit: Circuit, now: Instant, timeoutMs: number): Circuit =>
  circuit.kind === 'closed' || (circuit.kind === 'open' && circuit.until > now) ? circuit : { kind: 'trial', until: now + timeoutMs, waitMs: circuit.waitMs, opening: openingOf(circuit) }

/** A person says that it works again: the one trial may leave at once. */
export const tryAtOnce = (circuit: Circuit, now: Instant): Circuit =>
  circuit.kind === 'closed' || circuit.until <= now ? circuit : { kind: 'open', until: now, waitMs: circuit.waitMs }

/** Tells one opening from the next: each has a trial of its own, however long that of the one before was given. */
export const openingOf = (circuit: Circuit | undefined): Instant => {
  switch (circuit?.kind) {
    case undefined: case 'closed': return 0
    case 'open': return circuit.until
    case 'trial': return circuit.opening ?? circuit.until
  }
}
