/** Rows of a CSV answer (RFC 4180; comma, semicolon, tab or bar) as objects by header; null where it is no table: prose has commas too. */
export const parseCsv = (text: string): readonly Readonly<Record<string, string>>[] | null => {
  const firstLine = text.slice(0, text.search(/\r|\n|$/))
  const delimiter = [',', ';', '\t', '|'].find((each) => firstLine.includes(each))
  if (delimiter === undefined) return null
  const [header, ...rows] = cells(text, delimiter)
  if (!header || rows.length === 0 || header.some((name) => name.trim() === '') || rows.some((row) => row.length !== header.length)) return null
  return rows.map((row) => {
    const record = Object.create(null) as Record<string, string>
    header.forEach((name, column) => { record[name.trim()] = row[column] ?? '' })
    return record
  })
}

const cells = (text: string, delimiter: string): readonly (readonly string[])[] => {
  const rows: string[][] = []
  let row: string[] = []
  let at = 0
  while (at <= text.length) {
    const quoted = text[at] === '"'
    const end = quoted ? closingQuote(text, at + 1) : endOfCell(text, at, delimiter)
    row.push(quoted ? text.slice(at + 1, end).replaceAll('""', '"') : text.slice(at, end))
    at = quoted ? endOfCell(text, end + 1, delimiter) : end
    if (text[at] !== delimiter) {
      if (row.length > 1 || row[0] !== '') rows.push(row)
      row = []
      if (text[at] === '\r' && text[at + 1] === '\n') at += 1
    }
    at += 1
  }
  return rows
}

const closingQuote = (text: string, from: number): number => {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 2)) if (text[at + 1] !== '"') return at
  return text.length
}

const endOfCell = (text: string, from: number, delimiter: string): number => {
  let at = from
  while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') at += 1
  return at
}
