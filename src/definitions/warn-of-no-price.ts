import { diagnosticAt, type Diagnostic } from '../base/diagnostic.ts'
import { pricedIn } from '../core/plan.ts'
import type { Recipient } from './recipient.ts'

type Endpoint = Extract<Recipient, { kind: 'endpoint' }>

/** What is not known of a sale before it is made, although it matters. */
export const warnOfNoPrice = (recipients: readonly Recipient[]): readonly Diagnostic[] => {
  const priced = pricedIn(recipients.flatMap((each) => (each.kind === 'pattern' ? each.plan : [])))
  return recipients.flatMap((each) => (each.kind !== 'endpoint' || each.policy.price !== null ? [] : [...(priced.has(each.id) ? [] : worthless(each)), ...blindCap(each)]))
}

/** A buyer whose sales earn nothing: neither its answers, its file nor a pattern names a price. Only buyers: webhooks, CRMs and dialers pay nothing. */
const worthless = ({ name, definition }: Endpoint): readonly Diagnostic[] =>
  definition.type !== 'custom' || definition.parsing.price !== null ? []
  : [diagnosticAt(definition.place, 'no-price', `${name} names no price anywhere: its sales count as $0.00`, 'write Price: $45.00, or Price: and a path under Response Parsing; Price: $0 if it pays nothing', 'warning')]

/** A cap in money of a buyer whose answer alone tells the price (see `concurrencyOf`). */
const blindCap = ({ name, definition, policy }: Endpoint): readonly Diagnostic[] =>
  definition.parsing.price === null || definition.ping !== null || policy.caps.every(({ limit }) => limit.kind === 'leads') ? []
  : [diagnosticAt(definition.place, 'cap-without-price', `${name} has a cap in money and tells its price only when it has bought: its last sales may carry it past the cap`, 'write Price: and the most that it pays, which holds its place in the cap until the answer is there; without it leads go one at a time', 'warning')]
