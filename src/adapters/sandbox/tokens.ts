import type { ServerResponse } from 'node:http'
import type { EndpointDefinition } from '../../definitions/endpoint-definition.ts'
import { jsonOf } from '../../wire/simulate/sketch-json.ts'
import { xmlOf } from '../../wire/simulate/sketch-xml.ts'

/** A token where the recipient's Auth looks for one: OAuth2's answer, or a token request's own path. */
export const tokenFor = ({ auth }: EndpointDefinition, response: ServerResponse, onSaid: (status: number) => void): void => {
  const path = auth?.kind === 'token-request' && auth.token.kind === 'path' ? auth.token.text : 'access_token'
  const xml = path.startsWith('/')
  const said = [{ path, value: 'sandbox-token' }]
  const body = xml ? xmlOf(said, []) : jsonOf([...said, { path: 'token_type', value: 'Bearer' }, { path: 'expires_in', value: 3600 }], [])
  response.writeHead(200, { 'content-type': xml ? 'application/xml' : 'application/json', 'content-length': Buffer.byteLength(body) })
  response.end(body)
  onSaid(200)
}
