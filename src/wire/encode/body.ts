import type { EndpointDefinition } from '../../definitions/endpoint-definition.ts'
import type { Format } from '../../definitions/endpoint-type.ts'
import type { RenderInput } from '../endpoint.ts'
import type { Built } from '../mapping/build.ts'
import type { Document } from '../mapping/document.ts'
import { encodeText, escapeBeyond, jsonEscape, xmlEscape, type Charset } from './charset.ts'
import { columnsOf, csvOf, FOR_PROGRAMS } from './csv.ts'
import { formOf, queryOf } from './form.ts'
import { compileJson, jsonOfBuilt } from './json.ts'
import { pairsOf, type Pair } from './pairs.ts'
import { namespaceAttribute, type Soap } from './soap.ts'
import { xmlAttributes, xmlDeclaration, xmlElement, xmlRootOf, type XmlRoot } from './xml.ts'

/** What the mapping becomes on the wire: a body, or a query for the URL. */
export interface Payload {
  readonly query: string
  readonly body: string | Uint8Array | null
}
interface BodyEncoder {
  readonly one: (input: RenderInput) => Payload
  readonly many: ((inputs: readonly RenderInput[]) => Payload) | null
  /** Null where there is no body. */
  readonly contentType: string | null
}

interface BodySource {
  readonly document: Document
  readonly extra: Document | null
  readonly charset: Charset
  /** SOAP is XML within an envelope. */
  readonly format: Exclude<Format, 'soap'>
  readonly soap?: Soap | null
}

export const compileBody = (definition: EndpointDefinition, source: BodySource): BodyEncoder => {
  const { document, extra, charset, format } = source
  const { bodyParameter, batch } = definition
  const extraPairs = (input: RenderInput): readonly Pair[] => (extra ? pairsOf(extra.build(input)) : [])
  if (format === 'query') {
    return { contentType: null, many: null, one: (input) => ({ query: queryOf([...pairsOf(document.build(input)), ...extraPairs(input)], charset), body: null }) }
  }
  const wrapped = bodyParameter !== null && bodyParameter !== ''
  const finish = (text: string, kind: Format, first: RenderInput): Payload =>
    ({ query: '', body: wrapped ? encoded(formOf([...extraPairs(first), [bodyParameter, text]], charset), 'form', charset) : encoded(text, kind, charset) })
  const write = compileText(document, definition, format, charset, extraPairs, source.soap ?? null)
  return {
    contentType: source.soap && !wrapped ? source.soap.contentType : contentTypeOf(wrapped ? 'form' : batch ? batch.format : format, charset),
    one: (input) => finish(batch ? manyTexts(document, definition, charset)([input]) : write(input), batch?.format ?? format, input),
    many: batch ? many(manyTexts(document, definition, charset), (text, first) => finish(text, batch.format, first)) : null,
  }
}

const many = (write: (inputs: readonly RenderInput[]) => string, finish: (text: string, first: RenderInput) => Payload) =>
  (inputs: readonly RenderInput[]): Payload => { const [first] = inputs; return first ? finish(write(inputs), first) : { query: '', body: null } }

const compileText = (document: Document, definition: EndpointDefinition, format: BodySource['format'], charset: Charset, extraPairs: (input: RenderInput) => readonly Pair[], soap: Soap | null): ((input: RenderInput) => string) => {
  switch (format) {
    case 'json': return compileJson(document)
    case 'xml': {
      const root = xmlRootOf(document, definition.root)
      const declaration = xmlDeclaration(charset.toUpperCase())
      const wrap = document.shape.kind === 'list'
      if (soap) return (input) => { const built = document.build(input); return declaration + soap.open(input) + xmlElement(inNamespace(wrap ? itemsOf(built) : built, root, soap.namespace), root) + soap.close }
      return (input) => { const built = document.build(input); return declaration + xmlElement(wrap ? itemsOf(built) : built, root) }
    }
    case 'form': return definition.bodyParameter ? (input) => formOf(pairsOf(document.build(input)), charset) : (input) => formOf([...pairsOf(document.build(input)), ...extraPairs(input)], charset)
    case 'csv': {
      const columns = columnsOf(document.shape)
      return (input) => csvOf([document.build(input)], columns, FOR_PROGRAMS)
    }
    case 'text': return (input) => plainTextOf(document.build(input))
    case 'query': return () => ''
  }
}

/** A batch is one JSON array, one CSV table, or one XML element with a child per lead. */
const manyTexts = (document: Document, definition: EndpointDefinition, charset: Charset): ((inputs: readonly RenderInput[]) => string) => {
  switch (definition.batch?.format) {
    case 'csv': {
      const columns = columnsOf(document.shape)
      return (inputs) => csvOf(inputs.map(document.build), columns, FOR_PROGRAMS)
    }
    case 'xml': {
      const child = xmlRootOf(document, null)
      const root = definition.root || 'leads'
      return (inputs) => {
        const members = inputs.map(document.build)
        return `${xmlDeclaration(charset.toUpperCase())}<${root}${declarationOf(root, members[0], child)}>${members.map((each) => xmlElement(each, child)).join('')}</${root}>`
      }
    }
    default: {
      const write = document.direct ? compileJson(document) : (input: RenderInput): string => jsonOfBuilt(document.build(input))
      return (inputs) => `[${inputs.map(write).join(',')}]`
    }
  }
}

/** Of the prefix of a batch's root, as its members declare it; none, and it would be no XML. */
const declarationOf = (root: string, member: Built | undefined, child: XmlRoot): string => {
  const [prefix = '', local] = root.split(':')
  const top = child.own && member instanceof Map ? member.get(child.name) : member
  const namespace = local !== undefined && top instanceof Map ? top.get(`@xmlns:${prefix}`) : undefined
  return namespace === undefined ? '' : xmlAttributes(new Map([[`@xmlns:${prefix}`, namespace]]))
}

/** The operation in the namespace that Settings name; an `@xmlns` of the mapping's own goes before it. */
const inNamespace = (built: Built, root: XmlRoot, namespace: string | null): Built => {
  if (namespace === null) return built
  const [name, value] = namespaceAttribute(root.name, namespace)
  if (root.own && built instanceof Map) return new Map([...built].map(([key, each]) => [key, each instanceof Map && key === root.name && !each.has(name) ? new Map<string, Built>([[name, { leaf: value }], ...each]) : each]))
  return built instanceof Map ? (built.has(name) ? built : new Map<string, Built>([[name, { leaf: value }], ...built])) : built
}

/** XML has one root: a list at the top becomes its items. */
const itemsOf = (built: Built): Built => new Map([['item', built]])

const encoded = (text: string, format: Format, charset: Charset): string | Uint8Array => {
  if (charset === 'utf-8') return text
  // JSON is UTF-8 by its standard: everything beyond ASCII is escaped, which reads the same in any character set.
  if (format === 'json') return escapeBeyond(text, 'us-ascii', jsonEscape)
  return encodeText(format === 'xml' ? escapeBeyond(text, charset, xmlEscape) : text, charset)
}

const contentTypeOf = (format: Format, charset: Charset): string => {
  const narrow = charset === 'utf-8' ? '' : `; charset=${charset}`
  switch (format) {
    case 'json': return 'application/json'
    case 'xml': return `application/xml; charset=${charset}`
    case 'csv': return `text/csv; charset=${charset}`
    case 'text': return `text/plain; charset=${charset}`
    default: return `application/x-www-form-urlencoded${narrow}`
  }
}

/** A mapping that is one template is the text itself; a map becomes lines of `name: value`, line breaks inside values blanks. */
const plainTextOf = (built: Built): string =>
  pairsOf(built).map(([name, value]) => (name === '' ? value : `${name}: ${value.replace(/[\r\n]+/g, ' ')}`)).join('\n')
