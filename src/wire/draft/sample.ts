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
  /** Which request of its file it is, and the others that may have been meant; none where there is one. */
  readonly among?: { readonly taken: string; readonly others: readonly string[] }
}

/** Empty where nothing else may have been meant. */
export const amongOf = (taken: string, all: readonly string[]): Pick<Sample, 'among'> => {
  const others = all.filter((each) => each !== taken)
  return others.length === 0 ? {} : { among: { taken, others } }
}

export type SampleFormat = 'JSON' | 'XML' | 'Form' | 'Query' | 'Text'
export type Tree = string | number | boolean | null | readonly Tree[] | { readonly [name: string]: Tree }

export type Sampled = { readonly ok: true; readonly sample: Sample } | { readonly ok: false; readonly problem: string; readonly help: string }

export type Node = { readonly [name: string]: Tree }

export const isTree = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Those of a list that have names; none where it is no list. */
export const nodesOf = (value: Tree | undefined): readonly Node[] => (Array.isArray(value) ? value.filter(isTree) : [])
export const textOf = (value: Tree | undefined): string => (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '')
