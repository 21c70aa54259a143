import { diagnosticAt, type Diagnostic } from '../base/diagnostic.ts'
import type { EndpointDefinition } from './endpoint-definition.ts'
import type { Text } from './text.ts'

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
