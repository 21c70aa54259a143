import { diagnosticAt, type Diagnostic } from '../../base/diagnostic.ts'
import { textsIn } from '../../definitions/mapping-node.ts'
import { sendsOf } from '../../core/plan.ts'
import type { Target } from './catalogue.ts'

/** Buyers whose post says what their ping brought (its id, the bid), where the plan posts to them and no Ping/Post pattern asks them first. */
export const unaskedRemarks = ({ plan, endpoints }: Pick<Target, 'plan' | 'endpoints'>): readonly Diagnostic[] =>
  [...new Set(sendsOf(plan).flatMap(({ send, bids }) => (bids ? [] : send.recipient)))].flatMap((id) => {
    const definition = endpoints.get(id)?.definition
    if (!definition || ![...textsIn(definition.mapping), ...definition.headers.map((each) => each.value), definition.url].some((each) => /\{\{[^}]*\bping\./.test(each?.text ?? ''))) return []
    return [diagnosticAt(definition.place, 'not-asked', `${definition.name} is posted to without being asked for a bid first: what its ping would bring is left out of the requests`, `make a file with Pattern: Ping/Post and Buyers: [${definition.name}], and send to that`, 'warning')]
  })
