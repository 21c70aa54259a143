import type { NodeHistory } from '../history.ts'
import { nameIn, type Policy } from '../policy.ts'
import type { Context } from '../step.ts'

/** Whoever looks at the pool wants to know why nobody took the lead: the last that was asked or passed by says so. */
export const parked = ({ name }: Policy, { history, facts }: Context): string => {
  const last = [...history.nodes.values()].map(lastWord).findLast((each) => each !== null)
  if (!last) return `parked in ${name}`
  const own = nameIn(facts.policies, last.recipient)
  return `parked in ${name}; ${last.reason.startsWith(`${own} `) || last.reason.startsWith(`${own}: `) ? '' : `${last.recipient}: `}${last.reason}`
}

const lastWord = (node: NodeHistory): { readonly recipient: string; readonly reason: string } | null => {
  if (node.passed) return node.passed.recipient === null ? null : { recipient: node.passed.recipient, reason: node.passed.reason }
  const attempt = node.attempts.at(-1)
  const verdict = node.attempts.length > node.before ? attempt?.finished?.verdict : undefined
  return attempt && verdict && 'reason' in verdict && verdict.reason !== null ? { recipient: attempt.recipient, reason: verdict.reason } : null
}
