import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { prepare } from '../../src/definitions/prepass.ts'
import { readYaml, type YamlEntry, type YamlNode } from '../../src/definitions/yaml-tree.ts'

type Shown = string | number | boolean | null | readonly Shown[] | { readonly [key: string]: Shown }

const show = (node: YamlNode): Shown => (node.kind === 'map' ? showEntries(node.entries) : node.kind === 'list' ? node.items.map(show) : node.value)
/** A block is an entry named by its opening, with its two branches. */
const showEntries = (entries: readonly YamlEntry[]): Shown =>
  Object.fromEntries(entries.map((each) => (each.kind === 'entry' ? [each.key, show(each.value)] : [each.open.text, each.otherwise.length > 0 ? [showEntries(each.then), showEntries(each.otherwise)] : [showEntries(each.then)]])))

const read = (text: string): Shown => {
  const { root, diagnostics } = readYaml({ path: 'r.yaml', text })
  expect(diagnostics).toEqual([])
  return root && show(root)
}
const problems = (text: string): string[] => readYaml({ path: 'r.yaml', text }).diagnostics.map((each) => `${each.line}:${each.col} ${each.code}`)

const IF = '#if lead.x'

it('blanks that do not break, as text copied from a web page has them, are blanks where keys stand, and letters in a value', () => {
  expect(read('m:\n\u00A0\u00A0a b:\u00A0x\u00A0y\n  b: "\u00A0: z"\nl:\n\u00A0 -\u00A0c:\u00A01\n')).toEqual({ m: { 'a b': 'x\u00A0y', b: '\u00A0: z' }, l: [{ c: 1 }] })
})

describe('block lines', () => {
  it.each<[string, string, Shown]>([
    ['between keys of their own level', 'm:\n  a: 1\n  {{#if lead.x}}\n  b: 2\n  {{/if}}\n  c: 3\nn: 4', { m: { a: 1, [IF]: [{ b: 2 }], c: 3 }, n: 4 }],
    ['with deeper keys', 'm:\n  a: 1\n  {{#if lead.x}}\n      b: 2\n      c: 3\n  {{/if}}\n  d: 4', { m: { a: 1, [IF]: [{ b: 2, c: 3 }], d: 4 } }],
    ['first in a map', 'm:\n  {{#if lead.x}}\n    b: 2\n  {{/if}}\n  c: 3', { m: { [IF]: [{ b: 2 }], c: 3 } }],
    ['alone in a map', 'm:\n  {{#if lead.x}}\n  b: 2\n  {{/if}}\nc: 3', { m: { [IF]: [{ b: 2 }] }, c: 3 }],
    ['first in a file', '{{#if lead.x}}\n  b: 2\n{{/if}}\nc: 3', { [IF]: [{ b: 2 }], c: 3 }],
    ['at the edge, between deeper keys', 'm:\n  a: 1\n{{#if lead.x}}\n  b: 2\n{{/if}}\n  c: 3', { m: { a: 1, [IF]: [{ b: 2 }], c: 3 } }],
    ['at the edge, after the last deeper key', 'm:\n  a: 1\n{{#if lead.x}}\n  b: 2\n{{/if}}\nn: 3', { m: { a: 1, [IF]: [{ b: 2 }] }, n: 3 }],
    ['at the edge, first in a map', 'm:\n{{#if lead.x}}\n  a: 1\n{{/if}}\n  b: 2', { m: { [IF]: [{ a: 1 }], b: 2 } }],
    ['deeper than their keys', 'm:\n  a: 1\n      {{#if lead.x}}\n  b: 2\n      {{/if}}\n  c: 3', { m: { a: 1, [IF]: [{ b: 2 }], c: 3 } }],
    ['that close a deeper map', 'm:\n  n:\n    a: 1\n  {{#if lead.x}}\n    b: 2\n  {{/if}}\n  c: 3', { m: { n: { a: 1 }, [IF]: [{ b: 2 }], c: 3 } }],
    ['around maps and lists', 'm:\n  {{#if lead.x}}\n    n:\n      a: 1\n      b:\n        - 2\n        - c: 3\n          d: 4\n  {{/if}}\n  e: 5', { m: { [IF]: [{ n: { a: 1, b: [2, { c: 3, d: 4 }] } }], e: 5 } }],
    ['around a block scalar', 'm:\n  {{#if lead.x}}\n      a: |\n        x\n         y\n      b: 1\n  {{/if}}', { m: { [IF]: [{ a: 'x\n y\n', b: 1 }] } }],
    ['around braces over several lines', 'm:\n  {{#if lead.x}}\n      a: {b: {{lead.b}},\n        c: {{lead.c}}}\n  {{/if}}', { m: { [IF]: [{ a: { b: '{{lead.b}}', c: '{{lead.c}}' } }] } }],
    ['in an item of a list', 'l:\n  - a: 1\n    {{#if lead.x}}\n    b: 2\n    {{/if}}\n  - c: 3', { l: [{ a: 1, [IF]: [{ b: 2 }] }, { c: 3 }] }],
    ['in the only item of a list at the edge', 'l:\n- a: 1\n  {{#if lead.x}}\n  b: 2\n  {{/if}}\nz: 1', { l: [{ a: 1, [IF]: [{ b: 2 }] }], z: 1 }],
    ['inside one another', 'm:\n  {{#if lead.x}}\n  a: 1\n    {{#unless lead.y}}\n      b: 2\n    {{/unless}}\n  c: 3\n  {{/if}}', { m: { [IF]: [{ a: 1, '#unless lead.y': [{ b: 2 }], c: 3 }] } }],
    ['inside one another, straight after', 'm:\n{{#if lead.x}}\n{{#unless lead.y}}\n    b: 2\n{{/unless}}\n    c: 3\n{{/if}}', { m: { [IF]: [{ '#unless lead.y': [{ b: 2 }], c: 3 }] } }],
    ['two on one line', 'm:\n  a: 1\n  {{#if lead.x}} {{#if lead.y}}\n  b: 2\n  {{/if}}{{/if}}\n  c: 3', { m: { a: 1, [IF]: [{ '#if lead.y': [{ b: 2 }] }], c: 3 } }],
    ['with keys ever less deep', 'm:\n  {{#if lead.x}}\n      a: 1\n    b: 2\n  c: 3\n  {{/if}}\n  d: 4', { m: { [IF]: [{ a: 1, b: 2, c: 3 }], d: 4 } }],
    ['with keys ever deeper', 'm:\n  {{#if lead.x}}\n  a: 1\n    b: 2\n      c: 3\n  {{/if}}\n  d: 4', { m: { [IF]: [{ a: 1, b: 2, c: 3 }], d: 4 } }],
    ['with comments and empty lines', 'm:\n  {{#if lead.x}} # why\n\n# at the edge\n  a: 1\n\n  {{/if}}\n  b: 2', { m: { [IF]: [{ a: 1 }], b: 2 } }],
    ['that are comments', 'm:\n  {{! one }}\n  {{!-- two }} --}}\n  a: 1', { m: { a: 1 } }],
    ['with nothing in them', 'm:\n  a: 1\n  {{#if lead.x}}\n  {{/if}}\n  b: 2', { m: { a: 1, b: 2 } }],
    ['first in a map, with nothing before {{else}}', 'm:\n  {{#if lead.x}}\n  # a: 1\n  {{else}}\n  b: 2\n  {{/if}}\n  c: 3', { m: { [IF]: [{}, { b: 2 }], c: 3 } }],
    ['first in a map, with nothing in them', 'm:\n  {{#if lead.x}}\n  {{/if}}\n  c: 3', { m: { c: 3 } }],
    ['with blanks and tildes', 'm:\n  {{~#if lead.x ~}}\n  a: 1\n  {{ / if }}', { m: { [IF]: [{ a: 1 }] } }],
    ['of compare', 'm:\n  {{#compare lead.s "==" "}}"}}\n  a: 1\n  {{/compare}}', { m: { '#compare lead.s "==" "}}"': [{ a: 1 }] } }],
  ])('%s', (_, text, expected) => expect(read(text)).toEqual(expected))

  it('that repeat themselves are blocks of their own', () => {
    const { root } = readYaml({ path: 'r.yaml', text: '{{#if lead.x}}\na: 1\n{{/if}}\n{{#if lead.x}}\nb: 2\n{{/if}}' })
    expect(root?.kind === 'map' && root.entries.map((each) => each.kind)).toEqual(['block', 'block'])
  })
})

describe('branches', () => {
  it.each<[string, string, Shown]>([
    ['else', 'm:\n  {{#if lead.x}}\n    a: 1\n  {{else}}\n      a: 2\n  {{/if}}\n  b: 3', { m: { [IF]: [{ a: 1 }, { a: 2 }], b: 3 } }],
    ['else if', '{{#if lead.x}}\na: 1\n{{else if lead.y = "}}"}}\na: 2\n{{else if lead.z}}\n  a: 3\n{{else}}\na: 4\n{{/if}}', { [IF]: [{ a: 1 }, { '#if lead.y = "}}"': [{ a: 2 }, { '#if lead.z': [{ a: 3 }, { a: 4 }] }] }] }],
    ['the caret for else', '{{#if lead.x}}\na: 1\n{{^}}\na: 2\n{{/if}}', { [IF]: [{ a: 1 }, { a: 2 }] }],
    ['only the other', '{{#unless lead.x}}\n{{else}}\na: 2\n{{/unless}}', { '#unless lead.x': [{}, { a: 2 }] }],
    ['blocks in both', '{{#if lead.x}}\na: 1\n{{else}}\n  {{#if lead.y}}\n  a: 2\n  {{else}}\n  a: 3\n  {{/if}}\n  b: 4\n{{/if}}', { [IF]: [{ a: 1 }, { '#if lead.y': [{ a: 2 }, { a: 3 }], b: 4 }] }],
  ])('%s', (_, text, expected) => expect(read(text)).toEqual(expected))
})

describe('quoted templates in braces and brackets', () => {
  it.each<[string, Shown]>([
    ['a: [ "{{hash (format lead.p "1###")}}" ]', { a: ['{{hash (format lead.p "1###")}}'] }],
    ['a: ["{{lead.x}}", "{{concat lead.y "," lead.z}}"] # why', { a: ['{{lead.x}}', '{{concat lead.y "," lead.z}}'] }],
    ['a: {b: "{{format lead.p "###"}}", c: ["{{#if lead.x = "}"}}y, z{{/if}}"]}', { a: { b: '{{format lead.p "###"}}', c: ['{{#if lead.x = "}"}}y, z{{/if}}'] } }],
    ["a: ['{{format lead.p '###'}}', 'O''Lee', \"x\\\"y\"]", { a: ["{{format lead.p '###'}}", "O'Lee", 'x"y'] }],
    ['a: ["{{format lead.p \\"###\\"}}", "{{lead.x}} \\"q\\""]', { a: ['{{format lead.p "###"}}', '{{lead.x}} "q"'] }],
    ['a: {b: "{{format lead.p "###"}}",\n  c: "{{format lead.q "#"}}"}', { a: { b: '{{format lead.p "###"}}', c: '{{format lead.q "#"}}' } }],
  ])('%s', (text, expected) => expect(read(text)).toEqual(expected))
})

describe('keys that stand twice', () => {
  it.each<[string, string, readonly string[]]>([
    ['in two branches', '{{#if lead.x}}\na: 1\n{{else}}\na: 2\n{{/if}}', []],
    ['under two blocks', '{{#if lead.x}}\na: 1\n{{/if}}\n{{#if lead.y}}\na: 2\n{{/if}}', []],
    ['in one branch', '{{#if lead.x}}\na: 1\na: 2\n{{/if}}', ['3:1 repeated-key']],
    ['with and without a block', 'a: 1\n{{#if lead.x}}\na: 2\n{{/if}}', ['3:1 repeated-key']],
    ['with and without a block, the other way', '{{#if lead.x}}\na: 2\n{{/if}}\na: 1', ['2:1 repeated-key']],
  ])('%s', (_, text, expected) => expect(problems(text)).toEqual(expected))
})

describe('blocks that do not fit', () => {
  it.each<[string, string, readonly string[]]>([
    ['never closed', 'm:\n  {{#if lead.x}}\n  a: 1', ['2:3 unclosed-block']],
    ['the inner one never closed', '{{#if lead.x}}\n{{#unless lead.y}}\na: 1\n{{/if}}', ['1:1 unclosed-block', '2:1 mismatched-block']],
    ['closed by another', '  {{#if lead.x}}\n  a: 1\n  {{/unless}}', ['1:3 mismatched-block']],
    ['closed without an opening', 'a: 1\n{{/if}}\nb: 2', ['2:1 stray-block-end']],
    ['else without an opening', 'a: 1\n{{else}}\nb: 2', ['2:1 stray-block-end']],
    ['two elses', '{{#if lead.x}}\na: 1\n{{else}}\nb: 1\n{{else}}\nc: 2\n{{/if}}', ['5:1 misplaced-else']],
    ['an inline block over several lines', 'a: {{#if lead.x}}\n  1\n  {{else}}\n  2\n  {{/if}}\nb: 2', ['1:4 unclosed-block']],
    ['an inline block that ends with its value', 'a: {{#if lead.x}}\n  1 {{/if}}\nb: 2', ['1:4 unclosed-block']],
    ['with items left of their key', '{{#if lead.x}}\n    a:\n  - b\n{{/if}}', ['3:3 block-in-list']],
    ['around items of a list', 'l:\n  - a\n  {{#if lead.x}}\n  - b\n  {{/if}}\n  - c', ['4:3 block-in-list']],
  ])('%s', (_, text, expected) => expect(problems(text)).toEqual(expected))

  it('say where they end and what to write', () => {
    expect(readYaml({ path: 'r.yaml', text: '{{#if lead.x}}\na: 1\n{{/unless}}' }).diagnostics).toEqual([
      { code: 'mismatched-block', severity: 'error', file: 'r.yaml', line: 1, col: 1, length: 14, message: '{{#if}} is closed by {{/unless}} in line 3', help: 'write {{/if}} there' },
    ])
  })
})

describe('lines and columns', () => {
  it('no line is added or removed, and every column can be found again', () => {
    const key = fc.constantFrom('a', 'bb', 'c c', '"q"', '{{#if lead.x}}', '{{else}}', '{{/if}}', '- d', '# note', '')
    const value = fc.constantFrom('', ':', ': 1', ': {{lead.x}}', ': "{{lead.y}}"', ': |', ': {e: {{lead.z}}, f: 2}', ': [', ': x # y')
    const line = fc.tuple(fc.nat({ max: 6 }), key, value).map(([indent, name, rest]) => ' '.repeat(indent) + name + (/^[\w"-]/.test(name) ? rest : ''))
    fc.assert(fc.property(fc.array(line, { minLength: 1, maxLength: 25 }), (lines) => {
      const text = lines.join('\n')
      const prepared = prepare({ path: 'r.yaml', text })
      const out = prepared.text.split('\n')
      expect(out).toHaveLength(lines.length)
      for (const [at, { text: taken, place }] of prepared.taken) {
        expect((lines[place.line - 1] ?? '').slice(place.col - 1)).toContain(taken.split('\n')[0])
        const [row = 0, col = 0] = at.split(':').map(Number)
        expect(prepared.column(row, col)).toBe(place.col)
      }
      out.forEach((each, i) => {
        const first = each.search(/\S/)
        if (first >= 0) expect(prepared.column(i + 1, first + 1)).toBe((lines[i] ?? '').search(/\S/) + 1)
      })
    }), { numRuns: 1_000 })
  })

  it('however the keys of a block are indented, they are the same keys', () => {
    const indents = fc.array(fc.nat({ max: 8 }), { minLength: 2, maxLength: 6 })
    fc.assert(fc.property(indents, fc.nat({ max: 8 }), (each, own) => {
      const inside = each.map((indent, i) => `${' '.repeat(indent)}k${i}: {{lead.k${i}}}`).join('\n')
      const text = `m:\n  first: 1\n${' '.repeat(own)}{{#if lead.x}}\n${inside}\n${' '.repeat(own)}{{/if}}\n  last: 2`
      const keys = Object.fromEntries(each.map((_, i) => [`k${i}`, `{{lead.k${i}}}`]))
      expect(read(text)).toEqual({ m: { first: 1, [IF]: [keys], last: 2 } })
    }), { numRuns: 500 })
  })
})
