import { diagnosticAt, type Diagnostic } from '../base/diagnostic.ts'
import { childrenOf, rootPath, type Plan } from '../core/plan.ts'
import type { Recipient } from './types.ts'

/** A buyer whose sales earn nothing: neither its answers, its file nor a pattern names a price. Only buyers: webhooks, CRMs and dialers pay nothing. */
export const warnOfNoPrice = (recipients: readonly Recipient[]): readonly Diagnostic[] => {
  const priced = new Set<string>()
  const visit = (plan: Plan, path: string, bids: boolean): void => {
    if (plan.kind === 'send' && (plan.price !== null || bids)) priced.add(plan.recipient)
    for (const child of childrenOf(plan, path)) visit(child.plan, child.path, plan.kind === 'auction')
  }
  for (const each of recipients) if (each.kind === 'pattern') visit(each.plan, rootPath, false)
  return recipients.flatMap((each) => {
    if (each.kind !== 'endpoint' || each.definition.type !== 'custom') return []
    if (each.policy.price !== null || each.definition.parsing.price !== null || priced.has(each.id)) return []
    return [diagnosticAt(each.definition.place, 'no-price', `${each.name} names no price anywhere: its sales count as $0.00`, 'write Price: $45.00, or Price: and a path under Response Parsing; Price: $0 if it pays nothing', 'warning')]
  })
}
