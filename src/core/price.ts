import { moneyText, subtractMoney, type Money } from '../base/money.ts'
import { childPath, patternsAround, rootPath } from './plan.ts'
import type { Cap } from './policy.ts'
import type { Context, Facts } from './step.ts'

/** Why a recipient's known price is too low for the patterns around its place; null where it is not, or no price is known. Other currencies are not compared. */
export const belowMinimum = (price: Money | null, path: string, recipient: string, context: Context): string | null => {
  if (price === null) return null
  for (const { plan: { pattern, guard: { minimumPrice, minimumMargin } } } of patternsAround(context.plan, path)) {
    if (minimumPrice?.currency === price.currency && price.amount < minimumPrice.amount) return `its price of ${moneyText(price)} is below the minimum price of ${pattern}, ${moneyText(minimumPrice)}`
    if (minimumMargin?.currency !== price.currency) continue
    const cost = costAt(context, path, recipient)
    const margin = cost?.currency === price.currency ? subtractMoney(price, cost) : price
    if (margin.amount < minimumMargin.amount) return `its margin of ${moneyText(margin)} (price ${moneyText(price)}${margin === price ? '' : `, cost ${moneyText(cost ?? price)}`}) is below the minimum margin of ${pattern}, ${moneyText(minimumMargin)}`
  }
  return null
}

/** A sale that is worth more than a cap in money has no room in it, today or ever. */
export const aboveCap = (price: Money | null, caps: readonly Cap[]): string | null => {
  for (const { limit, period } of caps) {
    if (limit.kind === 'revenue' && price?.currency === limit.amount.currency && price.amount > limit.amount.amount) return `its price of ${moneyText(price)} is above its cap of ${moneyText(limit.amount)} per ${period}`
  }
  return null
}

/** What a cost is found from. */
type Costed = Pick<Context, 'plan' | 'history'> & { readonly facts: Pick<Facts, 'policies'> }

/** Paid whatever the outcome: the lead's own or the run's cost, else the outermost pattern's at or around the place, else its recipient's. */
export const costAt = ({ plan, history, facts }: Costed, path: string, recipient: string | null): Money | null => {
  if (history.cost !== null) return history.cost
  // An auction without a bid settles at its own place: the pattern there counts as well.
  for (const { plan: { guard } } of patternsAround(plan, childPath(path, 0))) if (guard.cost !== null) return guard.cost
  return facts.policies.get(recipient ?? '')?.cost ?? null
}

/** The same for a lead that is let go while it waits for `recipient`. */
export const costWaiting = (costed: Costed, recipient: string | null): Money | null =>
  costAt(costed, [...costed.history.nodes].findLast(([, { attempts }]) => attempts.length > 0)?.[0] ?? childPath(rootPath, 0), recipient)
