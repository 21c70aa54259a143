import type { Place } from '../base/diagnostic.ts'

/** A file as the user names it. */
export interface FileText { readonly path: string; readonly text: string }

/** Text of the user's, with its place: a template, a URL, a header. `${NAME}` is already replaced. */
export interface Text {
  readonly text: string
  readonly place: Place
  /** Where a variable's value had to be written otherwise to be printed by a template: the value itself, for keys and passwords that are no templates. */
  readonly literal?: string
}
