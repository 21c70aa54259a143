import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { csvLine, guardCell, unguardCell } from '../../src/base/csv.ts'
import { anyText } from './any-text.ts'

const plain = { guard: false, eol: '\n' } as const

describe('csvLine', () => {
  it.each([
    [['a', 'b'], 'a,b\n'],
    [['a,b', 'c"d', 'e\nf', 'g\rh'], '"a,b","c""d","e\nf","g\rh"\n'],
    [[null, undefined, '', 0, true], ',,,0,true\n'],
    [[''], '""\n'],
    [['', ''], ',\n'],
    [[' padded '], ' padded \n'],
  ])('%j is %j', (values, line) => expect(csvLine(values, plain)).toBe(line))

  it('ends lines as it is told', () => {
    expect(csvLine(['a', 'b'], { ...plain, eol: '\r\n' })).toBe('a,b\r\n')
  })

  it('reads back as what was written, whatever the text', () => {
    fc.assert(fc.property(fc.array(fc.array(anyText(), { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 4 }), (rows) => {
      const text = rows.map((row) => csvLine(row, plain)).join('')
      expect(parse(text, { relax_column_count: true, record_delimiter: '\n' })).toEqual(rows)
    }))
  })
})

describe('guardCell', () => {
  it.each(['=1+1', '@SUM(A1)', '+1+cmd', '-1+2', '-', '+', '\tx', '\rx', '\nx', '\u0000', '\u007f', '--5', '=5', '-5=', '+1 (555) 010-0000'])(
    'disarms %j', (text) => expect(guardCell(text)).toBe(`'${text}`))
  it.each(['', 'a=1', '-15.00', '+15551234567', '-.5', '-1e5', '45.00', "'x", ' =1', '0', 'é', '"x"', '~'])(
    'leaves %j', (text) => expect(guardCell(text)).toBe(text))
})

describe('unguardCell', () => {
  it.each(['=1+1', '-abc', '', '-15.00', "'x", 'a'])('gives back %j', (text) => expect(unguardCell(guardCell(text))).toBe(text))
})
