import type { EndpointDefinition } from '../../definitions/endpoint-definition.ts'
import { textsIn, type MappingEntry, type MappingNode } from '../../definitions/mapping-node.ts'
import type { RenderInput } from '../../wire/endpoint.ts'
import type { Built } from '../../wire/mapping/build.ts'
import { compileDocument } from '../../wire/mapping/document.ts'
import { textOf } from '../../wire/template/text-of.ts'
import { templateOptions } from '../../wire/template/template.ts'

/** One field of a buyer, what of the lead goes into it, and how that looks. */
export interface SheetField {
  readonly name: string
  /** The template, or the constant. */
  readonly from: string
  /** The block that governs it; null: it is always sent where the lead has it. */
  readonly when: string | null
  readonly example: string
}

export const fieldsOf = (definition: EndpointDefinition, input: RenderInput): readonly SheetField[] => {
  const { mapping } = definition
  if (mapping === null) return []
  const vocabulary = { recipient: { id: definition.id, name: definition.name }, tables: definition.tables, captures: definition.ping ? Object.keys(definition.ping.parsing.capture) : null }
  const document = compileDocument({ mapping, includeAll: false, omitEmpty: definition.omitEmpty }, templateOptions(vocabulary, () => undefined))
  const examples = new Map(leavesOf(document.build(input), ''))
  // A name may be there twice, once for each way of a block: a constant is its own example.
  return rowsOf(mapping, '', null).map((row) => ({ ...row, example: row.from.includes('{{') ? examples.get(row.name) ?? '' : row.from }))
}

/** Names of the lead's fields that templates and conditions of a mapping mention. */
export const leadFieldsIn = (node: MappingNode | null): ReadonlySet<string> =>
  new Set(textsIn(node).flatMap(({ text }) => [...text.matchAll(/\blead\.(?:(\w+)|\[([^\]]+)\])/g)].map((match) => match[1] ?? match[2] ?? '')))

type Row = Omit<SheetField, 'example'>

const rowsOf = (node: MappingNode, name: string, when: string | null): readonly Row[] => {
  switch (node.kind) {
    case 'map': return node.entries.flatMap((each) => entryRows(each, name, when))
    case 'list': return node.items.flatMap((each, i) => rowsOf(each, joined(name, String(i)), when))
    case 'template': return [{ name, from: node.text, when }]
    case 'constant': return [{ name, from: String(node.value), when }]
  }
}

const entryRows = (each: MappingEntry, name: string, when: string | null): readonly Row[] => {
  if (each.kind === 'entry') return rowsOf(each.value, joined(name, each.key), when)
  const { holds, fails } = testsOf(each.open.text.replace(/^#/, '').trim())
  const both = (text: string): string => (when === null ? text : `${when} and ${text}`)
  return [...each.then.flatMap((one) => entryRows(one, name, both(holds))), ...each.otherwise.flatMap((one) => entryRows(one, name, both(fails)))]
}

const testsOf = (open: string): { readonly holds: string; readonly fails: string } => {
  const [, word, condition = ''] = /^(if|unless)\s+(.*)$/s.exec(open) ?? []
  const not = `not (${word === undefined ? open : condition})`
  return word === 'unless' ? { holds: not, fails: condition } : { holds: word === undefined ? open : condition, fails: not }
}

const joined = (name: string, key: string): string => (name === '' ? key : `${name}.${key}`)

const leavesOf = (built: Built, name: string): readonly (readonly [string, string])[] => {
  if (built instanceof Map) return [...built].flatMap(([key, each]) => leavesOf(each, joined(name, key)))
  if ('list' in built) return built.list.flatMap((each, i) => leavesOf(each, joined(name, String(built.at?.[i] ?? i))))
  if (!('leaf' in built)) return []
  const { leaf } = built
  return [[name, leaf === null || leaf === undefined ? '' : typeof leaf === 'object' ? JSON.stringify(leaf) : textOf(leaf)]]
}
