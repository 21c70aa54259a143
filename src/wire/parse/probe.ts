import { isOfLead, parseMoney, type Money } from '../../base/money.ts'
import { holds, isFilled, type Condition, type Resolve, type ValuePath } from '../../core/condition.ts'
import type { Answer } from './answer.ts'
import { parseJson } from './json.ts'
import { compilePath, pathsOf, readsBody, type Finder } from './path.ts'
import { tidy } from './words.ts'

/** `blind`: the body could not be read the way the condition asks, so that its answer is worth nothing. */
type Sense = 'yes' | 'no' | 'blind'
export type Probe = (answer: Answer) => Sense

/** A condition on answers, its paths compiled once. */
export const compileProbe = (condition: Condition): Probe => {
  const finders = new Map<ValuePath, Finder>(pathsOf(condition).map((path) => [path, isBody(path) ? bodies : compilePath(path) ?? nowhere]))
  const asked = withoutEither(condition)
  return (answer) => {
    answer.blind = false
    const resolve: Resolve = (path) => (finders.get(path) ?? nowhere)(answer)
    // An element is there without text, too: `<accepted/>`.
    const exists = (value: unknown): boolean => isFilled(value) || (value === '' && answer.text().trimStart().startsWith('<'))
    const found = holds(asked, resolve, exists)
    return answer.blind ? 'blind' : found ? 'yes' : 'no'
  }
}

const isBody = (path: ValuePath): boolean => path.kind === 'path' && path.text.trim() === 'body'

/** A framework may answer the text OK as JSON, in quotes: the word decides with and without them. */
const bodies: Finder = (answer) => {
  const text = answer.text().trim()
  const word = text.startsWith('"') ? parseJson(text) : null
  return typeof word === 'string' ? [word, text] : [text]
}

/** `body != "ERROR"` holds where neither of the two is that word. */
const withoutEither = (condition: Condition): Condition => {
  switch (condition.kind) {
    case 'and': case 'or': return { ...condition, terms: condition.terms.map(withoutEither) }
    case 'not': return { ...condition, term: withoutEither(condition.term) }
    case 'compare': return condition.op === '!=' && isBody(condition.path) ? { kind: 'not', term: { ...condition, op: '=' } } : condition
    default: return condition
  }
}

/** A page for people in which no XPath of the condition finds anything: well-formed or not, it is no answer of the buyer's. */
export const compileStray = (condition: Condition): ((answer: Answer) => boolean) => {
  const finders = pathsOf(condition).filter((path) => path.kind === 'path' && path.text.trim().startsWith('/')).map((path) => compilePath(path) ?? nowhere)
  return (answer) => finders.length > 0 && answer.isPage() && finders.every((find) => find(answer).length === 0)
}

/** A body that has nothing where the condition looks; null where it looks at nothing in particular: at all words, or the status. */
export const compileSilence = (condition: Condition): ((answer: Answer) => boolean) | null => {
  const finders = pathsOf(condition).filter((path) => readsBody(path) && !isBody(path)).map((path) => compilePath(path) ?? nowhere)
  return finders.length === 0 ? null : (answer) => finders.every((find) => find(answer).length === 0)
}

/** A path that cannot be compiled (`check` reports it) reads nothing, and nothing may be concluded from that. */
const nowhere: Finder = (answer) => {
  answer.blind = true
  return []
}

/** The first value at a path, as text; null for none. */
export type TextReader = (answer: Answer) => string | null

export const compileText = (path: ValuePath | null, longest: number): TextReader | null => compileValues(path, (values) => {
  for (const value of values) {
    const text = asText(value)
    if (text !== null) return tidy(text, longest)
  }
  return null
})

/** As `compileText`; `"leadId": false` is none. */
export const compileId = (path: ValuePath | null, longest = 200): TextReader | null => compileValues(path, (values) => {
  const text = values.map((value) => (typeof value === 'boolean' ? null : asText(value))).find((each) => each !== null)
  return text === undefined ? null : tidy(text, longest)
})

/** All values at a path, joined with `, ` in document order (contract, section 3). */
export const compileMessage = (path: ValuePath | null): TextReader | null => compileValues(path, (values) =>
  (values.length === 1 && typeof values[0] === 'string' ? tidy(values[0]) : tidy(leaves(values).join(', '))))

/** What stands where a price was declared: none, one, or something that is no money. */
type PriceFound = { readonly kind: 'none' } | { readonly kind: 'price'; readonly price: Money } | { readonly kind: 'unreadable'; readonly text: string }

export const compilePrice = (path: ValuePath | null, currency: string): ((answer: Answer) => PriceFound) | null => compileValues(path, (values): PriceFound => {
  const value = values.find((each) => each !== null && each !== undefined && each !== '')
  if (value === undefined) return NO_PRICE
  // Binary fractions of a buyer's arithmetic (0.1 + 0.2) are read to a hundredth of a cent; text is taken as written.
  const price = parseMoney(value, currency) ?? (typeof value === 'number' ? parseMoney(value.toFixed(4), currency) : null)
  return price && isOfLead(price) ? { kind: 'price', price } : { kind: 'unreadable', text: tidy(asText(value) ?? 'no number', 40) ?? 'no number' }
})

/** Null where there is no path. */
const compileValues = <T>(path: ValuePath | null, read: (values: readonly unknown[]) => T): ((answer: Answer) => T) | null => {
  if (path === null) return null
  const find = compilePath(path) ?? nowhere
  return (answer) => read(find(answer))
}

const NO_PRICE: PriceFound = { kind: 'none' }

const asText = (value: unknown): string | null =>
  typeof value === 'string' ? (value.trim() === '' ? null : value.trim())
  : typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? String(value)
  : null

const MAX_LEAVES = 100

/** Texts inside whatever was found, in order; walks without recursion, since a hostile answer may nest without end. */
const leaves = (values: readonly unknown[]): readonly string[] => {
  const found: string[] = []
  const open: unknown[] = values.toReversed()
  while (open.length > 0 && found.length < MAX_LEAVES) {
    const value = open.pop()
    const text = asText(value)
    if (text !== null) found.push(text)
    else if (typeof value === 'object' && value !== null) open.push(...Object.values(value).slice(0, MAX_LEAVES).toReversed())
  }
  return found
}
