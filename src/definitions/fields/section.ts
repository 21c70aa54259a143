import { diagnosticAt, type Diagnostic, type Place } from '../../base/diagnostic.ts'
import { normalKey } from '../keys.ts'
import { suggest } from '../suggest.ts'
import type { YamlEntry, YamlNode } from '../yaml-tree.ts'
import { isEmpty, type JsonSchema, type Kind, type Reading, type ReadSection, type Section } from './field.ts'

interface SectionOptions {
  /** How messages name the block: `Settings`, `Response Parsing`; the file's top level where absent. */
  readonly within?: string
  /** A key that belongs elsewhere, as it is or nearly so: what to do instead; null where it is known nowhere. */
  readonly elsewhere?: (key: string, how: 'exact' | 'near') => string | null
}

/** Reads the keys of one block by its table; every key that is unknown, written twice or unreadable is reported. */
export const readSection = <S extends Section>(section: S, entries: readonly YamlEntry[], reading: Reading, options: SectionOptions = {}): ReadSection<S> => {
  const names = namesOf(section)
  const values: Record<string, unknown> = {}
  const places: Record<string, Place> = {}
  const keys: Record<string, Place> = {}
  const written: Record<string, string> = {}
  for (const entry of entries) {
    if (entry.kind === 'block') { reading.report(misplacedBlock(entry.open.place, entry.open.text, options.within)); continue }
    const name = names.get(normalKey(entry.key))
    if (name === undefined) { reading.report(unknownKey(entry.key, entry.keyPlace, section, options)); continue }
    const before = keys[name]
    if (before) {
      // The very same key twice is told by the reader of YAML.
      if (written[name] !== entry.key) reading.report(givenTwice(section[name]?.key ?? entry.key, entry.keyPlace, before))
      continue
    }
    keys[name] = entry.keyPlace
    written[name] = entry.key
    places[name] = entry.value.kind === 'scalar' && isEmpty(entry.value) ? entry.keyPlace : entry.value.place
    const value = section[name]?.kind.read(placed(entry), reading)
    if (value !== undefined) values[name] = value
  }
  return { values, places, keys } as ReadSection<S>
}

export const givenTwice = (key: string, place: Place, before: Place): Diagnostic =>
  diagnosticAt(place, 'given-twice', `"${key}" is given twice, first in line ${before.line}`, 'keep one of them')

/** The names of a section's fields by what a user may write for them. */
export const namesOf = (section: Section): ReadonlyMap<string, string> => {
  const known = NAMES.get(section)
  if (known) return known
  const names = new Map<string, string>()
  for (const [name, field] of Object.entries(section)) for (const key of [field.key, ...(field.aliases ?? [])]) names.set(normalKey(key), name)
  NAMES.set(section, names)
  return names
}

const NAMES = new WeakMap<Section, ReadonlyMap<string, string>>()

/** A value that is a block of keys. `short`: what a value on one line means, where it may be one. */
export const block = <S extends Section, T>(
  within: string,
  section: S | (() => S),
  build: (read: ReadSection<S>, reading: Reading, node: YamlNode) => T | undefined,
  short?: { readonly takes: string; readonly schema?: JsonSchema; readonly read: (node: YamlNode, reading: Reading) => T | undefined },
): Kind<T> => {
  const table = typeof section === 'function' ? section : () => section
  return {
    takes: short ? `${short.takes}, or a block` : 'a block',
    get schema() {
      const whole = schemaOf(table())
      return short ? { anyOf: [whole, short.schema ?? { type: 'string' }] } : whole
    },
    section: table,
    read: (node, reading) => {
      if (node.kind === 'map') return build(readSection(table(), node.entries, reading, { within }), reading, node)
      if (short && !isEmpty(node)) return short.read(node, reading)
      const keys = Object.values(table()).slice(0, 3).map((field) => field.key).join(', ')
      return reading.tell(node.place, 'wrong-shape', `${within} is a block of keys (${keys} …), not ${node.kind === 'list' ? 'a list' : isEmpty(node) ? 'empty' : 'a value on one line'}`, 'write its keys on the lines below, indented')
    },
  }
}

/** A section as JSON Schema; unknown keys are left to `finalmile check`, as keys may be spelt in many ways. */
export const schemaOf = (section: Section): JsonSchema => ({
  type: 'object',
  properties: Object.fromEntries(Object.values(section).map((field) => [field.key, {
    ...field.kind.schema, description: field.default === undefined ? field.doc : `${field.doc} (default: ${field.default})`,
  }])),
})

const unknownKey = (key: string, place: Place, section: Section, { within, elsewhere }: SectionOptions) => {
  const near = suggest(key, Object.values(section).flatMap((field) => [field.key, ...(field.aliases ?? [])]))
  const keys = Object.values(section).map((field) => field.key)
  const help = elsewhere?.(key, 'exact') ?? (near === null ? null : `did you mean "${near}"?`) ?? elsewhere?.(key, 'near')
    ?? (keys.length > 16 ? '`finalmile reference` lists the keys; words for people go under Notes' : `its keys are ${keys.join(', ')}`)
  return diagnosticAt(place, 'unknown-key', `"${key}" is no key of ${within ?? 'a recipient file'}`, help)
}

const misplacedBlock = (place: Place, open: string, within: string | undefined) =>
  diagnosticAt(place, 'misplaced-block', `{{${open}}} stands ${within === undefined ? 'at the top level' : `in ${within}`}, but only the keys of a mapping can depend on the lead`, 'move it into Field Mapping, or into the value: {{#if …}}a{{else}}b{{/if}}')

/** An empty value has no place of its own in most readers: its key's is shown. */
const placed = (entry: Extract<YamlEntry, { kind: 'entry' }>): YamlNode => (isEmpty(entry.value) ? { ...entry.value, place: entry.keyPlace } : entry.value)
