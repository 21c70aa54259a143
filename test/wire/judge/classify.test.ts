import { describe, expect, it } from 'vitest'
import { createReader } from '../../../src/wire/read.ts'
import { hintFor, hintOf, namedField } from '../../../src/wire/hint.ts'
import type { Fault, Reply } from '../../../src/wire/request.ts'
import { answer, buildDefinition } from '../build-definition.ts'

const { read } = createReader(buildDefinition())
const fault = (kind: Fault, message = ''): Reply => ({ kind: 'fault', fault: kind, message, durationMs: 1, at: 0 })

describe('the default table of section 5', () => {
  const rows: [status: number, want: object, headers?: Record<string, string>][] = [
    [200, { kind: 'accepted' }], [201, { kind: 'accepted' }], [202, { kind: 'accepted' }], [204, { kind: 'accepted' }],
    [101, { kind: 'unconfirmed' }],
    ...[301, 302, 303, 304, 307, 308].map((status): [number, object] => [status, { kind: 'failed', class: 'redirect', retry: false }]),
    ...[400, 402, 404, 405, 406, 413, 415, 418, 422, 423].map((status): [number, object] => [status, { kind: 'failed', class: 'invalid_data', retry: false }]),
    [410, { kind: 'failed', class: 'invalid_data', retry: false, alert: true }],
    ...[401, 403, 407].map((status): [number, object] => [status, { kind: 'failed', class: 'auth', retry: false, alert: true, pause: true }]),
    ...[408, 425, 500, 502, 503, 504, 520, 599].map((status): [number, object] => [status, { kind: 'failed', class: 'server_error', retry: true }]),
    ...[501, 505].map((status): [number, object] => [status, { kind: 'failed', class: 'server_error', retry: false }]),
    [409, { kind: 'duplicate', class: 'duplicate' }],
    [429, { kind: 'failed', class: 'rate_limited', retry: true }],
    [429, { kind: 'failed', class: 'rate_limited', retry: true, retryAfterMs: 3_000 }, { 'retry-after': '3' }],
    [503, { kind: 'failed', class: 'rate_limited', retry: true, retryAfterMs: 3_000 }, { 'retry-after': '3' }],
    [503, { kind: 'failed', class: 'server_error', retry: true }, { 'retry-after': 'soon' }],
    [503, { kind: 'failed', class: 'server_error', retry: true }, { 'x-ratelimit-reset': '60' }],
    [999, { kind: 'failed', class: 'server_error' }],
  ]
  it.each(rows)('%i', (status, want, headers) => expect(read(answer(status, '', headers), 'post')).toMatchObject(want))

  it('a signed webhook that is gone has been switched off: 410 pauses it', () => {
    const { read: signed } = createReader(buildDefinition({ type: 'webhook.post', auth: { kind: 'standard-webhooks', secret: { text: 'whsec_AAAA', place: { file: 'r.yaml', line: 1, col: 1 } } } }))
    expect(signed(answer(410), 'post')).toMatchObject({ kind: 'failed', retry: false, alert: true, pause: true })
    expect(signed(answer(404), 'post')).not.toHaveProperty('pause')
  })

  it('only 401, 403 and 407 pause', () => {
    for (const status of [200, 302, 400, 404, 409, 410, 422, 429, 500, 503]) expect(read(answer(status), 'post')).not.toHaveProperty('pause')
  })
})

describe('missing answers', () => {
  const rows: [Fault, object][] = [
    ...(['refused', 'dns', 'connect-timeout', 'unreachable', 'tls-handshake'] as const).map((each): [Fault, object] => [each, { kind: 'failed', class: 'network', retry: true }]),
    ['stopped', { kind: 'failed', class: 'network', retry: true, interrupted: true }],
    ['abandoned', { kind: 'unknown', class: 'timeout', retry: true, interrupted: true }],
    ['tls-certificate', { kind: 'failed', class: 'tls', retry: false, alert: true }],
    ['proxy', { kind: 'failed', class: 'proxy', retry: true }],
    ['blocked', { kind: 'failed', class: 'blocked', retry: false }],
    ['invalid-request', { kind: 'failed', class: 'invalid_data', retry: false }],
    ['timeout', { kind: 'unknown', class: 'timeout', retry: true }],
    ['reset', { kind: 'unknown', class: 'timeout', retry: true }],
    ['malformed', { kind: 'unknown', class: 'unreadable', retry: true }],
    ['result-blocked', { kind: 'unknown', class: 'blocked', retry: false }],
  ]
  it.each(rows)('%s', (each, want) => {
    expect(read(fault(each), 'post')).toMatchObject(want)
    expect(read(fault(each), 'ping')).toMatchObject(want)
    expect(read(fault(each), 'post').reason).toBeTruthy()
    expect(read(fault(each, 'its own words'), 'post')).toMatchObject({ reason: 'its own words', said: null })
  })
})

describe("the buyer's words", () => {
  const rows: readonly [body: unknown, want: string][] = [
    [{ message: 'bad zip' }, 'bad zip'],
    [{ error: 'bad zip' }, 'bad zip'],
    [{ error: { code: 3, message: 'bad zip' } }, 'bad zip'],
    [{ errors: [{ message: 'bad zip' }, 'bad phone'] }, 'bad zip, bad phone'],
    [{ message: 'The data was invalid.', errors: { zip: ['is invalid'] } }, 'The data was invalid., zip: is invalid'],
    [{ title: 'One or more validation errors occurred.', status: 400, errors: { Zip: ['is required'] } }, 'One or more validation errors occurred., Zip: is required'],
    [{ errors: [{ source: { pointer: '/data/attributes/zip' }, title: 'Invalid', detail: 'must be 5 digits' }, { source: { parameter: 'state' }, detail: 'the state is unknown' }] }, 'zip: must be 5 digits, the state is unknown'],
    [{ errors: [{ source: { pointer: '/data/attributes' }, detail: 'A profile is there already.' }] }, 'A profile is there already.'],
    [{ success: true, result: [{ status: 'skipped', reasons: [{ code: '1007', message: 'Several leads match' }] }] }, 'Several leads match'],
    [{ detail: [{ loc: ['body', 'contact', 'zip'], msg: 'field required' }, { loc: ['body', 'email'], msg: 'not an email' }, { loc: ['body', 'state'], msg: 'not known' }] }, 'contact.zip: field required, not an email, state: not known'],
    [{ error: { code: 'VALIDATION', message: 'Validation failed', details: [{ field: 'zip', issue: 'too short' }, { field: 'phone', issue: 'not mobile' }] } }, 'Validation failed, zip: too short, phone: not mobile'],
    [{ title: 'Not valid', 'invalid-params': [{ name: 'age', reason: 'must be positive' }] }, 'Not valid, age: must be positive'],
    [{ Message: 'The request is invalid.', ModelState: { 'lead.Zip': ['is required'] } }, 'The request is invalid., lead.Zip: is required'],
    [{ zip: ['is required.'], address: { city: ['may not be blank.'] }, non_field_errors: ['Sold before.'], email: 'mary@example.com', tags: [1] }, 'zip: is required., city: may not be blank., Sold before.'],
    [{ message: 'no', details: { email: 'mary@example.com' } }, 'no'],
    [[{ message: 'Required fields are missing: [Company]', errorCode: 'REQUIRED_FIELD_MISSING' }], 'Required fields are missing: [Company]'],
    [{ error: 'invalid_client', error_description: 'no such client' }, 'no such client'],
    [{ type: 'about:blank', title: 'Bad', status: 400, detail: 'zip has 4 digits' }, 'zip has 4 digits'],
    ['<html><head><title>x</title><style>p{}</style></head><body><h1>Bad &amp; wrong</h1><script>alert(1)</script></body></html>', 'Bad & wrong'],
    ['<s:Envelope xmlns:s="urn:s"><s:Body><s:Fault><faultcode>c</faultcode><faultstring>no list</faultstring></s:Fault></s:Body></s:Envelope>', 'no list'],
    ['bad\u0000\u001b[31m\r\nzip\u202e', 'bad [31m zip'],
    [{}, 'HTTP 400 Bad Request'],
    ['', 'HTTP 400 Bad Request'],
    [{ message: { __proto__: null } }, 'HTTP 400 Bad Request'],
  ]
  it.each(rows)('%j', (body, want) => expect(read(answer(400, body), 'post').reason).toBe(want))

  it('of an acceptance are none of its fields', () => expect(read(answer(200, { tags: ['a'] }), 'post')).toMatchObject({ kind: 'accepted', reason: null }))

  it('are cut at 300 characters, never inside a character', () => {
    const reason = read(answer(400, `${'x'.repeat(298)}😀😀😀`), 'post').reason ?? ''
    expect(reason.length).toBeLessThanOrEqual(300)
    expect(reason.isWellFormed()).toBe(true)
  })

  it('a redirect names where to, without its query', () => {
    expect(read(answer(302, '', { location: 'https://u:p@login.example/in?phone=555' }), 'post').reason).toBe('HTTP 302 Found: it redirects to https://login.example/in')
  })
})

describe('hintFor', () => {
  const hint = (reply: Reply, status: number | null = null) => hintFor(read(reply, 'post'), status)
  it('says what the subject document says', () => {
    expect(hint(answer(401), 401)).toMatch(/credentials.*token.*IP/)
    expect(hint(answer(403), 403)).toMatch(/IP list.*permissions/)
    expect(hint(answer(400, { message: 'missing field: firstName' }), 400)).toMatch(/`firstName`/)
    expect(hint(answer(400), 400)).toMatch(/field names.*required.*types/)
    expect(hint(answer(429), 429)).toMatch(/set Rate/)
    expect(hint(answer(503, '', { 'retry-after': '60' }), 503)).toMatch(/unavailable and has said until when/)
    expect(hintFor({ kind: 'unconfirmed', class: 'unreadable', reason: 'it is a web page, which cannot be read in the way that Response Parsing asks for; the buyer says: our price list' }, 200)).toMatch(/maintenance.*Endpoint and Auth.*when it is back/)
    expect(hintFor({ kind: 'failed', class: 'redirect', retry: false, reason: 'HTTP 302 Found: it redirects to https://a.example/signin' }, 302)).toMatch(/page to log in: check Auth/)
    expect(hintFor({ kind: 'failed', class: 'redirect', retry: false, reason: 'HTTP 302 Found: it redirects to https://a.example/thanks' }, 302)).toMatch(/`302: Success`/)
    expect(hint(fault('timeout'))).toMatch(/increase Timeout.*capacity/)
    // An answer to a ping holds no lead, and needs no review.
    for (const [reason, words] of [['it is a web page, which …', /Endpoint under Ping/], ['it bids without a ping id at id', /finalmile parse --ping/]] as const) {
      const told = hintOf('ping', { kind: 'unconfirmed', class: 'unreadable', reason }, 200)
      expect(told).toMatch(words)
      expect(told).not.toContain('review')
    }
    const certificate = (reason: string) => hintFor({ kind: 'failed', class: 'tls', retry: false, alert: true, reason }, null)
    expect(certificate('certificate has expired (CERT_HAS_EXPIRED)')).toMatch(/renew its certificate/)
    expect(certificate("Host: x.example. is not in the cert's altnames: DNS:y.example (ERR_TLS_CERT_ALTNAME_INVALID)")).toMatch(/host of Endpoint/)
    expect(certificate('certificate is not yet valid (CERT_NOT_YET_VALID)')).toMatch(/clock/)
    expect(hint(fault('malformed'))).toMatch(/its protocol does not allow.*show the reason/)
    expect(hint(fault('result-blocked'))).toMatch(/Allow Private Network/)
    expect(hintFor({ kind: 'unconfirmed', class: 'unreadable', reason: 'it has no price at price' }, 200)).toMatch(/Response Parsing.*returns a price/)
  })
  it.each([
    ['redirect', 'HTTP 302 Found', /Token URL.*unpause/], ['unreadable', 'the answer has no token at access_token: Sign in', /Token URL.*holds none/], ['network', 'connect ECONNREFUSED 127.0.0.1:9', /Token URL/],
    ['timeout', 'read ECONNRESET', /the connection broke/], ['timeout', 'no answer in 2000 ms', /increase Timeout/], ['auth', 'HTTP 401 Unauthorized', /credentials/],
  ] as const)('of a token names where tokens come from: %s, %s', (of, reason, text) => {
    expect(hintFor({ kind: 'failed', class: of, retry: false, reason: `token request: ${reason}` }, null)).toMatch(text)
  })
  it('is silent where all went well', () => {
    expect(hint(answer(200), 200)).toBeNull()
    expect(hint(answer(409), 409)).toBeNull()
  })
  it.each([
    ['zip is required', 'zip'], ['Required fields are missing: [Company]', 'Company'], ['Missing required field "last_name"', 'last_name'],
    ['invalid value for stateCode', 'stateCode'], ['zip: must have 5 digits', 'zip'], ['not in our states (AU-02-00117)', null], ['something went wrong', null], ['', null],
  ])('finds the field in %j', (words, want) => expect(namedField(words)).toBe(want))
})
