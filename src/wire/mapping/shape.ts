import type { Test } from '../template/condition.ts'
import type { Read } from '../template/scope.ts'

/** A mapping compiled: what of a lead goes where, before any format. A value that reads as undefined is left out. */
export type Shape =
  | { readonly kind: 'map'; readonly entries: readonly ShapeEntry[] }
  | { readonly kind: 'list'; readonly items: readonly ShapeEntry[] }
  | { readonly kind: 'value'; readonly read: Read }
  | { readonly kind: 'constant'; readonly value: string | number | boolean | null }

/** In a list the key is the item's position. */
export type ShapeEntry =
  | { readonly kind: 'entry'; readonly key: string; readonly shape: Shape }
  | { readonly kind: 'block'; readonly test: Test; readonly then: readonly ShapeEntry[]; readonly otherwise: readonly ShapeEntry[] }

/** Whether one lead can reach the same key of a map twice (a default, then a block that overrides it): the last one wins. */
export const hasRepeats = (shape: Shape): boolean => {
  if (shape.kind !== 'map' && shape.kind !== 'list') return false
  const entries = shape.kind === 'map' ? shape.entries : shape.items
  return entries.some((each) => each.kind === 'block' && shape.kind === 'list')
    || repeated(entries, new Set()) || shapesOf(entries).some(hasRepeats)
}

const repeated = (entries: readonly ShapeEntry[], seen: Set<string>): boolean => {
  for (const each of entries) {
    if (each.kind === 'entry') { if (seen.has(each.key)) return true; seen.add(each.key); continue }
    const then = new Set(seen)
    const otherwise = new Set(seen)
    if (repeated(each.then, then) || repeated(each.otherwise, otherwise)) return true
    for (const key of [...then, ...otherwise]) seen.add(key)
  }
  return false
}

export const shapesOf = (entries: readonly ShapeEntry[]): readonly Shape[] =>
  entries.flatMap((each) => (each.kind === 'entry' ? [each.shape] : [...shapesOf(each.then), ...shapesOf(each.otherwise)]))

/** Every key of these entries, those inside blocks included, each once, in the order written. */
export const keysOf = (entries: readonly ShapeEntry[]): readonly string[] => [
  ...new Set(entries.flatMap((each) => (each.kind === 'entry' ? [each.key] : [...keysOf(each.then), ...keysOf(each.otherwise)]))),
]
