import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { playAll, withTranscripts } from '../transcripts/all.ts'

/** `npm run transcripts`: plays every service against a real server on loopback and writes what happened into docs/recipients.md. */
const path = join(import.meta.dirname, '../../docs/recipients.md')
writeFileSync(path, withTranscripts(readFileSync(path, 'utf8'), await playAll()))
console.log(`wrote ${path}`)
