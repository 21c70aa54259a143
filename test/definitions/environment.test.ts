import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { substitute } from '../../src/definitions/environment.ts'
import { readYaml, type YamlNode } from '../../src/definitions/yaml-tree.ts'
import { compileTemplate, templateOptions } from '../../src/wire/template/template.ts'
import { inputOf } from '../wire/render/input.ts'

const tree = (text: string): YamlNode => {
  const { root, diagnostics } = readYaml({ path: 'r.yaml', text })
  expect(diagnostics).toEqual([])
  if (!root) throw new Error('nothing was read')
  return root
}

const valueAt = (root: YamlNode, key: string) => {
  const entry = root.kind === 'map' ? root.entries.find((each) => each.kind === 'entry' && each.key === key) : undefined
  if (entry?.kind !== 'entry' || entry.value.kind !== 'scalar') throw new Error(`no ${key}`)
  return entry.value
}

const input = inputOf({ first_name: 'Ann' })

/** What wire makes of a text, for a lead whose first name is Ann. */
const printed = (text: string): unknown => {
  const problems: unknown[] = []
  const template = compileTemplate({ text, place: { file: 'r.yaml', line: 1, col: 1 } }, templateOptions({ recipient: { id: 'r', name: 'R' }, tables: {}, captures: null }, (each) => problems.push(each)))
  expect(problems).toEqual([])
  return template.kind === 'constant' ? template.value : template.read(input)
}

describe('variables', () => {
  it.each([
    ['a: ${TOKEN}', 'abc'],
    ['a: Bearer ${TOKEN}', 'Bearer abc'],
    ['a: "${TOKEN}-${OTHER}"', 'abc-x: y # z'],
    ["a: '${TOKEN}'", 'abc'],
    ['a: ${OTHER} # a comment', 'x: y # z'],
    ['a: ${EMPTY}', ''],
    ['a: ${NUMBER}', '0071'],
    ['a: ${BOOLEAN}', 'true'],
    ['a: |\n  ${TOKEN}\n', 'abc\n'],
    ['a: $TOKEN and $5', '$TOKEN and $5'],
    ['a: plain', 'plain'],
  ])('%j reads as %j', (text, expected) => {
    const env = { TOKEN: 'abc', OTHER: 'x: y # z', EMPTY: '', NUMBER: '0071', BOOLEAN: 'true' }
    const { root, diagnostics } = substitute(tree(text), env)
    expect(diagnostics).toEqual([])
    expect(valueAt(root, 'a').value).toBe(expected)
  })

  it.each([
    ['https://b.example/p?key=${KEY}&n={{lead.n}}', 'https://b.example/p?key=a%2Bb%26c%23%2F%3D&n={{lead.n}}'],
    ['${BASE}/p?n={{lead.n}}&key=${KEY}', 'https://b.example/x?p=1/p?n={{lead.n}}&key=a%2Bb%26c%23%2F%3D'],
    ['https://b.example?key=${ENCODED}&p=${PLAIN}', 'https://b.example?key=a%2Bb&p=abc/=='],
    ['https://b.example/${KEY}?${KEY}', 'https://b.example/a+b&c#/=?a+b&c#/='], ['key=${KEY}', 'key=a+b&c#/='], ['see https://b.example?key=${KEY}', 'see https://b.example?key=a+b&c#/='],
    ['https://ann:${KEY}@b.example/p', 'https://ann:a%2Bb%26c%23%2F%3D@b.example/p'], ['https://${PLAIN}:${ENCODED}@b.example', 'https://abc%2F%3D%3D:a%2Bb@b.example'], ['https://${HOST}:8080/p@x', 'https://b.example:8080/p@x'],
  ])('the value of a parameter of an address keeps its + and &, a password in one its @ and /: %s', (text, expected) => {
    const { root } = substitute(tree(`a: ${text}`), { KEY: 'a+b&c#/=', BASE: 'https://b.example/x?p=1', ENCODED: 'a%2Bb', PLAIN: 'abc/==', HOST: 'b.example' })
    expect(valueAt(root, 'a').value).toBe(expected)
  })

  it('they stand inside {…} too, without quotes', () => {
    const { root } = substitute(tree('Auth: {Username: ${U}, Password: ${P}}'), { U: 'ann', P: 'a, b}' })
    const auth = root.kind === 'map' && root.entries[0]?.kind === 'entry' ? root.entries[0].value : root
    expect([valueAt(auth, 'Username').value, valueAt(auth, 'Password').value]).toEqual(['ann', 'a, b}'])
  })

  it('every value is a secret, and only those that were used', () => {
    expect([...substitute(tree('a: ${A}\nb: [${B}, x]'), { A: 'one', B: 'two', C: 'three' }).secrets]).toEqual(['one', 'two'])
    expect([...substitute(tree('a: b'), { A: 'one' }).secrets]).toEqual([])
  })

  it('one that is not set is told at its own place, every time, with what to do', () => {
    const { diagnostics } = substitute(tree('a: Bearer ${ACME_TOKEM}\nb:\n  - "x ${NOPE}"'), { ACME_TOKEN: 'x' })
    expect(diagnostics).toEqual([
      { code: 'missing-variable', severity: 'error', file: 'r.yaml', line: 1, col: 11, length: 13, message: 'the variable ACME_TOKEM is not set', help: 'export ACME_TOKEM=… or add it to .env; did you mean ACME_TOKEN?' },
      { code: 'missing-variable', severity: 'error', file: 'r.yaml', line: 3, col: 8, length: 7, message: 'the variable NOPE is not set', help: 'export NOPE=… or add it to .env' },
    ])
  })

  it('names of the language itself are no variables', () => {
    expect(substitute(tree('a: ${constructor}'), {}).diagnostics).toMatchObject([{ code: 'missing-variable' }])
  })

  it('what is no name is an error, not text for a buyer', () => {
    expect(substitute(tree('a: "${TOKEN:-none}"'), { TOKEN: 'x' }).diagnostics).toMatchObject([{ code: 'bad-variable', line: 1, col: 5 }])
  })

  it('a dollar sign before a template is one', () => {
    const { diagnostics, root, secrets } = substitute(tree('a: ${{lead.price}} # why\nb: "$${{format lead.x "0,0"}}"\nc: {d: ${{lead.p}}, e: [${{lead.q "}, #"}}]}\nf: ${A}${{lead.r}}'), { A: 'x' })
    expect(diagnostics).toEqual([])
    expect(JSON.parse(JSON.stringify(root, (key, value: unknown) => (key === 'place' || key === 'keyPlace' ? undefined : value)))).toMatchObject({ entries: [{ value: { text: '${{lead.price}}' } }, { value: { text: '$${{format lead.x "0,0"}}' } }, { value: { entries: [{ value: { text: '${{lead.p}}' } }, { value: { items: [{ text: '${{lead.q "}, #"}}' }] } }] } }, { value: { text: 'x${{lead.r}}' } }] })
    expect([...secrets]).toEqual(['x'])
  })

  it('a field that is written as a variable is told how it is written', () => {
    expect(substitute(tree('a: ${lead.price}'), {}).diagnostics).toMatchObject([{ code: 'bad-variable', help: 'a field is {{lead.price}}' }])
  })

  it.each(['Description', 'Notes', 'Documentation', 'Sample Response'])('a field %s of a mapping is no note: its variables are replaced', (key) => {
    const { root } = substitute(tree(`Field Mapping:\n  ${key}: from \${TOKEN}`), { TOKEN: 'abc' })
    const [mapping] = root.kind === 'map' ? root.entries : []
    expect(mapping?.kind === 'entry' && valueAt(mapping.value, key).text).toBe('from abc')
  })

  it.each(['${{TOKEN}}', 'Bearer ${{ secrets.TOKEN }}', '${{env.TOKEN}}'])('%s is told to be ${TOKEN}, where a dollar sign and an empty field would go out', (written) => {
    const { diagnostics } = substitute(tree(`a: ${written}`), { TOKEN: 'abc' })
    expect(diagnostics).toMatchObject([{ code: 'bad-variable', help: 'write ${TOKEN} for the variable; a field is ${{lead.TOKEN}}' }])
  })

  it('sample answers and notes stay as they are written', () => {
    const { diagnostics, root } = substitute(tree('Notes: costs ${X}\nExpected Response:\n{"a": "${Y}"}\nb: c'), {})
    expect(diagnostics).toEqual([])
    expect(valueAt(root, 'Expected Response').text).toBe('{"a": "${Y}"}')
  })

  it('keys under block lines are reached', () => {
    const { root } = substitute(tree('m:\n  {{#if lead.x}}\n  a: ${A}\n  {{else}}\n  a: ${B}\n  {{/if}}'), { A: '1', B: '2' })
    expect(JSON.stringify(root)).toContain('"text":"1"')
    expect(JSON.stringify(root)).toContain('"text":"2"')
  })
})

describe('a value is never read as a template', () => {
  it.each([
    ['a: ${V}', 'x{{lead.first_name}}y', 'x{{lead.first_name}}y'],
    ['a: ${V}', '\\{{lead.first_name}}', '\\{{lead.first_name}}'],
    ['a: ${V}', '\\\\{{x}}}', '\\\\{{x}}}'],
    ['a: ${V}{{lead.first_name}}', 'C:\\', 'C:\\Ann'],
    ['a: ${V}{{lead.first_name}}', '{', '{Ann'],
    ['a: "{{lead.first_name}}${V}"', '}', 'Ann}'],
    ['a: "{${V}}{{lead.first_name}}"', '{x}', '{{x}}Ann'],
    ['a: "${V}"', '{"json": {"deep": 1}}', '{"json": {"deep": 1}}'],
    ['a: Hello {{lead.first_name}}, ${V}', 'plain', 'Hello Ann, plain'],
  ])('%j with %j prints %j', (text, value, expected) => {
    const { root, diagnostics } = substitute(tree(text), { V: value })
    expect(diagnostics).toEqual([])
    expect(printed(valueAt(root, 'a').text)).toBe(expected)
  })

  it('keeps the text itself beside it, for keys of signatures', () => {
    const { root } = substitute(tree('a: ${V}\nb: ${W}'), { V: 'x{{y}}', W: 'z' })
    expect(valueAt(root, 'a').literal).toBe('x{{y}}')
    expect(valueAt(root, 'b').literal).toBeUndefined()
  })

  it('may stand as a string or a word inside a tag where it cannot end it', () => {
    const said = (value: string) => substitute(tree('a: {{default lead.nothing "${V}"}}'), { V: value })
    expect(printed(valueAt(said('West 4').root, 'a').text)).toBe('West 4')
    expect(said('a" "b').diagnostics).toMatchObject([{ code: 'variable-in-template', line: 1, col: 28 }])
    expect(substitute(tree('a: {{lead.${V}}}'), { V: 'x}} {{y' }).diagnostics).toMatchObject([{ code: 'variable-in-template' }])
  })

  it('whatever it is', () => {
    const texts = fc.string({ unit: fc.constantFrom('{', '}', '\\', '"', 'a', ' ', '#') })
    fc.assert(fc.property(texts, texts, (value, other) => {
      const { root, diagnostics } = substitute(tree('a: "<${V}|{{lead.first_name}}|${W}${V}>"'), { V: value, W: other })
      expect(diagnostics).toEqual([])
      expect(printed(valueAt(root, 'a').text)).toBe(`<${value}|Ann|${other}${value}>`)
    }))
  })
})
