import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { playTranscripts, withTranscripts } from '../docs/transcripts.ts'

/** `npm run transcripts`: plays the sessions of docs/patterns.md again and writes what the commands said. */
const path = join(resolve(import.meta.dirname, '../..'), 'docs/patterns.md')
const played = await playTranscripts()
writeFileSync(path, withTranscripts(readFileSync(path, 'utf8'), played))
for (const text of Object.values(played)) console.log(`${text}\n`)
