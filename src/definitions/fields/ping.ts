import { NO_PARSING, PING_PARSING } from '../read-parsing.ts'
import type { PingDefinition } from '../endpoint-definition.ts'
import type { MappingEntry, MappingNode } from '../mapping-node.ts'
import type { Field, Kind } from './field.ts'
import { MAPPING } from './mapping.ts'
import { TEXT, WORDS, listOf } from './plain.ts'
import { block } from './section.ts'
import { SPAN } from './values.ts'

const NAMES = listOf(WORDS)

/** `state, loan_amount`: each lead field under its own name. */
const FIELDS: Kind<MappingNode> = {
  takes: 'names of lead fields, or a mapping',
  schema: { type: ['string', 'array', 'object'] },
  read: (node, reading) => {
    if (node.kind === 'map') return MAPPING.read(node, reading)
    const names = NAMES.read(node, reading)
    return names && {
      kind: 'map', place: node.place,
      entries: names.map((name): MappingEntry => {
        const path = name.replace(/^lead\./, '')
        // `Loan Amount` is one name, not a helper and its value; `[Loan Amount]` and `drivers.[0].age` are said as templates say them.
        return { kind: 'entry', key: /^\[([^[\]]+)\]$/.exec(path)?.[1] ?? path, place: node.place, value: { kind: 'template', text: `{{lead.${/^[\w.-]+$|\[/.test(path) ? path : `[${path}]`}}}`, place: node.place } }
      }),
    }
  },
}

export const PING_SECTION = {
  endpoint: { key: 'Endpoint', aliases: ['URL'], kind: TEXT, doc: 'Where bids are asked for', example: 'https://api.buyer.example/ping', default: "the recipient's Endpoint" },
  fields: { key: 'Fields', kind: FIELDS, doc: 'The lead fields that a ping carries, and no others: headers that name another go with the post only', example: 'state, loan_amount, credit_range' },
  fieldMapping: { key: 'Field Mapping', aliases: ['Mapping'], kind: MAPPING, doc: "The same under the buyer's names", example: '{State: "{{lead.state}}"}' },
  timeout: { key: 'Timeout', kind: SPAN, doc: "How long its answer is waited for; a bid that comes after the pattern's Ping Timeout is recorded and not used", example: '2 seconds', default: "the recipient's Timeout" },
  responseParsing: { key: 'Response Parsing', aliases: ['Parsing'], kind: PING_PARSING, doc: 'What the answer to a ping means', example: '{Bid: price, Ping ID: id, Success: status = "bid"}' },
} as const satisfies Readonly<Record<string, Field<unknown>>>

export const PING: Kind<PingDefinition> = block('Ping', PING_SECTION, ({ values, places }, reading, node) => {
  if (places.fields && places.fieldMapping) reading.tell(places.fieldMapping, 'given-twice', 'Ping has both Fields and Field Mapping', 'keep one of them')
  const { responseParsing } = values
  if (responseParsing ? responseParsing.bid === null && responseParsing.price === null && !responseParsing.places['bid'] && !responseParsing.places['price'] : !places.responseParsing) {
    reading.tell(places.responseParsing ?? node.place, 'missing-key', "the ping's Response Parsing has no Bid", 'write Bid: price, with the path at which the answer names the price')
  }
  return { endpoint: values.endpoint ?? null, timeoutMs: values.timeout ?? null, mapping: values.fieldMapping ?? values.fields ?? null, parsing: responseParsing ?? NO_PARSING }
})
