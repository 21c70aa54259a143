import { CsvError, parse } from 'csv-parse/sync'

/** Rows of a CSV answer (RFC 4180; comma, semicolon, tab or bar) as objects by header; null where it is no table: prose has commas too. */
export const parseCsv = (text: string): readonly Readonly<Record<string, string>>[] | null => {
  const firstLine = text.slice(0, text.search(/\r|\n|$/))
  const delimiter = [',', ';', '\t', '|'].find((each) => firstLine.includes(each))
  const [header, ...rows] = delimiter === undefined ? [] : (cellsOf(text, delimiter) ?? [])
  if (!header || rows.length === 0 || header.some((name) => name.trim() === '') || rows.some((row) => row.length !== header.length)) return null
  return rows.map((row) => {
    const record = Object.create(null) as Record<string, string>
    header.forEach((name, column) => { record[name.trim()] = row[column] ?? '' })
    return record
  })
}

/** Null where quotes do not close: an answer like that says nothing that could be trusted. */
const cellsOf = (text: string, delimiter: string): readonly (readonly string[])[] | null => {
  try {
    return parse(text, { delimiter, skip_empty_lines: true, relax_column_count: true })
  } catch (error) {
    if (error instanceof CsvError) return null
    throw error
  }
}
