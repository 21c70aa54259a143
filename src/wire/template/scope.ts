import { diagnosticAt, type Diagnostic, type Place } from '../../base/diagnostic.ts'
import { formatMoney } from '../../base/money.ts'
import { isoTime } from '../../base/time.ts'
import { suggest } from '../../definitions/suggest.ts'
import type { RenderInput } from '../endpoint.ts'

/** One value of one lead's scope; undefined or null where it has none. */
export type Read = (input: RenderInput) => unknown

/** What templates of one recipient may name beside the lead. */
export interface Vocabulary {
  readonly recipient: { readonly id: string; readonly name: string }
  readonly tables: Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>
  /** Names that the ping's parsing captures; null where there is no ping (then any `ping.x` is a mistake). */
  readonly captures: readonly string[] | null
  /** `{{token}}` is the token that was asked for only in `Auth: Use`, so that no lead field can stand in for it; elsewhere beside such an Auth it is probably meant, and told. */
  readonly token?: 'here' | 'in Auth'
}

/** Compiles a dotted path into a function; a path that can never have a value is a diagnostic. */
export const compilePath = (parts: readonly string[], vocabulary: Vocabulary, place: Place): Read | Diagnostic => {
  const [head = '', ...rest] = parts
  const unknown = (known: readonly string[]): Diagnostic => {
    const guess = suggest(rest.join('.'), known)
    return diagnosticAt(place, 'unknown-name', `${head} has no ${rest.length === 0 ? 'value of its own' : `"${rest.join('.')}"`}`,
      guess ? `did you mean ${head}.${guess}?` : `known: ${known.map((each) => `${head}.${each}`).join(', ')}`)
  }
  const field = rest.join('.')
  switch (head) {
    case 'lead': return rest.length === 0 ? (input) => input.lead.fields : compileLeadPath(rest)
    case 'source': return compileSourcePath(rest)
    case 'vars': return (input) => own(input.vars, field)
    case 'recipient': {
      const { id, name } = vocabulary.recipient
      return field === 'id' ? () => id : field === 'name' ? () => name : unknown(['name', 'id'])
    }
    case 'run': return field === 'id' ? (input) => input.runId : unknown(['id'])
    case 'delivery': return field === 'id' ? (input) => input.deliveryId : unknown(['id'])
    case 'ping': {
      const captures = vocabulary.captures
      if (captures === null) return diagnosticAt(place, 'unknown-name', `this recipient has no Ping, so that ping.${field} has never a value`, 'write Ping: with Endpoint, Fields and Response Parsing into this file, and a Ping/Post pattern that names it')
      if (field === 'id') return (input) => input.ping?.id
      if (field === 'bid') return (input) => (input.ping ? formatMoney(input.ping.bid) : undefined)
      return captures.includes(field) ? (input) => own(input.ping?.captured, field) : unknown(['id', 'bid', ...captures])
    }
    default:
  }
  if (rest.length === 0) {
    switch (head) {
      case 'delivery_attempt': return (input) => input.deliveryNumber
      case 'attempt': return (input) => input.attempt
      case 'now': return (input) => isoTime(input.now)
      case 'token':
        if (vocabulary.token === 'here') return (input) => input.token
        if (vocabulary.token === 'in Auth') return diagnosticAt(place, 'token-elsewhere', 'the token that Auth asks for goes into a header of Auth\'s own, and {{token}} is a field of the lead here', 'under Auth write Header: X-Session (its own name), and Use where more than the token stands in it; a field of the lead is {{lead.token}}')
        break
      default:
    }
  }
  return compileBareName(parts)
}

/** `{{lead.id}}` is the lead's identity where the record has no such field. */
const compileLeadPath = (parts: readonly string[]): Read => {
  const find = compileFind(parts)
  return parts.length === 1 && parts[0] === 'id' ? (input) => find(input.lead.fields) ?? input.lead.id : (input) => find(input.lead.fields)
}

/** The lead's own `source` object (or `source.x` columns, or a plain text, which is the name), then `--source`. */
const compileSourcePath = (parts: readonly string[]): Read => {
  const wanted = parts.length === 0 ? ['name'] : parts
  const inLead = compileFind(['source', ...wanted])
  const name = wanted.join('.')
  return (input) => {
    const found = inLead(input.lead.fields)
    const plain = name === 'name' ? own(input.lead.fields, 'source') : undefined
    const said = found ?? (typeof plain === 'object' ? undefined : plain)
    // An empty cell does not stand in the way of `--source`, here as in the figures by source.
    return said === undefined || said === '' ? own(input.source, name) ?? said : said
  }
}

/** `leads.email` and `Lead.email` are read as fields of a field, which hardly any lead has; null for other paths. */
export const scopeMeant = ([head = '', ...rest]: readonly string[]): string | null => {
  const scope = head.toLowerCase().replace(/s$/, '')
  return rest.length > 0 && scope !== head && SCOPES.has(scope) ? [scope, ...rest].join('.') : null
}
const SCOPES: ReadonlySet<string> = new Set(['lead', 'source', 'recipient', 'delivery', 'ping'])

const compileBareName = (parts: readonly string[]): Read => {
  const inLead = compileLeadPath(parts)
  const inSource = compileSourcePath(parts)
  const name = parts.join('.')
  return (input) => inLead(input) ?? inSource(input) ?? own(input.vars, name) ?? own(input.ping?.captured, name)
}

const INHERITED = new Set(Object.getOwnPropertyNames(Object.prototype))

/**
 * A field of a record by its path. Columns may hold dots themselves (`address.city`), so a whole dotted key goes first.
 * Only own members count: `lead.constructor` is nothing.
 */
const compileFind = (parts: readonly string[]): ((record: unknown) => unknown) => {
  const [only] = parts
  if (parts.length === 1 && only !== undefined) {
    return INHERITED.has(only) ? (record) => own(record, only) : (record) => (record as Record<string, unknown>)[only]
  }
  return (record) => find(record, parts)
}

const find = (value: unknown, parts: readonly string[]): unknown => {
  if (parts.length === 0) return value
  if (typeof value !== 'object' || value === null) return undefined
  for (let taken = parts.length; taken > 0; taken--) {
    const key = taken === 1 ? (parts[0] ?? '') : parts.slice(0, taken).join('.')
    if (Object.hasOwn(value, key)) {
      const found = find((value as Record<string, unknown>)[key], parts.slice(taken))
      if (found !== undefined) return found
    }
  }
  return undefined
}

const own = (record: unknown, key: string): unknown =>
  typeof record === 'object' && record !== null && Object.hasOwn(record, key) ? (record as Record<string, unknown>)[key] : undefined
