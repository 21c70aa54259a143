/** A value as it stood in the lead file: CSV gives strings, JSON keeps its types. */
export type LeadValue = string | number | boolean | null | readonly LeadValue[] | { readonly [key: string]: LeadValue }

/** One lead. `fields` is exactly the record read; nothing in it is ever re-read as YAML, template or markup. */
export interface Lead {
  /** Field `id` (or `--id FIELD`), else a hash of the record. */
  readonly id: string
  readonly fields: Readonly<Record<string, LeadValue>>
}
