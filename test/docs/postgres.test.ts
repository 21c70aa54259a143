import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { IMPLEMENTATIONS } from '../conformance/ledgers.ts'

const root = resolve(import.meta.dirname, '../..')
const doc = readFileSync(join(root, 'docs/postgres.md'), 'utf8')
const cases = ['ledger', 'ledger-edges'].flatMap((name) =>
  [...readFileSync(join(root, `test/conformance/${name}.test.ts`), 'utf8').matchAll(/^ {2}\['([^'\n]+)', async/gm)].map((match) => match[1] ?? ''))

describe('docs/postgres.md', () => {
  it('names every case of the conformance suite, and what a ledger cannot do', () => {
    const rows = cases.map((name) => `| ${[name, ...IMPLEMENTATIONS.map(({ cannot }) => (cannot.some((each) => name.startsWith(each)) ? 'cannot' : 'yes'))].join(' | ')} |`)
    expect(cases.length).toBeGreaterThan(50)
    expect(doc.split('\n').filter((line) => /^\| .* \| (yes|cannot) \| (yes|cannot) \| (yes|cannot) \|$/.test(line))).toEqual(rows)
  })
})
