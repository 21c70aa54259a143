import { dottedPath } from '../../definitions/keys.ts'
import type { MappingEntry, MappingNode } from '../../definitions/mapping-node.ts'
import { compileBlockTest, compileTemplate, type TemplateOptions } from '../template/template.ts'
import { withoutEmpty } from './build.ts'
import { keysOf, type Shape, type ShapeEntry } from './shape.ts'

/**
 * Templates become functions; dotted keys become nested maps; a map whose keys are all numbers becomes a list.
 * `omitEmpty`: an empty text counts as missing.
 */
export const compileMapping = (node: MappingNode, options: TemplateOptions, omitEmpty: boolean): Shape => {
  switch (node.kind) {
    case 'constant': return node
    case 'template': return compileLeaf(node, options, omitEmpty)
    case 'list': return { kind: 'list', items: node.items.map((each, i) => ({ kind: 'entry', key: String(i), shape: compileMapping(each, options, omitEmpty) })) }
    case 'map': return mapOf(compileEntries(node.entries, options, omitEmpty))
  }
}

const compileLeaf = (node: Extract<MappingNode, { kind: 'template' }>, options: TemplateOptions, omitEmpty: boolean): Shape => {
  const template = compileTemplate(node, options)
  if (template.kind === 'constant') return omitEmpty && template.value === '' ? { kind: 'value', read: () => undefined } : template
  const { read } = template
  if (omitEmpty) return { kind: 'value', read: (input) => withoutEmpty(read(input)) }
  return template.kind === 'text' ? { kind: 'value', read } : { kind: 'value', read: (input) => read(input) ?? undefined }
}

const compileEntries = (entries: readonly MappingEntry[], options: TemplateOptions, omitEmpty: boolean): readonly ShapeEntry[] => nest(entries.flatMap((each): readonly Dotted[] => {
  if (each.kind === 'entry') return [{ kind: 'entry', path: dottedPath(each.key), shape: compileMapping(each.value, options, omitEmpty) }]
  const test = compileBlockTest(each.open, options)
  const then = compileEntries(each.then, options, omitEmpty)
  const otherwise = compileEntries(each.otherwise, options, omitEmpty)
  return test ? [{ kind: 'block', test, then, otherwise }] : []
}))

type Dotted = { readonly kind: 'entry'; readonly path: readonly string[]; readonly shape: Shape } | Extract<ShapeEntry, { kind: 'block' }>

/** Keys with the same beginning share one map, at the place of the first. */
const nest = (entries: readonly Dotted[]): readonly ShapeEntry[] => {
  const groups = Map.groupBy(entries.filter((each) => each.kind === 'entry' && each.path.length > 1), headOf)
  return entries.flatMap((each): readonly ShapeEntry[] => {
    if (each.kind === 'block') return [each]
    const key = headOf(each)
    if (each.path.length < 2) return [{ kind: 'entry', key, shape: each.shape }]
    const group = groups.get(key) ?? []
    return group[0] === each ? [{ kind: 'entry', key, shape: mapOf(nest(group.map((one) => (one.kind === 'block' ? one : { ...one, path: one.path.slice(1) })))) }] : []
  })
}

const headOf = (entry: Dotted): string => (entry.kind === 'block' ? '' : entry.path[0] ?? '')

const mapOf = (entries: readonly ShapeEntry[]): Shape => {
  const keys = keysOf(entries)
  if (keys.length === 0 || !keys.every((key) => /^\d{1,6}$/.test(key))) return { kind: 'map', entries }
  const still = entries.every((each) => each.kind === 'entry')
  return { kind: 'list', items: still ? [...entries].sort((a, b) => numberOf(a) - numberOf(b)) : entries }
}

const numberOf = (entry: ShapeEntry): number => (entry.kind === 'entry' ? Number(entry.key) : 0)
