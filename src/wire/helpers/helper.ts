interface Described {
  readonly name: string
  /** As it is written, for the reference and for messages. */
  readonly signature: string
  readonly example: string
  /** What the example gives. */
  readonly gives: string
  readonly doc: string
  /** How many values it takes, the first included. */
  readonly min: number
  readonly max: number
  /** `name=value` options it knows. */
  readonly options: readonly string[]
  /** Whether a bare name among its further values and options is a word of its own: `{{hash lead.email md5}}` asks for no field md5. */
  readonly isWord?: (name: string) => boolean
}

type Run = (value: unknown, now: number) => unknown

/**
 * A missing first value gives a missing result, unless the helper says otherwise. `prepared` helpers work out their
 * further values once, when the file is loaded, where these are written out; a text answer says what is wrong with them.
 */
export type Helper = Described & (
  | { readonly kind: 'plain'; readonly takesMissing?: boolean; /** what is wrong with the further values, as far as they are written out (undefined where they are not); null where nothing is */ readonly faultOf?: (rest: readonly unknown[]) => string | null; readonly run: (values: readonly unknown[], options: Readonly<Record<string, unknown>>, now: number) => unknown }
  | { readonly kind: 'prepared'; readonly prepare: (rest: readonly unknown[], options: Readonly<Record<string, unknown>>) => Run | string }
)
