import { addMoney, formatMoney, type Money } from '../../base/money.ts'
import { combine } from '../combine.ts'
import { nodeAt } from '../history.ts'
import { salesUnder } from '../booking.ts'
import type { Outcome } from '../outcome.ts'
import type { Plan } from '../plan.ts'
import { childPath, isStep } from '../plan.ts'
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
  // What is booked counts, wherever it stands: a surplus acceptance is none, and a nested race may have sold and still be at work.
  const sales = steps.flatMap(({ path: at }) => salesUnder(guard.context.history, at))
  if (sales.length >= node.accept || accepted.length >= node.accept) {
    const rest = steps.flatMap(({ step }): readonly Action[] => (step.kind === 'pending' ? step.actions.filter(finishesSale) : []))
    return inFlight || rest.length > 0 ? pending(...rest) : { kind: 'done', outcome: joined(sales, accepted) }
  }

  const actions = steps.flatMap(({ step }): readonly Action[] => (step.kind === 'pending' ? step.actions : []))
  const closed = steps.flatMap(({ path: at, step }) => (step.kind === 'closed' ? { at, step } : []))
  const open = steps.some(({ step }) => step.kind === 'pending')
  if (open || accepted.length > 0) {
    const passes = closed.map(({ at, step }): Action => ({ kind: 'choose', path: at, choice: { kind: 'pass', recipient: step.recipient, reason: step.why } }))
    if (open || passes.length > 0) return pending(...passes, ...actions)
  }
  if (closed.length > 0) return { kind: 'closed', until: earliest(closed.map(({ step }) => step.until)), why: closed.map(({ step }) => step.why).join('; '), recipient: closed[0]?.step.recipient ?? null }
  return { kind: 'done', outcome: accepted.length > 0 ? joined(sales, accepted) : combine(outcomes, path) }
}

/** The lead is sold there: what the buyer's CRM still has to do is done, whoever else would have taken it. */
const finishesSale = (action: Action): boolean => (action.kind === 'send' ? isStep(action.phase) : action.kind === 'wait' && action.ofStep === true)

/** With `all` or `up to n` a lead has several sales: the first names it, its revenue is the sum of all, by currency. */
const joined = (sales: ReturnType<typeof salesUnder>, accepted: readonly Outcome[]): Outcome => {
  const [first] = sales
  if (!first) {
    const [surplus] = accepted
    if (!surplus) throw new Error('joined() needs an acceptance')
    return surplus
  }
  const unfinished = accepted.filter((each) => each.open)
  const open = unfinished.flatMap((each) => each.open ?? [])
  const revenues = sales.flatMap(({ attempt }) => attempt.finished?.revenue ?? [])
  const sums = new Map<string, Money>()
  for (const each of revenues) if (each.amount !== 0) { const before = sums.get(each.currency); sums.set(each.currency, before ? addMoney(before, each) : each) }
  const [paid, ...besides] = sums.values()
  const verdict = first.attempt.finished?.verdict
  const reason = unfinished[0]?.reason ?? verdict?.reason ?? null
  return {
    kind: 'accepted', path: first.path, recipient: first.attempt.recipient, buyerLeadId: verdict?.buyerLeadId ?? null,
    revenue: paid ?? revenues[0] ?? null, class: null,
    ...(besides.length === 0 ? { reason } : { besides, reason: [reason, `it earned ${besides.map((each) => `${each.currency} ${formatMoney(each)}`).join(' and ')} as well`].filter((each) => each !== null).join('; ') }),
    ...(open.length > 0 ? { open } : {}),
  }
}

const onTheWire = (path: string, context: Context): boolean => {
  for (const [at, node] of context.history.nodes) {
    if ((at === path || at.startsWith(`${path}/`)) && node.attempts.some((each) => each.finished === null)) return true
  }
  return false
}
