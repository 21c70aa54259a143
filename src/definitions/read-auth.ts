import type { Place } from '../base/diagnostic.ts'
import { parsePath } from './conditions/condition.ts'
import { AUTH_READS, AUTH_SECTION, authTypeName, KEY_IN_HEADER, type AuthType } from './fields/auth.ts'
import { take, type Kind, type PlacesOf, type Reading, type ValuesOf } from './fields/field.ts'
import { literalOf, yesNo } from './fields/plain.ts'
import { block } from './fields/section.ts'
import type { AuthDefinition } from './auth-definition.ts'
import type { Text } from './text.ts'
import type { YamlNode } from './yaml-tree.ts'

type AuthValues = ValuesOf<typeof AUTH_SECTION>

/** `Bearer …` on one line, or a block. Null: `none`. */
export const AUTH: Kind<AuthDefinition | null> = block('Auth', AUTH_SECTION, ({ values, places }, reading, node) => authOf(values, places, node.place, reading), {
  takes: '`Bearer …`',
  read: (node, reading) => {
    if (node.kind === 'scalar') return authLine(node, reading)
    return reading.tell(node.place, 'wrong-shape', 'Auth is no list', 'write Auth: Bearer ${NAME}, or a block with Username and Password')
  },
})

const authLine = (node: Extract<YamlNode, { kind: 'scalar' }>, reading: Reading): AuthDefinition | null | undefined => {
  const text = node.text.trim()
  if (yesNo(text) === false) return null
  const bearer = /^bearer\s+(\S.*)$/is.exec(text)?.[1]
  if (bearer === undefined) return reading.tell(node.place, 'bad-auth', `got "${/^basic\b/i.test(text) ? 'Basic …' : shortened(text)}", expected Bearer and a token`, /\bkey\b/i.test(text) ? KEY_IN_HEADER : 'write Auth: Bearer ${NAME}, or a block with Username and Password, or with a Type')
  // The subject document's `Bearer token` and `Bearer token (rotate monthly)` name no token: the recipient's own variable holds it.
  const token = /^token(\s*\([^)]*\))?$/i.test(bearer) ? ownToken(node.place, reading) : { text: bearer, place: node.place }
  if (token === undefined) return undefined
  warnOfPlainSecret(token, 'a token', reading)
  const remark = /^token\s*\(([^)]+)\)$/i.exec(bearer)?.[1]?.trim()
  return { kind: 'bearer', token, ...(remark ? { remark } : {}) }
}

/** `Auth: Bearer token` of "ABC Insurance Buyers" is the variable ABC_INSURANCE_BUYERS_TOKEN. */
export const tokenVariable = (name: string): string => `${variablePrefix(name)}_TOKEN`

/** A recipient's name as variables begin that are its own. */
export const variablePrefix = (name: string): string => variableWord(name).replace(/^(\d)/, '_$1')
export const variableWord = (text: string): string => text.toUpperCase().replace(/[^A-Z0-9]+/g, '_').replace(/^_+|_+$/g, '')

const ownToken = (place: Place, reading: Reading): Text | undefined => {
  const name = tokenVariable(reading.name)
  const value = Object.hasOwn(reading.env, name) ? reading.env[name] : undefined
  if (value === undefined) return reading.tell(place, 'missing-variable', `\`Bearer token\` means the variable ${name}, which is not set`, `export ${name}=… or add it to .env; another name is written as Bearer \${NAME}`)
  reading.secret(value)
  return { text: value, place }
}

/** Of a block, or of credentials that stand at the top level. */
export const authOf = (values: AuthValues, places: PlacesOf<typeof AUTH_SECTION>, place: Place, reading: Reading): AuthDefinition | null | undefined => {
  const type = values.type ?? impliedType(values, places)
  if (type === null) {
    if (!places.type) reading.tell(place, 'bad-auth', 'this Auth says neither how nor with what to sign in', 'write Username and Password, or a Type: OAuth2, JWT, Token Request, HMAC, Standard Webhooks')
    return undefined
  }
  tellOfUnused(type, places, reading)
  const need = <K extends keyof AuthValues>(name: K): NonNullable<AuthValues[K]> | undefined => {
    const value = values[name]
    if (value === undefined && places[name] === undefined) reading.tell(place, 'missing-key', `Auth has no ${AUTH_SECTION[name].key}`, `write ${AUTH_SECTION[name].key}: ${AUTH_SECTION[name].example}`)
    return value as NonNullable<AuthValues[K]> | undefined
  }
  const secret = (name: 'password' | 'clientSecret' | 'secret'): Text | undefined => {
    const value = need(name)
    if (value) warnOfPlainSecret(value, `the ${AUTH_SECTION[name].key.toLowerCase()}`, reading)
    return value
  }
  switch (type) {
    case 'bearer': {
      const token = values.token ?? need('bearer')
      if (token) warnOfPlainSecret(token, 'a token', reading)
      return token && { kind: type, token }
    }
    case 'basic': {
      const [username, password] = [need('username'), secret('password')]
      return username && password && { kind: type, username, password }
    }
    case 'oauth2': {
      const [tokenUrl, clientId, clientSecret] = [values.tokenUrl ?? reading.tokenUrl ?? need('tokenUrl'), need('clientId'), secret('clientSecret')]
      return tokenUrl && clientId && clientSecret && { kind: type, tokenUrl, clientId, clientSecret, scope: values.scope ?? null, ...(values.audience ? { audience: values.audience } : {}), ...(values.use || values.header ? useOf(values, place) : {}), ...(values.clientAuth ? { clientAuth: values.clientAuth } : {}) }
    }
    case 'jwt-bearer': {
      const [tokenUrl, clientId, subject] = [values.tokenUrl ?? reading.tokenUrl ?? need('tokenUrl'), need('clientId'), values.subject ?? values.username ?? need('subject')]
      const key = need('privateKey')
      if (key) warnOfPlainSecret(key, 'the private key', reading)
      return tokenUrl && clientId && subject && key && { kind: type, tokenUrl, clientId, subject, key: literalOf(key), audience: values.audience ?? null }
    }
    case 'token-request': {
      const [url, where] = [need('url'), need('token')]
      const token = where && take(parsePath(where.text, where.place), reading)
      return url && token && { kind: type, url, method: (values.method ?? 'POST').toUpperCase(), fields: values.fields ?? null, token, ...useOf(values, place), ...(values.format ? { format: values.format } : {}) }
    }
    case 'hmac': {
      const given = secret('secret')
      return given && {
        kind: type, secret: literalOf(given), algorithm: values.algorithm ?? 'sha256', header: values.header ?? 'X-Signature',
        ...(values.encoding ? { encoding: values.encoding } : {}), ...(values.prefix ? { prefix: values.prefix } : {}), ...(values.olderSecrets ? { older: values.olderSecrets.map(literalOf) } : {}),
      }
    }
    case 'standard-webhooks': {
      const given = secret('secret')
      return given && { kind: type, secret: literalOf(given), ...(values.olderSecrets ? { older: values.olderSecrets.map(literalOf) } : {}) }
    }
    default: return type satisfies never
  }
}

/** In a header of the buyer's own the token stands bare, unless Use says otherwise. */
const useOf = ({ use, header }: AuthValues, place: Place): { readonly use: Text; readonly header?: string } => ({
  use: use ?? { text: header === undefined || /^authorization$/i.test(header) ? 'Bearer {{token}}' : '{{token}}', place }, ...(header === undefined ? {} : { header }),
})

/** A scope, say, that a buyer's own login never sees. */
const tellOfUnused = (type: AuthType, places: PlacesOf<typeof AUTH_SECTION>, reading: Reading): void => {
  for (const [name, place] of Object.entries(places) as [keyof typeof AUTH_SECTION, Place][]) {
    if (name === 'type' || AUTH_READS[type].includes(name)) continue
    const others = (Object.keys(AUTH_READS) as AuthType[]).filter((each) => AUTH_READS[each].includes(name)).map(authTypeName).join(', ')
    reading.tell(place, 'unused-key', `"${AUTH_SECTION[name].key}" means nothing to Auth of Type: ${authTypeName(type)}`, `it is for Type: ${others}; ${ELSEWHERE[type] ?? 'leave it out'}`, 'warning')
  }
}

/** Where else it may belong. */
const ELSEWHERE: Readonly<Partial<Record<AuthType, string>>> = {
  'token-request': 'what the login takes stands under Fields',
  oauth2: 'a login that takes more is Type: Token Request, with all of it under Fields',
  bearer: KEY_IN_HEADER,
}

const impliedType = (values: AuthValues, places: PlacesOf<typeof AUTH_SECTION>): AuthType | null => {
  if (places.type) return values.type ?? null
  if (places.privateKey) return 'jwt-bearer'
  if (places.tokenUrl ?? places.clientId ?? places.clientSecret) return 'oauth2'
  if (places.username ?? places.password) return 'basic'
  if (places.bearer) return 'bearer'
  if (places.token ?? places.url) return 'token-request'
  return places.secret ? 'hmac' : null
}

const warnOfPlainSecret = ({ text, place }: Text, what: string, reading: Reading): void => {
  if (text === '' || text.includes('${') || text.includes('{{') || reading.isSecret(text)) return
  reading.tell(place, 'plain-secret', `${what} is written in plain text in this file`, 'put it into .env and write ${NAME} here', 'warning')
}

const shortened = (text: string): string => (text.length > 24 ? `${text.slice(0, 8)}…` : text)
