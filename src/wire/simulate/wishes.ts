import type { Condition, Scalar, ValuePath } from '../../core/condition.ts'
import { sampleOf } from './regex-sample.ts'

/** What an answer must say at one place so that a condition holds, or fails. */
export interface Wish {
  readonly path: ValuePath
  readonly value: Scalar
  /** Any value will do: a slot (lead id, price) may take the place. */
  readonly soft?: boolean
}

/**
 * Ways to make a condition come out as wanted, the most natural first; a place that must stay empty has no wish.
 * `no` is the word for a value that must differ: a buyer that does not say "accepted" says "rejected".
 */
export const waysTo = (condition: Condition, want: boolean, no: string): readonly (readonly Wish[])[] => {
  switch (condition.kind) {
    case 'not': return waysTo(condition.term, !want, no)
    case 'and': case 'or': {
      // All terms as wanted (`and` true, `or` false), or one of them (`or` true, `and` false).
      const ways = condition.terms.map((term) => waysTo(term, want, no))
      if ((condition.kind === 'and') === want) return [ways.flatMap((each) => each[0] ?? [])]
      return ways.flatMap((each, i) => {
        const others = condition.terms.filter((_, j) => j !== i).flatMap((term) => waysTo(term, !want, no)[0] ?? [])
        return each.flatMap((way) => [[...way, ...(want ? [] : others)], way])
      }).slice(0, MOST_WAYS)
    }
    case 'exists': return want ? [[{ path: condition.path, value: 'yes', soft: true }]] : [[]]
    case 'in': return [[{ path: condition.path, value: want ? (condition.values[0] ?? '') : other(condition.values[0] ?? '', no) }]]
    case 'matches': {
      if (want) return [[{ path: condition.path, value: sampleOf(condition.source) }]]
      return isBody(condition.path) ? [[]] : [[{ path: condition.path, value: no }], []]
    }
    case 'compare': return compareWays(condition, want, no)
  }
}

const MOST_WAYS = 8

const compareWays = ({ path, op, value }: Extract<Condition, { kind: 'compare' }>, want: boolean, no: string): readonly (readonly Wish[])[] => {
  const say = (spoken: Scalar): readonly (readonly Wish[])[] => [[{ path, value: spoken }]]
  const number = typeof value === 'number' ? value : Number(value)
  switch (op) {
    case '=': return want ? say(value) : isBody(path) ? [[]] : [...say(other(value, no)), []]
    case '!=': return want ? say(other(value, no)) : [...say(value), []]
    case 'contains': case 'starts-with': case 'ends-with': return want ? say(value) : isBody(path) ? [[]] : [...say(no), []]
    case '>': return say(want ? number + 1 : number)
    case '>=': return say(want ? number : number - 1)
    case '<': return say(want ? number - 1 : number)
    case '<=': return say(want ? number : number + 1)
  }
}

/** The opposite that a buyer would say: `false` for `true`, `1` for `0`, `REJECTED` for `ACCEPTED`. */
const other = (value: Scalar, no: string): Scalar => {
  if (value === null) return no
  if (typeof value === 'boolean') return !value
  if (typeof value === 'number') return value === 0 ? 1 : 0
  if (/^-?\d+$/.test(value)) return value === '0' ? '1' : '0'
  const opposite = OPPOSITES[value.toLowerCase()] ?? (value.toLowerCase() === no ? 'declined' : no)
  return value === value.toUpperCase() ? opposite.toUpperCase() : value[0] === value[0]?.toUpperCase() ? `${opposite[0]?.toUpperCase()}${opposite.slice(1)}` : opposite
}

const OPPOSITES: Readonly<Record<string, string>> = { true: 'false', false: 'true', yes: 'no', no: 'yes', y: 'n', success: 'failure', matched: 'unmatched' }

const isBody = (path: ValuePath): boolean => path.kind === 'path' && path.text === 'body'
