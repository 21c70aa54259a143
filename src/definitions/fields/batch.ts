import { cronProblem } from '../../base/cron.ts'
import type { Place } from '../../base/diagnostic.ts'
import { MINUTE, parseDuration } from '../../base/time.ts'
import type { BatchPolicy } from '../../core/policy.ts'
import { parsed, refused, type Parsed } from '../values/parsed.ts'
import type { BatchDefinition } from '../endpoint-definition.ts'
import { PATH } from './conditions.ts'
import { textual, type Field } from './field.ts'
import { PROSE } from './plain.ts'
import { block } from './section.ts'

/** A limit that is not written is so far off that the other decides. */
const MANY = 1_000
const LONG_MS = 5 * MINUTE

/** `100 leads or 5 minutes`; either alone. */
const parseAccumulate = (text: string, place: Place): Parsed<{ readonly maxLeads: number; readonly maxWaitMs: number }> => {
  let maxLeads: number | null = null
  let maxWaitMs: number | null = null
  for (const part of text.split(/\s+or\s+(?:after\s+)?|\s*(?:(?<!\d),|,(?!\d{3}(?!\d)))\s*/i)) {
    const leads = /^(\d[\d,]*)\s*leads?$/i.exec(part.trim())
    const wait = parseDuration(part)
    if (leads && maxLeads === null) maxLeads = Number((leads[1] ?? '').replaceAll(',', ''))
    else if (wait.ok && maxWaitMs === null) maxWaitMs = wait.ms
    else if (!wait.ok && wait.problem === 'needs-unit') return refused(place, 'needs-unit', `\`${part.trim()}\` needs a unit`, `write ${part.trim()} leads, or ${part.trim()} minutes`)
    else return refused(place, 'bad-batch', `got "${text}", expected a count of leads, a time, or both`, 'write 100 leads or 5 minutes')
  }
  if (maxLeads === 0 || maxWaitMs === 0) return refused(place, 'bad-batch', `got "${text}": a batch needs a lead and a moment`, 'write 100 leads or 5 minutes')
  return parsed({ maxLeads: maxLeads ?? MANY, maxWaitMs: maxWaitMs ?? LONG_MS })
}

const ACCUMULATE = textual('a count of leads, a time, or both', parseAccumulate)

const FORMAT = textual<BatchDefinition['format'] | 'either'>('CSV, JSON array or XML', (text, place) => {
  const known = /^(csv|json|xml)\b/i.exec(text)?.[1]?.toLowerCase()
  if (known === 'csv' && /\bor\s+json\b/i.test(text)) return parsed('either')
  if (known === 'csv' || known === 'json' || known === 'xml') return parsed(known)
  return refused(place, 'bad-value', `got "${text}", expected CSV, JSON array or XML`, 'write Format: CSV')
}, { type: 'string', examples: ['CSV', 'JSON array', 'XML'] })

const MATCH = textual('a path in each result = a path in the lead', (text, place) => {
  // `id = {{lead.id}}`: a lead's field is written in braces elsewhere.
  const match = /^([^\s=]+)\s*={1,2}\s*([^\s=]+)$/.exec(text.replace(/\{\{\s*([^\s{}]+)\s*\}\}/g, '$1'))
  if (/^lead\./.test(match?.[1] ?? '') && !/^lead\./.test(match?.[2] ?? '')) return refused(place, 'bad-match', `got "${text}", where the path in each result stands first`, `write ${match?.[2]} = ${match?.[1]}; ${match?.[1]} = lead.${match?.[2]} where each result has a member lead`)
  return match?.[1] !== undefined && match[2] !== undefined
    ? parsed({ result: match[1], lead: match[2] })
    : refused(place, 'bad-match', `got "${text}", expected a path in each result and one in the lead`, 'write id = lead.id')
})

/** Without the parser's own name and the text again. */
const plainly = (problem: string): string => problem.replace(/^Cron\w*: /, '').replace(/^invalid configuration format \('.*'\), /, '').replace(/\.$/, '')

const SCHEDULE = textual('a cron expression', (text, place) => {
  const problem = cronProblem(text)
  return problem === null ? parsed(text) : refused(place, 'bad-schedule', `got "${text}", which is no cron expression: ${plainly(problem)}`, 'write "0 6 * * *" for every day at six')
})

export const BATCH_SECTION = {
  accumulate: { key: 'Accumulate', kind: ACCUMULATE, doc: 'How many leads make a batch, or how long its first lead waits; those for which the address, headers or receivers differ then go in requests of their own', example: '100 leads or 5 minutes', default: '100 leads or 5 minutes' },
  format: { key: 'Format', kind: FORMAT, doc: 'How the leads are written', example: 'CSV', default: "the recipient's Format" },
  results: { key: 'Results', kind: PATH, doc: 'Where the answer lists a result for each lead', example: 'results', default: 'the answer itself' },
  match: { key: 'Match', kind: MATCH, doc: 'How a result finds its lead', example: 'id = lead.id', default: 'by position, where there are as many results as leads' },
  schedule: { key: 'Schedule', kind: SCHEDULE, doc: "Batches leave at these times, in the recipient's zone", example: '"0 6 * * *"' },
  deliver: { key: 'Deliver', kind: PROSE, doc: 'A remark', example: 'Single HTTP POST' },
  parse: { key: 'Parse', kind: PROSE, doc: 'A remark', example: 'Bulk response' },
  benefits: { key: 'Benefits', aliases: ['Notes'], kind: PROSE, doc: 'A remark', example: 'Lower overhead' },
} as const satisfies Readonly<Record<string, Field<unknown>>>

interface BatchRead {
  readonly policy: BatchPolicy
  /** `format` null: as the recipient's Format is; `either`: CSV, but where that says JSON. */
  readonly definition: Omit<BatchDefinition, 'format'> & { readonly format: BatchDefinition['format'] | 'either' | null }
}

export const BATCH = block('Batch', BATCH_SECTION, ({ values, places }, reading, node): BatchRead => {
  if (!places.accumulate && !places.schedule) reading.tell(node.place, 'missing-key', 'Batch does not say when a batch leaves', 'write Accumulate: 100 leads or 5 minutes')
  return {
    policy: { ...(values.accumulate ?? { maxLeads: 100, maxWaitMs: 300_000 }), schedule: values.schedule ?? null },
    definition: { format: values.format ?? null, results: values.results ?? null, match: values.match ?? null },
  }
})
