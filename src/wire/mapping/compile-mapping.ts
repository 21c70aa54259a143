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
    default: return node satisfies never
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
  const out: ShapeEntry[] = []
  const groups = new Map<string, Dotted[]>()
  for (const each of entries) {
    if (each.kind === 'block') { out.push(each); continue }
    const [head = '', ...rest] = each.path
    if (rest.length === 0) { out.push({ kind: 'entry', key: head, shape: each.shape }); continue }
    const inner: Dotted = { kind: 'entry', path: rest, shape: each.shape }
    const group = groups.get(head)
    if (group) group.push(inner)
    else {
      const made = [inner]
      groups.set(head, made)
      out.push({ kind: 'entry', key: head, shape: { kind: 'map', entries: [] } })
    }
  }
  if (groups.size === 0) return out
  const filled = new Set<string>()
  return out.map((each) => {
    const group = each.kind === 'entry' && each.shape.kind === 'map' && each.shape.entries.length === 0 && !filled.has(each.key) ? groups.get(each.key) : undefined
    if (each.kind === 'block' || !group) return each
    filled.add(each.key)
    return { ...each, shape: mapOf(nest(group)) }
  })
}

const mapOf = (entries: readonly ShapeEntry[]): Shape => {
  const keys = keysOf(entries)
  if (keys.length === 0 || !keys.every((key) => /^\d{1,6}$/.test(key))) return { kind: 'map', entries }
  const still = entries.every((each) => each.kind === 'entry')
  return { kind: 'list', items: still ? [...entries].sort((a, b) => numberOf(a) - numberOf(b)) : entries }
}

const numberOf = (entry: ShapeEntry): number => (entry.kind === 'entry' ? Number(entry.key) : 0)
