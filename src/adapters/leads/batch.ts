import type { Lead } from '../../core/lead.ts'

/** One record that became a lead. `line` is where it starts, 1-based, as an editor counts. */
export interface LeadRow {
  readonly lead: Lead
  readonly file: string
  readonly line: number
}

/** One record that did not: set aside in `bad-rows.csv`, the others go on. */
export interface BadRow {
  readonly file: string
  readonly line: number
  readonly reason: string
  /** As it stood in the file, cut after 10,000 characters. */
  readonly raw: string
}

/** What one chunk of a file held; a chunk, because one async step per lead costs more than reading the lead. */
export interface LeadBatch {
  readonly leads: readonly LeadRow[]
  readonly bad: readonly BadRow[]
}

/** Text of one file in, rows out; `push` and `end` are called in order, `take` empties what has gathered. */
export interface RowParser {
  /** `damaged`: some bytes of the file were not valid in its encoding; they stand as U+FFFD. */
  push(text: string, damaged: boolean): void
  end(): void
  take(): LeadBatch
}

/** Why a record, although it can be read, is to be set aside; null where it may go on. */
export type Inspect = (row: LeadRow) => string | null

/** Where a parser puts what it found. */
export interface Gathered {
  lead(id: string, fields: Lead['fields'], line: number, raw: string): void
  bad(line: number, reason: string, raw: string): void
  take(): LeadBatch
}

export const gather = (file: string, inspect: Inspect | undefined): Gathered => {
  let leads: LeadRow[] = []
  let bad: BadRow[] = []
  const refuse = (line: number, reason: string, raw: string): void => { bad.push({ file, line, reason, raw: raw.slice(0, LONGEST_RAW) }) }
  return {
    lead: (id, fields, line, raw) => {
      const row = { lead: { id, fields }, file, line }
      const reason = inspect?.(row) ?? null
      if (reason === null) leads.push(row)
      else refuse(line, reason, raw)
    },
    bad: refuse,
    take: () => {
      const batch = { leads, bad }
      leads = []
      bad = []
      return batch
    },
  }
}

const LONGEST_RAW = 10_000

/** What Meta writes into every field of a lead that its forms' preview makes: `<test lead: dummy data for full_name>`. */
export const TEST_LEAD = '<test lead: dummy data'

/** Why a text cannot be a lead although it parses; null where it can. */
export const textFault = (text: string, damaged: boolean): string | null => {
  if (text.includes('\0')) return 'a NUL character stands in the record: part of it is no text'
  if (text.includes(TEST_LEAD)) return 'a test lead of Meta, no person'
  if (damaged && text.includes('\uFFFD')) return 'not valid in the file\'s encoding: save the file as UTF-8 ("CSV UTF-8" in Excel)'
  return null
}
