import type { EndpointDefinition, Text } from '../definitions/types.ts'

/** Shown by `plan --test` where the built-in sandbox, which is not running then, would answer. */
const NO_SANDBOX = 'http://sandbox.localhost'

/**
 * The endpoint as test mode sends to it: `Test Settings: Endpoint` where there is one, else the built-in sandbox.
 * The mapping, headers and parsing are the live ones; that is the point of a rehearsal.
 */
export const testDefinition = (definition: EndpointDefinition, sandbox: string | null): EndpointDefinition => {
  if (definition.url === null) return definition
  const given = definition.test?.endpoint ?? null
  const url: Text = given ?? { text: `${sandbox ?? NO_SANDBOX}/${encodeURIComponent(definition.id)}`, place: definition.url.place }
  const ping = definition.ping === null ? null : { ...definition.ping, endpoint: given ?? { ...url, text: `${url.text}/ping` } }
  return { ...definition, url, backupUrl: null, endpoints: [], ping, transport: { ...definition.transport, allowPrivateNetwork: definition.transport.allowPrivateNetwork || given === null } }
}
