import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadCatalogue } from '../../src/definitions/catalogue.ts'
import { DOCUMENTS, playAll, withTranscripts } from '../transcripts/all.ts'

describe.each(DOCUMENTS)('$path', ({ path: named, plays }) => {
  const path = resolve(import.meta.dirname, '../..', named)
  const document = readFileSync(path, 'utf8')

  it('shows what happens today: `npm run transcripts` writes it anew', async () => {
    expect(withTranscripts(document, await playAll(plays))).toBe(document)
  }, 60_000)

  it('every recipient in it loads', () => {
    const files = [...document.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, text], i) => ({ path: `recipients/block-${i}.yaml`, text: text ?? '' }))
    const env = Object.fromEntries([...document.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => [name ?? '', 'a-value']))
    expect(files.length).toBeGreaterThan(1)
    expect(loadCatalogue(files, env).diagnostics.filter((each) => each.severity === 'error')).toEqual([])
  })

  it('every file that it links to is there', () => {
    const links = [...document.matchAll(/\]\(([^)#]+)\)/g)].map((match) => match[1] ?? '').filter((link) => !link.includes('://'))
    expect(links.filter((link) => !existsSync(join(dirname(path), link)))).toEqual([])
  })
})
