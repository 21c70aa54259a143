import { CONDITION, PATH } from './conditions.ts'
import type { ValuePath } from '../../core/condition.ts'
import { parseAmount } from '../values/amount.ts'
import type { Field, Kind } from './field.ts'
import { WORDS, listOf, oneOf } from './plain.ts'

const ANSWER_FORMATS = { JSON: 'json', XML: 'xml', HTML: 'html', Form: 'form', Text: 'text' } as const

/** Names and paths; the names are the user's own. */
const CAPTURE: Kind<Readonly<Record<string, ValuePath>>> = {
  takes: 'a block of names and paths',
  schema: { type: 'object', additionalProperties: { type: 'string' } },
  read: (node, reading) => {
    if (node.kind !== 'map') return reading.tell(node.place, 'wrong-shape', 'Capture is a block of names and paths', 'write a line for each value, indented: campaign: result.campaign')
    const paths: [string, ValuePath][] = []
    for (const each of node.entries) {
      const path = each.kind === 'entry' ? PATH.read(each.value, reading) : undefined
      if (each.kind === 'entry' && path !== undefined) paths.push([each.key, path])
    }
    return Object.fromEntries(paths)
  },
}

/** Where the price stands; an amount would be taken for the name of a member, and every sale be held for want of it. */
const PRICE_PATH: Kind<ValuePath> = {
  ...PATH,
  read: (node, reading) => {
    if (node.kind !== 'scalar' || !parseAmount(node.text, node.place).ok) return PATH.read(node, reading)
    return reading.tell(node.place, 'amount-as-path', `"${node.text}" is an amount, and here goes the place of the price in the answer`, `write a path, such as price; a fixed price stands outside this block, at the top level: Price: ${node.text}`)
  },
}

export const PARSING_SECTION = {
  format: { key: 'Format', kind: oneOf('how answers are written', ANSWER_FORMATS), doc: 'How answers are read; Form is name=value, behind an & or on lines of their own', example: 'XML', default: 'by Content-Type, else by their first characters' },
  success: { key: 'Success', aliases: ['Accepted'], kind: CONDITION, doc: 'When an answer means that the lead was taken; a readable answer for which it does not hold is a rejection', example: 'status = "accepted"', default: 'any 2xx' },
  rejected: { key: 'Rejected', aliases: ['Rejection', 'Reject'], kind: CONDITION, doc: 'When it means that the lead was not wanted', example: 'status = "rejected"' },
  duplicate: { key: 'Duplicate', kind: CONDITION, doc: 'When it means that the buyer has the lead already; no revenue', example: 'status = "duplicate"' },
  error: { key: 'Error', kind: CONDITION, doc: 'When it means that something went wrong at the buyer; looked at first, before Duplicate too, and tried again as a server error where the status is 2xx. Data that the buyer finds invalid is a row of Response Codes (`200 + status = "Error": Invalid data`)', example: 'status = "error"' },
  leadId: { key: 'Lead ID', aliases: ['Buyer Lead ID', 'ID', 'Transaction ID', 'Confirmation ID'], kind: PATH, doc: "The buyer's own name for the lead; where it is declared, an acceptance without it is held", example: 'response.leadId' },
  price: { key: 'Price', aliases: ['Revenue'], kind: PRICE_PATH, doc: 'What the buyer pays, the first where it finds several; where it is declared and nothing else names a price, an acceptance without it is held', example: 'response.price' },
  message: { key: 'Message', aliases: ['Reason'], kind: PATH, doc: "The buyer's words; several are joined with a comma", example: 'message' },
  redirectUrl: { key: 'Redirect URL', aliases: ['Redirect'], kind: PATH, doc: 'Where the consumer is to be sent', example: 'redirect_url' },
  capture: { key: 'Capture', kind: CAPTURE, doc: 'More values to keep; those of a ping stand in templates as ping.NAME', example: '{campaign: result.campaign}' },
  optional: { key: 'Optional', kind: listOf(WORDS), doc: 'Names that may be missing from an acceptance', example: 'Lead ID, Price' },
} as const satisfies Readonly<Record<string, Field<unknown>>>

export const PING_PARSING_SECTION = {
  ...PARSING_SECTION,
  leadId: { ...PARSING_SECTION.leadId, aliases: ['Buyer Lead ID'] },
  bid: { key: 'Bid', kind: PRICE_PATH, doc: 'What the buyer bids, the first where it finds several', example: 'price' },
  pingId: { key: 'Ping ID', aliases: ['ID', 'Bid ID', 'Auth Code'], kind: PATH, doc: 'The name of the bid, which the post repeats as {{ping.id}}', example: 'id' },
} as const satisfies Readonly<Record<string, Field<unknown>>>
