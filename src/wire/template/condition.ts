import { isFilled } from '../../core/condition.ts'
import type { RenderInput } from '../endpoint.ts'
import { COMPARISONS, compareBoth } from './compare.ts'
import { tokensOf, type Token } from './condition-tokens.ts'
import type { Read } from './scope.ts'
import { isTruthy, textOf } from './text-of.ts'

/** Whether a condition holds, and all it looks at (so that a blank made by a missing field is known as one). */
export interface Test { readonly holds: (input: RenderInput) => boolean; readonly reads: readonly Read[] }
/** `bare`: words to the right of a comparison that are read as names, as all bare words are, and were perhaps meant as texts. */
type ConditionResult = { readonly ok: true; readonly test: Test; readonly bare: readonly Word[] } | { readonly ok: false; readonly message: string; readonly offset: number; readonly reported?: boolean }

interface Word { readonly text: string; readonly offset: number }

/**
 * Compiles the inside of `{{#if …}}`: `lead.score > 80`, `lead.state = "CA" and not (lead.age < 18 or lead.dnc)`.
 * `operand` compiles a path, literal or helper call; null where it has reported a mistake itself.
 */
export const compileCondition = (text: string, isHelper: (name: string) => boolean, operand: (text: string, offset: number) => Read | null): ConditionResult => {
  const cut = tokensOf(text, isHelper)
  if (!cut.ok) return { ok: false, message: `this condition cannot be read from "${text.slice(cut.offset, cut.offset + 10)}" on`, offset: cut.offset }
  const reads: Read[] = []
  const bare: Word[] = []
  let at = 0
  const fail = (message: string, token = cut.tokens[at]): never => {
    throw new ConditionFault(message, token?.offset ?? text.length)
  }
  const peek = (...signs: string[]): string | null => {
    const token = cut.tokens[at]
    return token?.kind === 'sign' && signs.includes(token.sign) ? token.sign : null
  }
  const takeOperand = (): { read: Read; token: Token } => {
    const token = cut.tokens[at]
    if (token?.kind !== 'operand') return fail(token ? `got "${token.kind === 'sign' ? token.sign : token.source}" where a value was expected` : 'the condition ends where a value was expected')
    at++
    const read = operand(token.text, token.offset)
    if (read === null) throw new ConditionFault('', token.offset, true)
    reads.push(read)
    return { read, token }
  }
  const takeWanted = (): Read => {
    const { read, token } = takeOperand()
    if (token.kind === 'operand' && /^[a-z_][\w-]*$/i.test(token.text) && !NO_WORDS.has(token.text)) bare.push(token)
    return read
  }
  const or = (): Holds => joined('or', '||', and, (terms) => (input) => terms.some((term) => term(input)))
  const and = (): Holds => joined('and', '&&', not, (terms) => (input) => terms.every((term) => term(input)))
  const joined = (word: string, sign: string, inner: () => Holds, make: (terms: readonly Holds[]) => Holds): Holds => {
    const terms = [inner()]
    while (peek(word, sign) !== null) { at++; terms.push(inner()) }
    const [only] = terms
    return terms.length === 1 && only ? only : make(terms)
  }
  const not = (): Holds => {
    if (peek('not', '!') !== null) { at++; const term = not(); return (input) => !term(input) }
    if (peek('(') === null) return comparison()
    at++
    const inner = or()
    if (peek(')') === null) fail('a ) is missing')
    at++
    return inner
  }
  const comparison = (): Holds => compared(takeOperand().read)
  const compared = (read: Read): Holds => {
    const token = cut.tokens[at]
    if (token?.kind !== 'sign') return token ? fail(`got "${token.kind === 'operand' ? token.text : token.source}" where a comparison (=, !=, >, contains …), "and" or "or" was expected`) : (input) => isTruthy(read(input))
    const op = COMPARISONS[token.sign]
    if (op !== undefined) {
      at++
      const right = /^[<>]=?$/.test(token.sign) ? takeOperand().read : takeWanted()
      return (input) => compareBoth(read(input), op, right(input))
    }
    switch (token.sign) {
      case 'exists': at++; return (input) => isFilled(read(input))
      case 'matches': at++; return matches(read)
      case 'in': at++; return isOneOf(read)
      case 'not': {
        const next = cut.tokens[at + 1]
        if (next?.kind !== 'sign' || !AFTER_NOT.has(next.sign)) return fail('"not" stands before a condition, or before contains, starts-with, ends-with, matches, in or exists')
        at++
        const term = compared(read)
        return (input) => !term(input)
      }
      default: return (input) => isTruthy(read(input))
    }
  }
  const matches = (read: Read): Holds => {
    const token = cut.tokens[at]
    if (token === undefined || token.kind === 'sign') return fail('"matches" needs a pattern, such as "^A" or /^a/i')
    at++
    const quoted = token.kind === 'operand' ? /^(["'])(.*)\1$/s.exec(token.text)?.[2] : undefined
    const source = token.kind === 'pattern' ? token.source : quoted
    if (source === undefined) return fail('"matches" needs a pattern in quotes or slashes', token)
    const pattern = regexOf(source, token.kind === 'pattern' ? token.flags.replace(/[gy]/g, '') : '')
    if (pattern === null) return fail('this pattern is not a regular expression', token)
    return (input) => [read(input)].flat().some((value) => isThere(value) && pattern.test(textOf(value)))
  }
  const isOneOf = (read: Read): Holds => {
    const bracket = peek('(') !== null
    if (bracket) at++
    // A name alone may be that of a list.
    const values = [bracket ? takeWanted() : takeOperand().read]
    while (peek(',') !== null) { at++; values.push(takeWanted()) }
    if (bracket) { if (peek(')') === null) fail('a ) is missing'); at++ }
    const [only] = values
    // One quoted text may hold the whole list: `in "CA, NY"`.
    if (values.length === 1 && only) return (input) => { const all = only(input); const list = Array.isArray(all) ? all : textOf(all ?? '').split(/\s*,\s*/); const value = read(input); return list.some((each) => compareBoth(value, '=', each)) }
    return (input) => { const value = read(input); return values.some((each) => compareBoth(value, '=', each(input))) }
  }
  try {
    const holds = or()
    const extra = cut.tokens[at]
    if (extra) fail(`"${extra.kind === 'sign' ? extra.sign : extra.kind === 'operand' ? extra.text : extra.source}" is not expected here`)
    return { ok: true, test: { holds, reads }, bare }
  } catch (fault) {
    if (fault instanceof ConditionFault) return { ok: false, message: fault.message, offset: fault.offset, reported: fault.reported }
    throw fault
  }
}

const AFTER_NOT: ReadonlySet<string> = new Set(['contains', 'starts-with', 'ends-with', 'matches', 'in', 'exists'])
const isThere = (value: unknown): boolean => value !== undefined && value !== null

const NO_WORDS = new Set(['true', 'false', 'null', 'undefined', 'now', 'attempt', 'delivery_attempt'])

type Holds = (input: RenderInput) => boolean

class ConditionFault extends Error {
  readonly offset: number
  readonly reported: boolean
  constructor(message: string, offset: number, reported = false) {
    super(message)
    this.offset = offset
    this.reported = reported
  }
}

const regexOf = (source: string, flags: string): RegExp | null => {
  try { return new RegExp(source, flags) } catch (fault) { if (fault instanceof SyntaxError) return null; throw fault }
}
