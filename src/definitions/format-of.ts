import type { Place } from '../base/diagnostic.ts'
import type { EndpointDefinition, HeaderDefinition } from './endpoint-definition.ts'
import type { EndpointPlaces, EndpointValues } from './endpoint-keys.ts'
import type { EndpointType, Format } from './endpoint-type.ts'
import type { Reading } from './fields/field.ts'
import type { Tables } from './fields/mapping.ts'
import type { MappingEntry, MappingNode } from './mapping-node.ts'

/** As written; where it is not, as a buyer's document says it: by the Content-Type among the headers. */
export const formatOf = (type: EndpointType, values: EndpointValues): Format =>
  values.format ?? (type === 'custom' ? contentTypeIn(values)?.format : undefined) ?? (type === 'sftp' || type === 'file' ? 'csv' : 'json')

/** As written; where it is not, as the Content-Type among the headers says it: a receiver reads the body by that. */
export const charsetOf = ({ charset, headers = [] }: EndpointValues, places: EndpointPlaces): { readonly charset: string; readonly place: Place | undefined } => {
  if (charset !== undefined) return { charset, place: places.charset }
  const header = headers.find(isContentType)
  const said = header && /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(header.value.text)?.[1]
  return said === undefined ? { charset: 'utf-8', place: undefined } : { charset: said, place: header?.value.place }
}

const isContentType = ({ name, value }: HeaderDefinition): boolean => name.toLowerCase() === 'content-type' && !value.text.includes('{{')

/** A body that is not what its header says is read as nothing by most servers. */
export const warnOfContentType = (format: Format, values: EndpointValues, reading: Reading): void => {
  const said = contentTypeIn(values)
  if (!said || values.batch !== undefined || !CHECKED.includes(format) || said.format === format) return
  reading.tell(said.header.value.place, 'content-type', `this header says ${said.format.toUpperCase()}, and what is sent is ${format.toUpperCase()}`, `write Format: ${said.format.toUpperCase()}, or leave the header out: the right one is added`, 'warning')
}

const CHECKED: readonly Format[] = ['json', 'xml', 'form', 'csv']

/** Null where it is not that of the lead: a GET has no body, and with a Body Parameter it is that of the form around the lead. */
const contentTypeIn = ({ headers = [], bodyParameter, method }: EndpointValues): { readonly format: Format; readonly header: HeaderDefinition } | null => {
  if (bodyParameter !== undefined || /^(?:get|head)$/i.test(method ?? '')) return null
  const header = headers.find(isContentType)
  const format = header && MEDIA.find(([type]) => type.test(header.value.text.trim()))?.[1]
  return header && format ? { format, header } : null
}

const MEDIA: readonly (readonly [RegExp, Format])[] = [
  [/^application\/x-www-form-urlencoded\b/i, 'form'], [/^application\/(?:[\w.-]+\+)?json\b/i, 'json'], [/^(?:text|application)\/(?:[\w.-]+\+)?xml\b/i, 'xml'], [/^text\/csv\b/i, 'csv'],
]

/** Only JSON has numbers and booleans of its own: elsewhere `version: 1.0` and `consent: True` go to the buyer as they are written, and not as 1 and true. */
export const asWritten = (definition: EndpointDefinition, tables: Tables): EndpointDefinition => {
  const { type, format, batch, mapping, ping, extraFields, auth } = definition
  const typed = isTyped(type, batch?.format ?? format)
  return {
    ...definition, mapping: typed ? mapping : mapping && textsOnly(mapping),
    ping: ping?.mapping && format !== 'json' ? { ...ping, mapping: textsOnly(ping.mapping) } : ping, extraFields: extraFields && textsOnly(extraFields),
    tables: mapValues(tables, (rows) => mapValues(rows, ({ value, text }) => (typed ? value : text))),
    auth: auth?.kind === 'token-request' && auth.fields && (auth.method === 'GET' || (auth.format ?? 'json') !== 'json') ? { ...auth, fields: textsOnly(auth.fields) } : auth,
  }
}

const mapValues = <T, U>(of: Readonly<Record<string, T>>, make: (value: T) => U): Readonly<Record<string, U>> => Object.fromEntries(Object.entries(of).map(([name, value]) => [name, make(value)]))

/** A message is text, whatever is attached to it. */
const isTyped = (type: EndpointDefinition['type'], format: string): boolean => format === 'json' && type !== 'email'

const textsOnly = (node: MappingNode): MappingNode => {
  switch (node.kind) {
    case 'map': return { ...node, entries: node.entries.map(entryOf) }
    case 'list': return { ...node, items: node.items.map(textsOnly) }
    case 'constant': return node.value === null ? node : { kind: 'template', text: node.text, place: node.place }
    case 'template': return node
  }
}

const entryOf = (each: MappingEntry): MappingEntry =>
  each.kind === 'entry' ? { ...each, value: textsOnly(each.value) } : { ...each, then: each.then.map(entryOf), otherwise: each.otherwise.map(entryOf) }
