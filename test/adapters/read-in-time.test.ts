import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readInTime } from '../../src/adapters/read-in-time.ts'
import type { ParsingDefinition } from '../../src/definitions/answer-definition.ts'
import { createReader } from '../../src/wire/read.ts'
import { finalmileHere } from '../cli/here.ts'
import { answer, buildDefinition, buildParsing, matches, path } from '../wire/build-definition.ts'

const readerOf = (parsing: Partial<ParsingDefinition>) => {
  const definition = buildDefinition({ parsing: buildParsing(parsing) })
  return readInTime(definition, createReader(definition), 100)
}
const WORDS = matches('body', '^(\\w+\\s?)*$')

describe('a pattern on an answer', () => {
  it.each<[string, Partial<ParsingDefinition>, string]>([
    ['repetitions within repetitions', { success: WORDS }, `${'a'.repeat(60)}!`],
    ['several on a long answer', { success: matches('body', 'id.*id.*done') }, 'id'.repeat(20_000)],
    ['in a path', { success: matches('body', '^OK'), leadId: path('regex(^OK (a|a)*$)') }, `OK ${'a'.repeat(60)}!`],
  ])('that takes too long is given up, and the lead waits for a person: %s', (_what, parsing, body) => {
    expect(readerOf(parsing).read(answer(200, body), 'post')).toMatchObject({ kind: 'unconfirmed', reason: expect.stringContaining('longer than 1 s') as string })
  })

  it('is read as ever where it takes no time, in batches too', () => {
    const { read, readBatch } = readerOf({ success: WORDS, leadId: path('regex((\\w+)$)') })
    expect(read(answer(200, 'lead accepted B7'), 'post')).toMatchObject({ kind: 'accepted', buyerLeadId: 'B7' })
    expect(read(answer(200, 'lead refused: state'), 'post')).toMatchObject({ kind: 'rejected' })
    expect(readBatch(answer(200, `${'a'.repeat(60)}!`), [{ id: 'L1', fields: {} }, { id: 'L2', fields: {} }]).map((each) => each.kind)).toEqual(['unconfirmed', 'unconfirmed'])
  })

  it('is given up wherever answers are read', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'finalmile-slow-'))
    writeFileSync(join(cwd, 'acme.yaml'), 'Recipient: Acme\nEndpoint: https://acme.example/leads\nField Mapping: {name: "{{lead.name}}"}\nResponse Parsing:\n  Success: body matches /^(\\w+\\s?)*$/i\n')
    const { out } = await finalmileHere(['parse', 'acme', '-', '--recipients', '.', '--json'], { cwd, input: `HTTP/1.1 200 OK\r\n\r\n${'a'.repeat(60)}!` })
    expect(JSON.parse(out)).toMatchObject({ verdict: 'unconfirmed', class: 'unreadable' })
  })
})
