import type { MappingEntry } from '../mapping-node.ts'

/** The names that a mapping can fill, those under its blocks among them. */
export const namesIn = (entries: readonly MappingEntry[]): ReadonlySet<string> =>
  new Set(entries.flatMap((each) => (each.kind === 'entry' ? [each.key] : [...namesIn(each.then), ...namesIn(each.otherwise)])))
