import { XMLParser } from 'fast-xml-parser'
import { parseJson } from '../parse/json.ts'
import { parseCsv } from '../parse/csv.ts'

/** What a buyer sees of one request. Header names in lower case. */
export interface RequestFacts {
  readonly method: string
  /** Path and query, or a whole URL. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** One value of a request with the name it came under; nested names are joined with dots. */
export interface Field { readonly name: string; readonly value: string }

/** The fields of one lead in a request: its query, and its body read as JSON, XML, form, or `name: value` lines. */
export const fieldsOf = (request: RequestFacts, bodyParameter: string | null = null): readonly Field[] => {
  const fields: Field[] = []
  const question = request.url.indexOf('?')
  if (question >= 0) fields.push(...formFields(request.url.slice(question + 1), bodyParameter))
  fields.push(...bodyFields(request.body, request.headers['content-type'] ?? '', bodyParameter))
  return fields
}

/** The leads of a batch request, each with its fields; the whole body as one where no list is found in it. */
export const rowsOf = (request: RequestFacts): readonly (readonly Field[])[] => {
  const type = request.headers['content-type'] ?? ''
  const text = request.body.trim()
  if (/csv/.test(type)) return csvRows(text)
  const value = text.startsWith('<') ? XML.parse(text) as unknown : parseJson(text)
  const list = value === undefined ? null : firstList(value)
  return list === null ? [bodyFields(text, type, null)] : list.map((each) => flatten(each, ''))
}

const bodyFields = (body: string, type: string, bodyParameter: string | null): readonly Field[] => {
  const text = body.trim()
  if (text === '') return []
  if (text.startsWith('{') || text.startsWith('[')) {
    const value = parseJson(text)
    if (value !== undefined) return flatten(value, '')
  }
  if (text.startsWith('<')) return flatten(XML.parse(text), '')
  if (/csv/.test(type)) return csvRows(text)[0] ?? []
  if (/urlencoded/.test(type) || /^[^\s=&]+=[^\s]*$/.test(text)) return formFields(text, bodyParameter)
  return text.split('\n').flatMap((line) => {
    const match = /^\s*([\w .-]+?)\s*[:=]\s*(.*)$/.exec(line)
    return match ? [{ name: match[1] ?? '', value: (match[2] ?? '').trim() }] : []
  })
}

const formFields = (text: string, bodyParameter: string | null): readonly Field[] => {
  const fields: Field[] = []
  for (const [name, value] of new URLSearchParams(text)) {
    if (name === bodyParameter) fields.push(...bodyFields(value, '', null))
    else fields.push({ name, value })
  }
  return fields
}

const flatten = (value: unknown, name: string): readonly Field[] => {
  if (value === null || value === undefined) return []
  if (typeof value !== 'object') return [{ name, value: String(value) }]
  return Object.entries(value).flatMap(([key, each]) => flatten(each, name === '' ? key : `${name}.${key}`))
}

const firstList = (value: unknown): readonly unknown[] | null => {
  if (Array.isArray(value)) return value
  if (typeof value !== 'object' || value === null) return null
  for (const each of Object.values(value)) {
    const found = firstList(each)
    if (found !== null) return found
  }
  return null
}

/** As our own batches are written; the header row names the fields. */
const csvRows = (text: string): readonly (readonly Field[])[] =>
  (parseCsv(text) ?? []).map((row) => Object.entries(row).map(([name, value]) => ({ name, value })))

const XML = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '', removeNSPrefix: true, parseTagValue: false, parseAttributeValue: false })
