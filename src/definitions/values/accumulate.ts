import type { Place } from '../../base/diagnostic.ts'
import { MINUTE, parseDuration } from '../../base/time.ts'
import { parsed, refused, type Parsed } from './parsed.ts'

/** A limit that is not written is so far off that the other decides. */
const MANY = 1_000
const LONG_MS = 5 * MINUTE

/** `100 leads or 5 minutes`; either alone. */
export const parseAccumulate = (text: string, place: Place): Parsed<{ readonly maxLeads: number; readonly maxWaitMs: number }> => {
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
