import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadCatalogue } from '../../src/definitions/catalogue.ts'
import { anyText } from '../base/any-text.ts'
import { readSnippets } from './snippets.ts'

const root = resolve(import.meta.dirname, '../..')
const shipped = readdirSync(join(root, 'recipients'), { recursive: true, withFileTypes: true }).filter((each) => each.name.endsWith('.yaml')).map((each) => readFileSync(join(each.parentPath, each.name), 'utf8'))
const texts = [...shipped, ...readSnippets().map((each) => each.text)]
const lines = texts.flatMap((each) => each.split('\n'))
const values = ['', '10', '-1', 'null', '[]', '{}', '{a: {b: [1]}}', '[[x], {y: z}]', '"', "'", '{{', '}}', '{{#if x}}', '{{/if}}', '${X}', '${', '|', '> 50%', '1e999', '()', 'in (', '//[', 'css(', 'regex((', '99999999999999999999', '$', '0x1', '\u0000', '😀', '&a', '*a', '<<', '---', '__proto__', 'constructor']

/** Shipped files with lines taken out, put in, doubled, indented or given other values. */
const mangled = fc.tuple(
  fc.constantFrom(...texts),
  fc.array(fc.record({ at: fc.nat(), how: fc.constantFrom('drop', 'double', 'insert', 'value', 'cut', 'indent', 'key'), line: fc.constantFrom(...lines), value: fc.constantFrom(...values) }), { minLength: 1, maxLength: 5 }),
).map(([text, changes]) => {
  const out = text.split('\n')
  for (const { at, how, line, value } of changes) {
    const i = at % out.length
    const old = out[i] ?? ''
    if (how === 'drop') out.splice(i, 1)
    else if (how === 'double') out.splice(i, 0, old)
    else if (how === 'insert') out.splice(i, 0, line)
    else if (how === 'cut') out[i] = old.slice(0, at % (old.length + 1))
    else if (how === 'indent') out[i] = `${' '.repeat(at % 5)}${old.trimStart()}`
    else out[i] = how === 'key' ? old.replace(/^(\s*(?:- )?)[^:]*/, `$1${value}`) : old.replace(/:.*/, () => `: ${value}`)
    if (out.length === 0) out.push('')
  }
  return out.join('\n')
})

describe('files with mistakes', () => {
  it('never stop the reader, and every problem has a place in the file', () => {
    fc.assert(fc.property(fc.array(mangled, { minLength: 1, maxLength: 3 }), (files) => {
      const { catalogue, diagnostics } = loadCatalogue(files.map((text, i) => ({ path: `r${i}.yaml`, text })), { X: 'x', ABC_TOKEN: 'secret' })
      for (const each of diagnostics) {
        const count = (files[Number(each.file?.slice(1, -5))] ?? '').split('\n').length
        expect(each.line).toBeLessThanOrEqual(count)
        expect(each.line).toBeGreaterThanOrEqual(each.code === 'same-id' ? 0 : 1)
        expect(each.col).toBeGreaterThanOrEqual(1)
      }
      const broken = new Set(diagnostics.filter((each) => each.severity === 'error').map((each) => each.file))
      for (const each of catalogue.recipients.values()) expect(broken.has(each.file)).toBe(false)
      for (const [i] of files.entries()) if (!broken.has(`r${i}.yaml`)) expect(catalogue.recipients.has(`r${i}`)).toBe(true)
    }), { numRuns: 500 })
  })

  it('nor does any text at all', () => {
    fc.assert(fc.property(anyText({ maxLength: 200 }), (text) => { loadCatalogue([{ path: 'r.yaml', text }], {}) }), { numRuns: 500 })
  })
})
