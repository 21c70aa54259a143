import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { loadCatalogue } from '../../src/definitions/catalogue.ts'
import { finalmileHere } from '../cli/here.ts'

vi.setConfig({ testTimeout: 60_000 })
const root = resolve(import.meta.dirname, '../..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const blocks = (language: string): readonly string[] => [...readme.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'gm'))].map((match) => match[1] ?? '')
const folder = mkdtempSync(join(tmpdir(), 'finalmile-readme-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('README', () => {
  it('every recipient in it loads without a problem, together with the shipped ones that it names', () => {
    const files = blocks('yaml').map((text, i) => ({ path: i === 0 ? 'recipients/acme.yaml' : `recipients/block-${i}.yaml`, text }))
    expect(files).toHaveLength(2)
    const named = ['demo/brightpath', 'remediation-pool'].map((id) => ({ path: `recipients/${id}.yaml`, text: readFileSync(join(root, 'recipients', `${id}.yaml`), 'utf8') }))
    expect(loadCatalogue([...files, ...named], {}).diagnostics).toEqual([])
  })

  it('every finalmile command in it that sends nothing outside ends well, in the order printed', async () => {
    for (const each of ['recipients', 'fixtures']) cpSync(join(root, each), join(folder, each), { recursive: true })
    const commands = blocks('sh').join('').split('\n').flatMap((line) => /npx finalmile ([^#]+)/.exec(line)?.[1]?.trim() ?? [])
    expect(commands.length).toBeGreaterThanOrEqual(5)
    for (const command of commands) {
      const { code, err } = await finalmileHere(command.split(/\s+/), { cwd: folder })
      expect([command, code, err]).toEqual([command, 0, expect.any(String)])
    }
    for (const file of ['ledger.csv', 'results.csv', 'summary.json']) expect(existsSync(join(folder, 'runs/first', file))).toBe(true)
  })

  it('every file that it links to is there', () => {
    const links = [...readme.matchAll(/\]\(([^)]+)\)/g)].map((match) => match[1] ?? '').filter((link) => !link.includes('://'))
    expect(links.filter((link) => !existsSync(join(root, link)))).toEqual([])
    expect(links.length).toBeGreaterThan(5)
  })

  it('every file of the sources, tests and proofs that it or the docs name is there', () => {
    const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((each) => `docs/${each}`)]
    const named = pages.flatMap((page) => [...readFileSync(join(root, page), 'utf8').matchAll(/\b(?:src|test|bench|fixtures)\/[\w./-]*\w/g)].map(([path]) => [page, path] as const))
    expect(named.filter(([, path]) => !existsSync(join(root, path)))).toEqual([])
    expect(named.length).toBeGreaterThan(50)
  })
})
