import { combine } from '../combine.ts'
import { nodeAt } from '../history.ts'
import type { Outcome } from '../outcome.ts'
import type { Plan } from '../plan.ts'
import { childPath } from '../plan.ts'
import type { Closed, Context, Evaluate, NodeStep } from '../step.ts'
import { allClosed, passBy, pending } from '../step.ts'

/** Round Robin and Weighted: the first is drawn by exact share, the others follow in their order on refusal. */
export const share = (node: Extract<Plan, { kind: 'share' }>, path: string, context: Context, evaluate: Evaluate): NodeStep => {
  const { order } = nodeAt(context.history, path)
  if (!order) return pending({ kind: 'draw', path, counter: `share:${node.pattern}`, weights: node.weights })
  return inOrder(node.entrants, order, path, context, evaluate)
}

/** Tries children in a recorded order, moving on at anything but an acceptance or a hold. */
export const inOrder = (plans: readonly Plan[], order: readonly number[], path: string, context: Context, evaluate: Evaluate): NodeStep => {
  const outcomes: Outcome[] = []
  const closed: Closed[] = []
  for (const i of order) {
    const plan = plans[i]
    if (!plan) continue
    const child = evaluate(plan, childPath(path, i), context)
    if (child.kind === 'closed') closed.push(child)
    else if (child.kind === 'pending') return closed.length === 0 ? child : pending(...passBy(closed))
    else if (['accepted', 'held', 'pooled'].includes(child.outcome.kind)) return child
    else outcomes.push(child.outcome)
  }
  return closed.length === 0 ? { kind: 'done', outcome: combine(outcomes, path) } : allClosed(closed, path)
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
