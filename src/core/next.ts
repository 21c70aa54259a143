import { nodeAt } from './history.ts'
import { holdsFor } from './lead-path.ts'
import { done, pass, type Action, type Context, type NodeStep } from './step.ts'
import { rootPath, sendAt, type Plan } from './plan.ts'
import { auction } from './strategies/auction.ts'
import { race } from './strategies/race.ts'
import { send } from './strategies/send.ts'
import { sequence } from './strategies/sequence.ts'
import { share } from './strategies/share.ts'

/**
 * The heart of finalmile: looks at the facts of one delivery and says what to do next. Pure.
 * Choices come alone: they are recorded and folded before anything else is decided, and never derived again.
 */
export const next = (context: Context): readonly Action[] => {
  if (context.history.settled) return []
  const step = evaluate(context.plan, rootPath, context)
  switch (step.kind) {
    // What is on its way is waited for and recorded first, so that nothing follows a settlement.
    case 'done': return context.history.flying > 0 ? [] : [{ kind: 'settle', outcome: step.outcome }]
    case 'closed': return [{ kind: 'wait', until: step.until, why: step.why, recipient: step.recipient, batch: false }]
    case 'pending': {
      const actions = oneBatchAtATime(context.plan, step.actions)
      const choices = actions.filter((action) => action.kind === 'choose')
      return choices.length > 0 ? choices : actions
    }
  }
}

/**
 * A pattern may name a recipient of batches twice: the lead is in one batch of it at a time. While one place waits to be
 * repeated, no other joins; of several that would join, the first does. The others decide again when that is over.
 */
const oneBatchAtATime = (plan: Plan, actions: readonly Action[]): readonly Action[] => {
  if (actions.length < 2) return actions
  const joins = (action: Action): string | null => {
    if (action.kind === 'wait') return action.batch ? action.recipient : null
    if (action.kind !== 'choose' || action.choice.kind !== 'queue') return null
    return sendAt(plan, action.path)?.recipient ?? null
  }
  const taken = new Set<string>()
  for (const action of actions) if ((action.kind === 'send' || (action.kind === 'wait' && !action.batch)) && action.recipient !== null) taken.add(action.recipient)
  const waiting = actions.filter((action) => action.kind === 'wait' && first(taken, joins(action)))
  return actions.filter((action) => joins(action) === null || waiting.includes(action) || first(taken, joins(action)))
}

/** Whether it is the first time that this is asked of a recipient. */
const first = (taken: Set<string>, recipient: string | null): boolean => {
  if (recipient === null || taken.has(recipient)) return false
  taken.add(recipient)
  return true
}

/** Where one node stands; strategies call it for their children. */
const evaluate = (plan: Plan, path: string, context: Context): NodeStep => {
  if (plan.kind === 'send') return send(plan, path, context)
  const { passed } = nodeAt(context.history, path)
  if (passed) return done('skipped', path, null, passed.reason)
  const { acceptWhen } = plan.guard
  if (acceptWhen && !holdsFor(acceptWhen.condition, context)) return pass(path, null, `${plan.pattern} accepts only leads where ${acceptWhen.text}`)
  switch (plan.kind) {
    case 'sequence': return sequence(plan, path, context, evaluate)
    case 'race': return race(plan, path, context, evaluate)
    case 'auction': return auction(plan, path, context, evaluate)
    case 'share': return share(plan, path, context, evaluate)
  }
}
