import { expect, it } from 'vitest'
import { compileEndpoint, readerProblems } from '../../src/wire/compile.ts'
import { compileXPath } from '../../src/wire/parse/xml.ts'
import { answer, buildDefinition, buildParsing, is, path } from './build-definition.ts'
import { createReader } from '../../src/wire/read.ts'

const place = { file: 'recipients/a.yaml', line: 7, col: 3 }

it('names each path that cannot be read, at its place', () => {
  const parsing = buildParsing({ success: is('//a[', 'x'), leadId: path('css(p[)'), price: path('regex((\\d+)'), message: path('message'), places: { success: place } })
  const found = readerProblems(buildDefinition({ parsing }))
  expect(found.map((each) => each.message)).toEqual(['the path `//a[` cannot be read', 'the CSS selector `css(p[)` cannot be read', 'the pattern `regex((\\d+)` cannot be read'])
  expect(found[0]).toMatchObject(place)
})

it.each(['..', '#', '>>', 'h1:nope', 'h1,', '//x', '', '123', '@data-x'])('css(%s) is told when the recipient is compiled, before anything is sent', (selector) => {
  const parsing = buildParsing({ success: is('ok', true), message: { kind: 'css', selector, attribute: null }, places: { message: place } })
  const { endpoint, diagnostics } = compileEndpoint(buildDefinition({ parsing }))
  expect(endpoint).toBeNull()
  expect(diagnostics).toMatchObject([{ ...place, code: 'unreadable-path', severity: 'error' }])
})

it.each(['//a[foo()]', '//a::b', '/a[matches(b, "x")]', '//a[contains(b)', '/a/soap:text()'])('XPath %s is told, which would fail only at an answer that has an a', (text) => {
  expect(readerProblems(buildDefinition({ parsing: buildParsing({ success: is('ok', true), price: path(text) }) }))).toMatchObject([{ code: 'unreadable-path' }])
})

it.each([
  '//a[not(b = "foo(x)")]', "/a[contains(b, 'x::y(')]", '//*[local-name() = "Status" and (position() = last())]', 'count(//bid)', '//a/following-sibling::b[1]/text()', '/a/child::node()', 'string(/a/@id)', '/a[. mod (2) = 1]', '//a[position() = last() -(1)]',
])('XPath %s can be read', (text) => { expect(compileXPath(text)).not.toBeNull() })

it.each(['http_status', 'HttpStatusCode', 'http-code'])('%s is looked for in the body, which is told', (text) => {
  expect(readerProblems(buildDefinition({ parsing: buildParsing({ success: is(text, 200) }) }))).toMatchObject([{ code: 'http-status', severity: 'warning', help: "the answer's own status is http.status" }])
  expect(readerProblems(buildDefinition({ parsing: buildParsing({ success: is('http.status', 200) }) }))).toEqual([])
})

it('finds nothing in paths that can be read', () => {
  const parsing = buildParsing({ success: is('//soap:Body/ok', 'x'), leadId: path('css(h1.status)'), price: path('errors.*.text'), capture: { a: path('header.X-A') } })
  expect(readerProblems(buildDefinition({ parsing }))).toEqual([])
})

it('an answer read by such a path is in doubt, never an acceptance', () => {
  const { read } = createReader(buildDefinition({ parsing: buildParsing({ success: is('//a[', 'x') }) }))
  expect(read(answer(200, '<a>x</a>'), 'post').kind).toBe('unconfirmed')
})
