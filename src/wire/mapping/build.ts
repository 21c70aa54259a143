import type { RenderInput } from '../endpoint.ts'
import type { Shape, ShapeEntry } from './shape.ts'

/**
 * One lead's mapped values, before they are written in a format. The author's maps are Maps and the author's lists are
 * Lists, so that a map which came as a value of the lead is never taken for structure (an `@x` in it is no attribute).
 */
export type Built = ReadonlyMap<string, Built> | List | Leaf
interface List { readonly list: readonly Built[]; /** where the author put its items, in order; one after the other where absent */ readonly at?: readonly number[] }
/** Any value as it stood in the lead, or came out of a template. */
interface Leaf { readonly leaf: unknown }

/** Undefined where nothing is left: all of its fields are missing. The author's own empty map stays. */
export const build = (shape: Shape, input: RenderInput): Built | undefined => {
  switch (shape.kind) {
    case 'constant': return { leaf: shape.value }
    case 'value': { const leaf = shape.read(input); return leaf === undefined || leaf === null ? undefined : { leaf } }
    case 'map': {
      const map = new Map<string, Built>()
      collect(shape.entries, input, (key, value) => { map.set(key, joined(map.get(key), value)) })
      return map.size === 0 && shape.entries.length > 0 ? undefined : map
    }
    case 'list': {
      const items = new Map<number, Built>()
      collect(shape.items, input, (key, value) => { items.set(Number(key), joined(items.get(Number(key)), value)) })
      return items.size === 0 && shape.items.length > 0 ? undefined : listOf(items)
    }
    default: return shape satisfies never
  }
}

const collect = (entries: readonly ShapeEntry[], input: RenderInput, take: (key: string, value: Built) => void): void => {
  for (const each of entries) {
    if (each.kind === 'block') { collect(each.test.holds(input) ? each.then : each.otherwise, input, take); continue }
    const value = build(each.shape, input)
    if (value !== undefined) take(each.key, value)
  }
}

/** A map or list that is written in several places, some of them under blocks, is one; of anything else the last one wins. */
const joined = (before: Built | undefined, value: Built): Built => {
  if (before instanceof Map && value instanceof Map) {
    const out = new Map<string, Built>(before)
    for (const [key, each] of value) out.set(key, joined(out.get(key), each))
    return out
  }
  if (before === undefined || !('list' in before) || !('list' in value)) return value
  const items = itemsOf(before)
  for (const [at, each] of itemsOf(value)) items.set(at, joined(items.get(at), each))
  return listOf(items)
}

const itemsOf = ({ list, at }: List): Map<number, Built> => new Map(list.map((each, i) => [at?.[i] ?? i, each]))

const listOf = (items: ReadonlyMap<number, Built>): List => {
  const sorted = [...items].sort(([a], [b]) => a - b)
  return { list: sorted.map(([, value]) => value), at: sorted.map(([at]) => at) }
}

/**
 * `Omit Empty`, also inside a value that the lead has whole: its empty texts are left out, and maps and lists of which
 * nothing is left with them. Undefined where that is all of it.
 */
export const withoutEmpty = (value: unknown): unknown => {
  if (value === '' || value === null) return undefined
  if (typeof value !== 'object' || !hasEmpty(value)) return value
  const kept = Array.isArray(value)
    ? value.map((each) => inside(each)).filter((each) => each !== undefined)
    : Object.fromEntries(Object.entries(value).flatMap(([key, each]) => { const left = inside(each); return left === undefined ? [] : [[key, left] as const] }))
  return Object.keys(kept).length === 0 ? undefined : kept
}

/** A null inside a value was meant. */
const inside = (value: unknown): unknown => (value === null ? null : withoutEmpty(value))

/** Most values have none, and stay what they are. */
const hasEmpty = (value: object): boolean => Object.values(value).some((each) => each === '' || (typeof each === 'object' && each !== null && hasEmpty(each)))
