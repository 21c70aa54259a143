import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDocument } from 'yaml'
import { readYaml, type YamlEntry, type YamlNode } from '../../src/definitions/yaml-tree.ts'

type Shown = string | number | boolean | null | readonly Shown[] | { readonly [key: string]: Shown }

/** A tree as plain data; a block is an entry `#open` with its two branches. */
const show = (node: YamlNode): Shown => {
  switch (node.kind) {
    case 'map': return showEntries(node.entries)
    case 'list': return node.items.map(show)
    case 'scalar': return node.value
    default: return node satisfies never
  }
}
const showEntries = (entries: readonly YamlEntry[]): Shown =>
  Object.fromEntries(entries.map((each) => (each.kind === 'entry' ? [each.key, show(each.value)] : [each.open.text, [showEntries(each.then), showEntries(each.otherwise)]])))

const read = (text: string): Shown => {
  const { root, diagnostics } = readYaml({ path: 'r.yaml', text })
  expect(diagnostics).toEqual([])
  return root && show(root)
}
const problems = (text: string): string[] => readYaml({ path: 'r.yaml', text }).diagnostics.map((each) => `${each.line}:${each.col} ${each.code}`)

const findKey = (node: YamlNode, key: string): Extract<YamlEntry, { kind: 'entry' }> | null => {
  const among = (entries: readonly YamlEntry[]): Extract<YamlEntry, { kind: 'entry' }> | null => {
    for (const each of entries) {
      const found = each.kind === 'block' ? among(each.then) ?? among(each.otherwise) : each.key === key ? each : findKey(each.value, key)
      if (found) return found
    }
    return null
  }
  if (node.kind === 'map') return among(node.entries)
  return node.kind === 'list' ? node.items.map((each) => findKey(each, key)).find((each) => each !== null) ?? null : null
}

describe('values', () => {
  it.each<[string, unknown]>([
    ['{{lead.x}}', '{{lead.x}}'],
    ['Tel {{format lead.p "(###) ###-####"}}', 'Tel {{format lead.p "(###) ###-####"}}'],
    ['{{format lead.t "HH:mm: ss # x"}} # a comment', '{{format lead.t "HH:mm: ss # x"}}'],
    ['a: {{lead.x}}', 'a: {{lead.x}}'],
    ['{{#if lead.score > 80}}1{{else}}2{{/if}}', '{{#if lead.score > 80}}1{{else}}2{{/if}}'],
    ['{{#if lead.x}}No #1{{/if}} # a comment', '{{#if lead.x}}No #1{{/if}}'],
    ['"{{lead.x}} \\"y\\""', '{{lead.x}} "y"'],
    ["'{{format lead.p \"#\"}} it''s'", '{{format lead.p "#"}} it\'s'],
    ['"{{format lead.p "(###) ###"}}"', '{{format lead.p "(###) ###"}}'],
    ['@{{lead.x}}', '@{{lead.x}}'],
    ['%{{lead.x}}', '%{{lead.x}}'],
    ['[{{lead.a}}, "b", {{lead.c}}]', ['{{lead.a}}', 'b', '{{lead.c}}']],
    ['{a: {{lead.a}}, b: {c: Bearer {{token}}}}', { a: '{{lead.a}}', b: { c: 'Bearer {{token}}' } }],
    ['{u: https://x.io/{{lead.id}}?a=1, m: POST}', { u: 'https://x.io/{{lead.id}}?a=1', m: 'POST' }],
    ['{a: {{format lead.p "(###), ###"}}, b: 1}', { a: '{{format lead.p "(###), ###"}}', b: 1 }],
    ['{a: ${A}, b: "x"}', { a: '${A}', b: 'x' }],
    ['{{{lead.x}}}', '{{{lead.x}}}'],
    ['"OK" in body', '"OK" in body'],
    ['> 50%', '> 50%'],
    ['007', '007'], ['12345678901234567890', '12345678901234567890'], ['0.1234567890123456789', '0.1234567890123456789'],
    ['1e5', '1e5'], ['0x1F', '0x1F'], ['+15551234567', '+15551234567'], ['.5', '.5'], ['-0', '-0'],
    ['42', 42], ['-3', -3], ['45.00', 45], ['0', 0], ['123456789012345', 123456789012345],
    ['true', true], ['False', false], ['null', null], ['~', null], ['', null], ['yes', 'yes'], ['2026-01-02', '2026-01-02'], ['"42"', '42'], ['.inf', '.inf'],
  ])('a: %s', (text, value) => {
    expect(read(`a: ${text}\nz: 1`)).toEqual({ a: value, z: 1 })
    expect(read(`- a: ${text}\n  z: 1`)).toEqual([{ a: value, z: 1 }])
  })

  it('one over several lines is folded, templates or not', () => {
    expect(read('a: {{lead.x}} and\n   {{lead.y "#"}}\n\n   z\nb: 1')).toEqual({ a: '{{lead.x}} and {{lead.y "#"}}\nz', b: 1 })
    expect(read('a:\n  {{lead.x}}\nb: 1')).toEqual({ a: '{{lead.x}}', b: 1 })
  })

  it('block scalars and quotes over several lines stay as they are, block lines in them too', () => {
    expect(read('a: |\n  {{#if lead.x}}\n  key: {{lead.x}} # no comment\n  {{/if}}\nb: {{lead.y}}')).toEqual({ a: '{{#if lead.x}}\nkey: {{lead.x}} # no comment\n{{/if}}\n', b: '{{lead.y}}' })
    expect(read('- |\n  {{lead.x}}\n- b: >-\n    x\n    {{lead.y}}\n  c: 1')).toEqual(['{{lead.x}}\n', { b: 'x {{lead.y}}', c: 1 }])
    expect(read('a: "{{lead.x}}\n  {{/if}} b: c"\nd: 1')).toEqual({ a: '{{lead.x}} {{/if}} b: c', d: 1 })
  })

  it('anchors are copied, and one that holds itself ends', () => {
    expect(read('a: &x {b: 1}\nc: *x')).toEqual({ a: { b: 1 }, c: { b: 1 } })
    expect(problems('a: &x\n  b: *x')).toEqual(['2:6 needs-quotes'])
  })

  it.each<[string, string, unknown]>([
    ['of templates', 'a: &x {{lead.x}}\nb: &y "{{lead.y}}"\nc: [*x, *y]', { a: '{{lead.x}}', b: '{{lead.y}}', c: ['{{lead.x}}', '{{lead.y}}'] }],
    ['inside braces and items', 'a: {b: &x {{lead.x}}, c: *x}\nl:\n  - &y {{lead.y}}\n  - *y', { a: { b: '{{lead.x}}', c: '{{lead.x}}' }, l: ['{{lead.y}}', '{{lead.y}}'] }],
    ['of a map with blocks', 'a: &m # why\n  {{#if lead.x}}\n  p: 1\n  {{/if}}\nb: *m', { a: { '#if lead.x': [{ p: 1 }, {}] }, b: { '#if lead.x': [{ p: 1 }, {}] } }],
    ['of a map under a block', '{{#if lead.x}}\na: &m\n  p: 1\n{{/if}}\nb: *m', { '#if lead.x': [{ a: { p: 1 } }, {}], b: { p: 1 } }],
    ['with names alone: an entity of HTML is text', 'a: &amp; {{lead.x}}', { a: '&amp; {{lead.x}}' }],
  ])('anchors %s', (_, text, expected) => { expect(read(text)).toEqual(expected) })

  it('`> 50%` means itself inside braces too', () => { expect(read('a: {b: > 50%, c: 1}')).toEqual({ a: { b: '> 50%', c: 1 } }) })

  it('a path of an answer may begin with a bracket, and a row of answers with a quote', () => {
    expect(read('a: [0].status = "ok"\nb: ["Lead Status"] = 1\n"sold: yes" in body: Success\n"c": [1, 2]')).toEqual({ a: '[0].status = "ok"', b: '["Lead Status"] = 1', '"sold: yes" in body': 'Success', c: [1, 2] })
  })

  it('`<<` brings the keys of other maps, behind those that stand there and under its own block', () => {
    expect(read('a: &m {p: {{lead.p}}, q: 1}\nb:\n  <<: *m\n  q: 2\nc: {<<: [{p: 3}, *m]}')).toEqual({ a: { p: '{{lead.p}}', q: 1 }, b: { p: '{{lead.p}}', q: 2 }, c: { p: 3, q: 1 } })
    expect(read('a: &m {p: 1}\nb:\n  {{#if lead.x}}\n  <<: *m\n  {{/if}}\n  q: 2')).toEqual({ a: { p: 1 }, b: { '#if lead.x': [{ p: 1 }, {}], q: 2 } })
  })

  it('an empty file has no root', () => {
    expect(readYaml({ path: 'r.yaml', text: '' })).toEqual({ root: null, diagnostics: [] })
    expect(readYaml({ path: 'r.yaml', text: '# nothing\n' })).toEqual({ root: null, diagnostics: [] })
  })

  it('a byte order mark and line ends of Windows change nothing', () => {
    expect(read('\uFEFFa: {{lead.x}}\r\n{{#if lead.y}}\r\nb: 1\r\n{{/if}}\r\n')).toEqual({ a: '{{lead.x}}', '#if lead.y': [{ b: 1 }, {}] })
  })
})

describe('sample answers', () => {
  it.each<[string, string, unknown]>([
    ['raw JSON at the edge', 'Expected Response:\n{\n  "a": 1,\n  "b": "x: {{y}}"\n}\n\nParsing:\n  Success: a = 1', { 'Expected Response': '{\n  "a": 1,\n  "b": "x: {{y}}"\n}', Parsing: { Success: 'a = 1' } }],
    ['raw JSON that is not indented', 'Expected Response:\n{\n"a": 1\n}\nz: 1', { 'Expected Response': '{\n"a": 1\n}', z: 1 }],
    ['raw JSON on the line of its key', 'Expected Response: {"a": 1, "b": [2]}\nz: 1', { 'Expected Response': '{"a": 1, "b": [2]}', z: 1 }],
    ['a raw list', 'expected_response:\n  [{"a": 1}]\nz: 1', { expected_response: '[{"a": 1}]', z: 1 }],
    ['raw XML', 'Expected Response:\n<r>\n  <a>1: 2</a>\n</r>\n\nz: 1', { 'Expected Response': '<r>\n  <a>1: 2</a>\n</r>', z: 1 }],
    ['raw XML on the line of its key', 'Expected Response: <r># 1</r>\nz: 1', { 'Expected Response': '<r># 1</r>', z: 1 }],
    ['a block scalar', 'Expected Response: |\n  {"a": 1}\nz: 1', { 'Expected Response': '{"a": 1}\n', z: 1 }],
    ['plain words', 'Expected Response: OK|123\nz: 1', { 'Expected Response': 'OK|123', z: 1 }],
    ['a list of answers and meanings', 'Expected Response:\n  - Response: {"ok": true}\n    Means: accepted\n  - {Response: "NO", Means: rejected}\nz: 1', { 'Expected Response': [{ Response: '{"ok": true}', Means: 'accepted' }, { Response: 'NO', Means: 'rejected' }], z: 1 }],
    ['a block of keys', 'Response:\n  Accept-Encoding: gzip\nz: 1', { Response: { 'Accept-Encoding': 'gzip' }, z: 1 }],
    ['JSON that is cut off', 'Expected Response:\n{"a": "b\nz: 1', { 'Expected Response': '{"a": "b', z: 1 }],
  ])('%s', (_, text, expected) => expect(read(text)).toEqual(expected))
})

describe('lines without a colon', () => {
  it('are keys without a value, where keys stand', () => {
    const text = 'Timeout Errors:\n  Backoff: 1s, 2s\n  Increase timeout each retry # always\n  Max Wait: 1s'
    expect(read(text)).toEqual({ 'Timeout Errors': { Backoff: '1s, 2s', 'Increase timeout each retry': null, 'Max Wait': '1s' } })
    const { root } = readYaml({ path: 'r.yaml', text })
    expect(root && findKey(root, 'Increase timeout each retry')).toMatchObject({ bare: true, keyPlace: { line: 3, col: 3, length: 27 } })
    expect(root && findKey(root, 'Max Wait')).not.toHaveProperty('bare')
  })

  it('are values and continuations everywhere else', () => {
    expect(read('a:\n  some words\nb: more\n  and more')).toEqual({ a: 'some words', b: 'more and more' })
  })
})

describe('problems', () => {
  it.each<[string, string, readonly string[]]>([
    ['a second document', 'a: 1\n---\nb: 2', ['2:1 second-document']],
    ['a tab', 'a:\n\tb: 1\n\tc: 2', ['2:1 tab-indentation']],
    ['a comma in braces', 'a: {b: c, d}', ['1:11 comma-in-braces']],
    ['an at sign', 'a: @name', ['1:4 needs-quotes']],
    ['a backtick', 'a: `name`', ['1:4 needs-quotes']],
    ['a percent sign', 'a: %name', ['1:4 needs-quotes']],
    ['an asterisk', 'a: *name', ['1:4 needs-quotes']],
    ['a second colon', 'a: Error: bad', ['1:4 needs-quotes']],
    ['a quote that is never closed', 'a: "b\nc: d', ['1:4 unclosed-quote']],
    ['a brace that is never closed', 'a: {b: c\nd: e', ['2:1 unclosed-brace']],
    ['a key twice', 'a: 1\nb: 2\na: 3', ['3:1 repeated-key']],
    ['a key twice, deeper', 'm:\n  - a: 1\n    a: 2', ['3:5 repeated-key']],
    ['a template as a key', '{{lead.x}}: 1\nb: 2', ['1:1 template-key']],
    ['a block around a key on one line', '{{#if lead.x}}a: 1{{/if}}\nb: 2', ['1:1 template-key']],
    ['keys that differ in letters alone', 'a: 1\nA: 2', []],
    ['a first document mark', '---\na: 1', []],
  ])('%s', (_, text, expected) => expect(problems(text)).toEqual(expected))

  it('say what to do', () => {
    const help = (text: string): string | undefined => readYaml({ path: 'r.yaml', text }).diagnostics[0]?.help
    expect(help('a: @name # x')).toBe('write "@name"')
    expect(help('Message: Error: bad')).toBe('quote the value: Message: "Error: bad"')
    expect(help('a: b\nm: *x.y "z"')).toBe("write '*x.y \"z\"'")
  })

  it('nesting without end is told, not thrown', () => {
    expect(problems('['.repeat(20_000))).toHaveLength(1)
    expect(problems(`${'{a: '.repeat(20_000)}1${'}'.repeat(20_000)}`)).toHaveLength(1)
  })
})

describe('places', () => {
  const text = 'Field Mapping:\n  a: {{lead.a}}\n  {{#if lead.b > 1}}\n      b: "{{lead.b}}"\n      c: {d: x, e: {{lead.e}}}\n  {{else if lead.c}}\n    f: 1\n  {{/if}}\n  g:\n  - {{lead.g}}\n'
  const { root } = readYaml({ path: 'r.yaml', text })
  const lines = text.split('\n')

  it.each(['Field Mapping', 'a', 'b', 'c', 'd', 'e', 'f', 'g'])('of the key %s are the user\'s own', (key) => {
    const found = root && findKey(root, key)
    const { line = 0, col = 0, length = 0 } = found?.keyPlace ?? {}
    expect((lines[line - 1] ?? '').slice(col - 1, col - 1 + length)).toBe(key)
    const value = found?.value
    if (value?.kind === 'scalar') expect((lines[value.place.line - 1] ?? '').slice(value.place.col - 1, value.place.col - 1 + (value.place.length ?? 0))).toBe(value.text)
  })

  it('of blocks are those of their words', () => {
    const mapping = root && findKey(root, 'Field Mapping')?.value
    const block = mapping?.kind === 'map' ? mapping.entries[1] : undefined
    expect(block).toMatchObject({ kind: 'block', open: { text: '#if lead.b > 1', place: { line: 3, col: 5 } }, otherwise: [{ kind: 'block', open: { text: '#if lead.c', place: { line: 6, col: 9 } } }] })
  })

  it('of a block scalar are those of its first line', () => {
    const { root: other } = readYaml({ path: 'r.yaml', text: 'a: |\n\n  {{lead.x}}\n' })
    expect(other && findKey(other, 'a')?.value.place).toMatchObject({ line: 3, col: 3 })
  })
})

describe('whatever the text', () => {
  const pieces = fc.constantFrom('a', 'b:', 'c: ', ' ', '  ', '\n', '\n  ', '- ', '{', '}', '[', ']', ',', '"', "'", '#', ' # ', '|', '>', '{{lead.x}}', '{{#if lead.y}}', '{{else}}', '{{else if z}}', '{{/if}}', '{{', '}}', '${V}', '&a ', '*a', '!t', '\t', '---\n', '@', '%', '\\', '007', 'Expected Response:\n', '<x>', '\r\n', '? ', '\u2193')
  it('reading never throws, and places are in the file', () => {
    fc.assert(fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
      const text = parts.join('')
      const lines = text.split(/\r?\n/)
      const inRange = ({ line, col }: { line: number; col: number }): boolean => line >= 1 && line <= lines.length && col >= 1 && col <= (lines[line - 1] ?? '').length + 1
      const { root, diagnostics } = readYaml({ path: 'r.yaml', text })
      const outside = (node: YamlNode): unknown[] => [
        ...(inRange(node.place) ? [] : [node.place]),
        ...(node.kind === 'list' ? node.items.flatMap(outside) : node.kind === 'map' ? node.entries.flatMap(outsideEntry) : []),
      ]
      const outsideEntry = (each: YamlEntry): unknown[] => (each.kind === 'block' ? [...(inRange(each.open.place) ? [] : [each.open]), ...each.then.flatMap(outsideEntry), ...each.otherwise.flatMap(outsideEntry)] : [...(inRange(each.keyPlace) ? [] : [each.keyPlace]), ...outside(each.value)])
      expect([...diagnostics.filter((each) => !inRange(each)), ...(root ? outside(root) : [])]).toEqual([])
    }), { numRuns: 1_500 })
  })

  it('YAML without templates reads as the yaml package reads it', () => {
    const plain = fc.constantFrom('a', 'k1: ', 'k2: ', 'k3: v', 'some words', ' ', '  ', '\n', '\n  ', '\n    ', '\n- ', '- ', '{k4: v, k5: [1, x]}', '[a, "b, c"]', '"q: r"', "'it''s'", ' # c', '|\n', '>-\n', '42', 'true', 'null', '5.25', 'https://x.io/a?b=c', ',', 'x#y', '---\n')
    fc.assert(fc.property(fc.array(plain, { maxLength: 20 }), (parts) => {
      const text = parts.join('')
      const document = parseDocument(text, { uniqueKeys: false })
      fc.pre(document.errors.length === 0)
      const { root, diagnostics } = readYaml({ path: 'r.yaml', text })
      fc.pre(!diagnostics.some((each) => each.code === 'repeated-key' || each.code === 'comma-in-braces' || each.code === 'bad-key'))
      expect(diagnostics).toEqual([])
      expect(root && show(root)).toEqual(document.toJS() ?? null)
    }), { numRuns: 1_500 })
  })
})
