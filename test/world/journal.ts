import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'

/** One request as a buyer saw it, written down before it answered. */
export interface JournalEntry {
  readonly n: number
  /** Milliseconds since 1970 by the buyer's clock. */
  readonly at: number
  readonly method: string
  readonly path: string
  /** Lower-case names; repeated ones joined with `, `. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Idempotency key; null where none came. */
  readonly key: string | null
  /** The price of the sale that this request made; null where it made none. */
  readonly booked: string | null
  /** Of a batch: which leads were bought. */
  readonly sold?: readonly string[]
  readonly act: string
  /** Answered from memory: the key was known. */
  readonly repeated: boolean
}

export interface Journal {
  readonly entries: readonly JournalEntry[]
  /** On disk, where there is a file, when this returns. */
  write(entry: JournalEntry): void
  close(): void
}

export const openJournal = (file: string | null): Journal => {
  const entries: JournalEntry[] = []
  const handle = file === null ? null : openSync(file, 'a')
  let open = true
  return {
    entries,
    write: (entry) => {
      entries.push(entry)
      if (handle === null || !open) return
      writeSync(handle, `${JSON.stringify(entry)}\n`)
      fsyncSync(handle)
    },
    close: () => {
      if (handle !== null && open) closeSync(handle)
      open = false
    },
  }
}

/** A last line that was cut by a kill is left out. */
export const readJournal = (file: string): readonly JournalEntry[] =>
  readFileSync(file, 'utf8').split('\n').slice(0, -1).map((line): JournalEntry => JSON.parse(line))

/** What a buyer owes, in cents, exactly. */
export const bookedCents = (entries: readonly JournalEntry[]): bigint =>
  entries.reduce((sum, { booked }) => {
    if (booked === null) return sum
    const [whole = '0', part = ''] = booked.split('.')
    return sum + BigInt(whole) * 100n + BigInt(part.padEnd(2, '0').slice(0, 2))
  }, 0n)
