import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DOCUMENTS, playAll, withTranscripts } from '../transcripts/all.ts'

/** `npm run transcripts`: plays every service against a real server on loopback and writes what happened into the documents. */
for (const { path, plays } of DOCUMENTS) {
  const whole = join(import.meta.dirname, '../..', path)
  writeFileSync(whole, withTranscripts(readFileSync(whole, 'utf8'), await playAll(plays)))
  console.log(`wrote ${path}`)
}
