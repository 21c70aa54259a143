import { DOMParser } from '@xmldom/xmldom'
import { parse as parseCsv } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileEndpoint } from '../../../src/wire/compile.ts'
import type { EndpointDefinition } from '../../../src/definitions/endpoint-definition.ts'
import { anyText } from '../../base/any-text.ts'
import { buildDefinition, mapping, textOf } from '../build-definition.ts'
import { bodyOf, headersOf, inputOf, requestOf } from '../render/input.ts'

const DEEP = { address: { street: '', city: 'Reno', lines: ['', '1 Main'] }, none: { a: '', b: [''] }, left: null, own: {} }
const lead = { a: 'x & y', b: 'é€', n: 5, none: null, empty: '', list: ['p', 'q'], obj: { '@k': 1, 'bad key': 'v' } }
const batchOf = (definition: Partial<EndpointDefinition>, leads: readonly Record<string, unknown>[]): string => {
  const rendered = compileEndpoint(buildDefinition(definition)).endpoint?.renderBatch(leads.map((each) => inputOf(each)))
  return rendered?.ok === true && typeof rendered.request.body === 'string' ? rendered.request.body : 'none'
}
const XML = '<?xml version="1.0" encoding="UTF-8"?>\n'

describe('formats', () => {
  it.each<[string, Partial<EndpointDefinition>, string]>([
    ['xml', { format: 'xml', mapping: mapping({ first: '{{lead.a}}', n: '{{lead.n}}', none: '{{lead.none}}', e: '{{lead.empty}}', i: '{{lead.list}}' }) }, `${XML}<lead><first>x &amp; y</first><n>5</n><e/><i>p</i><i>q</i></lead>`],
    ['xml with attributes under its own root', { format: 'xml', mapping: mapping({ 'ns:Lead': { '@xmlns:ns': 'urn:x', '@id': '{{lead.a}}"', name: { '@t': 'z', '#text': '{{lead.b}}' } } }) }, `${XML}<ns:Lead xmlns:ns="urn:x" id="x &amp; y&quot;"><name t="z">é€</name></ns:Lead>`],
    ['xml with a Root that the mapping has too', { format: 'xml', root: 'Lead', mapping: mapping({ Lead: { '@v': 2, a: '1' } }) }, `${XML}<Lead v="2"><a>1</a></Lead>`],
    ['xml with Root', { format: 'xml', root: 'Leads', mapping: mapping({ Lead: { a: '1' } }) }, `${XML}<Leads><Lead><a>1</a></Lead></Leads>`],
    ['xml of all fields', { format: 'xml', mapping: mapping({ a: '1' }), includeAllFields: true, omitEmpty: true }, `${XML}<lead><a>1</a><b>é€</b><n>5</n><list>p</list><list>q</list><obj><_k>1</_k><bad_key>v</bad_key></obj></lead>`],
    ['form', { format: 'form', mapping: mapping({ a: '{{lead.a}}', p: { q: '{{lead.n}}' }, l: ['1', '2'], r: { 0: 'x', 1: 'y' }, e: '{{lead.empty}}' }) }, 'a=x+%26+y&p.q=5&l=1&l=2&r=x&r=y&e='],
    ['form, latin1', { format: 'form', charset: 'latin1', mapping: mapping({ b: '{{lead.b}}“' }) }, 'b=%E9EUR%22'],
    ['csv', { format: 'csv', mapping: mapping({ a: '{{lead.a}}', none: '{{lead.none}}', q: '=1,"2"' }) }, 'a,none,q\r\nx & y,,"=1,""2"""\r\n'],
    ['csv of a list, an item of which the lead has not', { format: 'csv', mapping: mapping({ l: ['{{lead.none}}', { k: '{{lead.n}}' }, 'z'], 'm.0': '{{lead.none}}', 'm.1': 'y' }) }, 'l.0,l.1.k,l.2,m.0,m.1\r\n,5,z,,y\r\n'],
    ['text', { format: 'text', mapping: mapping('Lead {{lead.a}}\nN {{lead.n}}') }, 'Lead x & y\nN 5'],
    ['text of a map', { format: 'text', mapping: mapping({ a: '{{lead.a}}', n: '{{lead.n}}' }) }, 'a: x & y\nn: 5'],
    ['body parameter', { format: 'json', bodyParameter: 'data', extraFields: mapping({ key: 'k' }), mapping: mapping({ a: '{{lead.a}}' }) }, 'key=k&data=%7B%22a%22%3A%22x+%26+y%22%7D'],
    ['json in latin1', { charset: 'latin1', mapping: mapping({ b: '{{lead.b}}' }) }, '{"b":"\\u00e9\\u20ac"}'],
    ['xml in latin1', { format: 'xml', charset: 'latin1', mapping: mapping({ b: '{{lead.b}}' }) }, '<?xml version="1.0" encoding="ISO-8859-1"?>\n<lead><b>é&#8364;</b></lead>'],
    ['omit empty', { omitEmpty: true, mapping: mapping({ e: '{{lead.empty}}', a: 1 }) }, '{"a":1}'],
    ['empty kept', { mapping: mapping({ e: '{{lead.empty}}', x: '{{lead.none}}' }) }, '{"e":""}'],
    ['no mapping: the whole lead', {}, '{"a":"x & y","b":"é€","n":5,"empty":"","list":["p","q"],"obj":{"@k":1,"bad key":"v"}}'],
  ])('%s', (_, definition, body) => { expect(bodyOf(definition, lead)).toBe(body) })

  it.each<[string, Partial<EndpointDefinition>, string]>([
    ['omit empty, inside whole values too', { omitEmpty: true, includeAllFields: true, mapping: mapping({ home: '{{lead.deep.address}}', none: '{{lead.deep.none}}' }) }, '{"home":{"city":"Reno","lines":["1 Main"]},"n":5,"deep":{"address":{"city":"Reno","lines":["1 Main"]},"left":null,"own":{}}}'],
    ['omit empty, as a form', { omitEmpty: true, format: 'form', mapping: mapping({ home: '{{lead.deep.address}}' }) }, 'home.city=Reno&home.lines=1+Main'],
    ['whole values as they are without it', { mapping: mapping({ home: '{{lead.deep.none}}' }) }, '{"home":{"a":"","b":[""]}}'],
  ])('%s', (_, definition, body) => { expect(bodyOf(definition, { n: 5, empty: '', deep: DEEP })).toBe(body) })

  it('query goes into the URL', () => {
    const request = requestOf({ method: 'GET', format: 'query', url: textOf('https://b.example/l?k=1#f'), mapping: mapping({ a: '{{lead.a}}' }) }, lead)
    expect(request).toMatchObject({ method: 'GET', url: 'https://b.example/l?k=1&a=x%20%26%20y#f', body: null })
    expect(headersOf(request)).not.toHaveProperty('Content-Type')
    expect(requestOf({ method: 'GET' }, lead).url).toBe('https://buyer.example/leads')
  })

  it.each<[string, Partial<EndpointDefinition>, string]>([
    ['json', { batch: { format: 'json', results: null, match: null } }, '[{"a":"1"},{}]'],
    ['csv', { batch: { format: 'csv', results: null, match: null } }, 'a\r\n1\r\n""\r\n'],
    ['xml', { batch: { format: 'xml', results: null, match: null } }, `${XML}<leads><lead><a>1</a></lead><lead/></leads>`],
  ])('batch of %s', (_, definition, body) => { expect(batchOf({ ...definition, mapping: mapping({ a: '{{lead.a}}' }) }, [{ a: '1' }, {}])).toBe(body) })
  it('the root of an XML batch has the namespace of its prefix from its members, and no other', () => {
    const xml = (root: string) => batchOf({ batch: { format: 'xml', results: null, match: null }, root, mapping: mapping({ 'n:Lead': { '@xmlns:n': 'urn:x&y', '@xmlns:m': 'urn:m', 'n:a': '{{lead.a}}' } }) }, [{ a: '1' }])
    const members = '<n:Lead xmlns:n="urn:x&amp;y" xmlns:m="urn:m"><n:a>1</n:a></n:Lead>'
    expect([xml('n:Leads'), xml('Leads')]).toEqual([`${XML}<n:Leads xmlns:n="urn:x&amp;y">${members}</n:Leads>`, `${XML}<Leads>${members}</Leads>`])
  })
})

it.each(['xml', 'form', 'text'] as const)('a lead nested too deeply for %s gives a reason, not a crash', (format) => {
  let deep: unknown = 'x'
  for (let i = 0; i < 50_000; i++) deep = { a: deep }
  expect(() => bodyOf({ format, mapping: mapping({ d: '{{lead.d}}' }) }, { d: deep })).toThrow('nested too deeply')
})

describe('no value breaks out', () => {
  const text = fc.oneof(anyText(), fc.constantFrom('{{x}}"\n- y: <z>', ']]>', '</lead>', '<!ENTITY', 'a\r\nB: c', '"', ',', '\r', '&amp;', '', ' ', '=1', '\u0000', '\ud800'))
  const two = { format: 'json' as const, mapping: mapping({ a: '{{lead.a}}', m: { b: 'x{{lead.b}}y' } }) }
  const check = (run: (a: string, b: string) => void): void => fc.assert(fc.property(text, text, run), { numRuns: 400 })

  it('JSON', () => check((a, b) => { expect(JSON.parse(bodyOf(two, { a, b }))).toEqual({ a, m: { b: `x${b}y` } }) }))
  it('JSON written straight equals JSON of built values', () => check((a, b) => {
    const entries = two.mapping.kind === 'map' ? two.mapping.entries : []
    const repeated = { ...two, mapping: { ...two.mapping, entries: [...entries.slice(0, 1), ...entries] } as typeof two.mapping }
    expect(bodyOf(repeated, { a, b })).toBe(bodyOf(two, { a, b }))
  }))
  it('form', () => check((a, b) => {
    expect([...new URLSearchParams(bodyOf({ ...two, format: 'form' }, { a, b }))]).toEqual([['a', a.toWellFormed()], ['m.b', `x${b}y`.toWellFormed()]])
  }))
  it('query', () => check((a, b) => {
    const url = new URL(requestOf({ ...two, method: 'GET', format: 'query' }, { a, b }).url)
    expect([url.host, url.pathname, ...url.searchParams]).toEqual(['buyer.example', '/leads', ['a', a.toWellFormed()], ['m.b', `x${b}y`.toWellFormed()]])
  }))
  it('CSV', () => check((a, b) => {
    expect(parseCsv(bodyOf({ ...two, format: 'csv' }, { a, b }), { record_delimiter: '\r\n' })).toEqual([['a', 'm.b'], [a, `x${b}y`].map((each) => each.toWellFormed())])
  }))
  it('CSV of a batch', () => check((a, b) => {
    expect(parseCsv(batchOf({ ...two, batch: { format: 'csv', results: null, match: null } }, [{ a, b }, { a: b, b: a }]), { record_delimiter: '\r\n' })).toEqual([['a', 'm.b'], [a, `x${b}y`], [b, `x${a}y`]].map((row) => row.map((each) => each.toWellFormed())))
  }))
  it('XML', () => check((a, b) => {
    const legal = (value: string): string => value.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '')
    const document = new DOMParser().parseFromString(bodyOf({ format: 'xml', mapping: mapping({ '@t': '-{{lead.a}}', m: '{{lead.b}}' }) }, { a, b }), 'text/xml')
    const root = document.documentElement
    expect([root?.getAttribute('t'), root?.textContent, root?.childNodes.length]).toEqual([legal(`-${a}`), legal(b), 1])
  }))
  it('headers', () => check((a, b) => {
    const request = requestOf({ ...two, headers: [{ name: 'X-A', value: textOf('{{lead.a}}') }, { name: 'X-B', value: textOf('p{{lead.b}}') }] }, { a, b })
    for (const [, value] of request.headers) expect(value).toMatch(/^[\x20-\x7e\x80-\xff]*$/)
    expect(Buffer.from(headersOf(request)['X-A'] ?? '', 'latin1').toString()).toBe(a.replace(/[\u0000-\u001f\u007f]/g, ' ').trim().toWellFormed())
  }))
})
