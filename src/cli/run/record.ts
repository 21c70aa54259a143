import type { BadRow } from '../../adapters/leads/batch.ts'
import { createRunFiles } from '../../adapters/outputs/run-files.ts'
import { errorCode } from '../../base/error.ts'
import { usageError } from '../../base/diagnostic.ts'
import type { Instant } from '../../base/time.ts'
import { addEvent, emptyReport } from '../../core/report.ts'
import { alertsOf, alsoTold, type AlertRule } from '../../core/report/alerts.ts'
import { ledgerRow, resultRow } from '../../core/report/rows.ts'
import { summaryOf, type Summary } from '../../core/report/summary.ts'
import type { Run } from '../../core/run.ts'
import type { Catalogue } from '../../definitions/recipient.ts'
import type { RunEnd, RunEvent } from '../../engine/settings.ts'

export type RunRecord = Awaited<ReturnType<typeof openRecord>>

/** Everything that a run leaves in its `--out` folder, from what the engine tells. */
export const openRecord = async (folder: string, run: Run, catalogue: Catalogue, currency: string) => {
  const files = await createRunFiles(folder).catch((error: unknown) => { throw notWritable(folder, error) })
  const report = emptyReport(run.mode, currency)
  const told: Extract<RunEvent, { kind: 'alert' }>[] = []
  let [empty, closed] = [true, false]
  let failure: unknown = null
  const failed = (error: unknown): never => { throw (failure ??= notWritten(folder, error)) }
  const close = async (): Promise<void> => {
    if (closed) return
    closed = true
    await files.close().catch(failed)
  }
  return {
    observe: (seen: RunEvent): void => {
      if (seen.kind === 'alert') told.push(seen)
      if (seen.kind !== 'stored') return
      const { event, leadId, seq } = seen
      empty = false
      addEvent(report, seen, event)
      const row = ledgerRow({ seq, runId: run.id, leadId, mode: run.mode }, event)
      if (row !== null) files.ledger(row)
      if (event.type === 'settled') files.result(resultRow({ leadId, mode: run.mode, attempts: event.attempts ?? 0 }, event, currency))
    },
    badRow: (row: BadRow): void => {
      empty = false
      files.badRow(row)
    },
    /** Null while the disk keeps up. What it rejects with is what `close` rejects with then. */
    pressure: (): Promise<void> | null => files.pressure()?.catch(failed) ?? null,
    finish: async (end: RunEnd, badRows: number, at: Instant): Promise<Summary> => {
      const alerts = alertsOf(report, rulesOf(catalogue))
      const summary = summaryOf(report, run, {
        finishedAt: at, waiting: end.waiting.reduce((sum, each) => sum + each.count, 0), alreadySettled: end.alreadySettled, badRows,
        alerts: [...alerts, ...alsoTold(told, alerts)],
      })
      await close()
      await files.summary(summary).catch((error: unknown) => { throw notWritten(folder, error) })
      return summary
    },
    /** Nothing happened, and no row was set aside. */
    isEmpty: (): boolean => empty,
    /** Takes the files of an empty record away. */
    discard: files.discard,
    /** Without a summary, where the run broke off. */
    close,
  }
}

/** `Alert When` of each recipient that has any. */
export const rulesOf = (catalogue: Catalogue): ReadonlyMap<string, readonly AlertRule[]> =>
  new Map([...catalogue.recipients.values()].flatMap((each) => (each.kind === 'endpoint' && each.definition.alertWhen.length > 0 ? [[each.id, each.definition.alertWhen] as const] : [])))

/** The system's words (`EEXIST: file already exists, mkdir`) name neither the option nor the way out. */
const notWritable = (folder: string, error: unknown): unknown => {
  const reason = OUT_FAULTS[errorCode(error)]
  return reason === undefined ? error : usageError(`--out ${folder} cannot be written to: ${reason}`, 'name a folder; it is made where it is missing')
}

/** After leads went out: where the truth is goes before how to mend the disk. */
const notWritten = (folder: string, error: unknown): unknown => {
  const reason = OUT_FAULTS[errorCode(error)]
  return reason === undefined ? error : usageError(`the files in ${folder} are not whole: ${reason}`, 'the store has all of it: make room, then `finalmile export ledger` and `finalmile export results` write them')
}

const OUT_FAULTS: Readonly<Record<string, string>> = {
  EEXIST: 'it is a file',
  ENOTDIR: 'a part of it is a file',
  ENAMETOOLONG: 'the name is too long',
  EISDIR: 'one of ledger.csv and results.csv is a folder there',
  EACCES: 'you may not write there',
  EPERM: 'you may not write there',
  EROFS: 'the disk is read-only',
  ENOENT: 'no folder can be made there',
  ENOSPC: 'the disk is full',
}
