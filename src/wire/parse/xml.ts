import type { Document, DOMParser, Element, Node } from '@xmldom/xmldom'
import { lazily } from '../../base/lazily.ts'
import { EVERY, type PathStep } from './json.ts'
import { firstTag } from './prolog.ts'

export type { Document, Element } from '@xmldom/xmldom'

/** Deeper than any real answer; a hostile one would exhaust the stack of whoever walks it. */
const MAX_DEPTH = 1_000

/**
 * A well-formed document, or null. A DOCTYPE that declares anything is refused: with it go external entities and entities
 * that expand without end. One that only names its DTD, as LeadConduit's and cXML's, says nothing: that is never fetched.
 */
export const parseXml = (whole: string): Document | null => {
  const text = withAmpersands(withoutDoctype(whole))
  const first = firstTag(text)
  if (first < 0 || text[first + 1] === '!' || isTooDeep(text)) return null
  try {
    const document = strict().parseFromString(text, 'application/xml')
    return document.documentElement === null || document.doctype !== null ? null : withoutPrefixes(document)
  } catch {
    return null
  }
}

const DOCTYPE = /<!DOCTYPE\s+(?!html\b)[\w:.-]+\s+(?:SYSTEM|PUBLIC\s+(?:"[^"]*"|'[^']*'))\s+(?:"[^"]*"|'[^']*')\s*>/iy

const withoutDoctype = (text: string): string => {
  DOCTYPE.lastIndex = firstTag(text)
  return DOCTYPE.lastIndex >= 0 && DOCTYPE.test(text) ? text.slice(0, firstTag(text)) + text.slice(DOCTYPE.lastIndex) : text
}

/** An ampersand that begins no entity can only be one: scripts put `AT&T` and `?a=1&b=2` into their XML as they are. */
const withAmpersands = (text: string): string => {
  if (!BARE.test(text)) return text
  const parts: string[] = []
  let at = 0
  for (;;) {
    const open = text.indexOf('<![CDATA[', at)
    const end = open < 0 ? -1 : text.indexOf(']]>', open)
    parts.push(text.slice(at, end < 0 ? undefined : open).replace(BARE_ALL, '&amp;'))
    if (end < 0) return parts.join('')
    parts.push(text.slice(open, end + 3))
    at = end + 3
  }
}

const BARE = /&(?![#\w:.-]{1,40};)/
const BARE_ALL = new RegExp(BARE, 'g')

/**
 * Names without their prefix, namespaces kept: the xpath package matches a prefix-free name only where the element has
 * none (node_modules/xpath, NameTestNoPrefix), and buyers' prefixes are theirs to change.
 */
const withoutPrefixes = (document: Document): Document => {
  for (const element of document.getElementsByTagName('*')) {
    if (element.prefix) Object.assign(element, { prefix: null, nodeName: element.localName, tagName: element.localName })
  }
  return document
}

const xmldom = lazily<typeof import('@xmldom/xmldom')>('@xmldom/xmldom')
const xpath = lazily<XPathParser>('xpath')

let parser: DOMParser | null = null
const strict = (): DOMParser =>
  parser ??= new (xmldom().DOMParser)({
    onError: (level, message) => {
      if (level !== 'warning') throw new Error(message)
    },
  })

/** Counts tags without building anything. What looks like tags inside comments is counted too, which the limit leaves room for. */
const isTooDeep = (text: string): boolean => {
  let depth = 0
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) {
    const next = text.charCodeAt(at + 1)
    if (next === 0x21 || next === 0x3f) continue
    if (next === 0x2f) depth -= 1
    else if (text.charCodeAt(text.indexOf('>', at) - 1) !== 0x2f && ++depth > MAX_DEPTH) return true
  }
  return false
}

/** An XPath compiled once; a name without prefix matches in any namespace, a prefix is the document's own. Null where it is no XPath. */
export const compileXPath = (text: string): ((document: Document) => readonly unknown[]) | null => compiled(text, (value, document) => {
  if (value.toUnsortedArray) return inOrder(document, value.toUnsortedArray()).map(textOfNode)
  return [typeof value.bool === 'boolean' ? value.bool : typeof value.num === 'number' ? value.num : value.stringValue()]
})

/** The elements at an XPath, as the rows of a bulk answer. */
export const compileXPathElements = (text: string): ((document: Document) => readonly Element[]) | null =>
  compiled(text, (value, document) => inOrder(document, value.toUnsortedArray?.() ?? []).filter(isElement))

const compiled = <T>(text: string, valuesOf: (value: XPathValue, document: Document) => readonly T[]): ((document: Document) => readonly T[]) | null => {
  try {
    const expression = parse(text)
    return (document) => {
      try {
        return valuesOf(expression.evaluate(optionsFor(document)), document)
      } catch {
        // A prefix that this answer does not declare: there is nothing there.
        return []
      }
    }
  } catch {
    return null
  }
}

/** Throws for what is no XPath, and for names that the package would miss only at the first answer that it meets them with. */
const parse = (text: string): XPathExpression => {
  const bare = text.replaceAll(/"[^"]*"|'[^']*'/g, "''")
  for (const [, name = ''] of bare.matchAll(/([a-z_][\w.:-]*)\s*\(/gi)) if (!FUNCTIONS.has(name.replace(/^.*::/, ''))) throw new Error(`unknown function ${name}`)
  for (const [, name = ''] of bare.matchAll(/([\w.-]+)\s*::/g)) if (!AXES.has(name)) throw new Error(`unknown axis ${name}`)
  return xpath().parse(text)
}

/** XPath 1.0, sections 2.3 (node types), 3.2 (`and (`, `or (` …) and 4. */
const FUNCTIONS = new Set([
  'node', 'text', 'comment', 'processing-instruction', 'and', 'or', 'div', 'mod',
  'last', 'position', 'count', 'id', 'local-name', 'namespace-uri', 'name',
  'string', 'concat', 'starts-with', 'contains', 'substring-before', 'substring-after', 'substring', 'string-length', 'normalize-space', 'translate',
  'boolean', 'not', 'true', 'false', 'lang', 'number', 'sum', 'floor', 'ceiling', 'round',
])
const AXES = new Set(['ancestor', 'ancestor-or-self', 'attribute', 'child', 'descendant', 'descendant-or-self', 'following', 'following-sibling', 'namespace', 'parent', 'preceding', 'preceding-sibling', 'self'])

const optionsFor = (document: Document): XPathOptions => ({ node: document, allowAnyNamespaceForNoPrefix: true, namespaces: (prefix) => namespaceOf(document, prefix) })

/** What the package has and its types leave out. */
interface XPathParser { parse(text: string): XPathExpression }
interface XPathOptions { readonly node: Node; readonly allowAnyNamespaceForNoPrefix: boolean; readonly namespaces: (prefix: string) => string | null }
interface XPathExpression { evaluate(options: XPathOptions): XPathValue }
interface XPathValue { toUnsortedArray?(): readonly Node[]; stringValue(): string; readonly bool?: unknown; readonly num?: unknown }

/**
 * What was found in document order, each once. The package's own sorting walks the document for each pair that it compares:
 * 4,000 elements of 170 KB took it 13 s.
 */
const inOrder = (document: Document, nodes: readonly Node[]): readonly Node[] => {
  if (nodes.length < 2) return nodes
  const wanted = new Set(nodes)
  const found: Node[] = []
  const take = (node: Node): void => { if (wanted.delete(node)) found.push(node) }
  const visit = (node: Node): void => {
    take(node)
    if (isElement(node)) for (const attribute of node.attributes) take(attribute)
    for (let child = node.firstChild; child; child = child.nextSibling) visit(child)
  }
  visit(document)
  return [...found, ...wanted]
}

const namespaceOf = (document: Document, prefix: string): string | null => {
  for (const element of document.getElementsByTagName('*')) {
    const uri = element.lookupNamespaceURI(prefix)
    if (uri !== null) return uri
  }
  return null
}

export const textOfNode = (node: Node): string => (node.textContent ?? node.nodeValue ?? '').trim()

/** A dotted path on XML: local names below the root (or from it), `@name` or a plain name for attributes, `[0]`, `*`. */
export const findXml = (document: Document, steps: readonly PathStep[]): readonly unknown[] => elementsAt(document, steps).map(textOfNode)

/** The nodes at a dotted path; a leading name of the root itself, or `response`, is the root. */
export const elementsAt = (document: Document, steps: readonly PathStep[]): readonly Node[] => {
  const root = document.documentElement
  if (root === null) return []
  const below = follow([root], steps)
  if (below.length > 0 || steps.length === 0) return below
  return steps[0] === localName(root) || steps[0] === 'response' ? follow([root], steps.slice(1)) : []
}

const follow = (from: readonly Node[], steps: readonly PathStep[]): readonly Node[] =>
  steps.reduce<readonly Node[]>((nodes, step) => {
    if (typeof step === 'number') return nodes.slice(step, step + 1)
    return nodes.flatMap((node): readonly Node[] => {
      if (!isElement(node)) return []
      const inside = childElements(node).filter((each) => step === EVERY || localName(each) === step)
      if (inside.length > 0 || step === EVERY) return inside
      const attribute = node.getAttributeNode(step.startsWith('@') ? step.slice(1) : step)
      return attribute ? [attribute] : []
    })
  }, from)

export const childElements = (parent: Node): readonly Element[] => {
  const found: Element[] = []
  for (let child = parent.firstChild; child; child = child.nextSibling) if (isElement(child)) found.push(child)
  return found
}

/** A row of a bulk answer as a document of its own, so that its paths cannot see the other rows. */
export const documentOf = (element: Element): Document => {
  const document = new (xmldom().DOMImplementation)().createDocument(null, '')
  document.appendChild(document.importNode(element, true))
  return document
}

export const isElement = (node: Node): node is Element => node.nodeType === 1

export const localName = (element: Element): string => element.localName ?? element.nodeName
