import { createHmac } from 'node:crypto'
import type { AuthDefinition } from '../../definitions/auth-definition.ts'
import type { RenderInput } from '../endpoint.ts'
import { compileWords, type TemplateOptions } from '../template/template.ts'
import { headerValue, type Header } from './headers.ts'

/** Headers that prove who sends; the body is signed as it stands before compression. */
type Authorize = (input: RenderInput, body: string | Uint8Array) => readonly Header[]

/** OAuth2 and Token Request use `input.token`, which the engine asks for; without one the header is left out. */
export const compileAuth = (auth: AuthDefinition | null, options: TemplateOptions): Authorize => {
  switch (auth?.kind) {
    case undefined: return () => []
    case 'bearer': {
      const token = compileWords(auth.token, options)
      return (input) => bearer(token(input))
    }
    case 'basic': {
      const username = compileWords(auth.username, options)
      const password = compileWords(auth.password, options)
      return (input) => [['Authorization', `Basic ${Buffer.from(`${username(input) ?? ''}:${password(input) ?? ''}`).toString('base64')}`]]
    }
    case 'jwt-bearer': return (input) => bearer(input.token)
    case 'oauth2':
    case 'token-request': {
      if (auth.use === undefined) return (input) => bearer(input.token)
      const use = compileWords(auth.use, { ...options, vocabulary: { ...options.vocabulary, token: 'here' } })
      const header = auth.header ?? 'Authorization'
      return (input) => { const value = input.token === undefined ? undefined : use(input); return value === undefined ? [] : [[header, headerValue(value)]] }
    }
    case 'hmac': {
      const algorithm = auth.algorithm.toLowerCase().replace(/[^a-z0-9]/g, '').replace(/^hmac/, '') || 'sha256'
      if (!ALGORITHMS.has(algorithm)) {
        options.tell(auth.secret.place, 'bad-algorithm', `HMAC with "${auth.algorithm}" is not supported`, `one of ${[...ALGORITHMS].join(', ')}`)
        return () => []
      }
      const keys = [auth.secret, ...(auth.older ?? [])].map((each) => each.text)
      return (_, body) => [[auth.header, keys.map((key) => (auth.prefix ?? '') + createHmac(algorithm, key).update(body).digest(auth.encoding ?? 'hex')).join(',')]]
    }
    case 'standard-webhooks': {
      const keys = [auth.secret, ...(auth.older ?? [])].flatMap((each) => secretsIn(each.text)).map(keyOf)
      return (input, body) => {
        const id = headerValue(input.key)
        const timestamp = String(Math.floor((input.sentAt ?? input.now) / 1000))
        const signatures = keys.map((key) => `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`)
        return [['webhook-id', id], ['webhook-timestamp', timestamp], ['webhook-signature', signatures.join(' ')]]
      }
    }
  }
}

/** While a secret is changed the new and the old one stand beside each other: `whsec_…, whsec_…`. */
const secretsIn = (text: string): readonly string[] => {
  const parts = text.split(',').map((each) => each.trim()).filter((each) => each !== '')
  return parts.length > 1 && parts.every((each) => each.startsWith('whsec_')) ? parts : [text.trim()]
}

const keyOf = (secret: string): Buffer => (secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret))

const ALGORITHMS = new Set(['sha256', 'sha1', 'sha512', 'sha384', 'md5'])

const bearer = (token: string | undefined): readonly Header[] =>
  token === undefined || token === '' ? [] : [['Authorization', headerValue(/^bearer\s/i.test(token) ? token : `Bearer ${token}`)]]
