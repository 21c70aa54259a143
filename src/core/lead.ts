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

const recordOf = ({ fields }: Lead): string => JSON.stringify(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)))
