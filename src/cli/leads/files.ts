import { resolve } from 'node:path'
import type { Inspect } from '../../adapters/leads/batch.ts'
import { checkLeadSources } from '../../adapters/leads/check.ts'
import { readLeads, type LeadStream } from '../../adapters/leads/read.ts'
import { UserError } from '../../base/diagnostic.ts'
import type { Target } from '../recipients/catalogue.ts'
import type { Invocation } from '../command.ts'
import { columnRemarks, createStreamCheck, unaskedRemarks } from './columns.ts'
import { renderDiagnostic } from '../render/diagnostic.ts'

/** Looks at all lead files before anything is sent, and stops where leads that are to be kept back would be sent; warnings go to stderr. */
export const openLeads = async ({ options, streams, settings, cwd }: Invocation, names: readonly string[], inspect?: Inspect, target?: Target): Promise<LeadStream> => {
  const asked = {
    ...(typeof options.id === 'string' ? { id: options.id } : {}),
    ...(typeof options.received === 'string' ? { received: options.received } : {}),
    ...(inspect === undefined ? {} : { inspect }),
  }
  const shown = names.map((each) => (each === '-' || cwd === process.cwd() ? each : resolve(cwd, each)))
  const { sources, warnings } = await checkLeadSources(shown, { ...asked, ...(names.includes('-') ? { stdin: streams.stdin } : {}) })
  const remarks = target === undefined ? [] : [...unaskedRemarks(target), ...columnRemarks(sources, target, typeof options.id === 'string')]
  const errors = remarks.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new UserError(errors)
  if (!settings.quiet) for (const each of [...warnings, ...remarks]) streams.err.write(renderDiagnostic(each, () => null, streams.err.paint))
  const unseen = new Set(sources.flatMap(({ name, columns }) => (columns === null ? name : [])))
  if (target === undefined || unseen.size === 0) return readLeads(sources, asked)
  const check = createStreamCheck(target)
  return readLeads(sources, { ...asked, inspect: (row) => (unseen.has(row.file) ? check(row) : null) ?? inspect?.(row) ?? null })
}

/** How many leads there will be: in round figures, guessed from how far the bytes are, until all are read; null where it cannot be told. */
export const guessTotal = (stream: LeadStream | null): number | null => {
  if (stream === null) return null
  const { bytes, totalBytes, rows } = stream.progress()
  if (totalBytes === null || bytes === 0) return null
  return bytes >= totalBytes ? rows : roundedUp((rows * totalBytes) / bytes)
}

/** To two digits. */
const roundedUp = (count: number): number => {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, count))) - 1)
  return Math.ceil(count / unit) * unit
}
