import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadCatalogue } from '../../src/definitions/catalogue.ts'
import { told } from './loading.ts'

const folder = join(import.meta.dirname, 'fixtures/mistakes')
const files = readdirSync(folder).filter((each) => each.endsWith('.yaml')).toSorted()
const load = (names: readonly string[]) => loadCatalogue(names.map((name) => ({ path: name, text: readFileSync(join(folder, name), 'utf8') })), {})

describe('typical mistakes', () => {
  it('are told all at once, each with its place and what to do', async () => {
    expect(files.length).toBeGreaterThanOrEqual(30)
    const { diagnostics } = load(files)
    await expect(`${diagnostics.map(told).join('\n')}\n`).toMatchFileSnapshot(join(folder, 'expected.txt'))
  })

  it('leave the sound recipients in', () => {
    expect([...load(files).catalogue.recipients.keys()]).toEqual(['12-plain-token', '14-no-success', '35-nested', '39-currencies'])
  })

  it.each(files)('%s: every place is inside the file, and every message says what to do', (name) => {
    const lines = readFileSync(join(folder, name), 'utf8').split('\n')
    for (const each of load(files).diagnostics.filter(({ file }) => file === name)) {
      expect(each.line).toBeGreaterThan(0)
      expect(each.line).toBeLessThanOrEqual(lines.length)
      expect(each.col).toBeLessThanOrEqual((lines[each.line - 1]?.length ?? 0) + 1)
      expect(each.help ?? '').not.toBe('')
      expect(each.message).not.toMatch(/\.$/)
    }
  })
})
