import type { Place } from '../../base/diagnostic.ts'
import { normalKey } from '../keys.ts'
import { parsed, refused } from '../values/parsed.ts'
import { parseReference, type Reference } from '../values/reference.ts'
import { parseWindowLabel, type WindowLabel } from '../values/window-label.ts'
import type { YamlEntry, YamlNode } from '../yaml-tree.ts'
import { textual, type Field, type Kind } from './field.ts'
import { WORDS, listOf } from './plain.ts'
import { block, namesOf } from './section.ts'
import { MONEY } from './values.ts'

const WEIGHT = textual('a percentage', (text, place) => {
  const match = /^(\d+(?:\.\d+)?)\s*%?$/.exec(text)
  return match && Number(match[1]) > 0 ? parsed(Number(match[1])) : refused(place, 'bad-percentage', `got "${text}", expected a percentage`, 'write 60%')
})

const REFERENCE_SECTION = {
  recipient: { key: 'Recipient', aliases: ['Name', 'Buyer'], kind: WORDS, doc: 'Its display name or id', example: 'Buyer C' },
  price: { key: 'Price', kind: MONEY, doc: 'What it earns here, where the buyer returns no price', example: '$30' },
  weight: { key: 'Weight', aliases: ['Share'], kind: WEIGHT, doc: 'Its share, in a Weighted pattern', example: '60%' },
} as const satisfies Readonly<Record<string, Field<unknown>>>

/** `Buyer A ($50)`, or {Recipient, Price, Weight}. */
export const REFERENCE: Kind<Reference> = block('this recipient', REFERENCE_SECTION, ({ values, places }, reading, node) => {
  if (!places.recipient) reading.tell(node.place, 'missing-key', 'this entry names no Recipient', 'write {Recipient: Buyer C, Price: $30}')
  return values.recipient === undefined ? undefined : { name: values.recipient, price: values.price ?? null, weight: values.weight ?? null, place: places.recipient ?? node.place }
}, { takes: 'a recipient (`Buyer A ($50)`)', read: (node, reading) => textual('a recipient', parseReference).read(node, reading) })

/** `Buyer A: $50`, as YAML has it, is `Buyer A ($50)`. */
const ENTRY: Kind<Reference> = {
  ...REFERENCE,
  read: (node, reading) => {
    const [only, second] = isNames(node) ? node.entries : []
    return REFERENCE.read(only?.kind === 'entry' && second === undefined ? withTerms(only) : node, reading)
  },
}

const isNames = (node: YamlNode): node is Extract<YamlNode, { kind: 'map' }> =>
  node.kind === 'map' && node.entries.length > 0 && node.entries.every((each) => each.kind === 'entry' && each.value.kind === 'scalar' && /^[$€£¥₹\d]/.test(each.value.text.trim()) && !namesOf(REFERENCE_SECTION).has(normalKey(each.key)))

const withTerms = ({ key, keyPlace, value }: Extract<YamlEntry, { kind: 'entry' }>): YamlNode => {
  const text = `${key} (${value.kind === 'scalar' ? value.text.trim() : ''})`
  return { kind: 'scalar', value: text, text, quoted: false, place: keyPlace }
}

export const REFERENCES: Kind<readonly Reference[]> = {
  ...listOf(REFERENCE),
  takes: 'recipients, endpoints or patterns: `Buyer A ($50)` or {Recipient, Price}; several as a comma list or a YAML list',
  section: () => REFERENCE_SECTION,
  read: (node, reading) => {
    if (node.kind !== 'map') return listOf(ENTRY).read(node, reading)
    if (isNames(node)) return node.entries.flatMap((each) => (each.kind === 'entry' ? REFERENCE.read(withTerms(each), reading) ?? [] : []))
    const one = REFERENCE.read(node, reading)
    return one && [one]
  },
}

export interface WindowRow extends WindowLabel { readonly references: readonly Reference[]; readonly place: Place; readonly label: string }

export const WINDOWS: Kind<readonly WindowRow[]> = {
  takes: 'rows of hours since the lead was received, and whom it goes to then',
  schema: { type: 'object', additionalProperties: REFERENCES.schema },
  read: (node, reading) => {
    if (node.kind !== 'map') return reading.tell(node.place, 'wrong-shape', 'Windows is a block of hours and recipients', 'write Hour 0-24: Exclusive Buyer ($75) on a line below, indented')
    const rows = node.entries.flatMap((entry): readonly WindowRow[] => {
      if (entry.kind === 'block') { reading.tell(entry.open.place, 'misplaced-block', 'Windows cannot depend on the lead', 'leave the block out; Accept When says which leads a recipient takes'); return [] }
      const label = parseWindowLabel(entry.key, entry.keyPlace)
      const references = REFERENCES.read(entry.value, reading)
      if (!label.ok) reading.report(label.diagnostic)
      return label.ok && references ? [{ ...label.value, references, place: entry.keyPlace, label: entry.key }] : []
    })
    return rows.length === 0 && node.entries.length > 0 ? undefined : rows
  },
}
