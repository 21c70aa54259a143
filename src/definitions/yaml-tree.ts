import type { Diagnostic, Place } from '../base/diagnostic.ts'
import { LineCounter, parseDocument, isMap, isScalar, isSeq, isPair, isAlias } from 'yaml'
import type { Text } from './types.ts'

/** A recipient file as written: every node with its place in the user's own text, block lines included. */
export type YamlNode =
  | { readonly kind: 'map'; readonly entries: readonly YamlEntry[]; readonly place: Place }
  | { readonly kind: 'list'; readonly items: readonly YamlNode[]; readonly place: Place }
  | {
      readonly kind: 'scalar'
      readonly value: string | number | boolean | null
      /** As written, quotes removed. */
      readonly text: string
      readonly quoted: boolean
      readonly place: Place
    }

export type YamlEntry =
  | { readonly kind: 'entry'; readonly key: string; readonly keyPlace: Place; readonly value: YamlNode }
  /** A bare block line and what it governs. `open` is the inside of its braces: `#if lead.phone_2`. */
  | { readonly kind: 'block'; readonly open: Text; readonly then: readonly YamlEntry[]; readonly otherwise: readonly YamlEntry[] }

/** Reads one recipient file. `root` is null where the text cannot be read at all, or is empty. */
export const readYaml = (file: { readonly path: string; readonly text: string }): { readonly root: YamlNode | null; readonly diagnostics: readonly Diagnostic[] } => {
  const lines = new LineCounter()
  const document = parseDocument(file.text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false })
  const placeOf = (range: readonly [number, number, number] | null | undefined): Place => {
    const at = lines.linePos(range?.[0] ?? 0)
    return { file: file.path, line: at.line, col: at.col, length: Math.max(1, (range?.[1] ?? 1) - (range?.[0] ?? 0)) }
  }
  const convert = (node: unknown): YamlNode => {
    if (isMap(node)) {
      const entries = node.items.filter(isPair).map((pair): YamlEntry => {
        const key = isScalar(pair.key) ? pair.key : null
        return { kind: 'entry', key: String(key?.source ?? key?.value ?? ''), keyPlace: placeOf(key?.range), value: convert(pair.value) }
      })
      return { kind: 'map', entries, place: placeOf(node.range) }
    }
    if (isSeq(node)) return { kind: 'list', items: node.items.map(convert), place: placeOf(node.range) }
    if (isAlias(node)) return convert(node.resolve(document))
    if (isScalar(node)) {
      const value = node.value
      const known = value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : String(value)
      return { kind: 'scalar', value: known, text: node.source ?? String(known ?? ''), quoted: node.type !== 'PLAIN', place: placeOf(node.range) }
    }
    return { kind: 'scalar', value: null, text: '', quoted: false, place: placeOf(null) }
  }
  const diagnostics = document.errors.map((error): Diagnostic => {
    const at = lines.linePos(error.pos[0])
    return { code: 'yaml', severity: 'error', file: file.path, line: at.line, col: at.col, message: error.message }
  })
  return { root: document.contents === null ? null : convert(document.contents), diagnostics }
}
