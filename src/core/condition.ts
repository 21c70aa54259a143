/** Where a condition's left side looks. `path` is a JSON path, an XPath (leading `/`), or a scope path such as `lead.score`. */
export type ValuePath =
  | { readonly kind: 'path'; readonly text: string }
  | { readonly kind: 'css'; readonly selector: string; readonly attribute: string | null }
  | { readonly kind: 'regex'; readonly source: string; readonly flags: string }

export type Scalar = string | number | boolean | null
export type Operator = '=' | '!=' | '>' | '>=' | '<' | '<=' | 'contains' | 'starts-with' | 'ends-with' | 'matches' | 'in'

/** The grammar of section 3 of the contract: `path op value` joined by `and`, `or`, `not` and parentheses. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly terms: readonly Condition[] }
  | { readonly kind: 'not'; readonly term: Condition }
  | { readonly kind: 'exists'; readonly path: ValuePath }
  | { readonly kind: 'compare'; readonly path: ValuePath; readonly op: Exclude<Operator, 'in' | 'matches'>; readonly value: Scalar }
  | { readonly kind: 'in'; readonly path: ValuePath; readonly values: readonly Scalar[] }
  | { readonly kind: 'matches'; readonly path: ValuePath; readonly source: string; readonly flags: string }

/** A condition on the lead, with its words: they are the reason of one that is skipped. */
export interface LeadCondition { readonly condition: Condition; readonly text: string }

/** All values found at a path, in document order; empty where there are none. */
export type Resolve = (path: ValuePath) => readonly unknown[]

/** A CSV file has each column in each row, and answers have `"error": ""`: a blank text says nothing. */
export const isFilled = (value: unknown): boolean => value !== undefined && value !== null && !(typeof value === 'string' && value.trim() === '')

/** True when any value found at the path satisfies it; `exists`: what counts as one. A missing value satisfies only `not …`; `!=` needs a value too. */
export const holds = (condition: Condition, resolve: Resolve, exists: (value: unknown) => boolean = isFilled): boolean => {
  switch (condition.kind) {
    case 'and': return condition.terms.every((term) => holds(term, resolve, exists))
    case 'or': return condition.terms.some((term) => holds(term, resolve, exists))
    case 'not': return !holds(condition.term, resolve, exists)
    case 'exists': return resolve(condition.path).some(exists)
    case 'compare': return resolve(condition.path).some((value) => compareValues(value, condition.op, condition.value))
    case 'in': return resolve(condition.path).some((value) => condition.values.some((each) => compareValues(value, '=', each)))
    case 'matches': {
      const pattern = new RegExp(condition.source, condition.flags)
      return resolve(condition.path).some((value) => isScalar(value) && pattern.test(String(value)))
    }
  }
}

/** `=` compares whole values, case-sensitively but for true and false; numbers, and text that is wholly a number on both sides, compare as numbers. */
export const compareValues = (got: unknown, op: Exclude<Operator, 'in' | 'matches'>, want: Scalar): boolean => {
  if (Array.isArray(got) && op === 'contains') return got.some((each) => compareValues(each, '=', want))
  if (!isScalar(got)) return false
  switch (op) {
    case '=': return compareScalars(got, want) === 0
    case '!=': return compareScalars(got, want) !== 0
    case '>': return (sizeOf(got, want) ?? 0) > 0
    case '>=': return (sizeOf(got, want) ?? -1) >= 0
    case '<': return (sizeOf(got, want) ?? 0) < 0
    case '<=': return (sizeOf(got, want) ?? 1) <= 0
    case 'contains': return got !== null && String(got).includes(String(want))
    case 'starts-with': return got !== null && String(got).startsWith(String(want))
    case 'ends-with': return got !== null && String(got).endsWith(String(want))
  }
}

export const isScalar = (value: unknown): value is Scalar =>
  value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'

/** Null where the two cannot be ordered: `null` against a number, `abc` against 5. */
const compareScalars = (a: Scalar, b: Scalar): number | null => {
  if (a === null || b === null) return a === b ? 0 : null
  const x = asNumeral(a)
  const y = asNumeral(b)
  if (x !== null && y !== null) return compareNumerals(x, y)
  if (typeof a === 'number' || typeof b === 'number') return null
  // Spreadsheets write TRUE, services of .NET True: a truth has no letters of its own.
  const isTruth = typeof a === 'boolean' || typeof b === 'boolean'
  const left = isTruth ? String(a).toLowerCase() : String(a)
  const right = isTruth ? String(b).toLowerCase() : String(b)
  return left === right ? 0 : left < right ? -1 : 1
}

/**
 * What is greater or less may be written as people write numbers, on either side: ` 720`, `$250,000`, `1e3`, `007`. Against a
 * number, in quotes too, a text that is none is neither: by its letters `N/A` would be more than `"80"`.
 */
const sizeOf = (got: Scalar, want: Scalar): number | null => {
  const wanted = typeof want === 'string' ? asWritten(want) ?? want : want
  if (asNumeral(wanted) === null) return compareScalars(got, wanted)
  const size = typeof got === 'string' ? asWritten(got) ?? got : got
  return asNumeral(size) === null ? null : compareScalars(size, wanted)
}

const asWritten = (text: string): number | null => {
  if (asNumeral(text) !== null) return null
  const plain = text.trim().replace(/^([+-]?)\s*[$€£¥₹]\s*/, '$1')
  const digits = /^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$/.test(plain) ? plain.replaceAll(',', '') : plain
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,2})?$/i.test(digits) ? Number(digits) : null
}

/** A leading zero (a ZIP code, a phone) makes a text: "02134" is not 2134. */
const NUMERAL = /^-?(0|[1-9]\d*)(\.\d+)?$/
const LONGEST = 60

const asNumeral = (value: Scalar): string | null => {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value.length <= LONGEST && NUMERAL.test(value) ? value : null
}

/** More digits than a double holds (an id, a score of a model) are compared one by one. */
const compareNumerals = (x: string, y: string): number => {
  if ((x.length < 16 && y.length < 16) || !NUMERAL.test(x) || !NUMERAL.test(y)) return Math.sign(Number(x) - Number(y))
  const places = Math.max(placesOf(x), placesOf(y))
  const [a, b] = [scaled(x, places), scaled(y, places)]
  return a < b ? -1 : a > b ? 1 : 0
}

const placesOf = (numeral: string): number => (numeral.split('.')[1] ?? '').length
const scaled = (numeral: string, places: number): bigint => {
  const [whole = '', fraction = ''] = numeral.split('.')
  return BigInt(whole + fraction.padEnd(places, '0'))
}
