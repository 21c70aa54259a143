import { diagnosticAt, type Diagnostic } from '../base/diagnostic.ts'
import { pricedIn } from '../core/plan.ts'
import type { EndpointDefinition } from './endpoint-definition.ts'
import type { Recipient } from './recipient.ts'
import type { Text } from './text.ts'

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

/** Credentials that go wherever a lead says: whoever made the lead could name a host of his own and read them there. */
export const warnOfOpenHost = ({ auth, headers, url, backupUrl, endpoints, ping }: EndpointDefinition): readonly Diagnostic[] => {
  // A signature gives nothing away.
  const tellsSecret = auth !== null && auth.kind !== 'hmac' && auth.kind !== 'standard-webhooks'
  if (!tellsSecret && !headers.some(({ name }) => SECRET.test(name))) return []
  return [url, backupUrl, ...endpoints.map(({ use }) => use), ping?.endpoint ?? null]
    .filter((each): each is Text => each !== null && endsInTemplate(each.text))
    .map(({ place }) => diagnosticAt(place, 'open-host', 'each lead names the host that its data and the credentials are sent to', 'write the host out, and let a template stand behind it: https://cert.trustedform.com/{{lead.certificate_id}}', 'warning'))
}

const SECRET = /authorization|api-?key|token|secret|cookie/i

/** A host's owner is told by its end: `https://{{lead.region}}.api.buyer.com` is always the buyer's. */
const endsInTemplate = (url: string): boolean => /^\s*(?:https?:\/\/(?:[^/?#{]|\{\{[^}]*\}\})*)?\{\{[^}]*\}\}(?=\s*$|[:/?#])/i.test(url)

/** Days of caps, and hours of a batch's Schedule, are the buyer's: where Timezone is the lead's they can only be those of UTC. */
export const warnOfUtcDays = (recipients: readonly Recipient[]): readonly Diagnostic[] => recipients.flatMap((each) => {
  if (each.kind !== 'endpoint' || each.policy.zone.kind === 'zone') return []
  const { name, definition, policy: { caps, batch } } = each
  const cap = caps.find(({ period }) => period !== 'hour')
  const counted = [...(cap ? [`its cap per ${cap.period} begins`] : []), ...(batch?.schedule ? ['the Schedule of its batches runs'] : [])]
  if (counted.length === 0) return []
  return [diagnosticAt(definition.place, 'utc-days', `${name}: ${counted.join(' and ')} by the clock of UTC, since its Timezone is each lead's own`, "name the buyer's zone as Timezone; Calling Hours: yes keeps to each lead's own clock all the same, in place of Call Window", 'warning')]
})
