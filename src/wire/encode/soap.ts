import { createHash } from 'node:crypto'
import { sha256 } from '../../base/hash.ts'
import { isoTime } from '../../base/time.ts'
import type { EndpointDefinition } from '../../definitions/endpoint-definition.ts'
import type { RenderInput } from '../endpoint.ts'
import { compileWords, type TemplateOptions } from '../template/template.ts'
import type { Charset } from './charset.ts'
import { headerValue, type Header } from './headers.ts'
import { xmlText } from './xml.ts'

export type Soap = ReturnType<typeof compileSoap>

/** What stands around the operation, the envelope and the header that names the action: `Settings: SOAP Version` (1.1 or 1.2), `SOAP Action`, `Namespace`, `Security: WS-Security` or `WS-Security Digest`. */
export const compileSoap = (definition: EndpointDefinition, charset: Charset, options: TemplateOptions) => {
  const { soap } = definition
  const action = headerValue((soap.action?.text ?? '').trim().replace(/^"(.*)"$/, '$1')).replace(/["\\]/g, '')
  const isNew = soap.version === '1.2'
  const security = compileSecurity(definition, options)
  const start = `<soap:Envelope xmlns:soap="${isNew ? SOAP_12 : SOAP_11}">`
  return {
    contentType: isNew ? `application/soap+xml; charset=${charset}${action === '' ? '' : `; action="${action}"`}` : `text/xml; charset=${charset}`,
    /** 1.2 has the action in the Content-Type. */
    headers: isNew ? [] : [['SOAPAction', `"${action}"`] as Header],
    /** The envelope's start, with its security header. */
    open: (input: RenderInput): string => security === null ? `${start}<soap:Body>` : `${start}<soap:Header>${security(input)}</soap:Header><soap:Body>`,
    close: '</soap:Body></soap:Envelope>',
    /** `xmlns` of the operation, where the mapping brings none itself. */
    namespace: soap.namespace?.text.trim() || null,
    /** Auth goes into the envelope and in no HTTP header. */
    securesItself: security !== null,
  }
}

const SOAP_11 = 'http://schemas.xmlsoap.org/soap/envelope/'
const SOAP_12 = 'http://www.w3.org/2003/05/soap-envelope'

/** WS-Security UsernameToken (OASIS WSS UsernameToken Profile 1.1.1): the password as text, or as a digest that serves once. */
const compileSecurity = (definition: EndpointDefinition, options: TemplateOptions): ((input: RenderInput) => string) | null => {
  const wanted = definition.soap.security ?? ''
  const kind = wanted.toLowerCase().replace(/[^a-z]/g, '')
  if (kind === '' || kind === 'none' || kind === 'no') return null
  const digest = kind === 'wssecuritydigest' || kind === 'wssdigest'
  if (!digest && kind !== 'wssecurity' && kind !== 'wss') {
    options.tell(definition.place, 'bad-soap', `Security: ${wanted} is not known`, 'WS-Security, or WS-Security Digest')
    return null
  }
  const { auth } = definition
  if (auth?.kind !== 'basic') {
    options.tell(definition.place, 'bad-soap', 'WS-Security needs a user name and a password', 'write Auth: {Username: …, Password: …}')
    return null
  }
  const [username, password] = [compileWords(auth.username, options), compileWords(auth.password, options)]
  return (input) => `<wsse:Security xmlns:wsse="${WSSE}" xmlns:wsu="${WSU}" soap:mustUnderstand="1"><wsse:UsernameToken><wsse:Username>${xmlText(username(input) ?? '')}</wsse:Username>${digest ? digested(password(input) ?? '', input) : plain(password(input) ?? '')}</wsse:UsernameToken></wsse:Security>`
}

const WSS = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss'
const WSSE = `${WSS}-wssecurity-secext-1.0.xsd`
const WSU = `${WSS}-wssecurity-utility-1.0.xsd`
const PROFILE = `${WSS}-username-token-profile-1.0`

const plain = (password: string): string => `<wsse:Password Type="${PROFILE}#PasswordText">${xmlText(password)}</wsse:Password>`

/** The nonce differs with every attempt and needs no chance: a replayed plan shows the same request. */
const digested = (password: string, input: RenderInput): string => {
  const created = isoTime(input.sentAt ?? input.now)
  const nonce = Buffer.from(sha256(`${input.key}\n${input.phase}\n${input.attempt}\n${created}`), 'hex').subarray(0, 16)
  const hash = createHash('sha1').update(nonce).update(created).update(password).digest('base64')
  return `<wsse:Password Type="${PROFILE}#PasswordDigest">${hash}</wsse:Password><wsse:Nonce EncodingType="${WSS}-soap-message-security-1.0#Base64Binary">${nonce.toString('base64')}</wsse:Nonce><wsu:Created>${created}</wsu:Created>`
}

/** ` xmlns="…"` for the operation; the prefix of its name where it has one. */
export const namespaceAttribute = (root: string, namespace: string): readonly [name: string, value: string] => {
  const prefix = root.includes(':') ? root.slice(0, root.indexOf(':')) : ''
  return [prefix === '' ? '@xmlns' : `@xmlns:${prefix}`, namespace]
}

