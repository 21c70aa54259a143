import type { Action, Context, NodeStep } from './step.ts'
import type { Plan } from './plan.ts'
import { rootPath } from './plan.ts'
import { auction } from './strategies/auction.ts'
import { race } from './strategies/race.ts'
import { send } from './strategies/send.ts'
import { sequence } from './strategies/sequence.ts'
import { share } from './strategies/share.ts'

/**
 * The heart of finalmile: looks at the facts of one delivery and says what to do next. Pure.
 * Choices come alone: they are recorded and folded before anything else is decided, and never derived again.
 */
export const next = (plan: Plan, context: Context): readonly Action[] => {
  if (context.history.settled) return []
  const step = evaluate(plan, rootPath, context)
  switch (step.kind) {
    // What is on its way is waited for and recorded first, so that nothing follows a settlement.
    case 'done': return context.history.flying > 0 ? [] : [{ kind: 'settle', outcome: step.outcome }]
    case 'closed': return [{ kind: 'wait', until: step.until, why: step.why, recipient: step.recipient, batch: false }]
    case 'pending': {
      const choices = step.actions.filter((action) => action.kind === 'choose')
      return choices.length > 0 ? choices : step.actions
    }
    default: return step satisfies never
  }
}

/** Where one node stands; strategies call it for their children. */
export const evaluate = (plan: Plan, path: string, context: Context): NodeStep => {
  switch (plan.kind) {
    case 'send': return send(plan, path, context)
    case 'sequence': return sequence(plan, path, context, evaluate)
    case 'race': return race(plan, path, context, evaluate)
    case 'auction': return auction(plan, path, context)
    case 'share': return share(plan, path, context, evaluate)
    default: return plan satisfies never
  }
}
