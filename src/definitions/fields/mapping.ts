import { diagnosticAt, type Diagnostic, type Place } from '../../base/diagnostic.ts'
import type { HeaderDefinition } from '../endpoint-definition.ts'
import { dottedPath, normalKey } from '../keys.ts'
import type { MappingEntry, MappingNode } from '../mapping-node.ts'
import type { YamlEntry, YamlNode } from '../yaml-tree.ts'
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

/** A mapping as written: quoted values and values with `{{…}}` are templates, unquoted numbers, booleans and nulls constants. */
const readMapping = (node: YamlNode, reading: Reading): MappingNode => {
  switch (node.kind) {
    case 'map': return { kind: 'map', entries: entriesOf(node.entries, reading), place: node.place }
    case 'list': return { kind: 'list', items: node.items.map((each) => readMapping(each, reading)), place: node.place }
    case 'scalar': {
      if ((!node.quoted && BARE_FIELD.test(node.text.trim())) || OTHER_BRACES.test(node.text)) tellOfPlainField(node.text, node.place, reading)
      if (!node.quoted && typeof node.value !== 'string') return { kind: 'constant', value: node.value, text: node.text, place: node.place }
      return { kind: 'template', text: node.text, place: node.place }
    }
  }
}

/** `zip: lead.zip`; in quotes it is a text (`event: "lead.created"`). */
const BARE_FIELD = /^\$?(?:lead|source)\.\w[\w.]*$/
/** What other systems write around a field. */
const OTHER_BRACES = /(?<![{$])\{\s*(?:lead|source)\.[\w.]+\s*\}(?!\})|^\s*[<[%]+\s*(?:lead|source)\.[\w.]+\s*[>\]%]+\s*$/

const tellOfPlainField = (text: string, place: Place, { tell }: Reading): void =>
  tell(place, 'plain-field', `"${text.trim()}" goes to the buyer as it stands, the same for every lead`, `write {{${/(?:lead|source)\.[\w.]+/.exec(text)?.[0] ?? 'lead.name'}}} for the field; a text is put in quotes`, 'warning')

const entriesOf = (entries: readonly YamlEntry[], reading: Reading): readonly MappingEntry[] => {
  for (const each of [...clashes(entries), ...repeats(entries)]) reading.report(each)
  return entries.map((each): MappingEntry => {
    if (each.kind === 'block') return { kind: 'block', open: each.open, then: entriesOf(each.then, reading), otherwise: entriesOf(each.otherwise, reading) }
    if (each.key.includes('{{')) reading.tell(each.keyPlace, 'template-key', `"${each.key}": the name of a field cannot be a template`, 'write the name out, and choose between names with {{#if …}} on a line of its own')
    // `{lead.zip}` is a map to YAML.
    if (BARE_FIELD.test(each.key) && each.value.kind === 'scalar' && each.value.value === null && !each.value.quoted) tellOfPlainField(each.key, each.keyPlace, reading)
    return { kind: 'entry', key: each.key, value: readMapping(each.value, reading), place: each.keyPlace }
  })
}

/** `a.b` makes `a` a map: a value for `a` beside it, or a list, would be lost. `a.2` goes with a list. */
const clashes = (entries: readonly YamlEntry[]): readonly Diagnostic[] => {
  const values = new Map(entries.flatMap((each) => (each.kind === 'entry' && each.value.kind !== 'map' ? [[each.key, { line: each.keyPlace.line, isList: each.value.kind === 'list' }] as const] : [])))
  const isLost = (key: string, part: string): boolean => {
    const value = values.get(key)
    return value !== undefined && !(value.isList && /^\d+$/.test(part))
  }
  return entries.flatMap((each) => {
    if (each.kind !== 'entry') return []
    const path = dottedPath(each.key)
    const lost = path.slice(1).map((part, i) => ({ key: path.slice(0, i + 1).join('.'), part })).find(({ key, part }) => isLost(key, part))?.key
    return lost === undefined ? [] : [diagnosticAt(each.keyPlace, 'key-clash', `\`${each.key}\` makes \`${lost}\` a block of fields, and line ${values.get(lost)?.line} gives it a value of its own`, 'keep one of them')]
  })
}

/** `a.b` beside a block `a` that has a `b` too: the first would be lost. */
const repeats = (entries: readonly YamlEntry[]): readonly Diagnostic[] => {
  const seen = new Map<string, Place>()
  return entries.flatMap((each) => {
    const own = fieldsOf(each)
    const found = own.flatMap(({ key, place }) => {
      const before = seen.get(key)
      return before ? [diagnosticAt(place, 'key-clash', `\`${key}\` is given a value here, and another on line ${before.line}`, 'keep one of them')] : []
    })
    for (const { key, place } of own) seen.set(key, place)
    return found
  })
}

/** The fields that a key makes whatever the lead is, by their dotted names. */
const fieldsOf = (entry: YamlEntry): readonly { readonly key: string; readonly place: Place }[] => {
  if (entry.kind === 'block') return []
  const name = dottedPath(entry.key).join('.')
  if (entry.value.kind !== 'map') return [{ key: name, place: entry.keyPlace }]
  return entry.value.entries.flatMap(fieldsOf).map(({ key, place }) => ({ key: `${name}.${key}`, place }))
}
