import { stringify } from 'csv-stringify/sync'
import { csvLine } from '../../base/csv.ts'
import type { Built } from '../mapping/build.ts'
import { textOf } from '../template/text-of.ts'
import type { Shape, ShapeEntry } from '../mapping/shape.ts'

const STYLE = { guard: false, eol: '\r\n' } as const

/**
 * RFC 4180: a header, a line per lead, CRLF. A buyer's program reads it, so values go exactly as they are; the guard
 * against formulas is for the files that people open.
 */
export const csvOf = (rows: readonly Built[], columns: readonly string[]): string => {
  const { header: all, lines } = tableOf(rows, columns)
  if (all.length === 0) return ''
  const [only] = lines
  if (lines.length === 1 && only) return csvLine(all, STYLE) + csvLine(only, STYLE)
  // A lone empty cell must be quoted, or its line is blank and read as none.
  return stringify([all, ...lines], { record_delimiter: '\r\n', quoted_match: /[\r\n]/, quoted_empty: all.length === 1 })
}

/** The columns of all rows, those of the mapping first, and a cell for each. */
export const tableOf = (rows: readonly Built[], columns: readonly string[]): { readonly header: readonly string[]; readonly lines: readonly (readonly string[])[] } => {
  const cells = rows.map(cellsOf)
  const header = [...new Set([...columns, ...cells.flatMap((each) => [...each.keys()])])]
  return { header, lines: cells.map((each) => header.map((column) => each.get(column) ?? '')) }
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
