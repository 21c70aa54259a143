import { parseRetryOn, type RetryOn } from '../values/retry-on.ts'
import type { YamlNode } from '../yaml-tree.ts'
import { textual, type Kind, type Reading } from './field.ts'
import { listOf } from './plain.ts'

const RETRY_ONS = listOf(textual('a status, a condition, or both', parseRetryOn))

/** Failures that are tried again although their class is not. */
export const RETRY_ON: Kind<readonly RetryOn[]> = { ...RETRY_ONS, read: (node, reading) => (node.kind === 'list' ? RETRY_ONS.read(node, reading) : single(node, reading)) }

/** A condition may hold commas: one line is one exception. */
const single = (node: YamlNode, reading: Reading): readonly RetryOn[] | undefined => {
  const one = textual('a status, a condition, or both', parseRetryOn).read(node, reading)
  return one && [one]
}
