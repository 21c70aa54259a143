import type { Instant } from '../../base/time.ts'
import { utcText } from '../caps.ts'
import { combine } from '../combine.ts'
import { isStarted, nodeAt } from '../history.ts'
import type { Outcome } from '../outcome.ts'
import type { Plan, SequenceStep } from '../plan.ts'
import { childPath, recipientsOf } from '../plan.ts'
import type { Action, Context, Evaluate, NodeStep } from '../step.ts'
import { done, earliest, pass, pending } from '../step.ts'
import { guarded } from './guarded.ts'

interface Closed { readonly path: string; readonly until: Instant | null; readonly why: string; readonly recipient: string | null; /** its window lies ahead: not passed by, waited for */ readonly ahead: boolean }

/**
 * One after the other (Waterfall, Fallback, Exclusive Window). A closed recipient is passed by, for good, as soon as a
 * later one can be tried; while all that are left are closed, the lead waits for the first to open.
 */
export const sequence = (node: Extract<Plan, { kind: 'sequence' }>, path: string, outer: Context, evaluate: Evaluate): NodeStep => {
  const passed = nodeAt(outer.history, path).passed
  if (passed) return done('skipped', path, null, passed.reason)
  const guard = guarded(node.pattern, node.guard, path, outer)
  if (guard.kind === 'step') return guard.step
  const context = guard.context

  const outcomes: Outcome[] = []
  const closed: Closed[] = []
  for (const [i, step] of node.steps.entries()) {
    const at = childPath(path, i)
    const window = windowOf(step, at, context)
    if (window?.kind === 'ahead') { closed.push({ path: at, ...window, recipient: null, ahead: true }); break }
    if (window?.kind === 'over') return pass(at, null, window.why)
    const child = evaluate(step.plan, at, context)
    if (child.kind === 'done') {
      if (!node.moveOn.includes(child.outcome.kind)) return child
      outcomes.push(child.outcome)
    } else if (child.kind === 'closed') {
      // Begun inside its window and shut after it: it may finish an answer, not begin again.
      if (isOver(step, context)) return pass(at, child.recipient, closedAt(step, context))
      closed.push({ path: at, until: cutOff(child.until, step, context), why: child.why, recipient: child.recipient, ahead: false })
    } else return closed.length === 0 ? child : { kind: 'pending', actions: closed.map(passBy) }
  }
  if (closed.length > 0) {
    const until = earliest(closed.map((each) => each.until))
    const why = closed.map((each) => each.why).join('; ')
    const recipient = closed[0]?.recipient ?? null
    // A window that lies ahead is this pattern's own plan, so that an enclosing pattern waits with it.
    return closed.some((each) => each.ahead) ? pending({ kind: 'wait', until, why, recipient, batch: false }) : { kind: 'closed', until, why, recipient }
  }
  const last = node.finally ? evaluate(node.finally, childPath(path, 'finally'), context) : null
  // What did not want it there hides no failure: the lead may be taken up again.
  if (last && (last.kind !== 'done' || !node.moveOn.includes(last.outcome.kind))) return last
  return { kind: 'done', outcome: combine(last ? [...outcomes, last.outcome] : outcomes, path) }
}

const passBy = (each: Closed): Action => ({ kind: 'choose', path: each.path, choice: { kind: 'pass', recipient: each.recipient, reason: each.why } })

/** Hours since the lead was received; a step that has begun inside its window may finish its answer, not begin again. */
const windowOf = (step: SequenceStep, path: string, context: Context): { kind: 'ahead'; until: Instant; why: string } | { kind: 'over'; why: string } | null => {
  const age = context.now - context.history.receivedAt
  if (step.opensMs !== undefined && age < step.opensMs && !isStarted(context.history, path)) {
    const until = context.history.receivedAt + step.opensMs
    return { kind: 'ahead', until, why: `waits for its next window, ${namesOf(step.plan, context)}, which opens ${utcText(until)}` }
  }
  if (isOver(step, context) && nodeAt(context.history, path).passed === null && !isStarted(context.history, path)) return { kind: 'over', why: closedAt(step, context) }
  return null
}

const namesOf = (plan: Plan, { facts }: Context): string => recipientsOf(plan).map((each) => facts.policies.get(each)?.name ?? each).join(' and ')

const isOver = (step: SequenceStep, { now, history }: Context): boolean => step.closesMs !== undefined && now - history.receivedAt >= step.closesMs
const closedAt = (step: SequenceStep, { history }: Context): string => `its window closed ${utcText(history.receivedAt + (step.closesMs ?? 0))}`

/** A closed recipient is not waited for past the end of its own window. */
const cutOff = (until: Instant | null, step: SequenceStep, context: Context): Instant | null =>
  step.closesMs === undefined ? until : earliest([until, context.history.receivedAt + step.closesMs])
