import type { Place } from '../../base/diagnostic.ts'
import { readMapping } from '../read-mapping.ts'
import { normalKey } from '../keys.ts'
import type { HeaderDefinition } from '../endpoint-definition.ts'
import type { MappingNode } from '../mapping-node.ts'
import type { YamlNode } from '../yaml-tree.ts'
import { isEmpty, textOf, type Kind, type Reading } from './field.ts'

/** Keys are the buyer's own and stay exact; values are templates, at any depth, with block lines between them. */
export const MAPPING: Kind<MappingNode> = {
  takes: 'a block of the buyer\'s field names with templates, nested as the buyer wants them',
  schema: { type: ['object', 'array'] },
  read: (node, reading) => {
    if (isPairs(node)) return reading.tell(node.place, 'wrong-shape', 'a mapping is no list of from and to: these words would go to the buyer', 'write a line for each field, the buyer\'s name first: fname: {{lead.first_name}}')
    if (node.kind !== 'scalar') return readMapping(node, reading)
    return reading.tell(node.place, 'wrong-shape', isEmpty(node) ? 'this mapping is empty' : `got "${node.text}", expected the buyer's field names with templates`, 'write a line for each field, indented: firstName: {{lead.first_name}}')
  },
}

/** `- {from: first_name, to: fname}`, as other systems have it. */
const isPairs = (node: YamlNode): boolean =>
  node.kind === 'list' && node.items.length > 0 && node.items.every((each) => each.kind === 'map' && ['from', 'to'].every((name) => each.entries.some((entry) => entry.kind === 'entry' && normalKey(entry.key) === name && entry.value.kind === 'scalar' && !entry.value.text.includes('{{'))))

/** As MAPPING; also one text alone, which is the whole body where the Format is Text. */
export const BODY_MAPPING: Kind<MappingNode> = { ...MAPPING, schema: { type: ['object', 'array', 'string'] }, read: (node, reading) => (node.kind === 'scalar' && !isEmpty(node) ? readMapping(node, reading) : MAPPING.read(node, reading)) }

/** One text is no mapping of any other format. */
export const tellOfLoneText = (mapping: MappingNode | undefined, isText: boolean, { tell }: Reading): void => {
  if (mapping?.kind !== 'template' && mapping?.kind !== 'constant') return
  if (!isText) tell(mapping.place, 'wrong-shape', `got "${mapping.kind === 'template' ? mapping.text : mapping.value}", expected the buyer's field names with templates`, 'write a line for each field, indented: firstName: {{lead.first_name}}; with Format: Text one text is the whole body')
}

export const HEADERS: Kind<readonly HeaderDefinition[]> = {
  takes: 'a block of header names with values, which may be templates',
  schema: { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean'] } },
  read: (node, reading) => {
    if (node.kind !== 'map') return reading.tell(node.place, 'wrong-shape', 'headers are a block of names and values', 'write a line for each header, indented: X-Partner-ID: LC-12345')
    const seen = new Set<string>()
    return node.entries.flatMap((each): readonly HeaderDefinition[] => {
      if (each.kind === 'block') {
        reading.tell(each.open.place, 'misplaced-block', `{{${each.open.text}}} stands in Headers, where it cannot govern keys`, 'write it into the value: {{#if …}}a{{/if}}; a header without a value is left out')
        return []
      }
      if (seen.has(each.key.toLowerCase())) reading.tell(each.keyPlace, 'given-twice', `the header ${each.key} is given twice`, 'keep one of them')
      seen.add(each.key.toLowerCase())
      const text = textOf(isEmpty(each.value) ? { ...each.value, place: each.keyPlace } : each.value, 'the value of a header', reading)
      if (/^authorization$/i.test(each.key.trim()) && /^basic\s+[^{}]*:/i.test(text ?? '')) reading.tell(each.value.place, 'bad-auth', 'a user and a password stand here as they are, and Basic wants them in base64', 'write Auth: and, on lines below it, Username: ${NAME} and Password: ${NAME}, which does that')
      return text === undefined ? [] : [{ name: each.key.trim(), value: { text, place: each.value.place } }]
    })
  },
}

/** `text`: as it is written. */
interface Row { readonly value: string | number | boolean; readonly text: string }
export type Tables = Readonly<Record<string, Readonly<Record<string, Row>>>>

/** Tables for the helper `lookup`: a name, and under it what each value becomes. */
export const TABLES: Kind<Tables> = {
  takes: 'a block of tables, each a block of values and what they become',
  schema: { type: 'object', additionalProperties: { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean'] } } },
  read: (node, reading) => {
    const wrong = ({ place }: { readonly place: Place }): void => reading.tell(place, 'wrong-shape', 'a table is a block of values and what they become', 'write: products: on one line, and under it auto: AUTO_INS')
    if (node.kind !== 'map') { wrong(node); return undefined }
    const tables: Record<string, Tables[string]> = {}
    for (const table of node.entries) {
      if (table.kind === 'block' || table.value.kind !== 'map') { wrong(table.kind === 'block' ? table.open : table.value); continue }
      const rows: Record<string, Row> = Object.create(null) as Record<string, Row>
      for (const row of table.value.entries) {
        if (row.kind === 'block' || row.value.kind !== 'scalar') wrong(row.kind === 'block' ? row.open : row.value)
        else rows[row.key] = rowOf(row.value)
        if (row.kind !== 'block' && row.value.kind === 'scalar' && row.value.text.includes('{{')) reading.tell(row.value.place, 'template-in-table', 'the buyer would get this as it stands: a table holds values, not templates', 'write {{default (lookup lead.state "regions") lead.state}} in Field Mapping, where the lead has another value')
      }
      tables[table.key] = rows
    }
    return tables
  },
}

const rowOf = ({ value, text, quoted }: Extract<YamlNode, { kind: 'scalar' }>): Row =>
  (value === null ? { value: '', text: '' } : { value: quoted || typeof value === 'string' ? text : value, text })
