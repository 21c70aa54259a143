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

  it.each([1, 3])('of JSON Lines is one bad row, however long, and what follows is read (%d)', (more) => {
    const long = 'x'.repeat(9 * MEGABYTE)
    expect(fed(lines(), '{"id":"L1"}\n', `{"id":"${long}`, ...Array<string>(more).fill(long), '"}\n{"id":"L3"}\n')).toMatchObject({ leads: [['L1', 1], ['L3', 3]], bad: [[2, 'a line longer than 16 MB']] })
  })

  it('of JSON ends the reading, and says so', () => {
    const long = 'x'.repeat(9 * MEGABYTE)
    const { leads, bad } = fed(values(), '[{"id":"L1"},\n', `{"id":"${long}`, long, '"},\n{"id":"L3"}]')
    expect(leads).toEqual([['L1', 1]])
    expect(bad).toEqual([[2, expect.stringMatching(/^a record longer than 16 MB.*nothing behind it could be read/)]])
  })
})

it('blank lines of JSON Lines are no leads, the first included', () => {
  expect(fed(lines(), '\n\n{"id":"L1"}\n', '\n{"id":"L2"}')).toMatchObject({ leads: [['L1', 3], ['L2', 5]], bad: [] })
})

describe('a record that is nested without end', () => {
  it('is one bad row', () => {
    const nested = (id: string, levels: number) => `{"id":"${id}","x":${'['.repeat(levels)}${']'.repeat(levels)}}`
    expect(fed(lines(), `${nested('L1', 99)}\n${nested('L2', 5_000)}\n`)).toMatchObject({ leads: [['L1', 1]], bad: [[2, 'nested more than 100 deep']] })
  })
})

describe('a chunk that ends', () => {
  it('after damaged bytes, in the midst of a record: the record is set aside whole', () => {
    expect(fed(csv(), 'L1,a\nL2,M\uFFFD', 'ller\nL3,c\n')).toMatchObject({ leads: [['L1', 2], ['L3', 4]], bad: [[3, expect.stringContaining('not valid in the file')]] })
    expect(fed(lines(), '{"id":"L1","note":"M\uFFFD', 'ller"}\n{"id":"L2"}\n')).toMatchObject({ leads: [['L2', 2]], bad: [[1, expect.stringContaining('not valid in the file')]] })
    expect(fed(values(), '[{"id":"L1","note":"M\uFFFD', 'ller"},\n{"id":"L2"}]')).toMatchObject({ leads: [['L2', 2]], bad: [[1, expect.stringContaining('not valid in the file')]] })
  })

  it('in the midst of a character, of however many bytes: it is one all the same', () => {
    const text = 'aéÿ\u0800ก’€\uFFFD😀\u{10FFFF}z'
    const bytes = Buffer.from(text)
    for (let at = 0; at <= bytes.length; at++) {
      const decoder = createDecoder('utf-8')
      const parts = [decoder.push(bytes.subarray(0, at)), decoder.push(bytes.subarray(at)), decoder.end()]
      expect([parts.map((each) => each.text).join(''), parts.some((each) => each.damaged)]).toEqual([text, false])
    }
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

  it.each([['id^name', '^'], ['id~name~note', '~'], ['id:name', ':'], ['id,at^x,at^y,z', ','], ['id|utm:source|utm:medium', '|'], ['id', ',']])('%s is divided by %s', (line, delimiter) => {
    expect(readCsvHeader(`${line}\n`, true, {})).toMatchObject({ kind: 'header', header: { delimiter } })
  })

  it('of columns in quotes is one, whatever they hold; the lines behind blank ones and `sep=` keep their numbers', () => {
    const text = 'sep=,\r\n\r\nid,"of ""A"", and\r\nB"\r\n1,a\r\n2\r\n'
    const read = readCsvHeader(text, true, {})
    if (read.kind !== 'header') throw new Error(read.kind)
    expect(read.header).toMatchObject({ names: ['id', 'of "A", and B'], bodyLine: 5 })
    expect(fed(createCsvParser('x.csv', read.header), text.slice(read.header.bodyAt))).toMatchObject({ leads: [['1', 5]], bad: [[6, '1 column, and the header has 2']] })
  })

  it.each(['Total', 'TOTAL:', 'Grand Totals (25 records)', 'Subtotal'])('that begins with %s is no lead', (first) => {
    expect(fed(csv(), `L1,a\n${first},300\n,${first}\n`)).toMatchObject({ leads: [['L1', 2]], bad: [[3, 'a row of totals, no lead'], [4, 'a row of totals, no lead']] })
  })

  it('of somebody called so is one', () => {
    expect(fed(csv(), 'Total,total@example.com\nTotally,a\n').leads).toEqual([['Total', 2], ['Totally', 3]])
  })

  it('below the table, as a report of Salesforce ends, padded by a spreadsheet, is none', () => {
    const footer = ['Leads of November,,', '"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved.",,', 'Generated By:  Jane Doe  11/28/2026 9:15 AM, ,']
    expect(fed(csv('Lead ID,First Name,Phone\n'), `L1,Ann,5125550101\n,,\n${footer.join('\n')}\n`).bad).toEqual([4, 5, 6].map((line) => [line, 'only `Lead ID` is filled: a remark below the table, no lead']))
  })

  it('with a phone, an address or an id alone is one', () => {
    for (const row of ['(512) 555-0101,,', 'p:+15125550101,,', 'Ann Lee <ann@example.com>,,', 'Ann Lee,MA,', ',Ann Lee,', 'L-1,,']) expect(fed(csv('contact,name,note\n'), `${row}\n`).leads).toHaveLength(1)
  })

  it('whose quote is closed lines below, where that gives it other columns, costs itself alone', () => {
    expect(fed(csv(), 'L1,"Ann\nL2,b\nL3,Cy",x\nL4,d\n')).toEqual({ leads: [['L2', 3], ['L4', 5]], notes: ['b', 'd'], bad: [[2, '3 columns, and the header has 2'], [4, '3 columns, and the header has 2']] })
  })

  it.each<[string, string]>([
    ['null', 'not a JSON object but null'], ['[1]', 'not a JSON object but an array'], ['5', 'not a JSON object but a number'],
    ['{"id":[1]}', 'no id: `id` is a list, not text or a number'], ['{"id":{"a":1}}', 'no id: `id` is an object, not text or a number'], ['{"id":true}', 'no id: `id` is true, not text or a number'],
    ['{"id":null}', 'no id: `id` is empty'], ['{}', 'an object without any field'], ['{"id":1,}', 'not valid JSON: Expected double-quoted property name in JSON at position 8 (line 1 column 9)'],
    ['{"error":"unauthorized","message":"token expired"}', 'no lead but an error: fetch the file again'], ['{"success":false,"errors":[{"code":401}]}', 'no lead but an error: fetch the file again'],
    ['{"total":1,"data":{"leads":[{"id":1}]}}', 'no lead but an object that holds a list of them under `data.leads`: make a file of that list alone'],
  ])('of JSON that is no lead says why: %s', (text, reason) => { expect(fed(lines(), `${text}\n`)).toMatchObject({ leads: [], bad: [[1, reason]] }) })
})

describe("a lead's id", () => {
  it('is the column of exactly that name before one in another case', () => {
    expect(readCsvHeader('ID,id\n', true, {})).toMatchObject({ header: { idField: 'id' } })
    expect(readCsvHeader('ID,name\n', true, {})).toMatchObject({ header: { idField: 'ID' } })
  })

  it.each(['NULL', '\\N', 'None', 'NaN', 'n/a', '#N/A', '#REF!', '#ERROR!', '####', '1.23E+14', '1,2E+11', '5E+09'])('is not %s, which would make one lead of several people', (id) => {
    expect(fed(csv(), `"${id}",a\n`)).toEqual({ leads: [], notes: [], bad: [[2, `no id: \`id\` is ${id}, as others may have it`]] })
    expect(fed(lines(), `${JSON.stringify({ id })}\n`)).toMatchObject({ leads: [] })
  })

  it('may look alike', () => {
    const ids = ['NULL-1', 'nana', '#12', 'N', '1E5', 'E+09', '0']
    expect(fed(csv(), ids.map((id) => `${id},a\n`).join('')).leads.map(([id]) => id)).toEqual(ids)
  })

  it('has 500 characters at the most', () => {
    expect(fed(csv(), `${'x'.repeat(500)},a\n${'y'.repeat(501)},b\n`)).toMatchObject({ leads: [['x'.repeat(500), 2]], bad: [[3, '`id` is longer than 500 characters']] })
  })
})
