import { parseRetryOn, type RetryOn } from '../values/retry-on.ts'
import { eachStatus } from '../values/status-range.ts'
import { textual, type Kind } from './field.ts'
import { listOf } from './plain.ts'

const ONE = textual('a status, a condition, or both', parseRetryOn)
const SEVERAL = listOf(ONE)

/** Failures that are tried again although their class is not. A condition may hold commas: one line is several statuses, and one condition. */
export const RETRY_ON: Kind<readonly RetryOn[]> = {
  ...SEVERAL,
  takes: 'a status (or several: `400, 404`), a condition, or both; several of them as a YAML list',
  read: (node, reading) => (node.kind === 'scalar' ? eachStatus(node.text).flatMap((text) => ONE.read({ ...node, value: text, text }, reading) ?? []) : SEVERAL.read(node, reading)),
}
