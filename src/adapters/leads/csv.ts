import type { Lead } from '../../core/lead.ts'
import { gather, textFault, type Inspect, type RowParser } from './batch.ts'
import type { CsvHeader } from './csv-header.ts'
import { identityOf, rowHasher } from './identity.ts'
import { NEEDS_MORE, quotedRecord, withoutReturns } from './csv-quoted.ts'

/** A record longer than this is no lead but a lost quote or another kind of file. */
const LONGEST_CSV_RECORD = 1024 * 1024

/**
 * Rows of a CSV file after its header (RFC 4180). A line without quotes is split as it is, which costs a tenth of
 * csv-parse; only a line with one is walked through. The tests hold both against csv-parse.
 * A quote that goes wrong costs its own line and no more: reading resumes on the next.
 */
export const createCsvParser = (file: string, header: CsvHeader, inspect?: Inspect): RowParser => {
  const out = gather(file, inspect)
  const { delimiter, eol } = header
  const build = rowBuilder(header)
  const idField = header.idField
  const hashOf = idField === null ? rowHasher(header.names.filter((name) => name !== null)) : null
  let rest = ''
  let line = header.bodyLine
  let skipping = false
  let damaged = false

  /** Null where it became a lead, or holds none: the `,,,,` lines at the end of a spreadsheet, the header once more between files put together. */
  const take = (cells: readonly string[], at: number, raw: string): string | null => {
    if (cells.every(isBlank) || isHeader(cells, header.names)) return null
    if (isTotal(cells)) return 'a row of totals, no lead'
    const fields = build(cells)
    if (fields === null) return columnsReason(cells, header)
    if (hashOf) { out.lead(hashOf(fields), fields, at, raw); return null }
    const identity = identityOf(fields[idField ?? ''], idField ?? '')
    if (!identity.ok) return identity.reason
    out.lead(identity.id, fields, at, raw)
    return null
  }

  const plainLine = (text: string, suspicious: boolean): void => {
    const bare = eol === '\n' ? withoutReturns(text) : text
    if (bare === '') return
    const reason = (suspicious ? textFault(bare, damaged) : null) ?? take(bare.split(delimiter), line, bare)
    if (reason !== null) out.bad(line, reason, bare)
  }

  const parse = (text: string, final: boolean): string => {
    const suspicious = text.includes('\0') || (damaged && text.includes('\uFFFD'))
    let pos = 0
    let quote = text.indexOf('"')
    while (pos < text.length) {
      const end = text.indexOf(eol, pos)
      if (end < 0) break
      if (skipping) { skipping = false; pos = end + 1; line++; continue }
      if (quote >= 0 && quote < pos) quote = text.indexOf('"', pos)
      if (quote < 0 || quote > end) {
        plainLine(text.slice(pos, end), suspicious)
        pos = end + 1
        line++
        continue
      }
      const record = quotedRecord(text, pos, delimiter, eol)
      if (record === NEEDS_MORE && !final && text.length - pos <= LONGEST_CSV_RECORD) break
      if (record === NEEDS_MORE || record.fault !== null || (record.lines > 1 && build(record.cells) === null)) {
        // The quote is not to be trusted, so neither is the end it gives the record.
        out.bad(line, record === NEEDS_MORE ? UNCLOSED : record.fault ?? columnsReason(record.cells, header), text.slice(pos, end))
        pos = end + 1
        line++
        continue
      }
      const raw = text.slice(pos, record.end - 1)
      const reason = (suspicious ? textFault(raw, damaged) : null) ?? take(record.cells, line, raw)
      if (reason !== null) out.bad(line, reason, raw)
      pos = record.end
      line += record.lines
    }
    return text.slice(pos)
  }

  return {
    push: (text, chunkDamaged) => {
      damaged ||= chunkDamaged
      rest = parse(rest + text, false)
      if (rest.length > LONGEST_CSV_RECORD) {
        if (!skipping) out.bad(line, 'a line longer than 1 MB', rest)
        skipping = true
        rest = ''
      }
    },
    end: () => {
      // A last line without a line end is a line.
      if (rest !== '') rest = parse(rest + eol, true)
    },
    take: out.take,
  }
}

/** The second file may begin with a mark of the byte order, which keeps its first cell in its quotes. */
const isHeader = (cells: readonly string[], names: CsvHeader['names']): boolean =>
  (cells[0] ?? '').includes(names[0] ?? '') && cells.length >= names.length && cells.every((cell, i) => { const name = names[i] ?? ''; return cell === name || cell.trim() === name || cell === `\uFEFF"${name}"` })

/** The last row of a report. */
const isTotal = (cells: readonly string[]): boolean =>
  TOTAL.test(cells[0] || (cells.find((cell) => cell !== '') ?? '')) && !cells.some((cell) => cell.includes('@'))

const TOTAL = /^\s*(?:(?:grand|sub)[\s-]?)?totals?(?:\s*\([^)]*\))?\s*:?\s*$/i

const isBlank = (cell: string): boolean => cell === '' || cell.trim() === ''
const UNCLOSED = 'a quote is opened and not closed'

/**
 * Cells to fields, null where their number is wrong. All rows are clones of one object, so that V8 keeps one hidden
 * class for them and the mapping's property reads stay monomorphic; a column may be called `__proto__` as well.
 */
const rowBuilder = (header: CsvHeader): ((cells: readonly string[]) => Lead['fields'] | null) => {
  const names = header.names
  const empty: Record<string, string> = {}
  for (const name of names) if (name !== null) Object.defineProperty(empty, name, { value: '', enumerable: true, writable: true, configurable: true })
  const count = names.length
  return (cells) => {
    if (cells.length !== count) {
      if (cells.length < count) return null
      // Trailing delimiters after the last column, as spreadsheets leave them, are no column.
      for (let i = count; i < cells.length; i++) if (cells[i] !== '') return null
    }
    const fields: Record<string, string> = { ...empty }
    for (let i = 0; i < count; i++) {
      const name = names[i]
      if (name !== null && name !== undefined) fields[name] = cells[i] ?? ''
    }
    return fields
  }
}

const columnsReason = (cells: readonly string[], header: CsvHeader): string =>
  `${cells.length} ${cells.length === 1 ? 'column' : 'columns'}, and the header has ${header.names.length}`
