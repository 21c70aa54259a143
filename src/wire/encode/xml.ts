import { diagnosticAt, type Diagnostic, type Place } from '../../base/diagnostic.ts'
import type { Built } from '../mapping/build.ts'
import type { Document } from '../mapping/document.ts'
import { shapesOf, keysOf, type Shape } from '../mapping/shape.ts'
import { textOf } from '../template/text-of.ts'

/** The root (contract, section 2): `Root`, else the mapping's only top-level key where it holds a map, else `lead`. Where both say the same it is there once. */
export interface XmlRoot { readonly name: string; /** the mapping's own top-level map is the root */ readonly own: boolean }

export const xmlRootOf = (document: Document, root: string | null): XmlRoot => {
  const only = ownRoot(document)
  if (root !== null && root !== '' && root !== only) return { name: root, own: false }
  return only === null ? { name: 'lead', own: false } : { name: only, own: true }
}

const ownRoot = ({ shape, includeAll }: Document): string | null => {
  const [key, second] = shape.kind === 'map' ? keysOf(shape.entries) : []
  const holdsMaps = shape.kind === 'map' && shapesOf(shape.entries).every((each) => each.kind === 'map')
  return key !== undefined && second === undefined && holdsMaps && !includeAll && !key.startsWith('@') ? key : null
}

/** Without the declaration, so that a batch can hold many. */
export const xmlElement = (built: Built, root: XmlRoot): string => {
  const inner = root.own && built instanceof Map ? built.get(root.name) ?? new Map<string, Built>() : built
  return element(root.name, inner)
}

export const xmlDeclaration = (charset: string): string => `<?xml version="1.0" encoding="${charset}"?>\n`

const element = (name: string, value: Built): string => {
  if (value instanceof Map) {
    const attributes = xmlAttributes(value)
    let inner = ''
    for (const [key, child] of value) {
      if (key.startsWith('@')) continue
      if (key === '#text') inner += xmlText(plainOf(child))
      else inner += element(key, child)
    }
    return inner === '' ? `<${name}${attributes}/>` : `<${name}${attributes}>${inner}</${name}>`
  }
  // A list repeats its element; a list that is the whole document has items.
  if ('list' in value) return value.list.map((each) => element(name, each)).join('')
  return 'leaf' in value ? dataElement(xmlName(name), value.leaf) : ''
}

/** ` name="…"` for each key with `@`. */
export const xmlAttributes = (value: ReadonlyMap<string, Built>): string => {
  let attributes = ''
  for (const [key, child] of value) if (key.startsWith('@')) attributes += ` ${key.slice(1)}="${xmlAttribute(plainOf(child))}"`
  return attributes
}

/** A value of the lead: its own keys are data, made into names that XML allows, and never attributes. */
const dataElement = (name: string, value: unknown): string => {
  if (value === null || value === undefined || value === '') return `<${name}/>`
  if (Array.isArray(value)) return value.map((each) => dataElement(name, each)).join('')
  if (typeof value !== 'object') return `<${name}>${xmlText(textOf(value))}</${name}>`
  const inner = Object.entries(value).filter(([, each]) => each !== null && each !== undefined).map(([key, each]) => dataElement(safeName(key), each)).join('')
  return inner === '' ? `<${name}/>` : `<${name}>${inner}</${name}>`
}

const plainOf = (value: Built): string => ('leaf' in value && value.leaf !== null && value.leaf !== undefined ? textOf(value.leaf) : '')

const NAME = /^[\p{L}_][\p{L}\p{N}_.·-]*(:[\p{L}_][\p{L}\p{N}_.·-]*)?$/u
/** Keys of the author were checked when the file was loaded; fields that `Include All Fields` brings were not. */
const xmlName = (key: string): string => (NAME.test(key) ? key : safeName(key))
const safeName = (key: string): string => {
  const name = key.replace(/[^\p{L}\p{N}_.-]/gu, '_')
  return /^[\p{L}_]/u.test(name) ? name : `_${name}`
}

// What XML 1.0 cannot hold at all (control characters, halves of surrogate pairs, U+FFFE and U+FFFF) is removed.
const ILLEGAL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g
const SPECIAL = /[<>&\r\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]/

export const xmlText = (text: string): string =>
  SPECIAL.test(text) ? text.replace(ILLEGAL, '').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '&#13;') : text

const xmlAttribute = (text: string): string =>
  xmlText(text).replaceAll('"', '&quot;').replaceAll("'", '&apos;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')

/** Keys of the author's that cannot be names of XML. */
export const checkXmlNames = (shape: Shape, root: string | null, placeOf: (key: string) => Place): readonly Diagnostic[] => {
  const wrong = new Set<string>(root !== null && root !== '' && !NAME.test(root) ? [root] : [])
  const visit = (each: Shape): void => {
    if (each.kind === 'list') shapesOf(each.items).forEach(visit)
    if (each.kind !== 'map') return
    for (const key of keysOf(each.entries)) if (key !== '#text' && !NAME.test(key.startsWith('@') ? key.slice(1) : key)) wrong.add(key)
    shapesOf(each.entries).forEach(visit)
  }
  visit(shape)
  return [...wrong].map((key) => diagnosticAt(placeOf(key), 'bad-xml-name', `"${key}" cannot be the name of an XML element`, 'names start with a letter or _ and have letters, digits, . - _ and one prefix:'))
}
