import { combine } from '../combine.ts'
import { nodeAt } from '../history.ts'
import type { Outcome } from '../outcome.ts'
import { childPath, type Plan } from '../plan.ts'
import { allClosed, besideClosed, pending, type Closed, type Context, type Evaluate, type NodeStep } from '../step.ts'

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
    else if (child.kind === 'pending') return besideClosed(closed, child)
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
  const { current, first } = rounds.get(weights) ?? { current: weights.map(() => 0), first: [] }
  rounds.set(weights, { current, first })
  while (first.length <= n % total) {
    weights.forEach((weight, i) => { current[i] = (current[i] ?? 0) + weight })
    const chosen = current.indexOf(Math.max(...current))
    current[chosen] = (current[chosen] ?? 0) - total
    first.push(chosen)
  }
  const chosen = first[n % total] ?? 0
  return [chosen, ...[...weights.keys()].filter((i) => i !== chosen)]
}

/** Who goes first, as far as tickets were drawn, for each plan's own list: shares of 33.33 % come round after 10,000, and counted anew for each lead they would take most of its time. */
const rounds = new WeakMap<readonly number[], { readonly current: number[]; readonly first: number[] }>()
