import type { Money } from '../base/money.ts'
import { moneyText, subtractMoney } from '../base/money.ts'
import type { Cap } from './policy.ts'
import type { Floor } from './step.ts'

/** Why a known price is too low for the enclosing patterns; null where it is not, or where no price is known. */
export const belowFloor = (price: Money | null, cost: Money | null, floors: readonly Floor[]): string | null => {
  if (price === null) return null
  for (const floor of floors) {
    if (floor.amount.currency !== price.currency) continue
    if (floor.kind === 'price' && price.amount < floor.amount.amount) return `its price of ${moneyText(price)} is below the minimum price of ${floor.pattern}, ${moneyText(floor.amount)}`
    if (floor.kind === 'margin') {
      const margin = cost && cost.currency === price.currency ? subtractMoney(price, cost) : price
      if (margin.amount < floor.amount.amount) return `its margin of ${moneyText(margin)} (price ${moneyText(price)}${margin === price ? '' : `, cost ${moneyText(cost ?? price)}`}) is below the minimum margin of ${floor.pattern}, ${moneyText(floor.amount)}`
    }
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
