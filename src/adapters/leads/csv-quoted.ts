/** One record that holds quotes. */
interface QuotedRecord {
  readonly cells: readonly string[]
  /** Just behind the record's line end. */
  readonly end: number
  /** How many lines of the file it takes. */
  readonly lines: number
  readonly fault: string | null
}

/** The record's end is not in the text. */
export const NEEDS_MORE = null

/**
 * Walks one record by RFC 4180: a cell that starts with a quote, be it behind blanks (`1, "Ann"`), ends at the next single
 * quote, `""` inside stands for one; a quote further inside a cell (`5" pipe`) is a character like others. Text behind a closing quote is a fault:
 * what the writer meant cannot be known.
 */
export const quotedRecord = (text: string, start: number, delimiter: string, eol: '\n' | '\r'): QuotedRecord | typeof NEEDS_MORE => {
  const cells: string[] = []
  let at = start
  let lines = 1
  let lineEnd = -1
  let nextDelimiter = -1
  for (;;) {
    const opening = pastBlanks(text, at)
    if (text.charCodeAt(opening) === QUOTE) {
      const closing = closingQuote(text, opening + 1)
      if (closing < 0) return NEEDS_MORE
      const inside = text.slice(opening + 1, closing)
      if (inside.includes(eol)) lines += inside.split(eol).length - 1
      cells.push(inside.includes('"') ? inside.replaceAll('""', '"') : inside)
      at = pastBlanks(text, closing + 1)
      if (eol === '\n') at = beforeLineFeed(text, at)
      if (at >= text.length) return NEEDS_MORE
      if (text[at] === eol) return { cells, end: at + 1, lines, fault: null }
      if (text[at] !== delimiter) return { cells, end: at, lines, fault: 'text stands behind a closing quote; a quote inside a quoted value is written twice' }
      at++
      continue
    }
    if (lineEnd < at) lineEnd = text.indexOf(eol, at)
    if (lineEnd < 0) return NEEDS_MORE
    if (nextDelimiter < at) nextDelimiter = text.indexOf(delimiter, at)
    if (nextDelimiter >= 0 && nextDelimiter < lineEnd) {
      cells.push(text.slice(at, nextDelimiter))
      at = nextDelimiter + 1
    } else {
      if (nextDelimiter < 0) nextDelimiter = text.length
      const cell = text.slice(at, lineEnd)
      cells.push(eol === '\n' ? withoutReturns(cell) : cell)
      return { cells, end: lineEnd + 1, lines, fault: null }
    }
  }
}

const pastBlanks = (text: string, from: number): number => {
  let at = from
  while (text.charCodeAt(at) === BLANK) at++
  return at
}

/** A line of a `\n` file without the `\r` of its end; `\r\r\n` is what Python writes on Windows. */
export const withoutReturns = (line: string): string => {
  let end = line.length
  while (line.charCodeAt(end - 1) === CR) end--
  return end === line.length ? line : line.slice(0, end)
}

/** Past the `\r` that belong to a `\n`; at the end of the text it is not certain yet whether they do. */
const beforeLineFeed = (text: string, from: number): number => {
  let at = from
  while (text.charCodeAt(at) === CR) at++
  return at >= text.length || text.charCodeAt(at) === LF ? at : from
}

const BLANK = 0x20
const QUOTE = 0x22
const CR = 0x0d
const LF = 0x0a

/** The first quote that is not one of a pair, which at the very end of the text is not certain yet; -1 where there is none. */
const closingQuote = (text: string, from: number): number => {
  let at = from
  for (;;) {
    const quote = text.indexOf('"', at)
    if (quote < 0) return -1
    if (text.charCodeAt(quote + 1) !== QUOTE) return quote
    at = quote + 2
  }
}
