import { phoneDigits } from '../base/phone.ts'

/** A value as it stood in the lead file: CSV gives strings, JSON keeps its types. */
export type LeadValue = string | number | boolean | null | readonly LeadValue[] | { readonly [key: string]: LeadValue }

/** One lead. `fields` is exactly the record read; nothing in it is ever re-read as YAML, template or markup. */
export interface Lead {
  /** Field `id` (or `--id FIELD`), else a hash of the record. */
  readonly id: string
  readonly fields: Readonly<Record<string, LeadValue>>
}

/** `finalmile purge` has taken its fields; no file holds a record without any. */
export const isPurged = ({ fields }: Lead): boolean => Object.keys(fields).length === 0

/** Whatever the order of its fields: columns of a file are moved about. */
export const isSameRecord = (a: Lead, b: Lead): boolean => recordOf(a) === recordOf(b)

/** Whether two records are of different people: both have an e-mail address or a phone, and share none. */
export const isSomebodyElse = (a: Lead, b: Lead): boolean => {
  const [ways, others] = [waysTo(a), waysTo(b)]
  return ways.length > 0 && others.length > 0 && !ways.some((each) => others.includes(each))
}

const waysTo = ({ fields }: Lead): readonly string[] => Object.entries(fields).flatMap(([name, value]) => {
  if (!/e-?mail|phone|mobile|cell/i.test(name) || (typeof value !== 'string' && typeof value !== 'number')) return []
  const text = String(value)
  const way = text.includes('@') ? text.trim().toLowerCase() : phoneDigits(text)
  return way.length < 7 ? [] : [way]
})

const recordOf = ({ fields }: Lead): string => JSON.stringify(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)))
