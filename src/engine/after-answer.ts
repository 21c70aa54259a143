import { isStep } from '../core/plan.ts'
import type { Policy } from '../core/policy.ts'
import { ruleIn } from '../core/retry.ts'
import type { Alerts } from './alerts.ts'
import type { Lanes } from './lanes.ts'
import type { createRecipientFacts } from './recipient-facts.ts'
import type { Heard } from './surroundings.ts'

/** What an answer means beyond its lead: alerts, the recipient's circuit, its pause, the wait that it asks for. */
export const createAfterAnswer = (policies: ReadonlyMap<string, Policy>, facts: ReturnType<typeof createRecipientFacts>, lanes: Lanes, alerts: Alerts, failed: (error: unknown) => void): Heard['answered'] =>
  (recipient, phase, verdict, httpStatus, at, startedAt) => {
    alerts.verdict(recipient, phase, verdict, httpStatus)
    // A list that is not there says nothing about a CRM that takes contacts: it must not open the circuit.
    const ofListAlone = isStep(phase) && verdict.kind === 'failed' && !verdict.retry
    if (!ofListAlone) facts.answered(recipient, verdict, at, startedAt)?.then((turned) => { if (turned === 'opened') alerts.circuitOpened(recipient, verdict) }, failed)
    const policy = policies.get(recipient)
    if (verdict.kind !== 'failed' || !policy) return
    if (verdict.pause) facts.pause(recipient, at, verdict.reason ?? verdict.class).catch(failed)
    if (verdict.retryAfterMs === undefined || verdict.class !== 'rate_limited') return
    const longest = ruleIn(policy.retry, 'rate_limited')?.maxWaitMs ?? 0
    if (verdict.retryAfterMs <= longest) lanes.of(recipient).hold(at + verdict.retryAfterMs)
    else facts.close(recipient, at + verdict.retryAfterMs).catch(failed)
  }
