import type { Place } from '../../base/diagnostic.ts'
import type { Condition, Scalar, ValuePath } from '../../core/condition.ts'
import { parsed, type Parsed } from '../values/parsed.ts'
import { regexProblem, scanPath } from './path.ts'
import { ConditionMistake, scan, type Scanner } from './scanner.ts'

/** `path op value` joined by `and`, `or`, `not` and parentheses (contract, end of section 3); `==` is `=`. */
export const parseCondition = (text: string, place: Place): Parsed<Condition> => whole(text, place, either)

/** One path and nothing else. */
export const parsePath = (text: string, place: Place): Parsed<ValuePath> => whole(text, place, scanPath)

const whole = <T>(text: string, place: Place, read: (scanner: Scanner) => T): Parsed<T> => {
  const scanner = scan(text, place)
  try {
    const value = read(scanner)
    scanner.skipBlanks()
    if (scanner.at < text.length) scanner.fail(`did not expect \`${text.slice(scanner.at)}\` here`, text[scanner.at] === '(' ? 'paths have no functions: regex(^OK\\|(\\d+)) takes a part of a text' : 'join conditions with and, or; put quotes around a text with blanks')
    return parsed(value)
  } catch (error) {
    if (error instanceof ConditionMistake) return { ok: false, diagnostic: error.diagnostic }
    throw error
  }
}

const either = (scanner: Scanner): Condition => joined('or', scanner, both)
const both = (scanner: Scanner): Condition => joined('and', scanner, one)

const joined = (kind: 'and' | 'or', scanner: Scanner, read: (scanner: Scanner) => Condition): Condition => {
  const terms = [read(scanner)]
  while (scanner.word(kind) || (kind === 'and' ? scanner.symbol(['&&']) : scanner.symbol(['||'])) !== null) terms.push(read(scanner))
  return terms.length === 1 && terms[0] ? terms[0] : { kind, terms }
}

const one = (scanner: Scanner): Condition => {
  if (scanner.word('not')) return { kind: 'not', term: one(scanner) }
  if (scanner.symbol(['(']) !== null) {
    const inside = either(scanner)
    if (scanner.symbol([')']) === null) scanner.fail('`)` is missing here', 'close what `(` opened')
    return inside
  }
  const needle = quoted(scanner)
  if (needle === null) return comparison(scanner, scanPath(scanner))
  const isOut = scanner.word('not')
  if (!scanner.word('in')) scanner.fail('expected `in` after the text', 'write "OK" in body')
  const found: Condition = { kind: 'compare', path: scanPath(scanner), op: 'contains', value: needle }
  return isOut ? { kind: 'not', term: found } : found
}

const comparison = (scanner: Scanner, path: ValuePath): Condition => {
  if (scanner.word('not')) return { kind: 'not', term: comparison(scanner, path) }
  if (scanner.word('exists')) return { kind: 'exists', path }
  if (scanner.word('in')) return { kind: 'in', path, values: list(scanner, path) }
  if (scanner.word('matches')) return { kind: 'matches', path, ...pattern(scanner) }
  for (const op of ['contains', 'starts-with', 'ends-with'] as const) {
    const [start = '', end = ''] = op.split('-')
    // `starts with`, as people write it, is `starts-with`.
    if (scanner.word(op) || (end !== '' && scanner.word(start) && (scanner.word(end) || scanner.fail(`expected \`${end}\` here`, `write ${op}`)))) return { kind: 'compare', path, op, value: value(scanner) }
  }
  const op = scanner.symbol(['===', '!==', '==', '!=', '<>', '>=', '<=', '=', '>', '<'])
  if (op === null) return noComparison(scanner, path)
  return { kind: 'compare', path, op: /^={2,3}$/.test(op) ? '=' : op === '<>' || op === '!==' ? '!=' : (op as '=' | '!=' | '>' | '>=' | '<' | '<='), value: ['>', '>=', '<', '<='].includes(op) ? size(scanner) : value(scanner) }
}

/** What other languages and people write for an operator. */
const OTHER_WORDS: readonly (readonly [words: RegExp, op: string])[] = [
  [/^\s*is\s+(?:not\s+(?:empty|blank|null)|present|set)\b/i, 'exists'], [/^\s*is\s+(?:empty|blank|null|missing)\b/i, 'not exists'],
  [/^\s*(?:is not|not equals?|ne)\b/i, '!='], [/^\s*(?:is|equals?|eq)\b/i, '='], [/^\s*starts?_?with\b/i, 'starts-with'], [/^\s*ends?_?with\b/i, 'ends-with'], [/^\s*(?:includes?|like|has)\b/i, 'contains'],
]

const noComparison = (scanner: Scanner, path: ValuePath): never => {
  const shown = path.kind === 'path' ? path.text : 'the path'
  if (scanner.symbol(['(']) !== null) scanner.fail(`there is no function ${shown} in conditions`, 'in whatever case is status matches /^accepted$/i')
  const rest = scanner.text.slice(scanner.at)
  if (scanner.word('between')) {
    const [, low = '600', high = '850'] = /^\s*between\s+([\d.]+)\s+and\s+([\d.]+)/i.exec(rest) ?? []
    scanner.fail('`between` is two comparisons here', `write ${shown} >= ${low} and ${shown} <= ${high}`)
  }
  const existing = /^exists$/i.test(shown) ? /^\s*([\w.[\]]+)/.exec(rest)?.[1] : undefined
  const meant = OTHER_WORDS.find(([words]) => words.test(rest))
  return scanner.fail(`expected a comparison after \`${shown}\``,
    existing !== undefined ? `write ${existing} exists`
    : meant !== undefined ? `write ${shown} ${meant[1]}${rest.replace(meant[0], '').slice(0, 40).trimEnd()}`
    : /^[1-5]\d\d$/.test(shown) ? `write http.status = ${shown}`
    : /^(accepted|approved|success|ok|sold|yes)$/i.test(shown) ? `write status = "${shown}", by the name that the answer has for it, or "${shown}" in body`
    : `write ${shown} = "accepted", ${shown} = true, or ${shown} exists`)
}

/** What is greater or less than a value is a number as people write it (`$5,000`, `.5`), or a text that sorts (`2026-11-24`): by its letters, nearly every amount is more than `$5k`. */
const size = (scanner: Scanner): Scalar => {
  scanner.skipBlanks()
  const start = scanner.at
  const grouped = /^[$€£¥₹]?\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\w%,])/.exec(scanner.text.slice(start))?.[0]
  if (grouped !== undefined) {
    scanner.at += grouped.length
    return grouped
  }
  const want = value(scanner)
  if (typeof want === 'string' && /^[+-]?[$€£¥₹]?\.?\d[\d.,]*\s*[a-z%]+$|^\d+\/\d+\/\d+$/i.test(want)) scanner.fail(`\`${want}\` is no number to compare with`, 'write the number alone, such as 5000; a day as 2026-11-24', start)
  return want
}

/** A quoted text at this place; null where none stands. */
const quoted = (scanner: Scanner): string | null => {
  scanner.skipBlanks()
  const quote = scanner.text[scanner.at]
  if (/[“”„‘’«»]/.test(quote ?? '')) scanner.fail('a typographic quote would be part of the text', 'write straight quotes: "accepted"')
  if (quote !== '"' && quote !== "'") return null
  const start = scanner.at
  let found = ''
  for (scanner.at += 1; scanner.at < scanner.text.length; scanner.at++) {
    const char = scanner.text[scanner.at] ?? ''
    if (char === quote) {
      scanner.at += 1
      return found
    }
    const next = scanner.text[scanner.at + 1]
    if (char === '\\' && (next === quote || next === '\\')) {
      found += next
      scanner.at += 1
    } else found += char
  }
  return scanner.fail('this quote is not closed', `end the text with ${quote}`, start)
}

/** A quoted text is text; unquoted, a number, true, false and null are themselves and any other word is text. */
const value = (scanner: Scanner): Scalar => {
  const text = quoted(scanner)
  if (text !== null) return text
  const match = /^[^\s(),[\]"'=<>!]+/.exec(scanner.text.slice(scanner.at))
  if (!match) return scanner.fail(scanner.at >= scanner.text.length ? 'a value is missing here' : `got \`${scanner.text.slice(scanner.at, scanner.at + 12)}\`, expected a value`, 'put text in quotes: "accepted"')
  scanner.at += match[0].length
  return scalarOf(match[0])
}

/** A leading zero makes a text: 02134 is a ZIP code. */
const scalarOf = (word: string): Scalar => {
  if (/^-?(0|[1-9]\d*)(\.\d+)?$/.test(word) && word.length < 16) return Number(word)
  if (word === 'true' || word === 'false') return word === 'true'
  return word === 'null' ? null : word
}

const list = (scanner: Scanner, path: ValuePath): readonly Scalar[] => {
  const open = scanner.symbol(['(', '['])
  if (open === null) return path.kind === 'path' && scanner.word('body') ? scanner.fail('the text that is looked for needs quotes', `write "${path.text}" in body`) : scanner.fail('expected a list after `in`', 'write in ("CA", "NY")')
  const values = [value(scanner)]
  while (scanner.symbol([',']) !== null) values.push(value(scanner))
  const close = open === '(' ? ')' : ']'
  if (scanner.symbol([close]) === null) scanner.fail(`\`${close}\` is missing here`, 'separate the values with commas')
  return values
}

const pattern = (scanner: Scanner): { source: string; flags: string } => {
  scanner.skipBlanks()
  const start = scanner.at
  const literal = /^\/((?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\[])+)\/([a-z]*)/.exec(scanner.text.slice(scanner.at))
  const found = literal ? { source: literal[1] ?? '', flags: literal[2] ?? '' } : { source: rawQuoted(scanner), flags: '' }
  if (literal) scanner.at += literal[0].length
  const problem = regexProblem(found.source, found.flags)
  if (problem !== null) scanner.fail(problem, 'write matches "^acc" or matches /^acc/i', start)
  return found
}

/** A regular expression in quotes keeps its backslashes; only one before the quote itself is taken. */
const rawQuoted = (scanner: Scanner): string => {
  const match = /^(["'])((?:\\[\s\S]|(?!\1)[^\\])*)\1/.exec(scanner.text.slice(scanner.at))
  if (!match) return scanner.fail('expected a regular expression', 'write matches "^acc" or matches /^acc/i')
  scanner.at += match[0].length
  return (match[2] ?? '').replaceAll(`\\${match[1]}`, match[1] ?? '')
}
