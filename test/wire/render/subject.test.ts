import { describe, expect, it } from 'vitest'
import { money } from '../../../src/base/money.ts'
import { buildDefinition, buildPing, mapping, place, textOf } from '../build-definition.ts'
import type { EndpointDefinition } from '../../../src/definitions/endpoint-definition.ts'
import type { MappingEntry, MappingNode } from '../../../src/definitions/mapping-node.ts'
import { compileEndpoint } from '../../../src/wire/compile.ts'
import { bodyOf, diagnosticsOf, headersOf, inputOf, requestOf } from './input.ts'

const lead = { id: 'L1', token: 'mine', first_name: 'Ann', last_name: 'Lee', email: 'ann@example.com', phone_1: '+1 555 555 1234', state: 'CA', score: 85, timestamp: '2026-05-01T08:00:00Z', address_1: '1 Main St', city: 'Reno', postal_code: '02134', source: { name: 'web', campaign_id: 'c9' } }
const entry = (key: string, value: unknown): MappingEntry => ({ kind: 'entry', key, value: mapping(value), place })
const block = (open: string, then: readonly MappingEntry[], otherwise: readonly MappingEntry[] = []): MappingEntry => ({ kind: 'block', open: textOf(open), then, otherwise })
const map = (...entries: readonly MappingEntry[]): MappingNode => ({ kind: 'map', entries, place })

describe("the subject document's mappings", () => {
  it.each<[string, MappingNode, string]>([
    ['direct buyer', mapping({ firstName: '{{lead.first_name}}', lastName: '{{lead.last_name}}', phoneNumber: '{{format lead.phone_1 "##########"}}', stateCode: '{{lead.state}}' }), '{"firstName":"Ann","lastName":"Lee","phoneNumber":"5555551234","stateCode":"CA"}'],
    ['dialer', mapping({ number1: '{{lead.phone_1}}', number2: '{{lead.phone_2}}', account_number: '{{lead.id}}', priority: '{{#if lead.score > 80}}1{{else}}2{{/if}}' }), '{"number1":"+1 555 555 1234","account_number":"L1","priority":"1"}'],
    ['transformed', mapping({ phoneFormatted: '{{format lead.phone_1 "(###) ###-####"}}', fullName: '{{lead.first_name}} {{lead.last_name}}', stateFullName: '{{#compare lead.state "==" "CA"}}California{{/compare}}', submittedDate: '{{format lead.timestamp "YYYY-MM-DD"}}' }), '{"phoneFormatted":"(555) 555-1234","fullName":"Ann Lee","stateFullName":"California","submittedDate":"2026-05-01"}'],
    ['conditional', map(block('#if lead.phone_2', [entry('secondaryPhone', '{{lead.phone_2}}')]), block('#if lead.score > 70', [entry('priority', 'HIGH')], [entry('priority', 'NORMAL')])), '{"priority":"HIGH"}'],
    ['nested', map(entry('applicant', { name: { first: '{{lead.first_name}}' }, contact: { phone: { secondary: '{{lead.phone_2}}' } }, address: { zip: '{{lead.postal_code}}' } }), entry('score', '{{lead.score}}')), '{"applicant":{"name":{"first":"Ann"},"address":{"zip":"02134"}},"score":85}'],
    ['a dot of the name', mapping({ 'ownerid@odata\\.bind': '/u(1)', 'a.b\\.c': 'x', 'a.d': 'y' }), '{"ownerid@odata.bind":"/u(1)","a":{"b.c":"x","d":"y"}}'],
    ['dotted', mapping({ 'a.b.0.c': '{{lead.city}}', 'a.b.1.c': 'x', 'a.d': true, n: null }), '{"a":{"b":[{"c":"Reno"},{"c":"x"}],"d":true},"n":null}'],
    ['a root array', mapping({ 1: '{{lead.city}}', 0: { state: '{{lead.state}}' } }), '[{"state":"CA"},"Reno"]'],
    ['a list', mapping({ phones: ['{{lead.phone_2}}', '{{lead.phone_1}}'], none: ['{{lead.phone_2}}'] }), '{"phones":["+1 555 555 1234"]}'],
    ['an override by a block', map(entry('p', 'NORMAL'), entry('q.r', 1), block('#if lead.score > 70', [entry('p', 'HIGH'), entry('q.s', 2)])), '{"p":"HIGH","q":{"r":1,"s":2}}'],
    ['a list of dotted keys, some of them under blocks', map(block('#if lead.state', [entry('items.0.a', 1), entry('items.2.a', 3)]), entry('items.1.a', 2), block('#if lead.score > 70', [entry('items.1.b', 4)])), '{"items":[{"a":1},{"a":2,"b":4},{"a":3}]}'],
    ['a list with one of them left out', map(block('#if lead.none', [entry('items.0.a', 1)]), entry('items.1.a', 2)), '{"items":[{"a":2}]}'],
    ['a root array with a block', map(entry('0.a', 1), block('#if lead.state', [entry('0.b', 2)])), '[{"a":1,"b":2}]'],
    ['nothing found', mapping({ a: '{{lead.nope}}' }), '{}'],
  ])('%s', (_, node, body) => { expect(bodyOf({ mapping: node }, lead)).toBe(body) })

  it('a list has no place for all fields beside it', () => {
    expect(diagnosticsOf({ mapping: mapping({ 0: { state: '{{lead.state}}' } }), includeAllFields: true })).toMatchObject([{ code: 'no-place', message: expect.stringContaining('this mapping is a list') }])
    for (const own of [{ mapping: mapping({ a: 1 }), includeAllFields: true }, { mapping: null, includeAllFields: true }, { mapping: mapping({ 0: 1 }) }]) expect(diagnosticsOf(own)).toEqual([])
  })

  it('the only top-level key of XML is its root, under blocks too', () => {
    const either = map(block('#if lead.score > 90', [entry('Lead', { a: 1 })], [entry('Lead', { b: 2 })]), block('#if lead.state', [entry('Lead.c', 3)]))
    expect(bodyOf({ format: 'xml', mapping: either }, lead)).toBe('<?xml version="1.0" encoding="UTF-8"?>\n<Lead><b>2</b><c>3</c></Lead>')
    expect(bodyOf({ format: 'xml', mapping: map(block('#if lead.score > 90', [entry('Lead', { a: 1 })], [entry('Lead', 'x')])) }, lead)).toContain('<lead><Lead>x</Lead></lead>')
  })

  it('headers, exactly', () => {
    const header = (name: string, value: string) => ({ name, value: textOf(value) })
    const headers = [header('X-Partner-ID', 'LC-12345'), header('X-Campaign-ID', '{{source.campaign_id}}'), header('X-Request-ID', '{{lead.id}}'), header('X-Timestamp', '{{now}}'), header('X-None', '{{lead.none}}')]
    expect(requestOf({ mapping: mapping({ a: 1 }), headers }, lead).headers).toEqual([
      ['X-Partner-ID', 'LC-12345'], ['X-Campaign-ID', 'c9'], ['X-Request-ID', 'L1'], ['X-Timestamp', '2026-05-01T09:00:00.000Z'],
      ['Content-Type', 'application/json'], ['Accept', 'application/json, */*;q=0.5'], ['User-Agent', expect.stringMatching(/^finalmile/)], ['Idempotency-Key', 'key-1'],
    ])
    const own = headersOf(requestOf({ headers: [header('content-type', 'application/vnd.x+json'), header('idempotency-key', '{{lead.id}}-{{delivery_attempt}}'), header('authorization', 'Mine')], auth: { kind: 'bearer', token: textOf('t') } }, lead))
    expect(own).toMatchObject({ 'content-type': 'application/vnd.x+json', 'idempotency-key': 'L1-1', authorization: 'Mine' })
    expect(Object.keys(own)).not.toContain('Content-Type')
    expect(Object.keys(own)).not.toContain('Idempotency-Key')
    expect(Object.keys(own)).not.toContain('Authorization')
  })

  it.each<[string, Parameters<typeof requestOf>[0], Record<string, unknown>]>([
    ['bearer', { auth: { kind: 'bearer', token: textOf('abc') } }, { Authorization: 'Bearer abc' }],
    ['basic', { auth: { kind: 'basic', username: textOf('u'), password: textOf('p:é') } }, { Authorization: `Basic ${Buffer.from('u:p:é').toString('base64')}` }],
    ['token request in a header of its own', { auth: { kind: 'token-request', url: textOf('https://t.example'), method: 'POST', fields: null, token: { kind: 'path', text: 't' }, use: textOf('{{token}}'), header: 'OAuth-Token' } }, { 'OAuth-Token': 'T0' }],
    ['OAuth2 in words of its own', { auth: { kind: 'oauth2', tokenUrl: textOf('https://t.example'), clientId: textOf('a'), clientSecret: textOf('b'), scope: null, use: textOf('Zoho-oauthtoken {{token}}') } }, { Authorization: 'Zoho-oauthtoken T0' }],
    ['token request, which no lead field can replace', { auth: { kind: 'token-request', url: textOf('https://t.example'), method: 'POST', fields: null, token: { kind: 'path', text: 't' }, use: textOf('Session {{token}}') } }, { Authorization: 'Session T0' }],
    ['oauth2', { auth: { kind: 'oauth2', tokenUrl: textOf('https://t.example'), clientId: textOf('i'), clientSecret: textOf('s'), scope: null } }, { Authorization: 'Bearer T0' }],
    // echo -n '{"a":1}' | openssl dgst -sha256 -hmac s
    ['hmac', { auth: { kind: 'hmac', secret: textOf('s'), algorithm: 'sha256', header: 'X-Signature' } }, { 'X-Signature': expect.stringMatching(/^[0-9a-f]{64}$/) }],
    ['standard webhooks', { auth: { kind: 'standard-webhooks', secret: textOf('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw') } }, { 'webhook-id': 'key-1', 'webhook-timestamp': '1777626000', 'webhook-signature': expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/) }],
    ['a key of its own', { idempotency: { header: 'X-Key', key: textOf('{{lead.id}}-{{delivery_attempt}}') } }, { 'X-Key': 'L1-1' }],
  ])('auth: %s', (_, definition, headers) => { expect(headersOf(requestOf({ mapping: mapping({ a: 1 }), ...definition }, lead, { token: 'T0' }))).toMatchObject(headers) })

  it.each<[string, Partial<EndpointDefinition>]>([
    ['under Idempotency', { idempotency: { header: 'X-Key', key: textOf('{{lead.id}}') } }],
    ['under Headers', { headers: [{ name: 'x-key', value: textOf('{{lead.id}}') }], idempotency: { header: 'X-Key', key: null } }],
  ])('a key of its own %s is of all the leads of a batch: the first alone may go first again, with others', (_case, own) => {
    const keyOf = (ids: readonly string[], more = own): string | undefined => {
      const made = compileEndpoint(buildDefinition({ ...more, batch: { format: 'json', results: null, match: null } })).endpoint?.renderBatch(ids.map((id) => inputOf({ id }, { key: 'b1' })))
      return made?.ok === true && made.request.kind === undefined ? made.request.headers.find(([name]) => name.toLowerCase() === 'x-key')?.[1] : undefined
    }
    expect(keyOf(['L1'])).toBe('L1')
    expect(keyOf(['L1', 'L2'])).toBe(keyOf(['L1', 'L2']))
    expect(new Set([keyOf(['L1']), keyOf(['L1', 'L2']), keyOf(['L1', 'L3']), keyOf(['L2', 'L1'])]).size).toBe(4)
    expect(keyOf(['L1', 'L2'], { idempotency: { header: 'X-Key', key: null } })).toBe('b1')
  })
  it.each<[string, Partial<EndpointDefinition>]>([
    ['under Idempotency', { idempotency: { header: 'X-Key', key: textOf('{{lead.order}}-{{delivery_attempt}}') } }],
    ['under Headers', { headers: [{ name: 'X-Key', value: textOf('{{lead.order}}-{{delivery_attempt}}') }], idempotency: { header: 'X-Key', key: null } }],
  ])('a key %s that a lead cannot fill whole is ours: it would be that of every such lead', (_case, own) => {
    for (const fields of [{}, { order: '' }, { order: ' ' }]) expect(headersOf(requestOf(own, fields))).toMatchObject({ 'X-Key': 'key-1' })
    expect(headersOf(requestOf(own, { order: 'A7' }))).toMatchObject({ 'X-Key': 'A7-1' })
  })
  it.each<[string, string | null]>([
    ['{{lead.id}}-{{attempt}}', 'attempt'], ['{{run.id}}-{{lead.id}}', 'run.id'], ['{{lead.id}}-{{#if attempt > 1}}again{{/if}}', 'attempt'],
    ['{{lead.id}}-{{delivery_attempt}}', null], ['{{lead.attempt}}', null], ['{{lead.id}}-{{now}}', null], ['{{default lead.order "attempt"}}-attempt', null], ['attempt-{{lead.id}}', null], ['{{delivery.id}}', null],
  ])('a key %s is told where it is another at the next try: %s', (key, told) => {
    const said = compileEndpoint(buildDefinition({ idempotency: { header: 'X-Key', key: textOf(key) } })).diagnostics.filter(({ code }) => code === 'changing-key').map(({ message }) => message)
    expect(said).toEqual(told === null ? [] : [expect.stringContaining(`\`${told}\` makes this key another one`)])
  })
  it.each<[string, Partial<EndpointDefinition>, boolean]>([
    ['a field', { mapping: mapping({ try: '{{attempt}}' }) }, true], ['a field within a text and beside the run', { mapping: mapping({ a: { b: ['{{run.id}} {{attempt}}'] } }) }, true],
    ['a block', { mapping: map(block('#if attempt > 1', [entry('again', 'yes')])) }, true], ['the address', { url: textOf('https://buyer.example/leads?try={{attempt}}') }, true],
    ['a header', { headers: [{ name: 'X-Attempt', value: textOf('{{attempt}}') }] }, false], ['another word', { mapping: mapping({ a: '{{delivery_attempt}} {{lead.attempt}} attempt', attempt: '{{run.id}}' }), url: textOf('https://buyer.example/attempt') }, false],
    ['a request without a key', { mapping: mapping({ try: '{{attempt}}' }), idempotency: null }, false],
  ])('attempt in %s is told where one key would come with two bodies', (_where, definition, told) => {
    expect(compileEndpoint(buildDefinition(definition)).diagnostics.map(({ code, severity }) => [code, severity])).toEqual(told ? [['changing-body', 'warning']] : [])
  })
  it.each([
    ['L1-1', {}], ['{{#if lead.order}}{{lead.order}}{{/if}}-1', { order: '' }], ['{{default lead.order "none"}}', {}], ['{{recipient.id}}-{{delivery_attempt}}', {}], ['{{source.name}}', {}],
  ])('a key %s in which the lead has no part is ours', (key, fields) => {
    expect(headersOf(requestOf({ idempotency: { header: 'X-Key', key: textOf(key) } }, fields, { source: { name: 'web' } }))).toMatchObject({ 'X-Key': 'key-1' })
  })
  it.each([
    ['{{#if lead.order}}{{lead.order}}{{/if}}-1', 'A7-1'], ['{{delivery.id}}', 'delivery-1'], ['{{ping.id}}', 'P1'], ['{{lead.id}}', 'lead-1'],
  ])('a key %s in which it has is its own', (key, own) => {
    const ping = { id: 'P1', bid: money(1), captured: {} }
    expect(headersOf(requestOf({ ping: buildPing({}), idempotency: { header: 'X-Key', key: textOf(key) } }, { order: 'A7' }, { ping }))).toMatchObject({ 'X-Key': own })
  })
  it('idempotency off adds no header', () => { expect(headersOf(requestOf({ idempotency: null }, lead))).not.toHaveProperty('Idempotency-Key') })

  it.each<[string, Parameters<typeof diagnosticsOf>[0], string]>([
    ['a bad URL', { url: textOf('buyer.example') }, 'bad-url'],
    ['an XML name', { format: 'xml', mapping: mapping({ 'a b': 1 }) }, 'bad-xml-name'], ['a character set', { charset: 'EBCDIC' }, 'bad-charset'], ['a header that the connection sets', { headers: [{ name: 'Content-Length', value: textOf('1') }] }, 'bad-header'],
    ['XML by GET', { method: 'GET', format: 'xml', mapping: mapping({ a: 1 }) }, 'body-with-get'],
  ])('%s is a diagnostic', (_, definition, code) => { expect(diagnosticsOf(definition).map((each) => each.code)).toContain(code) })

  it.each<[string, Parameters<typeof diagnosticsOf>[0]]>([
    ['a character set', { charset: 'EBCDIC', places: { charset: { ...place, line: 9 } } }], ['a method', { method: 'GET', format: 'xml', mapping: mapping({ a: 1 }), places: { method: { ...place, line: 9 } } }],
    ['a root', { root: 'no name', format: 'xml', mapping: mapping({ a: 1 }), places: { root: { ...place, line: 9 } } }],
  ])('%s is shown where it stands', (_, definition) => { expect(diagnosticsOf(definition)[0]).toMatchObject({ line: 9 }) })

  it('a key that is no XML name is shown where it stands', () => {
    const at = (line: number) => ({ ...place, line })
    const entry = (key: string, line: number, value: MappingNode = mapping(1)): MappingEntry => ({ kind: 'entry', key, value, place: at(line) })
    const node: MappingNode = { kind: 'map', place: at(1), entries: [entry('a', 2, { kind: 'map', place: at(2), entries: [entry('b c', 3)] }), { kind: 'block', open: textOf('#if lead.x'), then: [entry('d.1e', 5)], otherwise: [entry('f g', 7)] }] }
    expect(diagnosticsOf({ format: 'xml', mapping: node }).map((each) => [each.line, each.message]).sort()).toEqual([[3, expect.stringContaining('"b c"')], [5, expect.stringContaining('"1e"')], [7, expect.stringContaining('"f g"')]])
  })

  it('{{token}} outside Auth is told where Auth asks for one; a field of the lead that is named whole, or without such an Auth, is none of it', () => {
    const auth = { kind: 'oauth2', tokenUrl: textOf('https://t.example'), clientId: textOf('i'), clientSecret: textOf('s'), scope: null, use: textOf('T {{token}}') } as const
    const at = (value: string) => ({ headers: [{ name: 'X-Session', value: textOf(value) }] })
    expect(diagnosticsOf({ ...at('{{token}}'), auth }).map((each) => each.code)).toEqual(['token-elsewhere'])
    expect(diagnosticsOf({ mapping: mapping({ session: '{{token}}' }), auth }).map((each) => each.code)).toEqual(['token-elsewhere'])
    expect(headersOf(requestOf({ ...at('{{lead.token}}'), auth }, lead, { token: 'T0' }))).toMatchObject({ 'X-Session': 'mine', Authorization: 'T T0' })
    expect(headersOf(requestOf(at('{{token}}'), lead, { token: 'T0' }))).toMatchObject({ 'X-Session': 'mine' })
  })
  it('a mistake in a shared template is told once', () => {
    expect(diagnosticsOf({ headers: [{ name: 'X', value: textOf('{{uper lead.id}}') }], ping: buildPing({}) }).length).toBe(1)
  })
})
