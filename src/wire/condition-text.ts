import type { Condition, Scalar } from '../core/condition.ts'
import { pathText } from './parse/path.ts'

/** A condition as a person would write it in a recipient file. */
export const conditionText = (condition: Condition): string => {
  switch (condition.kind) {
    case 'and': case 'or': return condition.terms.map((term) => (isJoined(term) ? `(${conditionText(term)})` : conditionText(term))).join(` ${condition.kind} `)
    case 'not': return `not ${isJoined(condition.term) ? `(${conditionText(condition.term)})` : conditionText(condition.term)}`
    case 'exists': return `${pathText(condition.path)} exists`
    case 'compare': return `${pathText(condition.path)} ${condition.op} ${scalarText(condition.value)}`
    case 'in': return `${pathText(condition.path)} in (${condition.values.map(scalarText).join(', ')})`
    case 'matches': return `${pathText(condition.path)} matches /${condition.source}/${condition.flags}`
  }
}

const isJoined = ({ kind }: Condition): boolean => kind === 'and' || kind === 'or'

const scalarText = (value: Scalar): string => (typeof value === 'string' ? JSON.stringify(value) : String(value))
