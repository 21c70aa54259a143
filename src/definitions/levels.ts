export type Levels = ReturnType<typeof createLevels>

/** The indentations at which maps and lists stand open while a file is read line by line. */
export const createLevels = () => {
  const open: { readonly at: number; readonly kind: 'map' | 'list' }[] = []
  let pending: number | null = null
  const isMap = (at: number): boolean => open.some((each) => each.at === at && each.kind === 'map')
  const below = (at: number): number => open.findLast((each) => each.kind === 'map' && each.at <= at)?.at ?? -1

  return {
    /** A key or an item stands at this column: what is deeper has ended. */
    enter(at: number, kind: 'map' | 'list'): void {
      while ((open.at(-1)?.at ?? -1) > at || (kind === 'map' && open.at(-1)?.kind === 'list' && open.at(-1)?.at === at)) open.pop()
      const last = open.at(-1)
      if (last?.at !== at || last.kind !== kind) open.push({ at, kind })
    },
    /** A block ends: what is deeper than its level has ended with it. */
    leave(level: number): void {
      while ((open.at(-1)?.at ?? -1) > level) open.pop()
      // A key around the block still waits where nothing stood in it.
      if (pending !== null && pending >= level) pending = null
    },
    /** A key without a value, or a dash, stands at this column: what follows, deeper, is its value. */
    pend(at: number): void { pending = at },
    settle(): void { pending = null },
    isPending: (at: number): boolean => pending !== null && pending < at,
    isMap,
    /** A list may have an item at this column: one does already, or a key there or left of it waits for its value. */
    takesItems: (at: number): boolean => (pending !== null && at >= pending) || open.some((each) => each.kind === 'list' && each.at === at),
    /** The deepest open level left of `at`; -1 for none. */
    deepest: (at: number): number => open.findLast((each) => each.at < at)?.at ?? -1,
    /** Where a key at this column can stand: there, or at the open level left of it. */
    nearest: (at: number): number => (isMap(at) || (pending !== null && at > pending) || below(at) < 0 ? at : below(at)),
    /** The level of a block from the columns of its own line, of the first key in it and of the first key after it. */
    levelOf(own: number, inside: number | null, after: number | null): number {
      const first = inside ?? own
      if (pending !== null) {
        if (after !== null && after > pending) return after
        if (own > pending) return own
        if (first > pending) return first
      }
      // The map of the next key is still open, so the block stands in it, wherever its line starts.
      if (after !== null && after > own && isMap(after)) return after
      // A block line at the edge of the file governs keys of the map that they stand in: nothing at the top is conditional.
      if (own === open[0]?.at && first > own && isMap(first)) return first
      if (isMap(own)) return own
      if (isMap(first) && (first > own || first === after)) return first
      const left = below(own)
      return left >= 0 ? left : after ?? own
    },
  }
}
