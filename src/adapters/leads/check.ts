import { glob, readdir, stat } from 'node:fs/promises'
import { basename, dirname, extname, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { errorText } from '../../base/error.ts'
import { UserError, diagnosticAt, usageError, type Diagnostic } from '../../base/diagnostic.ts'
import type { Inspect } from './batch.ts'
import { openBytes } from './bytes.ts'
import { createDecoder } from './decode.ts'
import { createJsonLinesParser } from './json-lines.ts'
import { createJsonValuesParser } from './json-values.ts'
import { HEAD, saysJsonLines, sniff, type Sniffed } from './sniff.ts'

/** A lead file that exists and starts as one should, or standard input, which can only be read once. */
export interface LeadSource {
  /** As shown to people. */
  readonly name: string
  readonly from: string | Readable
  /** Null where it cannot be known: a pipe. */
  readonly bytes: number | null
  /** Named ones of a CSV file; the fields of a JSON file's first leads; null where they are not known yet. */
  readonly columns: readonly string[] | null
}

export interface LeadOptions {
  /** `--id FIELD`. */
  readonly id?: string
  /** `--received FIELD`: a CSV file has it, or is refused. */
  readonly received?: string
  readonly stdin?: Readable
  /** Looks at every lead before it is given out. */
  readonly inspect?: Inspect
}

/**
 * All the sources of a command line (files, globs, `-`) in order, looked at before anything is sent. Throws one UserError with
 * the problems of all of them.
 */
export const checkLeadSources = async (names: readonly string[], options: LeadOptions = {}): Promise<{ readonly sources: readonly LeadSource[]; readonly warnings: readonly Diagnostic[] }> => {
  if (names.length === 0) throw usageError('no lead file given', 'name one or more files, or - for standard input')
  const sources: LeadSource[] = []
  const problems: Diagnostic[] = []
  const warnings: Diagnostic[] = []
  const seen = new Set<string>()
  for (const name of names) {
    if (name === '-') {
      if (!options.stdin) throw usageError('standard input cannot be read here')
      if (!seen.has('-')) sources.push({ name: '<stdin>', from: options.stdin, bytes: null, columns: null })
      seen.add('-')
      continue
    }
    const paths = await expand(name)
    if (typeof paths === 'string') problems.push(about(name, 0, 'no-file', `no file ${name}`, paths))
    else for (const path of paths) {
      // The same file twice on one command line, as `*.csv june.csv` has it, is one file.
      if (seen.has(resolve(path))) continue
      seen.add(resolve(path))
      const checked = await checkFile(path, options)
      problems.push(...checked.problems)
      warnings.push(...checked.warnings)
      if (checked.source) sources.push(checked.source)
    }
  }
  if (problems.length > 0) throw new UserError(problems)
  return { sources, warnings }
}

const about = (file: string, line: number, ...problem: [code: string, message: string, help: string, severity?: 'warning']): Diagnostic =>
  diagnosticAt({ file, line, col: line === 0 ? 0 : 1 }, ...problem)

/** What stands in the way of a sniffed file, as a diagnostic; null where nothing does. */
export const problemOf = (name: string, sniffed: Sniffed): Diagnostic | null => {
  if (sniffed.kind === 'problem') return about(name, sniffed.line, sniffed.code, sniffed.message, sniffed.help)
  if (sniffed.kind === 'empty' && !saysJsonLines(name) && name !== '<stdin>') {
    return about(name, 0, 'empty-file', 'the file is empty', 'a file without leads still has its line of column names, or []')
  }
  return null
}

type Checked = { readonly source: LeadSource | null; readonly problems: readonly Diagnostic[]; readonly warnings: readonly Diagnostic[] }

const checkFile = async (path: string, options: LeadOptions): Promise<Checked> => {
  const refuse = (problem: Diagnostic): Checked => ({ source: null, problems: [problem], warnings: [] })
  try {
    const found = await stat(path)
    if (found.isDirectory()) return refuse(about(path, 0, 'folder', `${path} is a folder`, `name the files in it: '${path.replace(/\/$/, '')}/*.csv'`))
    // A pipe (`<(gunzip -c …)`) can be read once only: it is looked at when its turn comes.
    if (!found.isFile()) return { source: { name: path, from: path, bytes: null, columns: null }, problems: [], warnings: [] }
    const { head, whole } = await headOf(path)
    const sniffed = sniff(head, { ...options, name: path, whole })
    const problem = problemOf(path, sniffed)
    if (problem) return refuse(problem)
    const warnings = 'warnings' in sniffed ? sniffed.warnings.map((each) => about(path, each.line ?? 1, 'lead-file', each.message, each.help, 'warning')) : []
    const columns = sniffed.kind === 'csv' ? sniffed.header.names.flatMap((each) => each ?? []) : sniffed.kind === 'json' ? fieldsAmong(path, sniffed, head, whole) : null
    return { source: { name: path, from: path, bytes: found.size, columns }, problems: [], warnings }
  } catch (error) {
    return refuse(about(path, 0, 'unreadable', `${path} cannot be read: ${errorText(error)}`, 'check the file and its permissions'))
  }
}

/** A field that one lead leaves out another may have; null where not one lead was read. */
const fieldsAmong = (path: string, { encoding, shape }: Extract<Sniffed, { kind: 'json' }>, head: Buffer, whole: boolean): readonly string[] | null => {
  const parser = shape === 'lines' ? createJsonLinesParser(path, undefined) : createJsonValuesParser(path, shape, undefined)
  const { text, damaged } = createDecoder(encoding).push(head)
  parser.push(text, damaged)
  if (whole) parser.end()
  const names = new Set(parser.take().leads.flatMap(({ lead }) => Object.keys(lead.fields)))
  return names.size === 0 ? null : [...names]
}

const headOf = async (path: string): Promise<{ readonly head: Buffer; readonly whole: boolean }> => {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of openBytes(path, () => undefined)) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= HEAD) return { head: Buffer.concat(chunks), whole: false }
  }
  return { head: Buffer.concat(chunks), whole: true }
}

/** The files a name stands for; where there is none, what to do about it. */
const expand = async (name: string): Promise<readonly string[] | string> => {
  if (await exists(name)) return [name]
  if (/[*?[{]/.test(name)) {
    const found: string[] = []
    for await (const path of glob(name)) found.push(path)
    return found.length > 0 ? found.sort() : 'the pattern matches nothing; run finalmile where the files are'
  }
  const near = await nearNames(name)
  return near.length > 0 ? `did you mean ${near.join(' or ')}?` : 'check the name and the folder'
}

/** Whatever the cause, what cannot be looked at cannot be read under that name. */
const exists = (path: string): Promise<boolean> => stat(path).then(() => true, () => false)

/** Files beside it whose name differs by case, ending, or a letter or two. */
const nearNames = async (name: string): Promise<readonly string[]> => {
  try {
    const folder = dirname(name)
    const wanted = basename(name).toLowerCase()
    const stem = basename(wanted, extname(wanted))
    return (await readdir(folder))
      .filter((each) => basename(each.toLowerCase(), extname(each)) === stem || sharedEnds(each.toLowerCase(), wanted) >= Math.max(each.length, wanted.length) - 2)
      .slice(0, 3)
      .map((each) => (folder === '.' ? each : `${folder}/${each}`))
  } catch {
    return [] // No such folder: nothing is near.
  }
}

/** Characters that two names share at their starts and ends: a swap or a slip in one place leaves all but two. */
const sharedEnds = (a: string, b: string): number => {
  const most = Math.min(a.length, b.length)
  let start = 0
  while (start < most && a[start] === b[start]) start++
  let end = 0
  while (end < most - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++
  return start + end
}
