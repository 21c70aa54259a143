import type { Tables } from './fields/mapping.ts'
import type { EndpointDefinition } from './endpoint-definition.ts'
import type { MappingEntry, MappingNode } from './mapping-node.ts'

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
    default: return node satisfies never
  }
}

const entryOf = (each: MappingEntry): MappingEntry =>
  each.kind === 'entry' ? { ...each, value: textsOnly(each.value) } : { ...each, then: each.then.map(entryOf), otherwise: each.otherwise.map(entryOf) }
