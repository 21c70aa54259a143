import { stringify } from 'csv-stringify/sync'
import { csvLine, guardCell, type CsvStyle } from '../../base/csv.ts'
import type { Built } from '../mapping/build.ts'
import { textOf } from '../template/text-of.ts'
import type { Shape, ShapeEntry } from '../mapping/shape.ts'

/** A buyer's program reads it: values go exactly as they are. */
export const FOR_PROGRAMS: CsvStyle = { guard: false, eol: '\r\n' }
/** Files and attachments, which people open in a spreadsheet: cells that it would run as formulas are guarded. */
export const FOR_PEOPLE: CsvStyle = { guard: true, eol: '\r\n' }

/** RFC 4180: a header with the columns of all rows, those of the mapping first, and a line per lead. */
export const csvOf = (rows: readonly Built[], columns: readonly string[], style: CsvStyle): string => {
  const cells = rows.map(cellsOf)
  const header = [...new Set([...columns, ...cells.flatMap((each) => [...each.keys()])])]
  if (header.length === 0) return ''
  const lines = cells.map((each) => header.map((column) => each.get(column) ?? ''))
  const [only] = lines
  // One lead a request is what most buyers of CSV get: setting up the library takes longer than its two lines.
  if (lines.length === 1 && only) return csvLine(header, style) + csvLine(only, style)
  const table = style.guard ? [header, ...lines].map((line) => line.map(guardCell)) : [header, ...lines]
  // A lone empty cell must be quoted, or its line is blank and read as none.
  return stringify(table, { record_delimiter: style.eol, quoted_match: /[\r\n]/, quoted_empty: header.length === 1 })
}

/** Every column that the mapping can fill, in its order, so that a missing value leaves an empty cell. */
export const columnsOf = (shape: Shape): readonly string[] => {
  const columns: string[] = []
  const visit = (each: Shape, name: string): void => {
    if (each.kind === 'map') visitEntries(each.entries, name)
    else if (each.kind === 'list') visitEntries(each.items, name)
    else columns.push(name)
  }
  const visitEntries = (entries: readonly ShapeEntry[], name: string): void => {
    for (const each of entries) {
      if (each.kind === 'entry') visit(each.shape, name === '' ? each.key : `${name}.${each.key}`)
      else { visitEntries(each.then, name); visitEntries(each.otherwise, name) }
    }
  }
  visit(shape, '')
  return [...new Set(columns)].filter((each) => each !== '')
}

/** Nested maps and lists make dotted columns; a list or map that is a value of the lead is one cell. */
const cellsOf = (built: Built): ReadonlyMap<string, string> => {
  const cells = new Map<string, string>()
  const visit = (each: Built, name: string): void => {
    const inside = (key: string | number): string => (name === '' ? String(key) : `${name}.${key}`)
    if (each instanceof Map) for (const [key, value] of each) visit(value, inside(key))
    // An item's column is where the author put it: one that a lead has not leaves its cell empty, and moves no other.
    else if ('list' in each) each.list.forEach((value, i) => visit(value, inside(each.at?.[i] ?? i)))
    else if ('leaf' in each) cells.set(name, each.leaf === null || each.leaf === undefined ? '' : textOf(each.leaf))
  }
  visit(built, '')
  return cells
}
