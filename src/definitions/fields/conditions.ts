import type { LeadCondition } from '../../core/condition.ts'
import { parseCondition, parsePath } from '../conditions/condition.ts'
import { parseLeadCondition } from '../conditions/lead-condition.ts'
import { textOf, take, textual, type Kind } from './field.ts'

/** A condition on an answer: `status = "accepted"`, `body contains "OK"`. */
export const CONDITION = textual('a condition (`path = value`, joined by and, or, not)', parseCondition)

/** A condition on the lead, with its words: they are the reason of a lead that is skipped. */
export const LEAD_CONDITION: Kind<LeadCondition> = {
  takes: 'a condition on the lead (`lead.score >= 60`)',
  schema: { type: 'string' },
  read: (node, reading) => {
    const text = textOf(node, 'a condition', reading)
    const condition = text === undefined ? undefined : take(parseLeadCondition(text, node.place), reading)
    return text === undefined || condition === undefined ? undefined : { condition, text }
  },
}

export const PATH = textual('a path: `result.id`, `//id`, css(…) or regex(…)', parsePath)
