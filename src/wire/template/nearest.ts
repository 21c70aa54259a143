/** The known name that is at most two slips (or a third of its letters) away; null where none is near. */
export const nearest = (got: string, known: readonly string[]): string | null => {
  const wanted = got.toLowerCase()
  let best: string | null = null
  let least = Math.max(1, Math.min(3, Math.ceil(wanted.length / 3))) + 1
  for (const name of known) {
    const slips = distance(wanted, name.toLowerCase())
    if (slips < least) { best = name; least = slips }
  }
  return best
}

const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    row = next
  }
  return row[b.length] ?? 0
}
