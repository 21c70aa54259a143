import { open, rename, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '../../base/error.ts'
import { csvLine, OUR_FILES } from '../../base/csv.ts'
import { LEDGER_COLUMNS, RESULT_COLUMNS, type Row } from '../../core/report/rows.ts'
import type { Summary } from '../../core/report/summary.ts'
import { makeFolder } from '../make-folder.ts'
import { createLineFile, type LineFile } from './line-file.ts'

/** The files of one run (contract, section 7). */
interface RunFiles {
  /** Rows of `ledgerRow` and `resultRow`. */
  ledger(row: Row): void
  result(row: Row): void
  /** `bad-rows.csv` is there only when there are bad rows. */
  badRow(row: { readonly file: string; readonly line: number; readonly reason: string; readonly raw: string }): void
  /** Null while the disks keep up; else wait for it before more rows. Rejects when a write failed. */
  pressure(): Promise<void> | null
  /** Whole or not at all: a reader never sees half a summary. */
  summary(summary: Summary): Promise<void>
  /** All rows on the disk. */
  close(): Promise<void>
  /** Takes these files away again, and their folder where nothing else is in it. After `close`. */
  discard(): Promise<void>
}

const BAD_COLUMNS = ['file', 'line', 'reason', 'raw'] as const

/** Files that an earlier run left in the folder are replaced: they are about that run, and the store can export them. */
export const createRunFiles = async (folder: string): Promise<RunFiles> => {
  await makeFolder(folder)
  for (const name of ['bad-rows.csv', 'summary.json']) await rm(join(folder, name), { force: true })
  const ledger = await createLineFile(join(folder, 'ledger.csv'))
  const results = await createLineFile(join(folder, 'results.csv'))
  ledger.write(csvLine(LEDGER_COLUMNS, OUR_FILES))
  results.write(csvLine(RESULT_COLUMNS, OUR_FILES))
  let bad: BadFile | null = null
  const openFiles = (): readonly (LineFile | BadFile)[] => (bad ? [ledger, results, bad] : [ledger, results])

  return {
    ledger: (row) => ledger.write(csvLine(row, OUR_FILES)),
    result: (row) => results.write(csvLine(row, OUR_FILES)),
    badRow: ({ file, line, reason, raw }) => {
      bad ??= lateFile(join(folder, 'bad-rows.csv'), csvLine(BAD_COLUMNS, OUR_FILES))
      bad.write(csvLine([file, line, reason, raw], OUR_FILES))
    },
    pressure: () => {
      const slow = openFiles().map((each) => each.pressure()).filter((each) => each !== null)
      return slow.length === 0 ? null : Promise.all(slow).then(() => undefined)
    },
    summary: (summary) => writeWhole(join(folder, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`),
    close: async () => {
      const closed = await Promise.allSettled(openFiles().map((each) => each.close()))
      for (const each of closed) if (each.status === 'rejected') throw each.reason
    },
    discard: async () => {
      for (const name of ['ledger.csv', 'results.csv', 'summary.json']) await rm(join(folder, name), { force: true })
      await rmdir(folder).catch((error: unknown) => { if (!['ENOTEMPTY', 'EEXIST'].includes(errorCode(error))) throw error })
    },
  }
}

type BadFile = Pick<LineFile, 'write' | 'pressure' | 'close'>

/** Opens at its first line, and keeps what is written until it is open. */
const lateFile = (path: string, header: string): BadFile => {
  let early = header
  let file: LineFile | null = null
  const opening = createLineFile(path).then((opened) => {
    file = opened
    opened.write(early)
    early = ''
  })
  // Told by `pressure` and `close`, not as an unhandled rejection.
  opening.catch(() => undefined)
  return {
    write: (text) => { if (file) file.write(text); else early += text },
    pressure: () => (file ? file.pressure() : early.length > 1024 * 1024 ? opening : null),
    close: async () => {
      await opening
      await file?.close()
    },
  }
}

const writeWhole = async (path: string, text: string): Promise<void> => {
  const temporary = `${path}.new`
  const file = await open(temporary, 'w')
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
}
