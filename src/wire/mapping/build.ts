import type { RenderInput } from '../endpoint.ts'
import type { Shape, ShapeEntry } from './shape.ts'

/**
 * One lead's mapped values, before they are written in a format. The author's maps are Maps and the author's lists are
 * Lists, so that a map which came as a value of the lead is never taken for structure (an `@x` in it is no attribute).
 */
export type Built = ReadonlyMap<string, Built> | List | Leaf
export interface List { readonly list: readonly Built[] }
/** Any value as it stood in the lead, or came out of a template. */
export interface Leaf { readonly leaf: unknown }

/** Undefined where nothing is left: all of its fields are missing. The author's own empty map stays. */
export const build = (shape: Shape, input: RenderInput): Built | undefined => {
  switch (shape.kind) {
    case 'constant': return { leaf: shape.value }
    case 'value': { const leaf = shape.read(input); return leaf === undefined || leaf === null ? undefined : { leaf } }
    case 'map': {
      const map = new Map<string, Built>()
      collect(shape.entries, input, (key, value) => {
        const before = map.get(key)
        map.set(key, before instanceof Map && value instanceof Map ? merge(before, value) : value)
      })
      return map.size === 0 && shape.entries.length > 0 ? undefined : map
    }
    case 'list': {
      const items: [number, Built][] = []
      collect(shape.items, input, (key, value) => {
        const at = items.findIndex(([position]) => position === Number(key))
        if (at >= 0) items[at] = [Number(key), value]
        else items.push([Number(key), value])
      })
      items.sort(([a], [b]) => a - b)
      return items.length === 0 && shape.items.length > 0 ? undefined : { list: items.map(([, value]) => value) }
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

const merge = (a: ReadonlyMap<string, Built>, b: ReadonlyMap<string, Built>): ReadonlyMap<string, Built> => {
  const out = new Map(a)
  for (const [key, value] of b) {
    const before = out.get(key)
    out.set(key, before instanceof Map && value instanceof Map ? merge(before, value) : value)
  }
  return out
}
