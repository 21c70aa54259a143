import type { Money } from '../base/money.ts'
import { bidAt, nodeAt, type Attempt, type History } from './history.ts'
import { isWithin, patternsAround, sendAt, type Plan } from './plan.ts'
import type { Policy } from './policy.ts'
import { sells } from './sale.ts'
import type { Verdict } from './verdict.ts'

/**
 * What an answer earns at its place in the plan, seen by all that was booked before it: the price the buyer returned, else its
 * bid, else what the pattern says, else the recipient's own (contract, section 5). Null where nobody named one; nothing but `accepted` earns.
 */
interface Booking {
  readonly revenue: Money | null
  /** An acceptance beyond what an enclosing race takes: recorded, never booked. */
  readonly surplus: boolean
}

export const book = (plan: Plan, path: string, history: History, verdict: Verdict, policy: Policy): Booking => {
  if (verdict.kind !== 'accepted') return { revenue: null, surplus: false }
  if (patternsAround(plan, path).some((each) => each.plan.kind === 'race' && salesUnder(history, each.path).length >= each.plan.accept)) return { revenue: null, surplus: true }
  return { revenue: verdict.price ?? priceAt(plan, path, history) ?? policy.price, surplus: false }
}

/** What a sale at this place earns by its bid, else by its pattern; null where neither names a price. */
const priceAt = (plan: Plan, path: string, history: History): Money | null => bidAt(nodeAt(history, path))?.price ?? sendAt(plan, path)?.price ?? null

export const isPriced = (plan: Plan, path: string, history: History): boolean => priceAt(plan, path, history) !== null

/** What is booked at a node and below it, in the order in which its nodes were first reached. */
export const salesUnder = (history: History, path: string): readonly { readonly path: string; readonly attempt: Attempt }[] => {
  const sales: { path: string; attempt: Attempt }[] = []
  for (const [at, node] of history.nodes) {
    if (!isWithin(at, path)) continue
    for (const attempt of node.attempts) if (attempt.finished && sells(attempt.phase, attempt.finished.verdict, attempt.finished.surplus)) sales.push({ path: at, attempt })
  }
  return sales
}
