import type { Money } from '../base/money.ts'
import { patternsAround } from './plan.ts'
import type { Context } from './step.ts'

/** Paid whatever the outcome: the lead's own or the run's cost, else the outermost pattern's around the place, else its recipient's. */
export const costAt = ({ plan, history, facts }: Context, path: string, recipient: string | null): Money | null => {
  if (history.cost !== null) return history.cost
  for (const { plan: { guard } } of patternsAround(plan, path)) if (guard.cost !== null) return guard.cost
  return facts.policies.get(recipient ?? '')?.cost ?? null
}
