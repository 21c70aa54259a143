import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { playTranscripts, transcriptsIn } from './transcripts.ts'

const root = resolve(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/patterns.md'), 'utf8')

describe('docs/patterns.md', () => {
  it('its transcripts are what the commands say today (`npm run transcripts` writes them)', async () => {
    expect(transcriptsIn(page)).toEqual(await playTranscripts())
  })
  it('every test that it names is there', () => {
    const named = [...page.matchAll(/\| (test\/\S+?\.ts): (.+?) \|$/gm)].map(([, file = '', name = '']) => ({ file, name }))
    expect(named.length).toBeGreaterThan(30)
    expect(named.filter(({ file, name }) => !existsSync(join(root, file)) || !readFileSync(join(root, file), 'utf8').includes(name))).toEqual([])
  })
})
