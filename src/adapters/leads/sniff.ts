import { leadPath, usualField } from '../../wire/draft/guess.ts'
import { objectIn, parseJson } from '../../wire/parse/json.ts'
import { readCsvHeader, splitCells, type CsvHeader, type Doubt } from './csv-header.ts'
import { encodingOf } from '../../base/encoding.ts'
import { createDecoder } from './decode.ts'

/** What a file is, by its first bytes; its name counts only where the bytes leave it open. */
export type Sniffed =
  | { readonly kind: 'csv'; readonly encoding: string; readonly header: CsvHeader; readonly warnings: readonly Doubt[] }
  | { readonly kind: 'json'; readonly encoding: string; readonly shape: 'array' | 'wrapped' | 'objects' | 'lines'; readonly warnings: readonly Doubt[] }
  | { readonly kind: 'empty' }
  | { readonly kind: 'more' }
  | { readonly kind: 'problem'; readonly code: string; readonly line: number; readonly message: string; readonly help: string }

interface SniffOptions {
  readonly name: string
  /** These bytes are the whole file. */
  readonly whole: boolean
  readonly id?: string
  readonly received?: string
}

/** Enough for any header, and for the first lines of JSON. */
export const HEAD = 64 * 1024

export const sniff = (head: Buffer, options: SniffOptions): Sniffed => {
  const foreign = foreignFormat(head)
  if (foreign) return foreign
  const encoding = encodingOf(head)
  const decoder = createDecoder(encoding)
  const { text, damaged } = decoder.push(head)
  const final = options.whole ? text + decoder.end().text : text
  const trimmed = final.trimStart()
  const enough = options.whole || head.length >= HEAD
  if (trimmed === '') return options.whole ? { kind: 'empty' } : enough ? problem('not-leads', `the first ${HEAD / 1024} KB are blank`, 'look into the file') : { kind: 'more' }
  const unlike = binaryOrMarkup(trimmed)
  if (unlike) return unlike
  const warnings = damaged ? [{ message: 'not all of it is valid UTF-8 (Excel saves Windows-1252 unless told "CSV UTF-8"); rows that are not are set aside', help: 'see bad-rows.csv after the run' }] : []
  if (trimmed.startsWith('[')) return { kind: 'json', encoding, shape: 'array', warnings }
  if (saysJsonLines(options.name)) return { kind: 'json', encoding, shape: 'lines', warnings }
  if (trimmed.startsWith('{')) return jsonObjects(final, options, enough, encoding, warnings)
  if (/\.json(\.gz)?$/i.test(options.name)) {
    return problem('not-json', `not JSON: it starts with \`${trimmed.slice(0, 20).split(/[\r\n]/)[0]}\``, 'a JSON lead file is an array of objects, or an object per line')
  }
  const result = readCsvHeader(final, options.whole, options)
  if (result.kind === 'more') return enough && head.length >= HEAD ? problem('no-header', `no line end in the first ${HEAD / 1024} KB`, 'a CSV file starts with a line of column names') : result
  if (result.kind === 'problem') return result
  return { kind: 'csv', encoding, header: result.header, warnings: [...warnings, ...result.warnings, ...mangledCells(final, result.header.bodyAt), ...shortPostalCodes(final, result.header)] }
}

/** What spreadsheets and Meta make of values; it goes out as it stands. */
const MANGLED: readonly { readonly cell: string; readonly message: (found: string) => string; readonly help: string }[] = [
  // In a narrow column Excel shows a phone or an id so, and saves what it shows.
  { cell: String.raw`\d(?:[.,]\d+)?E\+\d\d`, message: (found) => `long numbers stand in it as Excel shortens them (${found}): their digits are lost`, help: 'in Excel format that column as Text or as a number without decimals, and save the file anew' },
  { cell: String.raw`#(?:N/A|REF!|NAME\?|VALUE!|DIV/0!|NUM!|NULL!|ERROR!)`, message: (found) => `errors of a spreadsheet stand in it (${found}) in place of values`, help: 'mend them in the spreadsheet, or empty those cells, and save the file anew' },
  { cell: String.raw`=(?:"[^"\r\n]*"|""[^"\r\n]*"")`, message: (found) => `values stand in it as formulas (${found.replaceAll('""', '"')}): buyers get them with = and quotes`, help: 'open the file in a spreadsheet and save it anew as CSV' },
  { cell: String.raw`[pz]:\+?\d{5,}`, message: (found) => `Meta's marks stand before its values (${found}): mapped as they are, buyers get them too`, help: 'in Field Mapping write {{digits lead.phone_number}}, or {{format lead.phone_number "##########"}}, which leave them out' },
  // As pandas writes a column of which some cells are empty.
  { cell: String.raw`\d{10,}\.0`, message: (found) => `phones or ids stand in it as numbers with decimals (${found}): mapped as they are, buyers get them so`, help: 'in Field Mapping write {{format lead.phone "##########"}}, which leaves them out, or write the file anew with that column as text' },
  { cell: String.raw`NULL|\\N`, message: (found) => `${found} stands in it where there is no value: buyers get it as a word`, help: 'export the file anew with empty cells there' },
  // As Typeform and our own files guard phones against being read as formulas.
  { cell: String.raw`'\+\d[\d ().-]{5,}`, message: (found) => `apostrophes stand before its values (${found}), for spreadsheets: mapped as they are, buyers get them too`, help: 'in Field Mapping write {{digits lead.phone}}, or {{format lead.phone "##########"}}, which leave them out' },
]

const mangledCells = (text: string, bodyAt: number): readonly Doubt[] => MANGLED.flatMap(({ cell, message, help }) => {
  const found = new RegExp(`(?:^|[,;|\\t"])(${cell})(?=[,;|\\t"\\r\\n]|$)`, 'm').exec(text.slice(bodyAt))
  return found ? [{ line: text.slice(0, bodyAt + found.index + 1).split(/\r\n|\n|\r/).length, message: message(found[1] ?? ''), help }] : []
})

/** Among codes of five digits those of New England and New Jersey are numbers of four to a spreadsheet. */
const shortPostalCodes = (text: string, { names, delimiter, eol, bodyAt, bodyLine }: CsvHeader): readonly Doubt[] => {
  const at = names.findIndex((name) => name !== null && usualField(name) === 'postal_code')
  const codes = at < 0 ? [] : text.slice(bodyAt).split(eol).map((line) => (splitCells(line, delimiter)[at] ?? '').trim())
  const short = codes.findIndex((code) => /^\d{3,4}$/.test(code))
  if (short < 0 || !codes.some((code) => /^\d{5}$/.test(code))) return []
  return [{ line: bodyLine + short, message: `postal codes have lost their leading zero (${codes[short]})`, help: `in Field Mapping write {{format ${leadPath(names[at] ?? '')} "00000"}}, or format that column as Text in the spreadsheet and save the file anew` }]
}

export const saysJsonLines = (name: string): boolean => /\.(jsonl|ndjson)(\.gz)?$/i.test(name)

const problem = (code: string, message: string, help: string): Sniffed => ({ kind: 'problem', code, line: 0, message, help })

/** `{` begins JSON Lines, one object in any layout, or the wrapping of an array. */
const jsonObjects = (text: string, options: SniffOptions, enough: boolean, encoding: string, warnings: readonly Doubt[]): Sniffed => {
  const lines = text.trimStart().split('\n')
  const first = lines.length > 1 || options.whole ? objectKeys(lines[0] ?? '') : null
  const wraps = /^\s*\{\s*"(?:[^"\\]|\\.)*"\s*:\s*\[\s*(?:\{|\]|$)/.test(text)
  if (first !== null) return { kind: 'json', encoding, shape: wraps && first.length === 1 ? 'wrapped' : 'lines', warnings }
  if (!enough) return { kind: 'more' }
  if (wraps) return { kind: 'json', encoding, shape: 'wrapped', warnings }
  // A broken first line among whole ones is JSON Lines with a bad row.
  const brokenFirst = lines[0]?.trimEnd().endsWith('}') === true && lines.slice(1, 20).some((each) => objectKeys(each) !== null)
  return { kind: 'json', encoding, shape: brokenFirst ? 'lines' : 'objects', warnings }
}

const objectKeys = (line: string): readonly string[] | null => {
  const value = objectIn(parseJson(line))
  return value && Object.keys(value)
}

const binaryOrMarkup = (text: string): Sniffed | null => {
  const start = text.slice(0, 200).toLowerCase()
  if (start.startsWith('<') && /<table|mso-application|opendocument/i.test(text) && !/<form|<input/i.test(text)) return problem('excel', 'this is a table in HTML or XML, as some exports called .xls are', 'open it in a spreadsheet and save it as CSV (in Excel: "CSV UTF-8")')
  if (/^<(!doctype html|html|head|body)/.test(start)) return problem('not-leads', 'this is a web page, not a lead file', 'a download that needed a login often ends so: fetch the file again')
  if (start.startsWith('<')) return problem('not-leads', 'this is XML; leads are read from CSV, JSON or JSON Lines', 'convert it to one of these')
  // What a download or a full disk left of a file ends in zeros: that is a bad row, and the others are leads.
  const sample = text.slice(0, 4096).replace(/\0+$/, '')
  const odd = sample.match(/[\u0000-\u0008\u000e-\u001f]/g)?.length ?? 0
  const foreign = sample.match(/\uFFFD/g)?.length ?? 0
  if (/^(?:[^\0]\0|\0[^\0]){4}/.test(sample)) return problem('not-leads', 'every other byte is zero: this looks like UTF-16 without its mark', 'save the file as UTF-8')
  if (odd === 0 && foreign > sample.length / 10) return problem('not-utf8', 'this is not UTF-8: much of it cannot be read', 'save it as UTF-8 (in Excel: File, Save As, "CSV UTF-8"); such a file is often Windows-1252 or another old encoding')
  return odd + foreign > sample.length / 10 ? problem('not-leads', 'this is a binary file, not text', 'leads are read from CSV, JSON or JSON Lines') : null
}

const foreignFormat = (head: Buffer): Sniffed | null => {
  const begins = (bytes: string): boolean => head.subarray(0, bytes.length).equals(Buffer.from(bytes, 'latin1'))
  const asCsv = 'in Excel: File, Save As, "CSV UTF-8 (Comma delimited)"'
  if (begins('PK\x03\x04')) {
    if (head.includes('opendocument')) return problem('excel', 'this is a spreadsheet of LibreOffice; save it as CSV', 'in LibreOffice: File, Save As, "Text CSV", in UTF-8')
    return head.includes('xl/') || head.includes('[Content_Types].xml') ? problem('excel', 'this is an Excel file; save it as CSV', asCsv) : problem('archive', 'this is a zip archive', 'unpack it first')
  }
  if (begins('\xd0\xcf\x11\xe0')) return problem('excel', 'this is an old Excel file; save it as CSV', asCsv)
  if (begins('{\\rtf')) return problem('not-leads', 'this is a document (RTF) of a word processor, not a lead file', 'save what is in it as plain text, or as CSV from a spreadsheet')
  if (begins('%PDF')) return problem('not-leads', 'this is a PDF', 'leads are read from CSV, JSON or JSON Lines')
  if (begins('PAR1') || begins('SQLite format 3\0')) return problem('not-leads', 'this is a database or Parquet file', 'export it as CSV or JSON Lines')
  for (const magic of ['BZh', '\xfd7zXZ', '\x28\xb5\x2f\xfd', '7z\xbc\xaf', 'Rar!']) {
    if (begins(magic)) return problem('archive', 'this file is compressed', 'unpack it first; only .gz is read as it is')
  }
  return null
}
