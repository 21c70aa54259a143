import { earliest, utcText, type Instant } from '../../base/time.ts'
import { combine } from '../combine.ts'
import { isStarted, nodeAt } from '../history.ts'
import type { Outcome } from '../outcome.ts'
import { childPath, recipientsOf, type Plan, type SequenceStep } from '../plan.ts'
import { nameIn } from '../policy.ts'
import { allClosed, besideClosed, pass, pending, type Closed, type Context, type Evaluate, type NodeStep } from '../step.ts'

/**
 * One after the other (Waterfall, Fallback, Exclusive Window). A closed recipient is passed by, for good, as soon as a
 * later one can be tried; while all that are left are closed, the lead waits for the first to open.
 */
export const sequence = (node: Extract<Plan, { kind: 'sequence' }>, path: string, context: Context, evaluate: Evaluate): NodeStep => {
  const outcomes: Outcome[] = []
  const closed: Closed[] = []
  let ahead = false
  for (const [i, step] of node.steps.entries()) {
    const at = childPath(path, i)
    const window = windowOf(step, at, context)
    if (window?.kind === 'ahead') {
      ahead = true
      closed.push({ kind: 'closed', path: at, until: window.until, why: window.why, recipient: null })
      break
    }
    if (window?.kind === 'over') return pass(at, null, window.why)
    const child = evaluate(step.plan, at, context)
    if (child.kind === 'done') {
      if (!node.moveOn.includes(child.outcome.kind)) return child
      outcomes.push(child.outcome)
    } else if (child.kind === 'closed') {
      // Begun inside its window and shut after it: it may finish an answer, not begin again.
      if (isOver(step, context)) return pass(at, child.recipient, closedAt(step, context))
      closed.push({ ...child, until: cutOff(child.until, step, context) })
    } else return besideClosed(closed, child)
  }
  if (closed.length > 0) {
    const all = allClosed(closed, path)
    // A window that lies ahead is this pattern's own plan, so that an enclosing pattern waits with it.
    return ahead ? pending({ kind: 'wait', until: all.until, why: all.why, recipient: all.recipient, batch: false }) : all
  }
  const last = node.finally ? evaluate(node.finally, childPath(path, 'finally'), context) : null
  // What did not want it there hides no failure: the lead may be taken up again.
  if (last && (last.kind !== 'done' || !node.moveOn.includes(last.outcome.kind))) return last
  return { kind: 'done', outcome: combine(last ? [...outcomes, last.outcome] : outcomes, path) }
}

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

const namesOf = (plan: Plan, { facts }: Context): string => recipientsOf(plan).map((each) => nameIn(facts.policies, each)).join(' and ')

const isOver = (step: SequenceStep, { now, history }: Context): boolean => step.closesMs !== undefined && now - history.receivedAt >= step.closesMs
const closedAt = (step: SequenceStep, { history }: Context): string => `its window closed ${utcText(history.receivedAt + (step.closesMs ?? 0))}`

/** A closed recipient is not waited for past the end of its own window. */
const cutOff = (until: Instant | null, step: SequenceStep, context: Context): Instant | null =>
  step.closesMs === undefined ? until : earliest([until, context.history.receivedAt + step.closesMs])
