import { expect, it } from 'vitest'
import type { LeadProgress, LeadStream } from '../../../src/adapters/leads/read.ts'
import { guessTotal } from '../../../src/cli/leads/files.ts'

const at = (progress: LeadProgress): LeadStream => ({ progress: () => progress, async *[Symbol.asyncIterator]() {} })

it.each<[string, LeadProgress, number | null]>([
  ['in round figures while it is a guess', { bytes: 65_536, totalBytes: 2_700_000, rows: 515 }, 22_000],
  ['of few leads nearly as it is', { bytes: 100, totalBytes: 350, rows: 10 }, 35],
  ['exact once all is read', { bytes: 2_700_000, totalBytes: 2_700_000, rows: 20_117 }, 20_117],
  ['unknown of a pipe', { bytes: 65_536, totalBytes: null, rows: 515 }, null],
  ['unknown before the first byte', { bytes: 0, totalBytes: 100, rows: 0 }, null],
  ['none before the first row', { bytes: 65_536, totalBytes: 2_700_000, rows: 0 }, 0],
])('the number of leads is %s', (_name, progress, total) => { expect(guessTotal(at(progress))).toBe(total) })
