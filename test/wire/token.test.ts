import { describe, expect, it } from 'vitest'
import type { AuthDefinition } from '../../src/definitions/auth-definition.ts'
import type { MappingEntry, MappingNode } from '../../src/definitions/mapping-node.ts'
import type { EndpointDefinition } from '../../src/definitions/endpoint-definition.ts'
import { compileEndpoint } from '../../src/wire/compile.ts'
import type { TokenSource } from '../../src/wire/endpoint.ts'
import type { Fault } from '../../src/wire/request.ts'
import { answer, buildDefinition, mapping, path, textOf } from './build-definition.ts'
import { diagnosticsOf, NOW } from './render/input.ts'

const oauth: Extract<AuthDefinition, { kind: 'oauth2' }> = {
  kind: 'oauth2', tokenUrl: textOf('https://login.example/token'), clientId: textOf('my id'), clientSecret: textOf('s&cret/1'), scope: textOf('leads.write leads.read'),
}
const login: Extract<AuthDefinition, { kind: 'token-request' }> = {
  kind: 'token-request', url: textOf('https://api.example/login'), method: 'POST', fields: mapping({ user: 'me', password: 'pass-word-1' }), token: path('data.session'), use: textOf('Token {{token}}'),
}
const sourceOf = (auth: AuthDefinition | null, given: Partial<EndpointDefinition> = {}): TokenSource => {
  const { endpoint, diagnostics } = compileEndpoint(buildDefinition({ auth, ...given }))
  if (!endpoint?.token) throw new Error(diagnostics.map((each) => each.message).join('\n') || 'no token source')
  return endpoint.token
}
const header = (source: TokenSource, name: string): string | undefined => source.request(NOW).headers.find(([each]) => each === name)?.[1]

/** The fields of a login, and a block around some. */
const map = (fields: Readonly<Record<string, string>> = {}) => mapping(fields) as Extract<MappingNode, { kind: 'map' }>
const block = (...then: readonly MappingEntry[]): MappingEntry => ({ kind: 'block', open: textOf('#if now'), then, otherwise: [] })

describe('the request', () => {
  it('client credentials go in a form', () => {
    const request = sourceOf(oauth).request(NOW)
    expect(request).toMatchObject({ method: 'POST', url: 'https://login.example/token', body: 'grant_type=client_credentials&client_id=my+id&client_secret=s%26cret%2F1&scope=leads.write+leads.read', mayBePrivate: false })
    expect(header(sourceOf(oauth), 'Content-Type')).toBe('application/x-www-form-urlencoded')
    expect(header(sourceOf(oauth), 'Authorization')).toBeUndefined()
  })

  it('say for whom the token is, where the host asks for it', () => {
    expect(sourceOf({ ...oauth, audience: textOf('https://api.example') }).request(NOW).body).toContain('&scope=leads.write+leads.read&audience=https%3A%2F%2Fapi.example')
  })

  it('or in a Basic header, each half form-encoded (RFC 6749, 2.3.1)', () => {
    const source = sourceOf({ ...oauth, clientAuth: 'basic' })
    expect(Buffer.from((header(source, 'Authorization') ?? '').slice(6), 'base64').toString()).toBe('my+id:s%26cret%2F1')
    expect(source.request(NOW).body).toBe('grant_type=client_credentials&scope=leads.write+leads.read')
  })

  it.each([
    ['JSON by default', {}, '{"user":"me","password":"pass-word-1"}', 'application/json'],
    ['a form', { format: 'form' as const }, 'user=me&password=pass-word-1', 'application/x-www-form-urlencoded'],
    ['nothing at all', { fields: null }, null, undefined],
  ])("a buyer's own login: %s", (_, given, body, type) => {
    const source = sourceOf({ ...login, ...given })
    expect(source.request(NOW)).toMatchObject({ method: 'POST', url: 'https://api.example/login', body })
    expect(header(source, 'Content-Type')).toBe(type)
  })

  it('a GET has its fields in the URL, and a template may name the time', () => {
    expect(sourceOf({ ...login, method: 'GET', fields: mapping({ user: 'me', day: '{{format now "YYYY-MM-DD"}}' }) }).request(NOW)).toMatchObject({ method: 'GET', url: 'https://api.example/login?user=me&day=2026-05-01', body: null })
  })

  it('an address that the author wrote out may be private', () => {
    expect(sourceOf({ ...oauth, tokenUrl: textOf('http://127.0.0.1:9/token') }).request(NOW).mayBePrivate).toBe(true)
  })

  it.each([null, { kind: 'bearer', token: textOf('x') }, { kind: 'hmac', secret: textOf('x'), algorithm: 'sha256', header: 'X' }] satisfies (AuthDefinition | null)[])('%o asks for none', (auth) => {
    expect(compileEndpoint(buildDefinition({ auth })).endpoint?.token).toBeUndefined()
  })

  it.each([
    { ...oauth, tokenUrl: textOf('https://{{lead.host}}/token') },
    { ...login, url: textOf('https://x.example/{{lead.id}}') },
    { ...login, fields: mapping({ a: { b: '{{upper lead.email}}' } }) },
    { ...login, fields: { ...map(), entries: [block(block(...map({ a: '{{lead.email}}' }).entries))] } },
  ])('one that depends on a lead is refused', (auth) => {
    expect(diagnosticsOf({ auth }).map((each) => each.code)).toContain('template-in-token')
  })
})

describe('the answer', () => {
  it.each([
    [oauth, { access_token: 'T', token_type: 'Bearer', expires_in: 3600 }, { kind: 'token', token: 'T', expiresInMs: 3_600_000 }],
    [oauth, { access_token: 'T', expires_in: '60' }, { kind: 'token', token: 'T', expiresInMs: 60_000 }],
    [oauth, { access_token: 'T' }, { kind: 'token', token: 'T', expiresInMs: null }],
    [oauth, { access_token: 'T', expires_in: 'soon' }, { kind: 'token', token: 'T', expiresInMs: null }],
    [login, { data: { session: 'S' } }, { kind: 'token', token: 'S', expiresInMs: null }],
    [login, { data: { session: 12345 } }, { kind: 'token', token: '12345', expiresInMs: null }],
  ])('%# is a token', (auth, body, expected) => { expect(sourceOf(auth).read(answer(200, body))).toEqual(expected) })

  it('a long token is not cut, and XML and plain text hold one too', () => {
    const long = 'x'.repeat(9_000)
    expect(sourceOf(oauth).read(answer(200, { access_token: long }))).toMatchObject({ token: long })
    expect(sourceOf({ ...login, token: path('//Ticket') }).read(answer(200, '<r><Ticket>T9</Ticket></r>'))).toMatchObject({ token: 'T9' })
    expect(sourceOf({ ...login, token: path('body') }).read(answer(200, 'T10\n'))).toMatchObject({ token: 'T10' })
  })

  const passing = { retry: true }
  const person = { retry: false, alert: true, pause: true }
  it.each([
    [400, { error: 'invalid_client', error_description: 'No such client' }, { class: 'auth', ...person, reason: 'token request: HTTP 400 Bad Request: invalid_client: No such client' }],
    [401, { error: 'invalid_client' }, { class: 'auth', ...person, reason: 'token request: HTTP 401 Unauthorized: invalid_client' }],
    [400, { error: 'unauthorized_client' }, { class: 'auth', ...person }],
    [400, { error: 'temporarily_unavailable' }, { class: 'server_error', ...passing }],
    [404, 'Not here', { class: 'auth', ...person }],
    [302, '', { class: 'redirect', ...person }],
    [429, {}, { class: 'rate_limited', ...passing }],
    [500, {}, { class: 'server_error', ...passing }],
    [503, '<html>maintenance</html>', { class: 'server_error', ...passing }],
    [200, { ok: false, message: 'Wrong password' }, { class: 'auth', ...person, reason: 'token request: the answer has no token at access_token: Wrong password' }],
    [200, '<html><h1>Sign in</h1>', { class: 'unreadable', retry: true, alert: true }],
    [200, '', { class: 'unreadable', retry: true }],
  ])('HTTP %i %o is a failure', (status, body, expected) => {
    expect(sourceOf(oauth).read(answer(status, body))).toMatchObject({ kind: 'failed', verdict: { kind: 'failed', ...expected } })
  })

  it('a wait that the host asks for is kept', () => {
    expect(sourceOf(oauth).read(answer(503, {}, { 'retry-after': '7' }))).toMatchObject({ verdict: { class: 'rate_limited', retryAfterMs: 7_000 } })
  })

  it.each<[Fault, string, boolean]>([
    ['refused', 'network', true], ['dns', 'network', true], ['timeout', 'timeout', true], ['reset', 'timeout', true], ['malformed', 'unreadable', true],
    ['tls-certificate', 'tls', false], ['proxy', 'proxy', true], ['blocked', 'blocked', false],
  ])('%s leaves no doubt: nothing went to the buyer', (fault, failure, retry) => {
    expect(sourceOf(oauth).read({ kind: 'fault', fault, message: 'so it is', durationMs: 1, at: NOW })).toMatchObject({ kind: 'failed', verdict: { kind: 'failed', class: failure, retry, reason: 'token request: so it is' } })
  })

  it('credentials that the host repeats are masked', () => {
    expect(JSON.stringify(sourceOf(oauth).read(answer(400, { error: 'invalid_client', error_description: 'not s&cret/1' })))).not.toContain('cret/1')
    expect(JSON.stringify(sourceOf(login).read(answer(400, { message: 'me/pass-word-1 is wrong' })))).not.toContain('pass-word-1')
  })
})
