import type { Inspect } from '../adapters/leads/batch.ts'
import type { Diagnostic } from '../base/diagnostic.ts'
import type { Plan } from '../core/plan.ts'
import { goesByAge, readReceived, RECEIVED_FIELD } from '../core/received.ts'
import { plural } from './render/figures.ts'
import { cut } from './render/width.ts'

/** Looks at what leads say of when they were received, and tells once per file what it could not read. */
export interface ReceivedCheck {
  readonly inspect: Inspect
  remarks(): readonly Diagnostic[]
}

/**
 * Where the target sells by age, a date that cannot be read sets the lead aside: sold as a fresh one, an old lead would go to
 * the wrong buyer at the wrong price. Elsewhere the lead goes on, and its person is told.
 */
export const checkReceived = (field: string | null, plan: Plan): ReceivedCheck => {
  const strict = goesByAge(plan)
  const name = field ?? RECEIVED_FIELD
  const unreadable = new Map<string, Found>()
  const missing = new Map<string, Found>()
  return {
    inspect: ({ lead, file, line }) => {
      const received = readReceived(lead.fields, field)
      if (received.kind === 'unreadable' && strict) return `\`${name}\` is no date: got ${quoted(received.got)}, expected such as ${EXAMPLES}; it decides who gets the lead`
      if (received.kind === 'unreadable') note(unreadable, file, line, received.got)
      else if (field !== null && lead.fields[field] === undefined) note(missing, file, line, '')
      return null
    },
    remarks: () => [
      ...[...unreadable].map(([file, each]) => remark(file, each, `\`${name}\` of ${plural(each.count, 'lead')} is no date, the first ${quoted(each.got)}`, `write ${EXAMPLES}`)),
      ...[...missing].map(([file, each]) => remark(file, each, `${plural(each.count, 'lead')} without \`${name}\`, which --received names`, 'check the name of the field')),
    ],
  }
}

/** The first in a file, and how many there were. */
interface Found { readonly line: number; readonly got: string; readonly count: number }

const note = (found: Map<string, Found>, file: string, line: number, got: string): void => {
  const first = found.get(file)
  found.set(file, first === undefined ? { line, got, count: 1 } : { ...first, count: first.count + 1 })
}

const remark = (file: string, { line, count }: Found, what: string, help: string): Diagnostic => ({
  code: 'received', severity: 'warning', file, line, col: 1, help,
  message: `${what}: counted as received when finalmile first saw ${count === 1 ? 'it' : 'them'}`,
})

const EXAMPLES = '2026-11-24T15:15:00Z or 11/24/2026 3:15 PM (UTC where no zone is named)'
const quoted = (got: string): string => `"${cut(got, 40)}"`
