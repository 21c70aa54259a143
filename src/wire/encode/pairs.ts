import type { Built } from '../mapping/build.ts'
import { textOf } from '../template/text-of.ts'

export type Pair = readonly [name: string, value: string]

/** Nested maps make dotted names; lists repeat the name. Values of the lead that are maps or lists do the same. */
export const pairsOf = (built: Built): readonly Pair[] => {
  const pairs: Pair[] = []
  visitBuilt(built, '', pairs)
  return pairs
}

const visitBuilt = (built: Built, name: string, pairs: Pair[]): void => {
  if (built instanceof Map) { for (const [key, each] of built) visitBuilt(each, name === '' ? key : `${name}.${key}`, pairs); return }
  if ('list' in built) { for (const each of built.list) visitBuilt(each, name, pairs); return }
  if ('leaf' in built) visitLeaf(built.leaf, name, pairs)
}

const visitLeaf = (value: unknown, name: string, pairs: Pair[]): void => {
  if (typeof value === 'string') pairs.push([name, value])
  else if (Array.isArray(value)) for (const each of value) visitLeaf(each, name, pairs)
  else if (typeof value === 'object' && value !== null) {
    for (const [key, each] of Object.entries(value)) if (each !== null) visitLeaf(each, name === '' ? key : `${name}.${key}`, pairs)
  } else pairs.push([name, value === null || value === undefined ? '' : textOf(value)])
}
