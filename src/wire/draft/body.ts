import { XMLParser } from 'fast-xml-parser'
import type { SampleFormat, Tree } from './sample.ts'

/** A body as text, by its content type or by how it looks. */
export const readBody = (text: string, contentType: string): { readonly format: SampleFormat; readonly body: Tree | null } => {
  const trimmed = text.trim()
  if (trimmed === '') return { format: /json/i.test(contentType) ? 'JSON' : /xml/i.test(contentType) ? 'XML' : 'Form', body: null }
  if (/json/i.test(contentType) || /^[[{]/.test(trimmed)) {
    const json = jsonOf(trimmed)
    if (json !== undefined) return { format: 'JSON', body: json }
  }
  if (/xml/i.test(contentType) || trimmed.startsWith('<')) return { format: 'XML', body: xmlOf(trimmed) }
  if (/^[^\s=&]+=[^&]*(&[^\s=&]+=[^&]*)*$/.test(trimmed)) return { format: 'Form', body: pairsOf(new URLSearchParams(trimmed)) }
  return { format: 'Text', body: trimmed }
}

/** Names that repeat make a list. */
export const pairsOf = (pairs: Iterable<readonly [string, string]>): { readonly [name: string]: Tree } => {
  const found: Record<string, Tree> = {}
  for (const [name, value] of pairs) {
    const before = Object.hasOwn(found, name) ? found[name] : undefined
    found[name] = before === undefined ? value : Array.isArray(before) ? [...before, value] : [before, value]
  }
  return found
}

export const jsonOf = (text: string): Tree | undefined => {
  try {
    return JSON.parse(text) as Tree
  } catch {
    // Postman writes variables without quotes: {"age": {{age}}}.
    const quoted = text.replace(/:\s*(\{\{[^}]+\}\})/g, ': "$1"')
    return quoted === text ? undefined : jsonOf(quoted)
  }
}

const xmlOf = (text: string): Tree => {
  const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '@', textNodeName: '#text', parseTagValue: false, parseAttributeValue: false, ignoreDeclaration: true, processEntities: false })
  return parser.parse(text) as Tree
}
