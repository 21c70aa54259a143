import type { Place, Report, Tell } from '../../base/diagnostic.ts'
import type { Environment } from '../../base/environment.ts'
import type { Text } from '../text.ts'
import type { Parsed } from '../values/parsed.ts'
import type { YamlNode } from '../yaml-tree.ts'

/** What is known while one file is read. */
export interface Reading {
  readonly report: Report
  readonly tell: Tell
  /** The recipient's display name: `Auth: Bearer token` means its own variable. */
  readonly name: string
  readonly env: Environment
  /** Where a type that knows it asks for tokens, under its host. */
  readonly tokenUrl?: Text
  /** Tells of a value that came from the environment. */
  readonly secret: (value: string) => void
  /** Whether a text holds a value that came from the environment. */
  readonly isSecret: (text: string) => boolean
}

export type JsonSchema = Readonly<Record<string, unknown>>

/** One way of writing a value. Undefined where it cannot be read; the mistake is reported then. */
export interface Kind<T> {
  /** For people: `a duration`, `yes or no`. */
  readonly takes: string
  readonly schema: JsonSchema
  readonly read: (node: YamlNode, reading: Reading) => T | undefined
  /** The keys of a block, where the value is one. */
  readonly section?: () => Section
}

/** One key that a recipient file may hold: drives reading, suggestions, the reference and the JSON Schema. */
export interface Field<T> {
  /** As the reference writes it; case, spaces, `_` and `-` do not matter. */
  readonly key: string
  readonly aliases?: readonly string[]
  readonly kind: Kind<T>
  /** One sentence without a final full stop. */
  readonly doc: string
  readonly example: string
  /** In words, for the reference. */
  readonly default?: string
}

export type Section = Readonly<Record<string, Field<unknown>>>

/** What was read of a section: only the keys that were written and could be read. */
export type ValuesOf<S> = { readonly [K in keyof S]?: S[K] extends Field<infer T> ? T : never }
export type PlacesOf<S> = { readonly [K in keyof S]?: Place }
export interface ReadSection<S> { readonly values: ValuesOf<S>; /** of the values */ readonly places: PlacesOf<S>; /** of the keys */ readonly keys: PlacesOf<S> }

/** A value on one line (a scalar) whose text a parser reads. */
export const textual = <T>(takes: string, parse: (text: string, place: Place) => Parsed<T>, schema: JsonSchema = { type: 'string' }): Kind<T> => ({
  takes, schema,
  read: (node, reading) => {
    const text = textOf(node, takes, reading)
    return text === undefined ? undefined : take(parse(text, node.place), reading)
  },
})

export const take = <T>(result: Parsed<T>, reading: Reading): T | undefined => {
  if (result.ok) return result.value
  reading.report(result.diagnostic)
  return undefined
}

/** The text of a scalar; undefined, and reported, for anything else and for an empty value. */
export const textOf = (node: YamlNode, takes: string, reading: Reading): string | undefined => {
  if (node.kind !== 'scalar') return reading.tell(node.place, 'wrong-shape', `got ${node.kind === 'map' ? 'a block of keys' : 'a list'}, expected ${takes}`, 'write the value behind the colon, on the same line')
  if (isEmpty(node)) return reading.tell(node.place, 'empty-value', `nothing is written here, expected ${takes}`, 'write a value, or leave the key out')
  return node.text.trim()
}

export const isEmpty = (node: YamlNode): boolean => node.kind === 'scalar' && !node.quoted && (node.value === null || node.text.trim() === '')
