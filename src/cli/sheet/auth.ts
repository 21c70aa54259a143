import type { AuthDefinition } from '../../definitions/auth-definition.ts'
import type { EndpointDefinition } from '../../definitions/endpoint-definition.ts'
import type { Text } from '../../definitions/text.ts'

/** How requests prove who sends them, in words: the kind, never the secret. */
export const authWords = (auth: AuthDefinition | null): string => {
  switch (auth?.kind) {
    case undefined: return 'none'
    case 'bearer': return `Bearer token${auth.remark === undefined ? '' : ` (${auth.remark})`}`
    case 'basic': return 'user name and password (HTTP Basic)'
    case 'oauth2': return `OAuth2 client credentials, token from ${withoutCredentials(auth.tokenUrl.text)}${auth.scope === null ? '' : `, scope ${auth.scope.text}`}`
    case 'jwt-bearer': return `a signed JWT for ${auth.subject.text}, token from ${withoutCredentials(auth.tokenUrl.text)}`
    case 'token-request': return `token asked for at ${withoutCredentials(auth.url.text)}, sent as ${auth.header ?? 'Authorization'}`
    case 'hmac': return `HMAC-${auth.algorithm.toUpperCase()} of the body (${auth.encoding ?? 'hex'}) in ${auth.header}`
    case 'standard-webhooks': return 'Standard Webhooks signature (webhook-id, webhook-timestamp, webhook-signature)'
  }
}

/** What must not be shown although it may stand in the file in plain text. */
export const secretsOf = (definition: EndpointDefinition): readonly string[] => {
  const { auth, url, backupUrl, endpoints, ping } = definition
  const text = (each: Text | null | undefined): readonly string[] => (each && !each.text.includes('{{') ? [each.text] : [])
  const own = auth === null ? [] : Object.entries(auth).flatMap(([name, value]) => (SECRET.has(name) ? (Array.isArray(value) ? (value as readonly Text[]).flatMap(text) : text(value as Text)) : []))
  const ofServer = definition.type === 'sftp' ? [definition.settings.password, definition.settings.key].flatMap(text) : []
  const inAddress = [url, backupUrl, ping?.endpoint, ...endpoints.map(({ use }) => use)].flatMap((each) => /:\/\/[^:/@]*:(.+)@[^@]*$/.exec(each?.text ?? '')?.[1] ?? [])
  return [...own, ...ofServer, ...inAddress].filter((each) => each.length > 0)
}

const SECRET = new Set(['token', 'password', 'clientSecret', 'secret', 'older', 'key'])

/** `smtp://user:pass@host` as `smtp://user@host`: a sheet is shared. */
export const withoutCredentials = (url: string): string => url.replace(/^([a-z][a-z0-9+.-]*:\/\/)(?:([^:/@]*):.*@|([^/@]*)@)(?=[^@]*$)/i, (_, scheme: string, user: string | undefined, alone: string | undefined) => `${scheme}${user ?? alone ?? ''}@`)
