import { compareValues, isScalar, type Operator } from '../../core/condition.ts'

type Compare = Exclude<Operator, 'in' | 'matches'>

/** The signs that a template may write, and the operator of the core that each means. */
export const COMPARISONS: Readonly<Record<string, Compare>> = Object.assign(Object.create(null) as Record<string, Compare>, {
  '=': '=', '==': '=', '===': '=', '!=': '!=', '!==': '!=', '<>': '!=', '>': '>', '>=': '>=', '<': '<', '<=': '<=',
  contains: 'contains', 'starts-with': 'starts-with', 'ends-with': 'ends-with',
})

/** The same rules as every other condition of the tool: whole values, numbers as numbers, any item of a list, a missing value compares with nothing but null. */
export const compareBoth = (left: unknown, op: Compare, right: unknown): boolean =>
  right === null && (op === '=' || op === '!=') ? (left === undefined || left === null) === (op === '=')
  : Array.isArray(left) && op !== 'contains' ? left.some((each) => compareBoth(each, op, right))
  : isScalar(right) && left !== undefined && left !== null ? compareValues(left, op, right) : false
