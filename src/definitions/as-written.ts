import type { EndpointDefinition, MappingEntry, MappingNode } from './types.ts'

/** Only JSON has numbers and booleans of its own: elsewhere `version: 1.0` and `consent: True` go to the buyer as they are written, and not as 1 and true. */
export const asWritten = (definition: EndpointDefinition): EndpointDefinition => {
  const { type, format, batch, mapping, ping, extraFields } = definition
  const own = isTyped(type, batch?.format ?? format) ? mapping : mapping && textsOnly(mapping)
  return { ...definition, mapping: own, ping: ping?.mapping && format !== 'json' ? { ...ping, mapping: textsOnly(ping.mapping) } : ping, extraFields: extraFields && textsOnly(extraFields) }
}

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
