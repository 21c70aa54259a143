/** How a CSV line is written. */
export interface CsvStyle {
  /** Against formula injection: see `guardCell`. */
  readonly guard: boolean
  readonly eol: '\n' | '\r\n'
}

/** Of what we write for our users, so that grep, cut and diff see clean lines. */
export const OUR_FILES: CsvStyle = { guard: true, eol: '\n' }

export type CsvValue = string | number | boolean | null | undefined

/** One record as RFC 4180 text, its line end included. Null and undefined are empty cells. */
export const csvLine = (values: readonly CsvValue[], style: CsvStyle): string => {
  let line = ''
  for (let i = 0; i < values.length; i++) {
    if (i > 0) line += ','
    const value = values[i]
    if (value === null || value === undefined || value === '') continue
    // A number needs neither a guard nor quotes.
    if (typeof value === 'number') { line += value; continue }
    const text = typeof value === 'string' ? value : String(value)
    const cell = style.guard ? guardCell(text) : text
    line += NEEDS_QUOTES.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
  }
  // A lone empty cell would be an empty line, which readers skip.
  return (line === '' && values.length === 1 ? '""' : line) + style.eol
}

/**
 * Contract, section 7: a cell that starts with `= + - @` or a control character gets a leading `'`, so that a
 * spreadsheet shows it instead of running it. Plain numbers (`-15.00`, `+15551234567`) stay as they are.
 */
export const guardCell = (text: string): string => {
  const first = text.charCodeAt(0)
  if (first >= 0x41 || Number.isNaN(first)) return first === 0x7f ? `'${text}` : text
  switch (first) {
    case EQUALS: case AT: return `'${text}`
    case PLUS: case MINUS: return PLAIN_NUMBER.test(text) ? text : `'${text}`
    default: return first < 0x20 ? `'${text}` : text
  }
}

/** What stood in a cell before it was guarded: ids come back to us out of our own files. */
export const unguardCell = (text: string): string => (text.startsWith("'") && guardCell(text.slice(1)) === text ? text.slice(1) : text)

const PLUS = 0x2b
const MINUS = 0x2d
const EQUALS = 0x3d
const AT = 0x40
const PLAIN_NUMBER = /^[+-](?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/
const NEEDS_QUOTES = /[",\r\n]/
