import { combine } from '../combine.ts'
import { nodeAt } from '../history.ts'
import type { Outcome } from '../outcome.ts'
import type { Plan } from '../plan.ts'
import { childPath } from '../plan.ts'
import type { Action, Context, Evaluate, NodeStep } from '../step.ts'
import { done, earliest, pending } from '../step.ts'
import { guarded } from './guarded.ts'

/**
 * Simultaneous: all at once, until as many have accepted as the pattern takes. Answers that are on their way are waited
 * for (they may be surplus acceptances, which are recorded); retries are not begun once enough have accepted.
 */
export const race = (node: Extract<Plan, { kind: 'race' }>, path: string, outer: Context, evaluate: Evaluate): NodeStep => {
  const passed = nodeAt(outer.history, path).passed
  if (passed) return done('skipped', path, null, passed.reason)
  const guard = guarded(node.pattern, node.guard, path, outer)
  if (guard.kind === 'step') return guard.step

  const steps = node.entrants.map((plan, i) => ({ path: childPath(path, i), step: evaluate(plan, childPath(path, i), guard.context) }))
  const outcomes = steps.flatMap(({ step }) => (step.kind === 'done' ? step.outcome : []))
  const accepted = outcomes.filter((each) => each.kind === 'accepted')
  const inFlight = steps.some(({ path: at }) => onTheWire(at, guard.context))
  if (accepted.length >= node.accept && !inFlight) return { kind: 'done', outcome: joined(accepted) }
  if (accepted.length >= node.accept) return pending()

  const actions = steps.flatMap(({ step }): readonly Action[] => (step.kind === 'pending' ? step.actions : []))
  const closed = steps.flatMap(({ path: at, step }) => (step.kind === 'closed' ? { at, step } : []))
  const open = steps.some(({ step }) => step.kind === 'pending')
  if (open || accepted.length > 0) {
    const passes = closed.map(({ at, step }): Action => ({ kind: 'choose', path: at, choice: { kind: 'pass', recipient: step.recipient, reason: step.why } }))
    if (open || passes.length > 0) return pending(...passes, ...actions)
  }
  if (closed.length > 0) return { kind: 'closed', until: earliest(closed.map(({ step }) => step.until)), why: closed.map(({ step }) => step.why).join('; '), recipient: closed[0]?.step.recipient ?? null }
  return { kind: 'done', outcome: accepted.length > 0 ? joined(accepted) : combine(outcomes, path) }
}

/** With `all` or `up to n` a lead has several sales: the first names it, its revenue is the sum of all. */
const joined = (accepted: readonly Outcome[]): Outcome => {
  const [first, ...others] = accepted
  if (!first) throw new Error('joined() needs an acceptance')
  return others.reduce((sum, each) => {
    if (!each.revenue || each.revenue.amount === 0) return sum
    if (!sum.revenue) return { ...sum, revenue: each.revenue }
    return sum.revenue.currency === each.revenue.currency ? { ...sum, revenue: { ...sum.revenue, amount: sum.revenue.amount + each.revenue.amount } } : sum
  }, first)
}

const onTheWire = (path: string, context: Context): boolean => {
  for (const [at, node] of context.history.nodes) {
    if ((at === path || at.startsWith(`${path}/`)) && node.attempts.some((each) => each.finished === null)) return true
  }
  return false
}
