import type { Place } from '../../base/diagnostic.ts'
import type { Condition } from '../../core/condition.ts'
import type { Again } from '../../core/verdict.ts'
import { parseCondition } from '../conditions/condition.ts'
import { parsed, refused, type Parsed } from '../values/parsed.ts'
import { eachStatus, parseStatusRange, type StatusRange } from '../values/status-range.ts'
import { textual, type Kind } from './field.ts'
import { listOf } from './plain.ts'

export interface RetryOn { readonly status: StatusRange | null; readonly when: Condition | null; /** how often and after how long, where that is said of these alone */ readonly again?: Again }

/** `400 where errorCode = "UNABLE_TO_LOCK_ROW"`, `409`, `where code = 109`. */
const parseRetryOn = (text: string, place: Place): Parsed<RetryOn> => {
  const [, named, said] = /^(?:(?!(?:where|when|if)\s)(\S.*?)(?=\s+(?:where|when|if)\s|$))?(?:\s*(?:where|when|if)\s+(\S.*))?$/is.exec(text.trim()) ?? []
  const status = named !== undefined && /^[1-5](xx|\d\d)(\s*(-|–|to)\s*[1-5]\d\d)?$/i.test(named) ? parseStatusRange(named) : null
  // A condition alone, without `where`.
  const condition = said ?? (status === null && named !== undefined && /[=<>]|\s(?:contains|exists|in|matches)\b/i.test(named) ? named : undefined)
  if (named !== undefined && named !== condition && status === null) return refused(place, 'bad-retry-on', `got "${text}", expected a status, a condition, or both`, 'write 400 where errorCode = "UNABLE_TO_LOCK_ROW"')
  if (condition === undefined) return parsed({ status, when: null })
  const when = parseCondition(condition, { ...place, col: place.col + text.lastIndexOf(condition), length: condition.length })
  return when.ok ? parsed({ status, when: when.value }) : when
}

const ONE = textual('a status, a condition, or both', parseRetryOn)
const SEVERAL = listOf(ONE)

/** Failures that are tried again although their class is not. A condition may hold commas: one line is several statuses, and one condition. */
export const RETRY_ON: Kind<readonly RetryOn[]> = {
  ...SEVERAL,
  takes: 'a status (or several: `400, 404`), a condition, or both; several of them as a YAML list',
  read: (node, reading) => (node.kind === 'scalar' ? eachStatus(node.text).flatMap((text) => ONE.read({ ...node, value: text, text }, reading) ?? []) : SEVERAL.read(node, reading)),
}
