import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parse } from 'csv-parse/sync'
import type { Ended } from '../cli/finalmile.ts'
import { finalmileHere } from '../cli/here.ts'

export type Row = Readonly<Record<string, string>>

/** A user's folder, worked from outside: commands in, exit codes, streams and files out. */
export interface Project {
  readonly folder: string
  write(path: string, text: string): void
  read(path: string): string
  /** A CSV of the run's `--out`, by its header. */
  rows(path: string): readonly Row[]
  run(...args: readonly string[]): Promise<Ended>
  /** `run` with `--json`, its stdout as one value. */
  json(...args: readonly string[]): Promise<Record<string, unknown>>
  piped(input: string, ...args: readonly string[]): Promise<Ended>
}

const folders: string[] = []
export const removeProjects = (): void => { for (const each of folders.splice(0)) rmSync(each, { recursive: true, force: true }) }

/** Recipient files by id; an endpoint's text needs no `Recipient:` line. */
export const createProject = (recipients: Readonly<Record<string, string>>): Project => {
  const folder = mkdtempSync(join(tmpdir(), 'finalmile-e2e-'))
  folders.push(folder)
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  for (const [id, text] of Object.entries(recipients)) write(`recipients/${id}.yaml`, `Recipient: ${id}\n${text}`)
  const read = (path: string): string => readFileSync(join(folder, path), 'utf8')
  const piped = (input: string, ...args: readonly string[]): Promise<Ended> => finalmileHere(args, { cwd: folder, input })
  return {
    folder, write, read, piped,
    rows: (path) => parse(read(path), { columns: true }),
    run: (...args) => piped('', ...args),
    json: async (...args) => {
      const { out, err, code } = await piped('', ...args, '--json')
      if (out === '') throw new Error(`finalmile ${args.join(' ')} ended with ${code}\n${err}`)
      return JSON.parse(out) as Record<string, unknown>
    },
  }
}

export const leadsCsv = (count: number, from = 1): string =>
  `id,email,state\n${Array.from({ length: count }, (_, i) => `L${from + i},lead${from + i}@example.com,${i % 2 === 0 ? 'CA' : 'NY'}\n`).join('')}`

export const waterfall = (...names: readonly string[]): string => `Pattern: Waterfall\nTry: [${names.join(', ')}]\n`
