import type { Sandbox } from '../../adapters/sandbox/sandbox.ts'
import type { EndpointDefinition } from '../../definitions/endpoint-definition.ts'
import { TYPE_KINDS } from '../../definitions/endpoint-type.ts'
import type { Text } from '../../definitions/text.ts'
import type { AuthDefinition } from '../../definitions/auth-definition.ts'

/** Where the built-in sandbox plays a recipient. */
export type SandboxUrls = Pick<Sandbox, 'url' | 'tokenUrl'>

/** Shown by `plan --test` where the built-in sandbox, which is not running then, would answer. */
export const NO_SANDBOX: SandboxUrls = {
  url: (recipient, phase) => `http://sandbox.localhost/r/${encodeURIComponent(recipient)}${phase === 'ping' ? '/ping' : ''}`,
  tokenUrl: (recipient) => `http://sandbox.localhost/r/${encodeURIComponent(recipient)}/token`,
}

/**
 * The endpoint as test mode sends to it: `Test Settings: Endpoint` where there is one, else the built-in sandbox.
 * The mapping, headers and parsing are the live ones; that is the point of a rehearsal. E-mails and files are made by
 * the live rules, answered on the spot, and go nowhere.
 */
export const testDefinition = (live: EndpointDefinition, sandbox: SandboxUrls): EndpointDefinition => {
  // A token host must not lead a rehearsal to the live organisation.
  const definition: EndpointDefinition = live.type === 'salesforce.create_lead' ? { ...live, settings: { ...live.settings, followsToken: false } } : live
  const given = definition.test?.endpoint ?? null
  if (given !== null) {
    return { ...(definition.type === 'file' ? { ...definition, settings: { ...definition.settings, path: given } } : definition), url: given, backupUrl: null, endpoints: [], ping: definition.ping === null ? null : { ...definition.ping, endpoint: given } }
  }
  // Sent by no HTTP, so that no sandbox can play it.
  if (TYPE_KINDS[definition.type] === 'handover') return { ...definition, rehearsal: definition.test?.responses === 'simulated failure' ? 'failure' : 'success' }
  const post = sandbox.url(definition.id)
  if (post === null || definition.url === null) return definition
  const { place } = definition.url
  const at = (text: string): Text => ({ text, place })
  return {
    ...(definition.type === 'hubspot.create_or_update_contact' ? { ...definition, settings: { ...definition.settings, enrolsByName: true } } : definition), url: at(post), backupUrl: null, endpoints: [],
    ping: definition.ping === null ? null : { ...definition.ping, endpoint: at(sandbox.url(definition.id, 'ping') ?? post) },
    auth: definition.auth === null ? null : testAuth(definition.auth, at(sandbox.tokenUrl(definition.id) ?? post)),
    transport: { ...definition.transport, proxy: null, tls: null, allowPrivateNetwork: true },
  }
}

const testAuth = (auth: AuthDefinition, token: Text): AuthDefinition => {
  switch (auth.kind) {
    case 'oauth2':
    case 'jwt-bearer': return { ...auth, tokenUrl: token }
    case 'token-request': return { ...auth, url: token }
    default: return auth
  }
}
