import type { ValuePath } from '../../core/condition.ts'
import type { Verdict } from '../../core/verdict.ts'
import type { ParsingDefinition } from '../../definitions/answer-definition.ts'
import type { EndpointDefinition } from '../../definitions/endpoint-definition.ts'
import type { Answer } from '../parse/answer.ts'
import { pathText } from '../parse/path.ts'
import { compileId, compilePrice } from '../parse/probe.ts'
import type { Voice } from './voice.ts'
import { whyUnreadable } from './why-not.ts'

/** What an answer means that the rules take for a yes: it is held where a lead id or a price is missing that the recipient declares. */
export const createAcceptance = (definition: EndpointDefinition, hasPriceFallback: boolean, voice: Voice): ((answer: Answer) => Verdict) => {
  const { parsing } = definition
  const leadId = compileId(parsing.leadId)
  const price = compilePrice(parsing.price, definition.currency)
  const needsId = !isOptional(parsing, 'lead id')
  const needsPrice = !isOptional(parsing, 'price') && !isOptional(parsing, 'revenue')
  return (answer) => {
    answer.blind = false
    const reason = voice.message?.(answer) ?? null
    const buyerLeadId = leadId?.(answer) ?? null
    if (leadId && needsId && buyerLeadId === null) return voice.unconfirmed(answer, `it has no lead id at ${written(parsing.leadId)}`)
    if (!price) return { kind: 'accepted', reason, buyerLeadId, price: null }
    answer.blind = false
    const found = price(answer)
    if (found.kind === 'price') return { kind: 'accepted', reason, buyerLeadId, price: found.price }
    if (needsPrice && answer.blind && !answer.isEmpty()) return voice.unconfirmed(answer, whyUnreadable(answer))
    const what = `${found.kind === 'none' ? 'it has no price' : `its price cannot be read ("${found.text}")`} at ${written(parsing.price)}`
    if (needsPrice && !hasPriceFallback) return { ...voice.unconfirmed(answer, what), buyerLeadId }
    // The agreed price counts; that the buyer named one, perhaps another, is told.
    return { kind: 'accepted', reason: found.kind === 'none' ? reason : [reason, what].filter((each) => each !== null).join('; '), buyerLeadId, price: null }
  }
}

export const written = (path: ValuePath | null): string => (path ? pathText(path) : '')

export const isOptional = (parsing: ParsingDefinition, name: string): boolean =>
  parsing.optional.some((each) => each.toLowerCase().replace(/[\s_-]/g, '') === name.replace(/[\s_-]/g, ''))
