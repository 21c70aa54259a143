import type { Sandbox, startSandbox } from '../../adapters/sandbox/sandbox.ts'
import type { Money } from '../../base/money.ts'
import type { Endpoint } from '../../wire/endpoint.ts'
import { pricedIn, sendsOf, type Plan } from '../../core/plan.ts'
import type { Recipient } from '../../definitions/recipient.ts'
import { compileEndpoints } from '../recipients/compile.ts'

/** What a simulated buyer says was made up here. */
const NO_SECRETS: ReadonlySet<string> = new Set()

/** The built-in sandbox for a test run: plays every recipient that names no test endpoint of its own. */
export const openSandbox = async (recipients: readonly Recipient[], plans: readonly Plan[], port = 0, watch: Parameters<typeof startSandbox>[0]['onRequest'] = undefined): Promise<Sandbox> => {
  const endpoints: ReadonlyMap<string, Endpoint> = compileEndpoints(recipients, null, pricedIn(plans), NO_SECRETS)
  // Loaded here alone: a server costs a live run 30 ms of its start.
  const { startSandbox } = await import('../../adapters/sandbox/sandbox.ts')
  return startSandbox({ endpoints: endpoints.values(), prices: pricesOf(recipients, plans), port, ...(watch === undefined ? {} : { onRequest: watch }) })
}

/** What a buyer of the sandbox pays: the pattern's price before the recipient's own. */
const pricesOf = (recipients: readonly Recipient[], plans: readonly Plan[]): ReadonlyMap<string, Money> => {
  const prices = new Map<string, Money>()
  for (const each of recipients) if (each.kind === 'endpoint' && each.policy.price !== null) prices.set(each.id, each.policy.price)
  for (const { send } of plans.flatMap((plan) => sendsOf(plan))) if (send.price !== null) prices.set(send.recipient, send.price)
  return prices
}
