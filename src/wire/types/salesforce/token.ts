import { createSign } from 'node:crypto'
import { createMasker } from '../../../base/secrets.ts'
import type { Instant } from '../../../base/time.ts'
import type { AuthDefinition } from '../../../definitions/auth-definition.ts'
import type { EndpointDefinition } from '../../../definitions/endpoint-definition.ts'
import type { Text } from '../../../definitions/text.ts'
import { USER_AGENT } from '../../encode/headers.ts'
import type { TokenSource } from '../../endpoint.ts'
import { createSeal } from '../../seal.ts'
import type { TemplateOptions } from '../../template/template.ts'
import { ACCESS_TOKEN, formPoster, oauthRequest, tokenReader } from '../../token.ts'

type Jwt = Extract<AuthDefinition, { kind: 'jwt-bearer' }>

/**
 * A session of Salesforce's. It has no time of its own (every call makes it last), so it is kept until a 401, in the
 * store too; the answer names the organisation's host.
 */
export const salesforceToken = (definition: EndpointDefinition, options: TemplateOptions): TokenSource | null => {
  const { auth } = definition
  if (auth?.kind !== 'oauth2' && auth?.kind !== 'jwt-bearer') return null
  const tokenUrl = under(definition.url, auth.tokenUrl)
  const secret = auth.kind === 'oauth2' ? auth.clientSecret.text : auth.key.text
  const read = tokenReader(ACCESS_TOKEN, createMasker([secret]), { kind: 'path', text: 'instance_url' })
  return {
    request: auth.kind === 'oauth2' ? oauthRequest({ ...auth, tokenUrl }, definition, options) : jwtRequest({ ...auth, tokenUrl }, definition, options),
    read: (reply) => {
      const found = read(reply)
      return found.kind === 'token' ? { ...found, expiresInMs: null } : found
    },
    seal: createSeal(secret, `${definition.id}\n${auth.clientId.text}\n${tokenUrl.text}`),
    renews: (verdict) => !NO_EXPIRY.test(verdict.reason ?? ''),
  }
}

/** A 401 by which a new token would be refused as well. */
const NO_EXPIRY = /this session is not valid for use with the REST API|connected app is not attached to agent/i

/** `/services/oauth2/token` is the organisation's own; a whole URL is taken as it is. */
const under = (host: Text | null, url: Text): Text => (url.text.startsWith('/') ? { text: `${host?.text ?? ''}${url.text}`, place: host?.place ?? url.place } : url)

/** RFC 7523: signed by the key whose certificate the app has, good for three minutes. */
const jwtRequest = (auth: Jwt, definition: EndpointDefinition, options: TemplateOptions): TokenSource['request'] => {
  const post = formPoster(auth.tokenUrl, definition, options)
  const audience = auth.audience?.text ?? (/\.sandbox\.|\/\/test\./i.test(auth.tokenUrl.text) ? 'https://test.salesforce.com' : 'https://login.salesforce.com')
  const key = auth.key.text.replaceAll('\\n', '\n')
  const header = base64url(JSON.stringify({ alg: 'RS256', typ: 'JWT' }))
  if (signed('probe', key) === null) options.tell(auth.key.place, 'bad-key', 'the Private Key is no RSA key that could sign', 'give it as PEM text, without a passphrase: -----BEGIN PRIVATE KEY----- …')
  return (now: Instant) => {
    const claims = base64url(JSON.stringify({ iss: auth.clientId.text, sub: auth.subject.text, aud: audience, exp: Math.floor(now / 1000) + LIFETIME_S }))
    const assertion = `${header}.${claims}.${signed(`${header}.${claims}`, key) ?? ''}`
    return post([['grant_type', 'urn:ietf:params:oauth:grant-type:jwt-bearer'], ['assertion', assertion]], [['Accept', 'application/json'], USER_AGENT])
  }
}

/** Seconds, not milliseconds. */
const LIFETIME_S = 180

const base64url = (text: string): string => Buffer.from(text, 'utf8').toString('base64url')

/** Null where the key cannot sign. */
const signed = (text: string, key: string): string | null => {
  try {
    return createSign('RSA-SHA256').update(text).sign(key, 'base64url')
  } catch {
    // Told when the file is checked.
    return null
  }
}
