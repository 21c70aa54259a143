import type { ValuePath } from '../../core/condition.ts'
import type { Answer, Data, Row } from './answer.ts'
import { parseCsv } from './csv.ts'
import { findJson, objectIn, parseJson, pathSteps, type PathStep } from './json.ts'
import { withinText } from './within.ts'
import { childElements, compileXPathElements, documentOf, elementsAt, isElement, localName, type Document, type Element } from './xml.ts'

/** The rows of a bulk answer, in its order; null where it has none to be found. */
type RowFinder = (answer: Answer) => readonly Row[] | null

type RowsIn = (data: Data) => readonly Row[] | null

/** `Results: path`, else what can only be the rows: a root array, the one list in an envelope, repeated elements, CSV lines. */
export const compileRows = (path: ValuePath | null): RowFinder => {
  const text = path?.kind === 'path' ? path.text.trim() : null
  if (path !== null && text === null) return () => null
  if (text?.startsWith('/')) {
    const select = compileXPathElements(text)
    const rowsIn: RowsIn = (data) => (select && data.kind === 'xml' ? some(select(data.document)) : null)
    return (answer) => { const document = answer.document(); return document && alsoWithin({ kind: 'xml', document }, rowsIn) }
  }
  const steps = text === null ? null : pathSteps(text)
  const rowsIn: RowsIn = (data) =>
    data.kind === 'json' ? (steps ? jsonAt(data.root, steps) : jsonRows(data.root)) : steps ? xmlAt(data.document, steps) : xmlRows(data.document)
  return (answer) => {
    const data = answer.data()
    if (data) return alsoWithin(data, rowsIn)
    if (answer.truncated) return null
    return answer.text().trimStart().startsWith('{') ? jsonLines(answer) : answer.text().trimStart().startsWith('<') ? null : parseCsv(answer.text().trim())?.map(jsonRow) ?? null
  }
}

/** JSON Lines: an object in each line. */
const jsonLines = (answer: Answer): readonly Row[] | null => {
  const rows = linesOf(answer).map((line): Row => ({ data: { kind: 'json', root: parseJson(line) }, text: () => line }))
  return rows.every(({ data }) => data?.kind === 'json' && objectIn(data.root)) ? rows : null
}

/** The lines of a text that is nothing else, each a row of its own. */
export const textRows = (answer: Answer): readonly Row[] =>
  answer.truncated || answer.data() || /^\s*[{<]/.test(answer.text()) ? [] : linesOf(answer).map((line) => ({ data: null, text: () => line }))

const linesOf = (answer: Answer): readonly string[] => answer.text().split(/\r\n|\n|\r/).filter((line) => line.trim() !== '')

/** The rows of a map whose names are the leads' keys and nothing else (`{"L1": {…}, "L2": {…}}`), as it is or in an envelope. */
export const rowsByName = (answer: Answer, keys: readonly (string | null)[]): readonly (Row | undefined)[] | null => {
  const data = answer.truncated ? null : answer.data()
  const map = data?.kind === 'json' ? mapOf(data.root, new Set(keys), 4) : null
  const named = map && new Map(Object.entries(map).map(([name, each]) => [sameKey(name), each]))
  return named && keys.map((key) => (key !== null && named.has(key) ? jsonRow(named.get(key)) : undefined))
}

/** By what a row finds its lead: services keep an e-mail address in lower case, and answer with that. */
export const sameKey = (key: string): string => (key.includes('@') ? key.toLowerCase() : key)

const mapOf = (value: unknown, names: ReadonlySet<string | null>, levels: number): Readonly<Record<string, unknown>> | null => {
  const map = objectIn(value)
  if (map === null || levels === 0) return null
  const found = Object.keys(map)
  if (found.length > 0 && found.every((name) => names.has(sameKey(name)))) return map
  for (const each of Object.values(map)) {
    const inner = mapOf(each, names, levels - 1)
    if (inner) return inner
  }
  return null
}

/** What counts or lists those that a buyer did not take: `"rejected": 1`, `"errors": [{…}]`, `numErrors`. */
export const namesRefused = (data: Data): boolean =>
  data.kind === 'json' && [data.root, ...Object.values(objectIn(data.root) ?? {})].some((each) => Object.entries(objectIn(each) ?? {}).some(([name, value]) => REFUSED.test(name) && isSome(value)))

const REFUSED = /^(num|total)?_?(errors?|fail(ures?|ed)|reject(s|ed|ions)|invalid|duplicates?|skipped)(_?(count|total|records|leads|rows))?$/i
const isSome = (value: unknown): boolean => (typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : typeof value !== 'boolean' && Number(value) > 0)

/** Rows that are not in a document may be in the one that is its text, where paths find them too: what one says is not for all. */
const alsoWithin = (data: Data, rowsIn: RowsIn): readonly Row[] | null => {
  const rows = rowsIn(data)
  const within = rows === null && data.kind === 'xml' ? withinText(data.document) : null
  return within === null ? rows : rowsIn(within)
}

const jsonAt = (root: unknown, steps: readonly PathStep[]): readonly Row[] | null => {
  const found = findJson(root, steps)
  return found.length > 0 ? found.map(jsonRow) : null
}

/** Lists of results have few names; a list under another name may be anything. */
const LIST_NAMES = ['results', 'result', 'records', 'responses', 'leads', 'items', 'data', 'rows']

const jsonRows = (root: unknown): readonly Row[] | null => {
  if (Array.isArray(root)) return root.length > 0 ? root.map(jsonRow) : null
  if (typeof root !== 'object' || root === null) return null
  const lists = Object.entries(root).filter(([name, value]) => Array.isArray(value) && value.length > 0 && LIST_NAMES.includes(name.toLowerCase()))
  return lists.length === 1 ? (lists[0]?.[1] as readonly unknown[]).map(jsonRow) : null
}

/** Whatever may be a row where none was found as such: what has parts of its own in a list or a map, the first of a hostile many. */
export const scatteredRows = (data: Data): readonly Row[] =>
  data.kind === 'json' ? itemsWithin(data.root, 5) : some(childElements(data.document).flatMap((root) => elementsWithin(root, 8)).slice(0, 1_000)) ?? []

/** An envelope is a few levels deep; a hostile answer may nest without end, and each row is a copy of all within it. */
const elementsWithin = (element: Element, levels: number): readonly Element[] =>
  levels === 0 ? [] : [...(isList(element) ? childElements(element) : []), ...childElements(element).flatMap((each) => elementsWithin(each, levels - 1))]

const itemsWithin = (value: unknown, levels: number): readonly Row[] => {
  if (typeof value !== 'object' || value === null || levels === 0) return []
  const members: readonly unknown[] = Object.values(value)
  const isMap = members.length > 1 && members.every((each) => objectIn(each) !== null)
  return members.flatMap((each) => [...((Array.isArray(value) || isMap) && typeof each === 'object' && each !== null ? [jsonRow(each)] : []), ...itemsWithin(each, levels - 1)])
}

const jsonRow = (value: unknown): Row => {
  if (typeof value === 'object' && value !== null) return { data: { kind: 'json', root: value }, text: () => JSON.stringify(value) }
  return { data: null, text: () => (value === null || value === undefined ? '' : String(value)) }
}

const xmlAt = (document: Document, steps: readonly PathStep[]): readonly Row[] | null => {
  const found = elementsAt(document, steps).filter(isElement)
  const only = found.length === 1 ? found[0] : undefined
  return some(only && isList(only) ? childElements(only) : found)
}

const xmlRows = (document: Document): readonly Row[] | null => {
  const root = document.documentElement
  if (root === null) return null
  if (isList(root)) return some(childElements(root))
  const lists = childElements(root).filter(isList)
  return lists.length === 1 && lists[0] ? some(childElements(lists[0])) : null
}

/** An element that holds nothing but elements of one name, which say something themselves. */
const isList = (element: Element): boolean => {
  const children = childElements(element)
  const name = children[0] && localName(children[0])
  return children.length > 0 && children.every((each) => localName(each) === name && (childElements(each).length > 0 || each.attributes.length > 0))
}

const some = (elements: readonly Element[]): readonly Row[] | null =>
  elements.length === 0 ? null : elements.map((each) => {
    const document = documentOf(each)
    return { data: { kind: 'xml', document }, text: () => each.toString() }
  })
