import { expect, it } from 'vitest'
import { compileEndpoint } from '../../src/wire/compile.ts'
import { readerProblems } from '../../src/wire/reader-problems.ts'
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

it('finds nothing in paths that can be read', () => {
  const parsing = buildParsing({ success: is('//soap:Body/ok', 'x'), leadId: path('css(h1.status)'), price: path('errors.*.text'), capture: { a: path('header.X-A') } })
  expect(readerProblems(buildDefinition({ parsing }))).toEqual([])
})

it('an answer read by such a path is in doubt, never an acceptance', () => {
  const { read } = createReader(buildDefinition({ parsing: buildParsing({ success: is('//a[', 'x') }) }))
  expect(read(answer(200, '<a>x</a>'), 'post').kind).toBe('unconfirmed')
})
