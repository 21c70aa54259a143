/** What is known of a buyer's interface: one request as somebody once sent it, and answers where there were any. */
export interface Sample {
  readonly method: string
  readonly url: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** User and password as curl's -u takes them. */
  readonly basic: { readonly user: string; readonly password: string } | null
  readonly format: SampleFormat
  /** The body's values, or the query's where the format is Query; null where nothing is sent. */
  readonly body: Tree | null
  readonly answers: readonly string[]
}

export type SampleFormat = 'JSON' | 'XML' | 'Form' | 'Query' | 'Text'
export type Tree = string | number | boolean | null | readonly Tree[] | { readonly [name: string]: Tree }

export type Sampled = { readonly ok: true; readonly sample: Sample } | { readonly ok: false; readonly problem: string; readonly help: string }

export const isTree = (value: unknown): value is { readonly [name: string]: Tree } => typeof value === 'object' && value !== null && !Array.isArray(value)
