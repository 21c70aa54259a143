import { diagnosticAt, type Diagnostic, type Place } from '../base/diagnostic.ts'
import type { Reading } from './fields/field.ts'
import { dottedPath } from './keys.ts'
import type { MappingEntry, MappingNode } from './mapping-node.ts'
import type { YamlEntry, YamlNode } from './yaml-tree.ts'

/** A mapping as written: quoted values and values with `{{…}}` are templates, unquoted numbers, booleans and nulls constants. */
export const readMapping = (node: YamlNode, reading: Reading): MappingNode => {
  switch (node.kind) {
    case 'map': return { kind: 'map', entries: entriesOf(node.entries, reading), place: node.place }
    case 'list': return { kind: 'list', items: node.items.map((each) => readMapping(each, reading)), place: node.place }
    case 'scalar': {
      if ((!node.quoted && BARE_FIELD.test(node.text.trim())) || OTHER_BRACES.test(node.text)) tellOfPlainField(node.text, node.place, reading)
      if (!node.quoted && typeof node.value !== 'string') return { kind: 'constant', value: node.value, text: node.text, place: node.place }
      return { kind: 'template', text: node.text, place: node.place }
    }
    default: return node satisfies never
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
