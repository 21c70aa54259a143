import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCsvParser } from '../../../src/adapters/leads/csv.ts'
import { readCsvHeader } from '../../../src/adapters/leads/csv-header.ts'
import { csvLine } from '../../../src/base/csv.ts'

const HEADER = 'a,b,c\n'
/** Our rows, the text given in pieces of `size` characters. */
const ours = (body: string, size: number) => {
  const result = readCsvHeader(HEADER + body, true, {})
  if (result.kind !== 'header') throw new Error(result.kind)
  const parser = createCsvParser('x', result.header)
  for (let at = 0; at < body.length; at += size) parser.push(body.slice(at, at + size), false)
  parser.end()
  const { leads, bad } = parser.take()
  return { rows: leads.map((each) => Object.values(each.lead.fields)), lines: leads.map((each) => each.line), bad }
}
/** csv-parse's, null where it refuses the text. */
const theirs = (body: string) => {
  try {
    return parse(body, { record_delimiter: ['\r\n', '\n'], relax_column_count: true, info: true })
      .map((each) => (each as unknown as { record: string[] }).record)
      .filter((cells) => !cells.every((cell) => cell.trim() === ''))
  } catch {
    return null // Refused: whether ours takes it is another test's matter.
  }
}

describe('against csv-parse', () => {
  const size = fc.integer({ min: 1, max: 12 })

  it('any text that it takes gives the same rows', () => {
    // No letters of English: words alone in a first cell are a remark to us.
    const piece = fc.constantFrom('1', '2', ',', ',', '"', '""', '\n', '\r\n', '\r', ' ', 'é', ',"7",', '"7\n8"')
    let taken = 0
    // Before a line end and at the very end of a file `\r` is a part of the line end to us, and a character to csv-parse.
    const text = fc.array(piece, { maxLength: 25 }).map((each) => each.join('').replace(/\r+(?=\r\n|$)/g, ''))
    fc.assert(fc.property(text, size, (body, chunk) => {
      const expected = theirs(body)
      if (expected === null) return
      taken++
      const good = expected.filter((cells) => cells.length >= 3 && cells.slice(3).every((cell) => cell === '')).map((cells) => cells.slice(0, 3))
      // A record over several lines with a wrong number of columns is read again line by line; csv-parse has no such rule.
      const regular = expected.every((cells) => cells.length === 3 || !cells.some((cell) => cell.includes('\n')))
      if (regular) expect(ours(body, chunk).rows).toEqual(good)
    }), { numRuns: 5000 })
    expect(taken).toBeGreaterThan(1000)
  })

  it('rows that were written are read back, quoted and plain', () => {
    const cell = fc.oneof(fc.stringMatching(/^[a-z0-9 .@]{0,8}$/), fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', 'é', ';') }))
    fc.assert(fc.property(fc.array(fc.tuple(fc.stringMatching(/^[a-z]{1,4}$/), cell, cell), { maxLength: 8 }), size, fc.constantFrom<'\n' | '\r\n'>('\n', '\r\n'), (rows, chunk, eol) => {
      const body = rows.map((row) => csvLine(row, { guard: false, eol })).join('')
      const got = ours(body, chunk)
      expect(got.rows).toEqual(rows)
      expect(got.rows).toEqual(theirs(body))
      expect(got.bad).toEqual([])
    }), { numRuns: 1000 })
  })

  it('the line of a row is where an editor shows it', () => {
    expect(ours('1,2,3\n"4\n5",6,7\n\n8,9,10\n"\n\n",1,2\nx,y,z', 5).lines).toEqual([2, 3, 6, 7, 10])
  })
})
