import type { Place } from '../../base/diagnostic.ts'
import { parseDuration } from '../../base/time.ts'
import type { DuplicateCheck } from '../../core/policy.ts'
import { parsed, refused, type Parsed } from './parsed.ts'

/** `phone_1 within 30 days`. */
export const parseDuplicateCheck = (text: string, place: Place): Parsed<DuplicateCheck> => {
  const match = /^(?:by\s+)?((?:[\w.-]|\[[^\]]*\])+)\s+(?:within|in|for)\s+(?:the\s+)?(?:last\s+)?(\S.*)$/i.exec(text.trim())
  if (!match) return refused(place, 'bad-duplicate-check', `got "${text}", expected a field and a time`, 'write phone_1 within 30 days')
  const [, field = '', time = ''] = match
  const within = parseDuration(time)
  if (!within.ok) return refused(place, within.problem === 'needs-unit' ? 'needs-unit' : 'bad-duration', within.problem === 'needs-unit' ? `\`${time}\` needs a unit` : `got "${time}", expected a duration`, within.problem === 'needs-unit' ? `write ${field} within ${time} days` : 'write phone_1 within 30 days')
  return parsed({ field: field.replace(/^lead\./, ''), withinMs: within.ms })
}
