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
