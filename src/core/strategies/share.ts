import { combine } from '../combine.ts'
import { nodeAt } from '../history.ts'
import type { Outcome } from '../outcome.ts'
import type { Plan } from '../plan.ts'
import { childPath } from '../plan.ts'
import type { Action, Context, Evaluate, NodeStep } from '../step.ts'
import { done, earliest, pending } from '../step.ts'
import { guarded } from './guarded.ts'

/** Round Robin and Weighted: the first is drawn by exact share, the others follow in their order on refusal. */
export const share = (node: Extract<Plan, { kind: 'share' }>, path: string, outer: Context, evaluate: Evaluate): NodeStep => {
  const history = nodeAt(outer.history, path)
  if (history.passed) return done('skipped', path, null, history.passed.reason)
  const guard = guarded(node.pattern, node.guard, path, outer)
  if (guard.kind === 'step') return guard.step
  if (!history.order) return pending({ kind: 'draw', path, counter: `share:${node.pattern}`, weights: node.weights })
  return inOrder(node.entrants, history.order, path, guard.context, evaluate)
}

/** Tries children in a recorded order, moving on at anything but an acceptance or a hold. */
export const inOrder = (plans: readonly Plan[], order: readonly number[], path: string, context: Context, evaluate: Evaluate): NodeStep => {
  const outcomes: Outcome[] = []
  const closed: { path: string; step: Extract<NodeStep, { kind: 'closed' }> }[] = []
  for (const i of order) {
    const plan = plans[i]
    if (!plan) continue
    const at = childPath(path, i)
    const child = evaluate(plan, at, context)
    if (child.kind === 'closed') closed.push({ path: at, step: child })
    else if (child.kind === 'pending') {
      return closed.length === 0 ? child : pending(...closed.map((each): Action => ({ kind: 'choose', path: each.path, choice: { kind: 'pass', recipient: each.step.recipient, reason: each.step.why } })))
    } else if (['accepted', 'held', 'pooled'].includes(child.outcome.kind)) return child
    else outcomes.push(child.outcome)
  }
  if (closed.length === 0) return { kind: 'done', outcome: combine(outcomes, path) }
  return { kind: 'closed', until: earliest(closed.map((each) => each.step.until)), why: closed.map((each) => each.step.why).join('; '), recipient: closed[0]?.step.recipient ?? null }
}

/**
 * The order for ticket `n` (0, 1, 2 …): smooth weighted round robin, so that any run of tickets as long as the sum of
 * the weights holds each entrant exactly as often as its weight says.
 */
export const shareOrder = (weights: readonly number[], n: number): readonly number[] => {
  const total = weights.reduce((sum, each) => sum + each, 0)
  const current = weights.map(() => 0)
  let chosen = 0
  for (let turn = 0; turn <= n % total; turn++) {
    weights.forEach((weight, i) => { current[i] = (current[i] ?? 0) + weight })
    chosen = current.indexOf(Math.max(...current))
    current[chosen] = (current[chosen] ?? 0) - total
  }
  return [chosen, ...[...weights.keys()].filter((i) => i !== chosen)]
}
