import type { Place } from '../../base/diagnostic.ts'
import { dottedPath } from '../../definitions/keys.ts'
import type { MappingEntry, MappingNode } from '../../definitions/mapping-node.ts'

/** Where the author first wrote a key, alone or as a part of a dotted one; null where nowhere. */
export const placeOfKey = (node: MappingNode, key: string): Place | null => {
  switch (node.kind) {
    case 'map': return placeAmong(node.entries, key)
    case 'list': return first(node.items, (each) => placeOfKey(each, key))
    case 'template': case 'constant': return null
  }
}

const placeAmong = (entries: readonly MappingEntry[], key: string): Place | null => first(entries, (each) => {
  if (each.kind === 'block') return placeAmong(each.then, key) ?? placeAmong(each.otherwise, key)
  return dottedPath(each.key).includes(key) ? each.place : placeOfKey(each.value, key)
})

const first = <T>(items: readonly T[], find: (item: T) => Place | null): Place | null => {
  for (const each of items) { const found = find(each); if (found) return found }
  return null
}
