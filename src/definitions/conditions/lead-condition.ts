import type { Place } from '../../base/diagnostic.ts'
import type { Condition, Scalar } from '../../core/condition.ts'
import { refused, type Parsed } from '../values/parsed.ts'
import { parseCondition } from './condition.ts'

/** A condition on the lead. A field to the right of a comparison would be its name as a text, and no lead would meet it. */
export const parseLeadCondition = (text: string, place: Place): Parsed<Condition> => {
  const read = parseCondition(text, place)
  const field = read.ok ? valuesIn(read.value).find((each) => typeof each === 'string' && /^(?:\{\{.*|(?:lead|source)\.[\w.[\]-]+)$/.test(each)) : undefined
  if (typeof field !== 'string') return read
  return refused({ ...place, col: place.col + text.lastIndexOf(field), length: field.length }, 'field-as-value', `a value was expected here, and ${field} is a field`, 'a condition compares a field with a value, as in lead.age >= 18')
}

const valuesIn = (condition: Condition): readonly Scalar[] => {
  switch (condition.kind) {
    case 'and': case 'or': return condition.terms.flatMap(valuesIn)
    case 'not': return valuesIn(condition.term)
    case 'compare': return [condition.value]
    case 'in': return condition.values
    case 'exists': case 'matches': return []
  }
}
