import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node, type Pair, visit, type YAMLError } from 'yaml'
import { diagnosticAt, type Diagnostic, type Place } from '../base/diagnostic.ts'
import { repeatedKeys, underBlocks, type PlacedEntry } from './block-entries.ts'
import { prepare, type Prepared } from './prepass.ts'
import type { FileText, Text } from './text.ts'
import { tellYamlProblem } from './yaml-problems.ts'
import { createScalarReader } from './yaml-scalars.ts'

/** A recipient file as written: every node with its place in the user's own text, block lines included. */
export type YamlNode =
  | { readonly kind: 'map'; readonly entries: readonly YamlEntry[]; readonly place: Place }
  | { readonly kind: 'list'; readonly items: readonly YamlNode[]; readonly place: Place }
  | YamlScalar

export interface YamlScalar {
  readonly kind: 'scalar'
  /** A number only where it is written as JSON writes numbers and keeps all its digits: `007` and long ids are text. */
  readonly value: string | number | boolean | null
  /** As written, quotes removed. Where variables were substituted, fit to be read as a template: see `substitute`. */
  readonly text: string
  readonly quoted: boolean
  /** Of the first character of the text: inside the quotes, where there are some. */
  readonly place: Place
  /** Only after `substitute`, where it differs from `text`: the text itself, for values that are no templates (keys of signatures). */
  readonly literal?: string
}

export type YamlEntry =
  | {
      readonly kind: 'entry'
      readonly key: string
      readonly keyPlace: Place
      readonly value: YamlNode
      /** A line without a colon: `Increase timeout each retry`. Its value is null. */
      readonly bare?: true
    }
  /** A bare block line and what it governs. `open` is the inside of its braces: `#if lead.phone_2`. */
  | { readonly kind: 'block'; readonly open: Text; readonly then: readonly YamlEntry[]; readonly otherwise: readonly YamlEntry[] }

/** All values below a node, in their order, but for those under keys that are left out. */
export const scalarsIn = (node: YamlNode, isLeftOut: (key: string) => boolean = () => false): readonly YamlScalar[] => {
  const ofEntry = (each: YamlEntry): readonly YamlScalar[] =>
    each.kind === 'block' ? [...each.then, ...each.otherwise].flatMap(ofEntry) : isLeftOut(each.key) ? [] : scalarsIn(each.value, isLeftOut)
  return node.kind === 'map' ? node.entries.flatMap(ofEntry) : node.kind === 'list' ? node.items.flatMap((each) => scalarsIn(each, isLeftOut)) : [node]
}

interface ReadYaml { readonly root: YamlNode | null; readonly diagnostics: readonly Diagnostic[] }

/** Reads one recipient file. `root` is null where the file is empty or the YAML is broken; other mistakes leave it whole. */
export const readYaml = (file: FileText): ReadYaml => {
  const prepared = prepare(file)
  const lines = new LineCounter()
  const userLines = file.text.replace(/^\uFEFF/, '').split(/\r?\n/)
  try {
    const document = parseDocument(prepared.text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false })
    const broken = yamlProblems(document, file.path, lines, prepared, userLines)
    if (broken.length > 0) {
      // Items that stand where keys should are no YAML either; that is the same mistake.
      const told = prepared.diagnostics.some((each) => each.code === 'block-in-list') ? [] : broken
      return { root: null, diagnostics: sorted([...prepared.diagnostics, ...told]) }
    }
    const converted = convert(document, file.path, lines, prepared, userLines)
    return { root: converted.root, diagnostics: sorted([...prepared.diagnostics, ...converted.diagnostics]) }
  } catch (fault) {
    // The stack of the YAML package, or ours, ends at some thousand levels.
    if (!(fault instanceof RangeError)) throw fault
    return { root: null, diagnostics: [diagnosticAt({ file: file.path, line: 1, col: 1 }, 'too-deep', 'this file is nested too deeply to be read', 'a recipient needs a dozen levels at most')] }
  }
}

const yamlProblems = (document: Document, file: string, lines: LineCounter, prepared: Prepared, userLines: readonly string[]): Diagnostic[] => {
  const found = new Map<number, Diagnostic>()
  for (const error of [...document.errors, ...document.warnings.filter((each) => each.code === 'TAG_RESOLVE_FAILED')]) {
    const at = lines.linePos(faultAt(document, error))
    const line = Math.min(Math.max(1, at.line), userLines.length)
    // One fault of YAML brings others in its train; the first of a line is the one to mend.
    if (found.has(line)) continue
    const text = userLines[line - 1] ?? ''
    const col = Math.min(prepared.column(line, at.col), text.length + 1)
    const { code, message, help } = tellYamlProblem(error, text, text.slice(col - 1))
    found.set(line, diagnosticAt({ file, line, col }, code, message, help))
  }
  const all = [...found.values()]
  const tab = all.find((each) => each.code === 'tab-indentation')
  return tab ? [tab] : all.filter((each, i) => !isSameIndent(each, all[i - 1])).slice(0, 5)
}

/** The lines behind one of a wrong indentation stand at no level either, until that one is mended. */
const isSameIndent = (problem: Diagnostic, before: Diagnostic | undefined): boolean =>
  problem.code === 'bad-indentation' && before?.code === 'bad-indentation' && problem.line === before.line + 1

/** Of a quote that is never closed YAML tells where the text ends that it took for quoted, the end of the file as a rule: what to mend is where it opens. */
const faultAt = (document: Document, error: YAMLError): number => {
  let at = error.pos[0]
  if (error.code !== 'MISSING_CHAR' || !/quote/i.test(error.message)) return at
  visit(document, { Scalar: (_, { type, range }) => { if (type?.startsWith('QUOTE') && range && range[0] < error.pos[0]) at = range[0] } })
  return at
}

const convert = (document: Document, file: string, lines: LineCounter, prepared: Prepared, userLines: readonly string[]): ReadYaml => {
  const diagnostics: Diagnostic[] = []
  const resolving = new Set<unknown>()
  const owners = new Map<unknown, number>()
  let copies = 0

  const { placeAt, takenAt, scalar } = createScalarReader(file, lines, prepared, userLines)

  const nothing = (place: Place): YamlNode => ({ kind: 'scalar', value: null, text: '', quoted: false, place })

  const node = (each: unknown, place: Place, owner: number): YamlNode => {
    owners.set(each, owner)
    if (isMap(each)) return mapOf(each.items, each.flow === true, rangePlace(each, place), owner)
    if (isSeq(each)) {
      const items = each.items.map((item) => node(item, place, lineOf(item) ?? owner))
      return { kind: 'list', items, place: rangePlace(each, place) }
    }
    if (isScalar(each)) return each.range && (each.source !== undefined || each.type !== 'PLAIN') && each.range[1] > each.range[0] ? scalar(each) : nothing(place)
    if (isAlias(each)) {
      const target = each.resolve(document)
      if (!target || resolving.has(target) || ++copies > MOST_COPIES) {
        diagnostics.push(diagnosticAt(rangePlace(each, place), 'needs-quotes', `a value that starts with * means something else in YAML`, `write "*${each.source}"`))
        return nothing(place)
      }
      resolving.add(target)
      const copy = node(target, rangePlace(each, place), owners.get(target) ?? owner)
      resolving.delete(target)
      return copy
    }
    return nothing(place)
  }

  const lineOf = (each: unknown): number | null => {
    const range = (each as Node | null)?.range
    return range ? lines.linePos(range[0]).line : null
  }
  const rangePlace = (each: Node, otherwise: Place): Place => (each.range ? placeAt(each.range[0], each.range[1] - each.range[0]) : otherwise)

  const mapOf = (pairs: readonly Pair[], flow: boolean, place: Place, owner: number): YamlNode => {
    const entries = pairs.filter((pair) => !isMerge(pair)).map((pair): PlacedEntry => {
      const key = isScalar(pair.key) ? pair.key : null
      const range = (pair.key as Node | null)?.range
      const taken = range ? takenAt(range[0]) : undefined
      const keyPlace = taken?.place ?? (range ? placeAt(range[0] + (key && key.type !== 'PLAIN' ? 1 : 0), range[1] - range[0] - (key && key.type !== 'PLAIN' ? 2 : 0)) : place)
      const name = taken?.text ?? (key?.type === 'PLAIN' ? key.source ?? '' : String(key?.value ?? ''))
      if (!key) diagnostics.push(diagnosticAt(keyPlace, 'bad-key', 'a key is one line of text', 'write key: value'))
      if (flow && key && (pair.value === null || pair.value === undefined)) {
        diagnostics.push(diagnosticAt(keyPlace, 'comma-in-braces', `\`${name}\` stands alone: inside {…} a comma ends a value`, `quote the value that has the comma, or write each key on a line of its own`))
      }
      const line = range ? lines.linePos(range[0]).line : owner
      const entry = { kind: 'entry', key: name, keyPlace, value: node(pair.value, keyPlace, line) } as const
      return { line, entry: !flow && prepared.bare.has(line) ? { ...entry, bare: true } : entry }
    })
    const grouped = underBlocks(entries, prepared.blocks, owner)
    diagnostics.push(...repeatedKeys(grouped))
    const merged = pairs.filter(isMerge).flatMap((pair): readonly PlacedEntry[] => entriesIn(node(pair.value, place, owner)).map((entry) => ({ line: lineOf(pair.key) ?? owner, entry })))
    return { kind: 'map', entries: [...underBlocks(merged, prepared.blocks, owner).filter(isFirstOf(grouped)), ...grouped], place }
  }

  const root = document.contents === null ? null : node(document.contents, { file, line: 1, col: 1 }, 0)
  return { root, diagnostics }
}

/** `<<: *common` brings the keys of another map; what the map says itself goes before them, and of several the first. */
const isMerge = ({ key, value }: Pair): boolean => isScalar(key) && key.type === 'PLAIN' && key.value === '<<' && (isAlias(value) || isSeq(value))
const entriesIn = (merged: YamlNode): readonly YamlEntry[] => (merged.kind === 'map' ? merged.entries : merged.kind === 'list' ? merged.items.flatMap(entriesIn) : [])
const isFirstOf = (own: readonly YamlEntry[]): ((entry: YamlEntry) => boolean) => {
  const seen = new Set(own.map((each) => (each.kind === 'entry' ? each.key : null)))
  return (entry) => entry.kind === 'block' || (!seen.has(entry.key) && seen.add(entry.key).size > 0)
}

/** Copies made of anchors in one file; a file that needs more is an attack or a mistake. */
const MOST_COPIES = 1_000

const sorted = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] => [...diagnostics].sort((a, b) => a.line - b.line || a.col - b.col)
