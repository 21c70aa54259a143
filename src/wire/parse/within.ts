import type { Data } from './answer.ts'
import { parseJson } from './json.ts'
import { childElements, localName, parseXml, textOfNode, type Document } from './xml.ts'

/**
 * The answer that a document holds as the text of its only leaf, escaped or as CDATA: services of .NET answer
 * `<string xmlns="http://tempuri.org/">&lt;Response&gt;…`, in SOAP too, or JSON in the same place. Null where there is none.
 */
export const withinText = (document: Document): Data | null => {
  const known = READ.get(document)
  if (known !== undefined) return known
  const read = readLeaf(document)
  READ.set(document, read)
  return read
}

/** Several paths look into one answer. */
const READ = new WeakMap<Document, Data | null>()

const readLeaf = (document: Document): Data | null => {
  let element = document.documentElement
  while (element) {
    const [child, ...others] = childElements(element).filter((each) => localName(each) !== 'Header')
    if (others.length > 0) return null
    if (child === undefined) break
    element = child
  }
  const text = element ? textOfNode(element) : ''
  if (text.startsWith('<')) {
    const inner = parseXml(text)
    return inner && { kind: 'xml', document: inner }
  }
  const root = /^[[{]/.test(text) ? parseJson(text) : undefined
  return typeof root === 'object' && root !== null ? { kind: 'json', root } : null
}
