import { createMasker } from '../base/secrets.ts'
import type { Instant } from '../base/time.ts'
import type { FailureClass } from '../core/verdict.ts'
import type { AuthDefinition } from '../definitions/auth-definition.ts'
import type { EndpointDefinition } from '../definitions/endpoint-definition.ts'
import { textsIn, type MappingNode } from '../definitions/mapping-node.ts'
import type { Text } from '../definitions/text.ts'
import { failureOfClass, statusText, verdictOfFault } from './judge/classify.ts'
import { compileBody } from './encode/body.ts'
import { formOf } from './encode/form.ts'
import { USER_AGENT, type Header } from './encode/headers.ts'
import type { Pair } from './encode/pairs.ts'
import { addQuery, compileUrl } from './encode/url.ts'
import type { RenderInput, TokenReply, TokenSource } from './endpoint.ts'
import { compileDocument } from './mapping/document.ts'
import { Answer } from './parse/answer.ts'
import { pathText } from './parse/path.ts'
import { compileText } from './parse/probe.ts'
import { buyersWords } from './parse/words.ts'
import type { HttpRequest, Reply, FaultReply } from './request.ts'
import { waitAskedFor } from './judge/retry-after.ts'
import type { TemplateOptions } from './template/template.ts'

type OAuth2 = Extract<AuthDefinition, { kind: 'oauth2' }>
type TokenRequest = Extract<AuthDefinition, { kind: 'token-request' }>

/** How the recipient's token is asked for and found; null where its requests carry none that is asked for. */
export const compileTokenSource = (definition: EndpointDefinition, options: TemplateOptions): TokenSource | null => {
  const { auth } = definition
  switch (auth?.kind) {
    case 'oauth2': return { request: oauthRequest(auth, definition, options), read: tokenReader(ACCESS_TOKEN, createMasker([auth.clientSecret.text])) }
    case 'token-request': return { request: ownRequest(auth, definition, options), read: tokenReader(auth.token, createMasker(auth.fields ? constantsIn(auth.fields) : [])) }
    default: return null
  }
}

export const ACCESS_TOKEN = { kind: 'path', text: 'access_token' } as const
const ACCEPT: Header = ['Accept', 'application/json, */*;q=0.5']

/** Client credentials (RFC 6749, 4.4.2): a form, the client's secret in it or, where the host wants that, in a Basic header (2.3.1). */
export const oauthRequest = (auth: OAuth2, definition: EndpointDefinition, options: TemplateOptions): TokenSource['request'] => {
  for (const text of [auth.tokenUrl, auth.clientId, auth.clientSecret, auth.scope, auth.audience]) if (text) refuseTemplate(text, options)
  const post = formPoster(auth.tokenUrl, definition, options)
  const id = auth.clientId.text
  const secret = auth.clientSecret.text
  const inHeader = auth.clientAuth === 'basic'
  const pairs: Pair[] = [['grant_type', 'client_credentials']]
  if (!inHeader) pairs.push(['client_id', id], ['client_secret', secret])
  if (auth.scope && auth.scope.text !== '') pairs.push(['scope', auth.scope.text])
  if (auth.audience) pairs.push(['audience', auth.audience.text])
  const request = post(pairs, [ACCEPT, USER_AGENT, ...(inHeader ? [['Authorization', `Basic ${Buffer.from(`${formValue(id)}:${formValue(secret)}`).toString('base64')}`] as const] : [])])
  return () => request
}

/** Requests to a host that takes forms. */
export const formPoster = (address: Text, definition: EndpointDefinition, options: TemplateOptions) => {
  const mayBePrivate = compileUrl(address, options).writtenOut || definition.transport.allowPrivateNetwork
  return (pairs: readonly Pair[], headers: readonly Header[]): HttpRequest =>
    ({ method: 'POST', url: address.text.trim(), compression: null, mayBePrivate, headers: [['Content-Type', 'application/x-www-form-urlencoded'], ...headers], body: formOf(pairs, 'utf-8') })
}

/** Each half of the Basic header is form-encoded first (RFC 6749, 2.3.1). */
const formValue = (text: string): string => formOf([['', text]], 'utf-8').slice(1)

/** A buyer's own login: its fields in its own format. */
const ownRequest = (auth: TokenRequest, definition: EndpointDefinition, options: TemplateOptions): TokenSource['request'] => {
  refuseTemplate(auth.url, options)
  for (const text of textsIn(auth.fields)) refuseLead(text, options)
  const url = compileUrl(auth.url, options)
  const bodiless = auth.method === 'GET' || auth.method === 'HEAD'
  const encoder = compileBody({ ...definition, batch: null, bodyParameter: null, root: null }, {
    document: compileDocument({ mapping: auth.fields, includeAll: false, omitEmpty: false }, options),
    extra: null, charset: 'utf-8', format: bodiless ? 'query' : (auth.format ?? 'json'),
  })
  const empty = auth.fields === null
  const headers: readonly Header[] = [...(encoder.contentType === null || empty ? [] : [['Content-Type', encoder.contentType] as const]), ACCEPT, USER_AGENT]
  return (now) => {
    const payload = encoder.one(inputAt(now))
    return {
      method: auth.method, url: addQuery(auth.url.text.trim(), payload.query), headers, body: empty ? null : payload.body,
      compression: null, mayBePrivate: url.writtenOut || definition.transport.allowPrivateNetwork,
    }
  }
}

/** A token is nobody's lead: templates see the time only. */
export const inputAt = (now: Instant): RenderInput =>
  ({ lead: { id: '', fields: {} }, source: {}, vars: {}, runId: '', deliveryId: '', deliveryNumber: 1, attempt: 1, phase: 'post', now, key: '', target: 'endpoint' })

const refuseTemplate = (text: Text, options: TemplateOptions): void => {
  if (text.text.includes('{{')) options.tell(text.place, 'template-in-token', 'a token is asked for once, for all leads: no template can stand here', 'write it out, or as ${NAME}')
}

const refuseLead = (text: Text, options: TemplateOptions): void => {
  if (/\{\{[^}]*\b(?:lead|source|vars|ping)\b/.test(text.text)) options.tell(text.place, 'template-in-token', 'a token is asked for once, for all leads: it cannot depend on one of them', 'write the value out, or as ${NAME}')
}

/** User names, passwords and keys: what a token host might repeat in its words. */
const constantsIn = (node: MappingNode): readonly string[] => {
  switch (node.kind) {
    case 'template': return node.text.includes('{{') ? [] : [node.text]
    case 'constant': return node.value === null ? [] : [String(node.value)]
    case 'list': return node.items.flatMap(constantsIn)
    case 'map': return node.entries.flatMap((each) => (each.kind === 'entry' ? constantsIn(each.value) : []))
  }
}

/** Total: every reply is a token, or a failure in words of its own. `host`: where the answer says the token is good, if it does. */
export const tokenReader = (path: TokenRequest['token'], mask: (text: string) => string, hostAt: TokenRequest['token'] | null = null): ((reply: Reply) => TokenReply) => {
  const token = compileText(path, LONGEST_TOKEN)
  const expires = compileText({ kind: 'path', text: 'expires_in' }, 20)
  const code = compileText({ kind: 'path', text: 'error' }, 60)
  const host = compileText(hostAt, 500)
  return (reply) => {
    if (reply.kind === 'fault') return ofFault(reply)
    const answer = new Answer(reply, null)
    const isOk = answer.status >= 200 && answer.status < 300
    const found = isOk ? token?.(answer) ?? null : null
    if (found !== null) {
      const seconds = Number(expires?.(answer) ?? Number.NaN)
      return { kind: 'token', token: found, ...(host ? { host: host(answer) } : {}), expiresInMs: Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null }
    }
    const said = buyersWords(answer)
    const words = said === null ? null : mask(said)
    const readable = answer.data() !== null
    const error = readable ? code?.(answer) ?? null : null
    const spoken = [error, words].filter((each, i, all) => each !== null && all.indexOf(each) === i).join(': ')
    const ours = isOk ? `the answer has no token at ${pathText(path)}` : statusText(answer.status)
    const told = { reason: `token request: ${ours}${spoken === '' ? '' : `: ${mask(spoken)}`}`, said: words, retryAfterMs: waitAskedFor(answer, reply.at) }
    return { kind: 'failed', verdict: failureOf(classOf(answer.status, isOk, readable, error, told.retryAfterMs), answer.status, told) }
  }
}

const LONGEST_TOKEN = 100_000

/** Nothing went to the buyer, so that no answer of the token host leaves a doubt. */
const ofFault = (reply: FaultReply): TokenReply => {
  const verdict = verdictOfFault(reply)
  const reason = `token request: ${verdict.reason ?? reply.fault}`
  if (verdict.kind === 'failed') return { kind: 'failed', verdict: { ...verdict, reason, said: null } }
  return { kind: 'failed', verdict: { kind: 'failed', class: verdict.kind === 'unknown' ? verdict.class : 'network', retry: true, reason, said: null } }
}

/** What the host says will pass (RFC 6749, 4.1.2.1, and services' own words). */
const PASSING = new Set(['temporarily_unavailable', 'server_error', 'slow_down', 'rate_limit_exceeded', 'too_many_requests'])

const classOf = (status: number, isOk: boolean, readable: boolean, error: string | null, after: number | null): FailureClass => {
  if (status === 429 || (status === 503 && after !== null)) return 'rate_limited'
  if (status === 408 || status === 425 || status >= 500 || (error !== null && PASSING.has(error))) return 'server_error'
  if (isOk) return readable ? 'auth' : 'unreadable'
  return status >= 300 && status < 400 ? 'redirect' : 'auth'
}

/** Credentials or addresses that are wrong are wrong for every lead: a person must look, and the leads wait meanwhile. */
const failureOf = (failure: FailureClass, status: number, told: Parameters<typeof failureOfClass>[2]): Extract<TokenReply, { kind: 'failed' }>['verdict'] => {
  const verdict = failureOfClass(failure, status, told)
  if (failure === 'redirect') return { ...verdict, alert: true, pause: true }
  return failure === 'unreadable' ? { ...verdict, retry: true, alert: true } : verdict
}
