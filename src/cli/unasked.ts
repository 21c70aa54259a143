import { diagnosticAt, type Diagnostic } from '../base/diagnostic.ts'
import { childrenOf, rootPath, type Plan } from '../core/plan.ts'
import type { Target } from './catalogue.ts'
import { textsIn } from './sheet/fields.ts'

/** Buyers whose post says what their ping brought (its id, the bid), where the plan posts to them and no Ping/Post pattern asks them first. */
export const unaskedRemarks = ({ plan, endpoints }: Pick<Target, 'plan' | 'endpoints'>): readonly Diagnostic[] =>
  [...unaskedIn(plan)].flatMap((id) => {
    const definition = endpoints.get(id)?.definition
    if (!definition || ![...textsIn(definition.mapping), ...[...definition.headers.map((each) => each.value), definition.url].map((each) => each?.text ?? '')].some((text) => /\{\{[^}]*\bping\./.test(text))) return []
    return [diagnosticAt(definition.place, 'not-asked', `${definition.name} is posted to without being asked for a bid first: what its ping would bring is left out of the requests`, `make a file with Pattern: Ping/Post and Buyers: [${definition.name}], and send to that`, 'warning')]
  })

const unaskedIn = (whole: Plan): ReadonlySet<string> => {
  const found = new Set<string>()
  const visit = (plan: Plan, path: string): void => {
    if (plan.kind === 'send') found.add(plan.recipient)
    else if (plan.kind !== 'auction') for (const child of childrenOf(plan, path)) visit(child.plan, child.path)
  }
  visit(whole, rootPath)
  return found
}
