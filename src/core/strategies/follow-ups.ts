import { attemptsOf, nodeAt } from '../history.ts'
import type { StepName } from '../plan.ts'
import type { Policy } from '../policy.ts'
import { nextAttempt } from '../retry.ts'
import { pending, type Context, type NodeStep, type Wait } from '../step.ts'
import { claimsOf, gateOf } from '../admission.ts'

/** A step that failed for good; its sale stands. */
export interface OpenStep { readonly phase: StepName; readonly reason: string }

/**
 * What follows a sale at the same endpoint (a CRM's list, its workflow): one after the other, each tried again by the
 * retry rules for itself, and none of them ever repeats the sale. One that fails for good does not stop the next.
 */
export const followUps = (policy: Policy, steps: readonly StepName[], path: string, context: Context): { readonly kind: 'pending'; readonly step: NodeStep } | { readonly kind: 'over'; readonly failed: readonly OpenStep[] } => {
  const failed: OpenStep[] = []
  for (const phase of steps) {
    const state = stateOf(policy, phase, path, context)
    if (state.kind === 'pending') return state
    if (state.kind === 'failed') failed.push({ phase, reason: state.reason })
  }
  return { kind: 'over', failed }
}

type State = { readonly kind: 'done' } | { readonly kind: 'pending'; readonly step: NodeStep } | { readonly kind: 'failed'; readonly reason: string }

const stateOf = (policy: Policy, phase: StepName, path: string, context: Context): State => {
  const node = nodeAt(context.history, path)
  const all = node.attempts.filter((each) => each.phase === phase)
  // What was done before a reopening stays done.
  if (all.some((each) => each.finished?.verdict.kind === 'accepted')) return { kind: 'done' }
  const attempts = attemptsOf(node, phase)
  const last = attempts.at(-1)
  if (last && !last.finished) return { kind: 'pending', step: pending() }
  const tried = attempts.flatMap((each) => each.finished ?? [])
  const again = last ? nextAttempt(policy.retry, policy.timeoutMs, tried, `${context.deliveryId}${path}#${phase}`) : null
  if (again?.kind === 'give up') return { kind: 'failed', reason: last?.finished?.verdict.reason ?? 'no answer' }

  const { recipient } = policy
  const wait = (until: Wait['until'], why: string): State => ({ kind: 'pending', step: pending({ kind: 'wait', until, why, recipient, batch: false, ofStep: true }) })
  if (again?.kind === 'closed' && again.until > context.now) return wait(again.until, `${policy.name} asked to be tried again later (${phase} step)`)
  if (again?.kind === 'retry' && again.at > context.now) return wait(again.at, `tries the ${phase} step at ${policy.name} again (attempt ${all.length + 1}): ${last?.finished?.verdict.reason ?? 'no answer'}`)
  // The lead is sold: caps and hours were kept for the sale and have no say any more. Nobody else can be passed on to.
  const open = gateOf({ ...policy, caps: [], window: null, requirements: [] }, context)
  if (!open.open) return wait(open.until, open.why)
  const timeoutMs = again?.kind === 'retry' ? again.timeoutMs : policy.timeoutMs
  return { kind: 'pending', step: pending({ kind: 'send', path, recipient, phase, attempt: all.length + 1, timeoutMs, target: 'endpoint', batch: null, claims: claimsOf(policy, context, false) }) }
}
