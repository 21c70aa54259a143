import { resolve } from 'node:path'
import { usageError } from '../../base/diagnostic.ts'
import { addEvent, emptyReport, type Report } from '../../core/report.ts'
import type { Ledger } from '../../ports.ts'
import { currencyAmong, openCatalogue } from '../recipients/catalogue.ts'
import { nowOf } from '../clocks.ts'
import type { RunCommand } from '../command.ts'
import { GROUPINGS } from '../commands.ts'
import { EXIT } from '../exit.ts'
import { modeOf, periodOf, requireOneFormat, textOf } from '../flags/options.ts'
import { allLeads, tellOtherMode } from '../other-mode.ts'
import { apartTexts, openLeadsOf, openTexts } from '../render/open-leads.ts'
import { reportPage } from '../render/report-page.ts'
import { reportCsv, reportJson, reportText } from '../render/report-text.ts'
import { commandsOf } from '../render/command-for.ts'
import { hasFacts, withStore } from '../store.ts'
import { writeText } from '../write-text.ts'

export const run: RunCommand = async (invocation) => {
  requireOneFormat(invocation)
  const period = periodOf(invocation)
  return withStore(invocation, 'read', async (ledger) => {
    const { options, settings, streams, cwd } = invocation
    const mode = modeOf(invocation)
    const runId = textOf(options.run)
    const now = nowOf(settings)
    const { catalogue } = await openCatalogue(invocation)
    const report = await foldLedger(ledger, emptyReport(mode, currencyAmong([...catalogue.recipients.values()]), period), runId)
    if (runId !== null && !(await hasFacts(ledger, { mode, runId }))) throw usageError(`the ${mode} store has no facts of a run "${runId}"`, mode === 'live' ? 'add --test where it was a test run' : 'leave --test out where it was a live run')
    // A run's own figures are what it settled; those of days that are over change no more, as what comes is booked when it comes.
    const open = runId === null && (period.until === null || period.until > now) ? openLeadsOf(report, await ledger.counts(mode), await ledger.queues({ mode })) : null
    const notFinal = [...(open === null ? [] : openTexts(open, commandsOf(settings), mode)), ...apartTexts(report)]
    const grouping = GROUPINGS.find((each) => each === options.by) ?? 'recipient'
    if (typeof options.html === 'string') {
      const file = resolve(cwd, options.html)
      await writeText(file, reportPage(report, runId, now, notFinal))
      if (!settings.quiet) streams.err.write(`${streams.err.paint.green('✓')} ${options.html}\n`)
    }
    if (settings.json) streams.out.write(`${JSON.stringify(reportJson(report, runId, open))}\n`)
    else if (options.csv === true) {
      streams.out.write(reportCsv(report, grouping))
      if (!settings.quiet) for (const each of notFinal) streams.err.write(`${streams.err.paint.yellow(each)}\n`)
    }
    else if (typeof options.html !== 'string') streams.out.write(reportText(report, grouping, streams.out.columns, streams.out.paint, notFinal))
    await tellOtherMode(invocation, ledger, mode, allLeads)
    return EXIT.done
  })
}

const foldLedger = async (ledger: Ledger, report: Report, runId: string | null): Promise<Report> => {
  for await (const stored of ledger.events({ mode: report.mode, ...(runId === null ? {} : { runId }) })) addEvent(report, stored, stored.event)
  return report
}
