import { startSandbox, type Sandbox } from '../adapters/sandbox/sandbox.ts'
import type { Money } from '../base/money.ts'
import type { Endpoint } from '../wire/endpoint.ts'
import { recipientsOf, type Plan } from '../core/plan.ts'
import type { Recipient } from '../definitions/types.ts'
import { compileEndpoints } from './catalogue.ts'

/** The built-in sandbox for a test run: plays every recipient that names no test endpoint of its own. */
export const openSandbox = async (recipients: readonly Recipient[], plans: readonly Plan[], port = 0, watch: Parameters<typeof startSandbox>[0]['onRequest'] = undefined): Promise<Sandbox> => {
  const endpoints: ReadonlyMap<string, Endpoint> = compileEndpoints(recipients, 'live', null)
  return startSandbox({ endpoints: endpoints.values(), prices: pricesOf(recipients, plans), port, ...(watch === undefined ? {} : { onRequest: watch }) })
}

/** What a buyer of the sandbox pays: the pattern's price before the recipient's own. */
const pricesOf = (recipients: readonly Recipient[], plans: readonly Plan[]): ReadonlyMap<string, Money> => {
  const prices = new Map<string, Money>()
  for (const each of recipients) if (each.kind === 'endpoint' && each.policy.price !== null) prices.set(each.id, each.policy.price)
  for (const plan of plans) if (recipientsOf(plan).length > 0) collectPrices(plan, prices)
  return prices
}

const collectPrices = (plan: Plan, prices: Map<string, Money>): void => {
  switch (plan.kind) {
    case 'send': if (plan.price !== null) prices.set(plan.recipient, plan.price); return
    case 'sequence':
      for (const step of plan.steps) collectPrices(step.plan, prices)
      if (plan.finally) collectPrices(plan.finally, prices)
      return
    case 'race': case 'share': for (const each of plan.entrants) collectPrices(each, prices); return
    case 'auction': for (const each of plan.bidders) collectPrices(each, prices); return
    default: plan satisfies never
  }
}
