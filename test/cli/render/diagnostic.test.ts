import { describe, expect, it } from 'vitest'
import type { Diagnostic } from '../../../src/base/diagnostic.ts'
import { renderDiagnostic, renderDiagnostics } from '../../../src/cli/render/diagnostic.ts'
import { createPaint } from '../../../src/cli/streams.ts'

const plain = createPaint(0)
const at = (line: number, col: number, length: number, more: Partial<Diagnostic> = {}): Diagnostic =>
  ({ code: 'needs-unit', severity: 'error', file: 'acme.yaml', line, col, length, message: '`timeout: 10` needs a unit', ...more })
const show = (each: Diagnostic, text: string | null): string => renderDiagnostic(each, () => text, plain)

describe('a diagnostic', () => {
  it('shows place, excerpt, caret and help', () => {
    expect(show(at(2, 12, 2, { help: 'write 10s' }), 'a: 1\n  timeout: 10\n')).toBe([
      'error[needs-unit]: `timeout: 10` needs a unit',
      ' --> acme.yaml:2:12',
      '  |',
      '2 |   timeout: 10',
      '  |            ^^',
      '  = help: write 10s',
      '',
    ].join('\n'))
  })

  it.each([
    ['a tab before the caret goes to its stop', '\tx: 10', 5, 2, '    x: 10', '       ^^'],
    ['a wide character takes two columns', '名前: 10', 5, 2, '名前: 10', '      ^^'],
    ['a marked wide character is underlined whole', 'a: 名前', 4, 2, 'a: 名前', '   ^^^^'],
    ['a caret behind the end stands at the end', 'a: 1', 9, 1, 'a: 1', '    ^'],
    ['a control character cannot move the cursor', 'a: \u001b[2J', 4, 1, 'a: \\x1b[2J', '   ^^^^'],
  ])('%s', (_name, text, col, length, excerpt, caret) => {
    const lines = show(at(1, col, length), text).split('\n')
    expect(lines[3]).toBe(`1 | ${excerpt}`)
    expect(lines[4]).toBe(`  | ${caret}`)
  })

  it.each([
    ['no file', at(0, 0, 1, { file: null }), 'a', 'error[needs-unit]: `timeout: 10` needs a unit\n'],
    ['the whole file', at(0, 0, 1), 'a', 'error[needs-unit]: `timeout: 10` needs a unit\n --> acme.yaml\n'],
    ['a text that cannot be had', at(3, 1, 1), null, 'error[needs-unit]: `timeout: 10` needs a unit\n --> acme.yaml:3:1\n'],
  ])('without an excerpt: %s', (_name, each, text, expected) => {
    expect(show(each, text)).toBe(expected)
  })

  it('keeps the caret in sight on a very long line', () => {
    const lines = show(at(1, 301, 4), `${'x'.repeat(300)}HERE${'y'.repeat(300)}`).split('\n')
    const caret = lines[4]?.indexOf('^^^^') ?? -1
    expect(lines[3]?.slice(caret, caret + 4)).toBe('HERE')
    expect(lines[3]?.length).toBeLessThan(130)
  })
})

describe('several diagnostics', () => {
  it('come in the order of files and lines and are counted', () => {
    const text = renderDiagnostics([at(9, 1, 1), at(2, 1, 1, { severity: 'warning' }), at(1, 1, 1, { file: 'a.yaml' })], () => null, plain)
    expect(text.match(/--> \S+/g)).toEqual(['--> a.yaml:1:1', '--> acme.yaml:2:1', '--> acme.yaml:9:1'])
    expect(text.trimEnd().split('\n').at(-1)).toBe('2 errors and 1 warning in 2 files')
  })

  it('none are nothing', () => expect(renderDiagnostics([], () => null, plain)).toBe(''))
})
