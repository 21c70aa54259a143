import type { ValuePath } from '../../core/condition.ts'
import type { Answer, Data, Row } from './answer.ts'
import { parseCsv } from './csv.ts'
import type { PathStep } from './json.ts'
import { findJson, pathSteps } from './json.ts'
import { withinText } from './within.ts'
import { childElements, compileXPathElements, documentOf, elementsAt, isElement, localName } from './xml.ts'
import type { Document, Element } from './xml.ts'

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
    const lines = /[{<]/.test(answer.text().trimStart().charAt(0)) || answer.truncated ? null : parseCsv(answer.text().trim())
    return lines && lines.map((line) => jsonRow(line))
  }
}

/** Rows that are not in a document may be in the one that is its text, where paths find them too: what one says is not for all. */
const alsoWithin = (data: Data, rowsIn: RowsIn): readonly Row[] | null => {
  const rows = rowsIn(data)
  const within = rows === null && data.kind === 'xml' ? withinText(data.document) : null
  return within === null ? rows : rowsIn(within)
}

const jsonAt = (root: unknown, steps: readonly PathStep[]): readonly Row[] | null => {
  const found = findJson(root, steps)
  // An object of results by id: `{"L1": {…}, "L2": {…}}` has no order, and is no list.
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

/** Whatever may be a row where none was found as such: what has parts of its own in a list, the first of a hostile many. */
export const scatteredRows = (data: Data): readonly Row[] =>
  data.kind === 'json' ? itemsWithin(data.root, 5) : some(childElements(data.document).flatMap((root) => elementsWithin(root, 8)).slice(0, 1_000)) ?? []

/** An envelope is a few levels deep; a hostile answer may nest without end, and each row is a copy of all within it. */
const elementsWithin = (element: Element, levels: number): readonly Element[] =>
  levels === 0 ? [] : [...(isList(element) ? childElements(element) : []), ...childElements(element).flatMap((each) => elementsWithin(each, levels - 1))]

const itemsWithin = (value: unknown, levels: number): readonly Row[] =>
  typeof value !== 'object' || value === null || levels === 0 ? [] : Object.values(value).flatMap((each: unknown) => [...(Array.isArray(value) && typeof each === 'object' && each !== null ? [jsonRow(each)] : []), ...itemsWithin(each, levels - 1)])

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
