import type { LeadRow } from '../../adapters/leads/batch.ts'
import { diagnosticAt, type Diagnostic } from '../../base/diagnostic.ts'
import { MINUTE, type Instant } from '../../base/time.ts'
import { readCost } from '../../core/lead-field.ts'
import type { Plan } from '../../core/plan.ts'
import { goesByAge, readReceived, RECEIVED_FIELD } from '../../core/received.ts'
import { plural } from '../render/figures.ts'
import { cut } from '../render/width.ts'

export type LeadChecks = ReturnType<typeof checkLeads>

/**
 * Looks at what leads say of themselves, and tells once per file what could not be read.
 * Where the target sells by age, a date that cannot be read sets the lead aside: sold as a fresh one, an old lead would go to
 * the wrong buyer at the wrong price. Elsewhere the lead goes on, and its person is told; so it is with a cost.
 */
export const checkLeads = (receivedField: string | null, plan: Plan, now: () => Instant) => {
  const strict = goesByAge(plan)
  const name = receivedField ?? RECEIVED_FIELD
  const dates = new Map<string, Found>()
  const missing = new Map<string, Found>()
  const ahead = new Map<string, Found>()
  const costs = new Map<string, Found>()
  return {
    inspect: ({ lead: { fields }, file, line }: LeadRow): string | null => {
      const received = readReceived(fields, receivedField)
      if (received.kind === 'unreadable' && strict) return `\`${name}\` is no date: got ${quoted(received.got)}, expected such as ${DATES}; it decides who gets the lead`
      if (received.kind === 'unreadable') note(dates, file, line, received.got)
      else if (receivedField !== null && fields[receivedField] === undefined) note(missing, file, line, '')
      else if (received.kind === 'said' && strict && received.value > now() + MINUTE) note(ahead, file, line, String(fields[name]))
      const cost = readCost(fields, 'USD')
      if (cost.kind === 'unreadable') note(costs, file, line, cost.got)
      return null
    },
    remarks: (): readonly Diagnostic[] => [
      ...told('received', dates, `write ${DATES}`, ({ count, got }) => `\`${name}\` of ${plural(count, 'lead')} is no date, the first ${quoted(got)}: ${asSeen(count)}`),
      ...told('received', missing, 'check the name of the field', ({ count }) => `${plural(count, 'lead')} without \`${name}\`, which --received names: ${asSeen(count)}`),
      ...told('received', ahead, 'write the time in UTC, or with its zone: 2026-11-24T15:15:00+09:00', ({ count, got }) => `\`${name}\` of ${plural(count, 'lead')} lies ahead, the first ${quoted(got)}: ${count === 1 ? 'its' : 'their'} windows open only then`),
      ...told('cost', costs, 'write 2.50 or $2.50, from 0 to 100 million, four decimals at most', ({ count, got }) => `\`cost\` of ${plural(count, 'lead')} is no amount of money, the first ${quoted(got)}: counted as if ${count === 1 ? 'it' : 'they'} named none`),
    ],
  }
}

const DATES = '2026-11-24T15:15:00Z or 11/24/2026 3:15 PM (UTC where no zone is named)'
const quoted = (got: string): string => `"${cut(got, 40)}"`
const asSeen = (count: number): string => `counted as received when finalmile first saw ${count === 1 ? 'it' : 'them'}`

/** The first in a file, and how many there were. */
interface Found { readonly line: number; readonly got: string; readonly count: number }

const note = (found: Map<string, Found>, file: string, line: number, got: string): void => {
  const first = found.get(file)
  found.set(file, first === undefined ? { line, got, count: 1 } : { ...first, count: first.count + 1 })
}

const told = (code: string, found: ReadonlyMap<string, Found>, help: string, message: (each: Found) => string): readonly Diagnostic[] =>
  [...found].map(([file, each]) => diagnosticAt({ file, line: each.line, col: 1 }, code, message(each), help, 'warning'))
