/** A value inside a longer text. Null and undefined are the caller's matter: they are missing, not text. */
export const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map((each) => (each === null || each === undefined ? '' : textOf(each))).join(', ')
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
}

/** As Handlebars has it: false, null, '', 0 and an empty list do not hold. */
export const isTruthy = (value: unknown): boolean => (Array.isArray(value) ? value.length > 0 : Boolean(value))
