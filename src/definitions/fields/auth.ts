import type { Field, Kind } from './field.ts'
import { HEADER_NAME } from './idempotency.ts'
import { MAPPING } from './mapping.ts'
import { TEXT, WORDS, listOf, oneOf } from './plain.ts'

const AUTH_TYPES = {
  Bearer: 'bearer', Basic: 'basic', OAuth2: 'oauth2', 'Token Request': 'token-request', JWT: 'jwt-bearer', HMAC: 'hmac', 'Standard Webhooks': 'standard-webhooks',
} as const
export type AuthType = (typeof AUTH_TYPES)[keyof typeof AUTH_TYPES]

/** Keys that may stand at the top level too, as nothing else there has their names. */
export const CREDENTIALS = {
  username: { key: 'Username', aliases: ['User'], kind: TEXT, doc: 'The user name of HTTP Basic', example: '${BUYER_USERNAME}' },
  password: { key: 'Password', kind: TEXT, doc: 'The password of HTTP Basic, or of an SFTP server; "" where the service takes its key as the user name alone', example: '${BUYER_PASSWORD}' },
  tokenUrl: { key: 'Token URL', kind: TEXT, doc: 'Where OAuth2 tokens are asked for, with client credentials; a token is kept, and renewed once on a 401, or on an answer that Response Codes takes for Auth failed', example: 'https://login.buyer.example/oauth/token' },
  clientId: { key: 'Client ID', kind: TEXT, doc: 'OAuth2', example: '${BUYER_CLIENT_ID}' },
  clientSecret: { key: 'Client Secret', kind: TEXT, doc: 'OAuth2', example: '${BUYER_CLIENT_SECRET}' },
  scope: { key: 'Scope', kind: TEXT, doc: 'OAuth2', example: 'leads.write' },
} as const satisfies Readonly<Record<string, Field<unknown>>>

/** What to do with a key that Auth has no name for: it is a header like any other. */
export const KEY_IN_HEADER = 'a key in a header of its own stands under Headers: X-API-Key: ${NAME}'

const KNOWN = oneOf<AuthType>('a way to sign in', AUTH_TYPES, { 'JWT Bearer': 'jwt-bearer', 'OAuth2 JWT': 'jwt-bearer', 'OAuth2 JWT Bearer': 'jwt-bearer', 'Client Credentials': 'oauth2', 'OAuth2 Client Credentials': 'oauth2' })
const TYPE: Kind<AuthType> = {
  ...KNOWN,
  read: (node, reading) => {
    if (node.kind !== 'scalar' || !/^(api|access)?[\s_-]*key$|^(custom )?header$/i.test(node.text.trim())) return KNOWN.read(node, reading)
    return reading.tell(node.place, 'bad-auth', `Auth has no Type: ${node.text.trim()}`, `${KEY_IN_HEADER}; leave Auth out`)
  },
}

export const AUTH_SECTION = {
  type: { key: 'Type', kind: TYPE, doc: 'How requests prove who sends them', example: 'OAuth2', default: 'by the keys that are given' },
  ...CREDENTIALS,
  subject: { key: 'Subject', kind: TEXT, doc: 'JWT: the user in whose name leads are made; Username is as good', example: 'integration@example.com' },
  privateKey: { key: 'Private Key', aliases: ['Key'], kind: TEXT, doc: 'JWT: the RSA key whose certificate the service has, as PEM text', example: '${SALESFORCE_PRIVATE_KEY}' },
  audience: { key: 'Audience', kind: TEXT, doc: 'OAuth2: the interface that the token is for, where the token host asks for it (Auth0); JWT: for whom the statement is', example: 'https://api.buyer.example', default: 'none; JWT: https://login.salesforce.com, https://test.salesforce.com for a sandbox' },
  bearer: { key: 'Bearer', aliases: ['Bearer Token'], kind: TEXT, doc: 'A token, sent as `Authorization: Bearer …`', example: '${ABC_TOKEN}' },
  url: { key: 'URL', kind: TEXT, doc: 'Token Request: where the token is asked for; it is kept and renewed as one of OAuth2', example: 'https://api.buyer.example/login' },
  method: { key: 'Method', kind: WORDS, doc: 'Token Request: the HTTP method', example: 'POST', default: 'POST' },
  fields: { key: 'Fields', kind: MAPPING, doc: 'Token Request: what is sent to get a token', example: '{user: "${BUYER_USERNAME}"}' },
  token: { key: 'Token', kind: TEXT, doc: 'Token Request: where the token stands in the answer (a path); Bearer: the token itself', example: 'access_token' },
  use: { key: 'Use', kind: TEXT, doc: 'OAuth2 and Token Request: what the header holds that the token makes', example: 'Zoho-oauthtoken {{token}}', default: 'Bearer {{token}}; {{token}} in another Header' },
  format: { key: 'Format', kind: oneOf('a format', { JSON: 'json', Form: 'form', XML: 'xml' } as const), doc: 'Token Request: how the fields are written', example: 'Form', default: 'JSON' },
  clientAuth: { key: 'Client Auth', aliases: ['Client Authentication'], kind: oneOf('a place', { Body: 'body', Basic: 'basic' } as const), doc: 'OAuth2: whether the client proves itself in the body or by HTTP Basic', example: 'Basic', default: 'Body' },
  secret: { key: 'Secret', kind: TEXT, doc: 'HMAC and Standard Webhooks: the shared secret', example: '${WEBHOOK_SECRET}' },
  olderSecrets: { key: 'Older Secrets', aliases: ['Older Secret'], kind: listOf(TEXT), doc: 'Standard Webhooks and HMAC: secrets that the buyer may still know while they are changed; each makes a signature of its own beside the first', example: '${OLD_WEBHOOK_SECRET}' },
  algorithm: { key: 'Algorithm', kind: WORDS, doc: 'HMAC: sha256, sha1, sha384, sha512 or md5', example: 'sha256', default: 'sha256' },
  header: { key: 'Header', kind: HEADER_NAME, doc: 'HMAC: the header that carries the signature; OAuth2 and Token Request: the one that carries the token', example: 'X-Signature', default: 'X-Signature; Authorization' },
  encoding: { key: 'Encoding', kind: oneOf('an encoding', { hex: 'hex', base64: 'base64' } as const), doc: 'HMAC: how the signature is written', example: 'base64', default: 'hex' },
  prefix: { key: 'Prefix', kind: WORDS, doc: 'HMAC: what stands before the signature', example: 'sha256=', default: 'nothing' },
} as const satisfies Readonly<Record<string, Field<unknown>>>

/** What each way to sign in reads beside its Type; another key does nothing. */
export const AUTH_READS: Readonly<Record<AuthType, readonly (keyof typeof AUTH_SECTION)[]>> = {
  bearer: ['bearer', 'token'],
  basic: ['username', 'password'],
  oauth2: ['tokenUrl', 'clientId', 'clientSecret', 'scope', 'audience', 'use', 'header', 'clientAuth'],
  'token-request': ['url', 'method', 'fields', 'token', 'use', 'header', 'format'],
  'jwt-bearer': ['tokenUrl', 'clientId', 'subject', 'username', 'privateKey', 'audience'],
  hmac: ['secret', 'algorithm', 'header', 'encoding', 'prefix', 'olderSecrets'],
  'standard-webhooks': ['secret', 'olderSecrets'],
}

/** As a file names it. */
export const authTypeName = (type: AuthType): string => Object.entries(AUTH_TYPES).find(([, value]) => value === type)?.[0] ?? type
