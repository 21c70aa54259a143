import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { playTranscripts, withTranscripts } from '../docs/transcripts.ts'
import { DOCUMENTS, playAll, withTranscripts as withPlays } from '../transcripts/all.ts'

/** `npm run transcripts`: plays the sessions and exchanges of docs/ again and writes down what happened. */
const root = resolve(import.meta.dirname, '../..')
const rewrite = (path: string, into: (text: string) => string): void => writeFileSync(join(root, path), into(readFileSync(join(root, path), 'utf8')))
const played = await playTranscripts()
rewrite('docs/patterns.md', (text) => withTranscripts(text, played))
for (const { path, plays } of DOCUMENTS) {
  const texts = await playAll(plays)
  rewrite(path, (text) => withPlays(text, texts))
}
