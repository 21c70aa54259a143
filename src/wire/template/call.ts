import type { Place, Report, Tell } from '../../base/diagnostic.ts'
import { suggest } from '../../definitions/suggest.ts'
import type { Helper } from '../helpers/helper.ts'
import { helperNamed, helperTable } from '../helpers/table.ts'
import type { Call, Expression, Path, Position } from './ast.ts'
import { compilePath, scopeMeant, type Read, type Vocabulary } from './scope.ts'

export interface Context {
  readonly vocabulary: Vocabulary
  readonly report: Report
  readonly tell: Tell
  readonly placeAt: (at: Position) => Place
}

/** `{{lead.x}}`, `{{"text"}}` or `{{helper a b option=c}}` as a function; null where it has a mistake, which is reported. */
export const compileCall = (call: Call, context: Context): Read | null => {
  const { path, params } = call
  const pairs = call.hash?.pairs ?? []
  // A word alone is a field, even where a helper has its name: leads have a `state` and an `age`.
  if (params.length === 0 && pairs.length === 0) return compileExpression(path, context)
  const name = path.type === 'PathExpression' ? path.original : ''
  const helper = helperNamed(name)
  if (!helper) {
    const guess = OTHER_NAMES.get(name.toLowerCase()) ?? suggest(name, helperTable.map((each) => each.name))
    const spaced = fieldWithBlanks(name, params)
    context.tell({ ...context.placeAt(path.loc.start), length: Math.max(1, name.length) }, 'unknown-helper', `there is no helper "${name}"`,
      guess ? `did you mean "${guess}"?` : spaced !== null ? `a field with blanks in its name is {{${spaced}}}` : name.includes('.') ? `${name} is a field: a helper stands in front of it, as in {{upper ${name}}}; nothing is computed, and {{#if ${name}}}Y{{else}}N{{/if}} says one of two` : `helpers: ${helperTable.map((each) => each.name).join(', ')}`)
    return null
  }
  return compileHelper(helper, call, context)
}

/** `lead.[First Name]`, where `lead.First Name` is written as a column of a file has it; null for anything else. */
const fieldWithBlanks = (name: string, params: Call['params']): string | null => {
  const words = params.map((each) => (each.type === 'PathExpression' && /^[A-Za-z][\w-]*$/.test(each.original) ? each.original : null))
  const [, scope, first] = /^(lead|source)\.([^.]+)$/.exec(name) ?? []
  return scope === undefined || words.length === 0 || words.includes(null) ? null : `${scope}.[${[first, ...words].join(' ')}]`
}

/** What other template languages call them. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map(Object.entries({
  now: 'format now', date: 'format now', dateformat: 'format', strftime: 'format', capitalize: 'title', titlecase: 'title', uppercase: 'upper', lowercase: 'lower', touppercase: 'upper', tolowercase: 'lower',
  substr: 'slice', substring: 'slice', left: 'first', right: 'last', phone: 'digits', onlydigits: 'digits', md5: 'hash', sha256: 'hash', int: 'number', integer: 'number', float: 'number', bool: 'boolean', eq: 'compare', map: 'lookup', ifnull: 'default', coalesce: 'default',
}))

export const compileExpression = (expression: Expression, context: Context): Read | null => {
  switch (expression.type) {
    case 'StringLiteral': case 'NumberLiteral': case 'BooleanLiteral': { const { value } = expression; return () => value }
    case 'NullLiteral': case 'UndefinedLiteral': return () => null
    case 'SubExpression': return compileCall(expression, context)
    case 'PathExpression': return compileField(expression, context)
  }
}

const compileField = (path: Path, context: Context): Read | null => {
  const place = { ...context.placeAt(path.loc.start), length: Math.max(1, path.original.length) }
  if (path.data || path.depth > 0 || path.parts.length === 0) {
    context.tell(place, 'unknown-name', `"${path.original}" is not a field`, 'write lead.name, source.name or a bare name')
    return null
  }
  if (/^[“”„‘’«»]/.test(path.original)) {
    context.tell(place, 'bad-template', `${path.original} is read as the name of a field: a typographic quote is a letter`, 'write straight quotes within {{…}}: {{default lead.country "US"}}')
    return null
  }
  if (path.original.includes('/') && !path.parts.some((each) => each.includes('/'))) {
    context.tell(place, 'unknown-name', `"${path.original}" is not a field, and nothing is computed here`, 'write lead.name, or lead.[a/b] for a name with a slash; what is computed comes as a field of the lead')
    return null
  }
  const meant = scopeMeant(path.parts)
  if (meant !== null) context.tell(place, 'near-scope', `${path.original} looks for a field called ${path.parts[0]} in the lead`, `did you mean ${meant}? Where leads have that field, lead.${path.original} says so`, 'warning')
  const read = compilePath(path.parts, context.vocabulary, place)
  if (typeof read === 'function') return read
  context.report(read)
  return null
}

const compileHelper = (helper: Helper, call: Call, context: Context): Read | null => {
  const pairs = (call.hash?.pairs ?? []).map((each) => ({ ...each, value: asWord(helper, each.value) }))
  const place = context.placeAt(call.loc.start)
  const isLiteral = (each: Expression): boolean => each.type.endsWith('Literal')
  // `{{hash "sha256" lead.email}}` means the same as `{{hash lead.email "sha256"}}`: there is nothing to hash in a literal.
  const [one, two] = call.params
  const reversed = helper.kind === 'prepared' && call.params.length === 2 && one !== undefined && two !== undefined && isLiteral(one) && !isLiteral(two)
  const params = reversed ? [two, one] : call.params.map((each, i) => (i === 0 ? each : asWord(helper, each)))
  const wrong = (message: string, help = `write {{${helper.signature}}}, such as ${helper.example}`, code = 'bad-helper'): null => {
    context.tell(place, code, message, help)
    return null
  }
  if (params.length < helper.min || params.length > helper.max) {
    return wrong(`${helper.name} takes ${countOf(helper)}, got ${params.length}`)
  }
  const odd = pairs.find((pair) => !helper.options.includes(pair.key))
  if (odd) return wrong(`${helper.name} has no option "${odd.key}"`)
  if (helper.name === 'lookup') return compileLookup(params, context, wrong)

  const reads = params.map((each) => compileExpression(each, context))
  const optionReads = pairs.map((pair) => compileExpression(pair.value, context))
  const [first, ...others] = reads
  if (!first || reads.includes(null) || optionReads.includes(null)) return null
  const readOptions = (input: Parameters<Read>[0]): Record<string, unknown> =>
    Object.fromEntries(pairs.map((pair, i) => [pair.key, optionReads[i]?.(input)]))

  const literal = (each: Expression): unknown => ('value' in each ? each.value : undefined)
  if (helper.kind === 'prepared') {
    const prepare = helper.prepare
    if (params.slice(1).every(isLiteral) && pairs.every((pair) => isLiteral(pair.value))) {
      const run = prepare(params.slice(1).map(literal), Object.fromEntries(pairs.map((pair) => [pair.key, literal(pair.value)])))
      if (typeof run === 'string') return wrong(run)
      return (input) => { const value = first(input); return value === undefined || value === null ? undefined : run(value, input.now) }
    }
    return (input) => {
      const value = first(input)
      if (value === undefined || value === null) return undefined
      const run = prepare(others.map((each) => each?.(input)), readOptions(input))
      // What cannot be formatted or hashed as asked is left out: a value that was to be hashed must not go out plain.
      return typeof run === 'string' ? undefined : run(value, input.now)
    }
  }
  const { run, takesMissing } = helper
  const fault = helper.faultOf?.(params.slice(1).map(literal)) ?? null
  if (fault !== null) return wrong(fault)
  if (reads.length === 1 && pairs.length === 0) {
    return (input) => { const value = first(input); return takesMissing !== true && (value === undefined || value === null) ? undefined : run([value], NONE, input.now) }
  }
  return (input) => {
    const value = first(input)
    if (takesMissing !== true && (value === undefined || value === null)) return undefined
    return run([value, ...others.map((each) => each?.(input))], pairs.length === 0 ? NONE : readOptions(input), input.now)
  }
}

/** One of the helper's own words without quotes, as the text that it is; any other expression as it stands. */
const asWord = (helper: Helper, each: Expression): Expression =>
  each.type === 'PathExpression' && each.parts.length === 1 && helper.isWord?.(each.original) === true ? { type: 'StringLiteral', value: each.original, loc: each.loc } : each

const NONE: Readonly<Record<string, unknown>> = {}

/** `lookup lead.state "states"` and `lookup "states" lead.state`: the table may stand on either side, quoted or bare. */
const compileLookup = (params: readonly Expression[], context: Context, wrong: (message: string, help?: string, code?: string) => null): Read | null => {
  const { tables } = context.vocabulary
  const [a, b, c] = params
  if (!a || !b) return null
  const names = [a, b].map(nameOf)
  const at = names.findIndex((name) => name !== null && Object.hasOwn(tables, name))
  if (at < 0) {
    const asked = names.find((name, i) => name !== null && [a, b][i]?.type === 'StringLiteral') ?? names[1] ?? names[0] ?? ''
    const guess = suggest(asked, Object.keys(tables))
    const known = Object.keys(tables)
    return wrong(`there is no table "${asked}"`, guess ? `did you mean "${guess}"?` : known.length > 0 ? `tables: ${known.join(', ')}` : 'write it under Tables: in this file', 'unknown-table')
  }
  const table = new Map(Object.entries(tables[names[at] ?? ''] ?? {}))
  const key = compileExpression(at === 0 ? b : a, context)
  const fallback = c ? compileExpression(c, context) : () => undefined
  return key && fallback && ((input) => {
    const value = key(input)
    const found = value === undefined || value === null ? undefined : table.get(String(value)) ?? table.get(String(value).trim())
    return found ?? fallback(input)
  })
}

const nameOf = (each: Expression): string | null =>
  each.type === 'StringLiteral' ? each.value : each.type === 'PathExpression' ? each.original.replace(/^tables\./i, '') : null

const countOf = (helper: Helper): string => {
  const plural = (n: number): string => (n === 1 ? 'one value' : `${n} values`)
  if (helper.max === Infinity) return `at least ${plural(helper.min)}`
  return helper.min === helper.max ? plural(helper.min) : `${helper.min} to ${helper.max} values`
}
