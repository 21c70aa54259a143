import { open, rename, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '../../base/error.ts'
import { csvLine, OUR_FILES } from '../../base/csv.ts'
import { LEDGER_COLUMNS, RESULT_COLUMNS, type Row } from '../../core/report/rows.ts'
import type { Summary } from '../../core/report/summary.ts'
import type { BadRow } from '../leads/batch.ts'
import { makeFolder } from '../make-folder.ts'
import { createLineFile, type LineFile } from './line-file.ts'

const BAD_COLUMNS = ['file', 'line', 'reason', 'raw'] as const

/** The files of one run (contract, section 7). Those that an earlier run left in the folder are replaced: they are about that run, and the store can export them. */
export const createRunFiles = async (folder: string) => {
  await makeFolder(folder)
  for (const name of ['bad-rows.csv', 'summary.json']) await rm(join(folder, name), { force: true })
  const ledger = await createLineFile(join(folder, 'ledger.csv'))
  const results = await createLineFile(join(folder, 'results.csv'))
  ledger.write(csvLine(LEDGER_COLUMNS, OUR_FILES))
  results.write(csvLine(RESULT_COLUMNS, OUR_FILES))
  let bad: BadFile | null = null
  const openFiles = (): readonly (LineFile | BadFile)[] => (bad ? [ledger, results, bad] : [ledger, results])

  return {
    /** Rows of `ledgerRow` and `resultRow`. */
    ledger: (row: Row): void => ledger.write(csvLine(row, OUR_FILES)),
    result: (row: Row): void => results.write(csvLine(row, OUR_FILES)),
    /** `bad-rows.csv` is there only when there are bad rows. */
    badRow: ({ file, line, reason, raw }: BadRow): void => {
      bad ??= lateFile(join(folder, 'bad-rows.csv'), csvLine(BAD_COLUMNS, OUR_FILES))
      bad.write(csvLine([file, line, reason, raw], OUR_FILES))
    },
    /** Null while the disks keep up; else wait for it before more rows. Rejects when a write failed. */
    pressure: (): Promise<void> | null => {
      const slow = openFiles().map((each) => each.pressure()).filter((each) => each !== null)
      return slow.length === 0 ? null : Promise.all(slow).then(() => undefined)
    },
    /** Whole or not at all: a reader never sees half a summary. */
    summary: (summary: Summary): Promise<void> => writeWhole(join(folder, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`),
    /** All rows on the disk. */
    close: async (): Promise<void> => {
      const closed = await Promise.allSettled(openFiles().map((each) => each.close()))
      for (const each of closed) if (each.status === 'rejected') throw each.reason
    },
    /** Takes these files away again, and their folder where nothing else is in it. After `close`. */
    discard: async (): Promise<void> => {
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
