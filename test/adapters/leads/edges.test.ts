import { describe, expect, it } from 'vitest'
import type { RowParser } from '../../../src/adapters/leads/batch.ts'
import { createCsvParser } from '../../../src/adapters/leads/csv.ts'
import { readCsvHeader } from '../../../src/adapters/leads/csv-header.ts'
import { createDecoder } from '../../../src/adapters/leads/decode.ts'
import { createJsonLinesParser } from '../../../src/adapters/leads/json-lines.ts'
import { createJsonValuesParser } from '../../../src/adapters/leads/json-values.ts'

/** Where a file is cut into chunks, and what is too long for memory: each costs itself and no more. */
const MEGABYTE = 1024 * 1024

const csv = (header = 'id,note\n'): RowParser => {
  const read = readCsvHeader(header, true, {})
  if (read.kind !== 'header') throw new Error(read.kind)
  return createCsvParser('x.csv', read.header)
}
const lines = (): RowParser => createJsonLinesParser('x.jsonl', undefined)
const values = (): RowParser => createJsonValuesParser('x.json', 'array', undefined)

/** What comes of these chunks; one with U+FFFD in it was damaged. */
const fed = (parser: RowParser, ...chunks: readonly string[]) => {
  for (const each of chunks) parser.push(each, each.includes('\uFFFD'))
  parser.end()
  const { leads, bad } = parser.take()
  return { leads: leads.map(({ lead, line }) => [lead.id, line]), notes: leads.map(({ lead }) => lead.fields['note']), bad: bad.map(({ line, reason }) => [line, reason]) }
}

describe('a line that is too long', () => {
  it('of CSV is one bad row, and what follows is read', () => {
    const long = 'x'.repeat(MEGABYTE)
    expect(fed(csv(), 'L1,a\n', `L2,${long}`, long, long, `${long}\nL3,c\n`)).toEqual({ leads: [['L1', 2], ['L3', 4]], notes: ['a', 'c'], bad: [[3, 'a line longer than 1 MB']] })
  })

  it('of JSON Lines is one bad row, and what follows is read', () => {
    const long = 'x'.repeat(9 * MEGABYTE)
    expect(fed(lines(), '{"id":"L1"}\n', `{"id":"${long}`, long, long, long, '"}\n{"id":"L3"}\n')).toMatchObject({ leads: [['L1', 1], ['L3', 3]], bad: [[2, 'a line longer than 16 MB']] })
  })

  it('of JSON ends the reading, and says so', () => {
    const long = 'x'.repeat(9 * MEGABYTE)
    const { leads, bad } = fed(values(), '[{"id":"L1"},\n', `{"id":"${long}`, long, '"},\n{"id":"L3"}]')
    expect(leads).toEqual([['L1', 1]])
    expect(bad).toEqual([[2, expect.stringMatching(/^a record longer than 16 MB.*nothing behind it could be read/)]])
  })
})

describe('a chunk that ends', () => {
  it('after damaged bytes, in the midst of a record: the record is set aside whole', () => {
    expect(fed(csv(), 'L1,a\nL2,M\uFFFD', 'ller\nL3,c\n')).toMatchObject({ leads: [['L1', 2], ['L3', 4]], bad: [[3, expect.stringContaining('not valid in the file')]] })
    expect(fed(lines(), '{"id":"L1","note":"M\uFFFD', 'ller"}\n{"id":"L2"}\n')).toMatchObject({ leads: [['L2', 2]], bad: [[1, expect.stringContaining('not valid in the file')]] })
    expect(fed(values(), '[{"id":"L1","note":"M\uFFFD', 'ller"},\n{"id":"L2"}]')).toMatchObject({ leads: [['L2', 2]], bad: [[1, expect.stringContaining('not valid in the file')]] })
  })

  it('before a mark of the byte order: at the start of a file it is none of its text, later it is', () => {
    const decoder = createDecoder('utf-8')
    expect(['\uFEFFa', '\uFEFFb'].map((each) => decoder.push(Buffer.from(each)))).toEqual([{ text: 'a', damaged: false }, { text: '\uFEFFb', damaged: false }])
  })

  it.each([1, 2, 3, 5, 8])('anywhere, every %i characters: strings and escapes of JSON are one all the same', (size) => {
    const text = '[{"id":"a\\"b","note":"x]\\\\"},\n {"id":"c","note":"{\\u00e9}"}]'
    const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, i) => text.slice(i * size, (i + 1) * size))
    expect(fed(values(), ...chunks)).toEqual({ leads: [['a"b', 1], ['c', 2]], notes: ['x]\\', '{é}'], bad: [] })
  })
})

describe('a line', () => {
  it('that ends inside a string of JSON is one bad row, and the lines behind it keep their numbers', () => {
    expect(fed(values(), '[{"id":"L1},\n{"id":"L2"},\n{"id":"L3"}]')).toMatchObject({ leads: [['L2', 2], ['L3', 3]], bad: [[1, expect.stringContaining('a quote is missing')]] })
  })

  it('`sep=` says what divides the columns, whatever the header looks like', () => {
    const read = readCsvHeader('sep=;\nid;name, first, and last\n', true, {})
    expect(read).toMatchObject({ kind: 'header', header: { delimiter: ';', names: ['id', 'name, first, and last'] } })
  })
})

describe("a lead's id", () => {
  it('is the column of exactly that name before one in another case', () => {
    expect(readCsvHeader('ID,id\n', true, {})).toMatchObject({ header: { idField: 'id' } })
    expect(readCsvHeader('ID,name\n', true, {})).toMatchObject({ header: { idField: 'ID' } })
  })

  it('has 500 characters at the most', () => {
    expect(fed(csv(), `${'x'.repeat(500)},a\n${'y'.repeat(501)},b\n`)).toMatchObject({ leads: [['x'.repeat(500), 2]], bad: [[3, '`id` is longer than 500 characters']] })
  })
})
