import { idFieldAmong } from './identity.ts'

/** What the first line of a CSV file says about the rest. */
export interface CsvHeader {
  readonly delimiter: string
  /** The first line's end; in a `\n` file a `\r` before it belongs to it. */
  readonly eol: '\n' | '\r'
  /** A name per column, null for a column without one: its values are left out. */
  readonly names: readonly (string | null)[]
  readonly idField: string | null
  /** Where the rows start in the text, and on which line. */
  readonly bodyAt: number
  readonly bodyLine: number
}

/** What a person should know of a file that can be read, and what to do about it. */
export interface Doubt { /** of the file, from 1; the first where it says none */ readonly line?: number; readonly message: string; readonly help: string }

type HeaderResult =
  | { readonly kind: 'header'; readonly header: CsvHeader; readonly warnings: readonly Doubt[] }
  /** The header's own end is not in the text yet. */
  | { readonly kind: 'more' }
  | { readonly kind: 'problem'; readonly code: string; readonly line: number; readonly message: string; readonly help: string }

const DELIMITERS = [',', ';', '\t', '|']
/** Looked for where none of those stands. */
const RARE_DELIMITERS = ['^', '~', ':']

/** Reads the header from the start of a file's text; `final` when there is no more text than this. */
export const readCsvHeader = (text: string, final: boolean, asked: { readonly id?: string; readonly received?: string }): HeaderResult => {
  const eol = /^[^\r\n]*\r+(?![\r\n]|$)/.test(text) ? '\r' : '\n'
  let at = 0
  let line = 1
  let told: string | null = null
  // Blank lines before the header, and Excel's own `sep=;`, are not the header.
  for (;;) {
    const end = text.indexOf(eol, at)
    const first = text.slice(at, end < 0 ? text.length : end)
    const separator = /^"?sep=(.)"?\r*$/i.exec(first)
    if (end < 0 || (first.trim() !== '' && separator === null)) break
    told = separator?.[1] ?? told
    at = end + 1
    line++
  }
  const record = firstRecord(text, at, eol, final)
  if (record === null) return { kind: 'more' }
  const raw = text.slice(at, record.end).replace(/[\r\n]+$/, '')
  const delimiter = told ?? sniffDelimiter(raw)
  const names = splitCells(raw, delimiter).map((name) => name.trim().replace(/\s*[\r\n]+\s*/g, ' '))
  const problem = headerProblem(names)
  if (problem) return { kind: 'problem', line, ...problem }
  const named = names.filter((name) => name !== '')
  const unlike = unlikeFirstRow(names, named, text.slice(record.end), eol, delimiter)
  if (unlike) return { kind: 'problem', line, code: 'no-header', ...unlike }
  const idField = idFieldAmong(named, asked.id)
  const missing = (code: string, column: string, flag: string): HeaderResult =>
    ({ kind: 'problem', line, code, message: `no column \`${column}\`, which ${flag} names`, help: `the columns are ${named.join(', ')}` })
  if (asked.id !== undefined && idField === null) return missing('no-id-column', asked.id, '--id')
  if (asked.received !== undefined && !named.includes(asked.received)) return missing('no-received-column', asked.received, '--received')
  const unnamed = names.flatMap((name, i) => (name === '' ? [i + 1] : []))
  const warnings = unnamed.length === 0 ? [] : [{ message: `column ${unnamed.join(', ')} has no name; what stands in it is left out`, help: 'give it a name in the first line' }]
  const bodyLine = line + (text.slice(at, record.end).split(eol).length - 1)
  const header = { delimiter, eol, names: names.map((name) => (name === '' ? null : name)), idField, bodyAt: record.end, bodyLine } as const
  return { kind: 'header', header, warnings }
}

/** Up to the first line end outside quotes. */
const firstRecord = (text: string, start: number, eol: string, final: boolean): { readonly end: number } | null => {
  let quoted = false
  for (let i = start; i < text.length; i++) {
    if (text[i] === '"') quoted = !quoted
    else if (text[i] === eol && !quoted) return { end: i + 1 }
  }
  return final ? { end: text.length } : null
}

const sniffDelimiter = (line: string): string => {
  const bare = line.replace(/"(?:[^"]|"")*"/g, '')
  return mostFrequent(DELIMITERS, bare) ?? mostFrequent(RARE_DELIMITERS, bare) ?? ','
}

const mostFrequent = (delimiters: readonly string[], line: string): string | undefined => {
  const counts = delimiters.map((each) => line.split(each).length - 1)
  const most = Math.max(...counts)
  return most === 0 ? undefined : delimiters[counts.indexOf(most)]
}

/** Of one line: a line end within quotes is not looked for. */
export const splitCells = (line: string, delimiter: string): readonly string[] => {
  const names: string[] = []
  let name = ''
  let quoted = false
  for (let i = 0; i < line.length; i++) {
    const char = line[i] ?? ''
    if (char === '"' && quoted && line[i + 1] === '"') { name += '"'; i++ }
    else if (char === '"' && (quoted || name.trim() === '')) quoted = !quoted
    else if (char === delimiter && !quoted) { names.push(name); name = '' }
    else name += char
  }
  names.push(name)
  return names
}

/** A title above the column names, or columns divided by another sign: every row would go out as something else, or not at all. */
const unlikeFirstRow = (names: readonly string[], named: readonly string[], body: string, eol: string, delimiter: string): { readonly message: string; readonly help: string } | null => {
  const row = body.split(eol, 10).find((each) => splitCells(each, delimiter).some((cell) => cell.trim() !== '')) ?? ''
  const own = row.includes(delimiter) ? delimiter : mostFrequent(DELIMITERS, row) ?? delimiter
  const cells = splitCells(row, own)
  const filled = cells.flatMap((cell, i) => (cell.trim() === '' ? [] : [names[i]]))
  const title = named.length === 1 && named[0] === names[0]
  const outside = filled.filter((name) => name === '' || (title && name === undefined)).length
  if (own === delimiter ? outside > (title ? 0 : filled.length / 2) : cells.length > Math.max(2, names.length)) {
    return { message: `the first line names ${named.length === 1 ? 'one column' : `${named.length} columns`} (${named.join(', ')}), the row below it has ${filled.length}`, help: 'take out what stands above the line of column names (a title, a date, joined headings), so that it is the first' }
  }
  const [only = ''] = named
  if (names.length > 1 || !/[,;|\t]| {2}/.test(only)) return null
  return { message: `the first line names one column (${only}), and what is in it looks like several`, help: 'divide columns by commas, semicolons, tabs or |, with no quotes around a whole line' }
}

const headerProblem = (names: readonly string[]): { readonly code: string; readonly message: string; readonly help: string } | null => {
  if (names.every((name) => name === '')) {
    return { code: 'no-header', message: 'the first line names no columns', help: 'the first line of a CSV file holds the column names: id,first_name,email' }
  }
  const data = names.find((name) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(name) || (/^[+\d(][\d\s().-]*$/.test(name) && name.replace(/\D/g, '').length >= 7))
  if (data !== undefined) {
    return { code: 'no-header', message: `the first line looks like a lead (\`${data}\`), not like column names`, help: 'put a line of column names above it: id,first_name,email' }
  }
  const seen = new Set<string>()
  for (const name of names) {
    if (name !== '' && seen.has(name)) {
      return { code: 'duplicate-column', message: `two columns are named \`${name}\``, help: 'which of them counts cannot be known: rename or remove one' }
    }
    seen.add(name)
  }
  return null
}
