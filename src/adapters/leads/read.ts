import { stat } from 'node:fs/promises'
import { errorText } from '../../base/error.ts'
import { UserError } from '../../base/diagnostic.ts'
import type { LeadBatch, RowParser } from './batch.ts'
import { openBytes } from './bytes.ts'
import { problemOf, type LeadOptions, type LeadSource } from './check.ts'
import { createCsvParser } from './csv.ts'
import { createDecoder, type Decoder } from './decode.ts'
import { createJsonLinesParser } from './json-lines.ts'
import { createJsonValuesParser } from './json-values.ts'
import { sniff, type Sniffed } from './sniff.ts'

/** How far the reading is; `totalBytes` is null where a pipe is among the sources. Bytes of gzip files count as they lie on disk. */
export interface LeadProgress {
  readonly bytes: number
  readonly totalBytes: number | null
  /** Leads and bad rows. */
  readonly rows: number
}

/** Reads only as it is pulled, one chunk ahead at most. Stopping early closes the files. */
export interface LeadStream extends AsyncIterable<LeadBatch> {
  progress(): LeadProgress
}

/**
 * The leads of all sources, in order, a batch per chunk. A pipe that turns out not to hold leads throws a UserError when its turn
 * comes; a file that breaks off while it is read (disk, damaged gzip) ends with a bad row that says so.
 */
export const readLeads = (sources: readonly LeadSource[], options: LeadOptions = {}): LeadStream => {
  const totalBytes = sources.reduce<number | null>((sum, each) => (sum === null || each.bytes === null ? null : sum + each.bytes), 0)
  let bytes = 0
  let rows = 0

  async function* batches(): AsyncGenerator<LeadBatch> {
    for (const source of sources) {
      for await (const batch of batchesOf(source, options, (count) => { bytes += count })) {
        if (batch.leads.length === 0 && batch.bad.length === 0) continue
        rows += batch.leads.length + batch.bad.length
        yield batch
      }
    }
  }

  return { [Symbol.asyncIterator]: batches, progress: () => ({ bytes, totalBytes, rows }) }
}

async function* batchesOf(source: LeadSource, options: LeadOptions, onRead: (bytes: number) => void): AsyncGenerator<LeadBatch> {
  let head: Buffer = Buffer.alloc(0)
  let reading: Reading | null = null
  try {
    for await (const chunk of openBytes(source.from, onRead)) {
      if (reading) yield reading.push(chunk)
      else {
        // Sniffing decides after 64 KB at the latest, so this stays short.
        head = Buffer.concat([head, chunk])
        reading = startReading(source, options, head, false)
        if (reading) yield reading.push(head)
      }
    }
  } catch (error) {
    if (error instanceof UserError) throw error
    yield { leads: [], bad: [{ file: source.name, line: 0, raw: '', reason: `reading stopped, nothing behind this point was read: ${errorText(error)}` }] }
    return
  }
  if (!reading) {
    reading = startReading(source, options, head, true)
    if (reading) yield reading.push(head)
  }
  if (reading && !reading.isWhole() && await hasGrown(source)) yield { leads: [], bad: [{ file: source.name, line: 0, raw: '', reason: 'the file is still being written, and its last row was not read: give the same command again when it is whole' }] }
  else if (reading) yield reading.end()
}

/** Since it was looked at; of one that is gone meanwhile nothing more comes. */
const hasGrown = async ({ from, bytes }: LeadSource): Promise<boolean> => {
  if (typeof from !== 'string' || bytes === null) return false
  return stat(from).then(({ size }) => size > bytes, () => false)
}

interface Reading {
  push(bytes: Buffer): LeadBatch
  /** False where a last row of CSV has no line end: nobody sees whether half a phone is missing; JSON tells by itself. */
  isWhole(): boolean
  end(): LeadBatch
}

/** Null where these bytes do not yet say what the file is, or where it is empty. */
const startReading = (source: LeadSource, options: LeadOptions, bytes: Buffer, whole: boolean): Reading | null => {
  const sniffed = sniff(bytes, { ...options, name: source.name, whole })
  const problem = problemOf(source.name, sniffed)
  if (problem) throw new UserError([problem])
  if (sniffed.kind !== 'csv' && sniffed.kind !== 'json') return null
  const decoder: Decoder = createDecoder(sniffed.encoding)
  const parser = parserFor(source.name, sniffed, options)
  let last = ''
  let toSkip = sniffed.kind === 'csv' ? sniffed.header.bodyAt : 0
  const feed = ({ text, damaged }: { readonly text: string; readonly damaged: boolean }): void => {
    const body = toSkip === 0 ? text : text.slice(toSkip)
    toSkip = Math.max(0, toSkip - text.length)
    parser.push(body, damaged)
    last = text.at(-1) ?? last
  }
  return {
    push: (chunk) => { feed(decoder.push(chunk)); return parser.take() },
    isWhole: () => sniffed.kind === 'json' || last === '\n' || last === '\r',
    end: () => { feed(decoder.end()); parser.end(); return parser.take() },
  }
}

const parserFor = (name: string, sniffed: Extract<Sniffed, { kind: 'csv' | 'json' }>, options: LeadOptions): RowParser => {
  if (sniffed.kind === 'csv') return createCsvParser(name, sniffed.header, options.inspect)
  return sniffed.shape === 'lines' ? createJsonLinesParser(name, options.id, options.inspect) : createJsonValuesParser(name, sniffed.shape, options.id, options.inspect)
}
