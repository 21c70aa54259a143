/** Rows of any number in constant memory, page by page from what stands after the last; safe while others append. */
export async function* pages<T>(page: (after: number) => Promise<readonly T[]>, position: (row: T) => number): AsyncIterable<T> {
  for (let after = 0; ;) {
    const rows = await page(after)
    const last = rows.at(-1)
    if (last === undefined) return
    yield* rows
    after = position(last)
  }
}
