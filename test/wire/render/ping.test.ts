import { describe, expect, it } from 'vitest'
import { buildPing, mapping, textOf } from '../build-definition.ts'
import { bodyOf, diagnosticsOf, headersOf, requestOf } from './input.ts'

const lead = { id: 'L1', email: 'ann@example.com', state: 'CA', loan: 5, source: { name: 'web' } }
const header = (name: string, value: string) => ({ name, value: textOf(value) })
const shared = {
  mapping: mapping({ email: '{{lead.email}}' }), includeAllFields: true,
  headers: [header('X-Email', '{{lead.email}}'), header('X-Bare', '{{email}}'), header('X-State', '{{lead.state}}'), header('X-Request-ID', '{{lead.id}}'), header('X-Source', '{{source.name}}'), header('X-Key', 'k-1')],
} as const

describe('a ping carries only its own fields', () => {
  const ping = buildPing({}, { mapping: mapping({ s: '{{upper lead.state}}' }), endpoint: textOf('https://buyer.example/ping') })

  it('in its headers too; the post has them all', () => {
    const asked = requestOf({ ...shared, ping }, lead, { phase: 'ping' })
    expect(asked.body).toBe('{"s":"CA"}')
    expect(headersOf(asked)).toMatchObject({ 'X-State': 'CA', 'X-Request-ID': 'L1', 'X-Source': 'web', 'X-Key': 'k-1' })
    expect(JSON.stringify(asked)).not.toContain('ann@example.com')
    expect(headersOf(requestOf({ ...shared, ping }, lead))).toMatchObject({ 'X-Email': 'ann@example.com', 'X-Bare': 'ann@example.com', 'X-State': 'CA' })
  })
  it('and beside a body parameter', () => {
    const asked = requestOf({ ...shared, ping, bodyParameter: 'data', extraFields: mapping({ key: 'k-1', mail: '{{lead.email}}', st: '{{lead.state}}' }) }, lead, { phase: 'ping' })
    expect(asked.body).toBe('key=k-1&st=CA&data=%7B%22s%22%3A%22CA%22%7D')
  })
  it.each([['{{json lead}}', true], ['a lead of {{lead.state}}', false]])('%s carries the whole lead: %s', (value, whole) => {
    const asked = requestOf({ ...shared, ping: buildPing({}, { mapping: mapping({ all: value }) }) }, lead, { phase: 'ping' })
    expect(JSON.stringify(asked).includes('ann@example.com')).toBe(whole)
  })
  it.each([
    '{{hash lead.email "sha256"}}', '{{first lead.email 3}}', '{{#if lead.email}}yes{{/if}}', '{{#if lead.email contains "@"}}{{lead.state}}{{else}}no{{/if}}', '{{concat (upper (hash lead.email)) lead.state}}', '{{compare lead.email "!=" ""}}', '{{truncate email 4}} {{lead.state}}',
  ])('a part, a hash or a condition of a field is not the field: %s', (value) => {
    const own = buildPing({}, { mapping: mapping({ e: value, s: '{{lead.state}}' }), endpoint: textOf('https://buyer.example/ping') })
    const definition = { ...shared, ping: own, bodyParameter: 'data', extraFields: mapping({ mail: '{{lead.email}}', st: '{{lead.state}}' }), idempotency: { header: 'X-Once', key: textOf('{{lead.email}}') } }
    const asked = requestOf(definition, lead, { phase: 'ping', key: 'ours' })
    expect(headersOf(asked)).toMatchObject({ 'X-State': 'CA', 'X-Once': 'ours' })
    expect(decodeURIComponent(JSON.stringify(asked))).not.toContain('ann@example.com')
    expect(diagnosticsOf(definition).filter((each) => each.code === 'ping-field' && each.message.startsWith('lead.email'))).not.toEqual([])
    expect(String(asked.body)).toMatch(/^st=CA&data=%7B%22e%22%3A%22.+%22%2C%22s%22|^st=CA&data=%7B%22e%22%3Atrue/)
  })
  it('in an address that the post has too, and in the key of a template', () => {
    const both = { ...shared, url: textOf('https://buyer.example/x?mail={{email}}&st={{state}}'), idempotency: { header: 'X-Once', key: textOf('{{lead.email}}') }, ping: { ...ping, endpoint: null } }
    const asked = requestOf(both, lead, { phase: 'ping', key: 'ours' })
    expect([asked.url, headersOf(asked)['X-Once']]).toEqual(['https://buyer.example/x?mail=&st=CA', 'ours'])
    const posted = requestOf(both, lead)
    expect([posted.url, headersOf(posted)['X-Once']]).toEqual(['https://buyer.example/x?mail=ann%40example.com&st=CA', 'ann@example.com'])
  })
  it.each([
    ['under Idempotency', { idempotency: { header: 'X-Once', key: textOf('{{lead.id}}-{{delivery_attempt}}') } }],
    ['under Headers', { headers: [header('x-once', '{{lead.id}}-{{delivery_attempt}}')], idempotency: { header: 'X-Once', key: textOf('{{lead.id}}-{{delivery_attempt}}') } }],
  ])('a key of its own %s is another than the post has: one key never carries two bodies', (_case, own) => {
    const keys = (['ping', 'post'] as const).map((phase) => Object.entries(headersOf(requestOf({ ping, ...own }, lead, { phase, key: 'ours' }))).filter(([name]) => /^x-once$/i.test(name)).map(([, value]) => value))
    expect(keys).toEqual([['L1-1-ping'], ['L1-1']])
  })
  it('what a ping brings is asked for in vain where there is no Ping', () => {
    expect(diagnosticsOf({ mapping: mapping({ id: '{{ping.id}}', bid: '{{ping.bid}}' }) }).map((each) => each.message)).toEqual(['id', 'bid'].map((name) => `this recipient has no Ping, so that ping.${name} has never a value`))
    expect(diagnosticsOf({ ping, mapping: mapping({ id: '{{ping.id}}', bid: '{{ping.bid}}' }) })).toEqual([])
  })
  it('its own address says what its author wrote', () => {
    expect(requestOf({ ping: { ...ping, endpoint: textOf('https://buyer.example/ping?mail={{email}}') } }, lead, { phase: 'ping' }).url).toBe('https://buyer.example/ping?mail=ann%40example.com')
  })
  it('what only begins as source does is a field; of a nested one the whole is named', () => {
    const headers = [header('X-Url', '{{lead.source_url}}'), header('X-Zip', '{{lead.[address.zip]}}')]
    const asked = requestOf({ headers, ping: buildPing({}, { mapping: mapping({ a: '{{lead.address.street}}' }) }) }, { id: 'L1', source_url: 'https://x.example/?mail=ann', 'address.zip': '02134' }, { phase: 'ping' })
    expect([headersOf(asked)['X-Url'], headersOf(asked)['X-Zip']]).toEqual([undefined, '02134'])
  })
  it('names in any script', () => {
    expect(bodyOf({ ping: buildPing({}, { mapping: mapping({ p: '{{lead.prénom}}', v: '{{lead.価格}}' }) }) }, { id: 'L1', prénom: 'Ann', 価格: 5 }, { phase: 'ping' })).toBe('{"p":"Ann","v":5}')
  })
  it('a condition of its mapping names a field as well', () => {
    expect(bodyOf({ ping: buildPing({}, { mapping: mapping({ big: '{{#if lead.loan > 3}}yes{{/if}}' }) }) }, lead, { phase: 'ping' })).toBe('{"big":"yes"}')
  })

  it('check tells what is left out, and refuses an address that would say it', () => {
    const told = (definition: Parameters<typeof diagnosticsOf>[0]) => diagnosticsOf(definition).filter((each) => each.code === 'ping-field').map((each) => [each.severity, each.message, each.help])
    expect(told({ ...shared, ping })).toEqual([['warning', 'lead.email stands here, and the ping does not carry it: it goes with the post only', "add email to the ping's Fields where the buyer asks for it"]])
    const url = textOf('https://buyer.example/{{lead.state}}?mail={{lead.email}}')
    expect(told({ url, ping })).toEqual([])
    expect(told({ url, ping: { ...ping, endpoint: null } })).toMatchObject([['error', expect.stringContaining('names lead.email'), expect.stringContaining('write an Endpoint under Ping')]])
    expect(told({ ...shared, url, ping: null })).toEqual([])
  })
})
