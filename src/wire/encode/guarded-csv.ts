import { csvLine } from '../../base/csv.ts'
import type { Built } from '../mapping/build.ts'
import { tableOf } from './csv.ts'

const STYLE = { guard: true, eol: '\r\n' } as const

/** A table for files and attachments, which people open in a spreadsheet: cells that it would run as formulas are guarded. */
export const guardedCsvOf = (rows: readonly Built[], columns: readonly string[]): string => {
  const { header, lines } = tableOf(rows, columns)
  return header.length === 0 ? '' : [header, ...lines].map((line) => csvLine(line, STYLE)).join('')
}
