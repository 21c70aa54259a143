import { combine } from '../combine.ts'
import { salesUnder } from '../booking.ts'
import { alsoEarned, type Outcome } from '../outcome.ts'
import { childPath, isStep, isWithin, type Plan } from '../plan.ts'
import { allClosed, offers, passBy, pending, type Action, type Context, type Evaluate, type NodeStep } from '../step.ts'
import { addTo, emptySums } from '../sums.ts'

/**
 * Simultaneous: all at once, until as many have accepted as the pattern takes. Answers that are on their way are waited
 * for (they may be surplus acceptances, which are recorded); retries are not begun once enough have accepted.
 */
export const race = (node: Extract<Plan, { kind: 'race' }>, path: string, context: Context, evaluate: Evaluate): NodeStep => {
  const paths = node.entrants.map((_, i) => childPath(path, i))
  const steps = node.entrants.map((plan, i) => evaluate(plan, paths[i] ?? path, context))
  const outcomes = steps.flatMap((step) => (step.kind === 'done' ? step.outcome : []))
  const accepted = outcomes.filter((each) => each.kind === 'accepted')
  const inFlight = paths.some((at) => onTheWire(at, context))
  // What is booked counts, wherever it stands: a surplus acceptance is none, and a nested race may have sold and still be at work.
  const sales = paths.flatMap((at) => salesUnder(context.history, at))
  if (sales.length >= node.accept || accepted.length >= node.accept) {
    const rest = steps.flatMap((step): readonly Action[] => (step.kind === 'pending' ? step.actions.filter(finishesSale) : []))
    return inFlight || rest.length > 0 ? pending(...rest) : { kind: 'done', outcome: joined(sales, accepted) }
  }

  const closed = steps.filter((step) => step.kind === 'closed')
  const open = steps.filter((step) => step.kind === 'pending')
  const passed = open.some(offers) || accepted.length > 0 ? passBy(closed) : []
  if (open.length > 0 || passed.length > 0) return pending(...passed, ...open.flatMap((step) => step.actions))
  if (closed.length > 0) return allClosed(closed, path)
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
  const sums = emptySums()
  for (const each of revenues) if (each.amount !== 0) addTo(sums, each)
  const [paid, ...besides] = sums.values()
  const verdict = first.attempt.finished?.verdict
  const reason = unfinished[0]?.reason ?? verdict?.reason ?? null
  return {
    kind: 'accepted', path: first.path, recipient: first.attempt.recipient, buyerLeadId: verdict?.buyerLeadId ?? null,
    revenue: paid ?? revenues[0] ?? null, class: null,
    ...(besides.length === 0 ? { reason } : { besides, reason: [reason, alsoEarned({ besides })].filter((each) => each !== null).join('; ') }),
    ...(open.length > 0 ? { open } : {}),
  }
}

const onTheWire = (path: string, context: Context): boolean => {
  for (const [at, node] of context.history.nodes) {
    if (isWithin(at, path) && node.attempts.some((each) => each.finished === null)) return true
  }
  return false
}
