import type { Place } from '../../base/diagnostic.ts'
import type { Condition } from '../../core/condition.ts'
import { parseCondition } from '../conditions/condition.ts'
import { parsed, refused, type Parsed } from './parsed.ts'
import { parseStatusRange, type StatusRange } from './status-range.ts'

export interface RetryOn { readonly status: StatusRange | null; readonly when: Condition | null }

/** `400 where errorCode = "UNABLE_TO_LOCK_ROW"`, `409`, `where code = 109`. */
export const parseRetryOn = (text: string, place: Place): Parsed<RetryOn> => {
  const match = /^(\S.*?)?(?:(?:^|\s+)(?:where|when|if)\s+(\S.*))?$/is.exec(text.trim())
  const named = match?.[1]
  const status = named === undefined ? null : /^[1-5](xx|\d\d)(\s*(-|–|to)\s*[1-5]\d\d)?$/i.test(named) ? parseStatusRange(named) : null
  if (named !== undefined && status === null) return refused(place, 'bad-retry-on', `got "${text}", expected a status, a condition, or both`, 'write 400 where errorCode = "UNABLE_TO_LOCK_ROW"')
  if (match?.[2] === undefined) return parsed({ status, when: null })
  const when = parseCondition(match[2], { ...place, col: place.col + text.lastIndexOf(match[2]), length: match[2].length })
  return when.ok ? parsed({ status, when: when.value }) : when
}
