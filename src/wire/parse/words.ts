import type { Answer } from './answer.ts'
import { readableText } from './html.ts'
import { isHtmlPage } from './prolog.ts'
import { withinText } from './within.ts'
import { childElements, localName, textOfNode, type Document } from './xml.ts'

/** Longest message kept; the answer itself is not. */
const LONGEST = 300

/**
 * What the buyer says of its own accord where no `Message` path finds it: the members that services use for it (RFC
 * 9457, RFC 6749, Salesforce, HubSpot, SOAP), else the short text of the body without markup. Null where it says nothing.
 */
export const buyersWords = (answer: Answer): string | null => {
  if (answer.isEmpty()) return null
  const outer = answer.data()
  const data = outer?.kind === 'xml' ? withinText(outer.document) ?? outer : outer
  // Some refuse a lead with nothing but its fields (Django): `{"zip": ["is required"]}`.
  if (data?.kind === 'json') return tidy(wordsOf(data.root, 0).join(', ')) ?? (answer.status >= 400 ? tidy(wordsOfFields(data.root, 0).join(', ')) : null)
  if (data?.kind === 'xml') return tidy(wordsOfXml(data.document))
  const text = answer.text()
  return tidy(isHtmlPage(text) || /<\w[^>]*>/.test(text.slice(0, 8_000)) ? readableText(text) : text)
}

/** One line, without control characters, at most 300 characters; null for nothing. */
export const tidy = (text: string, longest = LONGEST): string | null => {
  if (!NEEDS_TIDYING.test(text) && text.length <= longest) return text === '' ? null : text
  const line = text.slice(0, longest * 20).toWellFormed().replace(CONTROL, ' ').replace(/\s+/g, ' ').trim()
  if (line === '') return null
  return line.length <= longest ? line : `${line.slice(0, longest - 1).toWellFormed().replace(/\uFFFD$/, '')}…`
}

/** C0, C1 and the marks that turn text around: none may reach a terminal, a log or a sheet. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]+/g
const NEEDS_TIDYING = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]|^\s|\s$|\s\s/

/** In order of how much they say. */
const SPEAKING = ['message', 'error_description', 'detail', 'reason', 'error_message', 'errormessage', 'faultstring', 'description', 'text', 'msg', 'issue', 'error', 'title']
/** What is wrong with each field; said beside whatever says it of the whole. */
const FIELD_LISTS = ['errors', 'violations', 'validationerrors', 'validation_errors', 'fielderrors', 'field_errors', 'field-errors', 'invalid-params', 'invalid_params', 'modelstate', 'reasons']
const LISTS = ['fault', 'response', 'result', 'data']
/** Which field an entry of such a list is about: RFC 9457, JSON:API, FastAPI, and what others call it. */
const FIELD_NAMES = ['field', 'fieldname', 'field_name', 'property', 'param', 'parameter', 'attribute', 'path', 'pointer', 'loc', 'name']
const MAX_WORDS = 20
const MAX_DEPTH = 6

const wordsOf = (value: unknown, depth: number): readonly string[] => {
  if (depth > MAX_DEPTH) return []
  if (typeof value === 'string') return value.trim() === '' ? [] : [value.trim()]
  if (Array.isArray(value)) return value.slice(0, MAX_WORDS).flatMap((each) => wordsOfEntry(each, depth + 1))
  if (typeof value !== 'object' || value === null) return []
  const members = membersOf(value)
  const name = SPEAKING.find((each) => wordsOf(members.get(each), depth + 1).length > 0)
  const said = name === undefined ? [] : wordsOf(members.get(name), depth + 1)
  const listed = [
    ...FIELD_LISTS.flatMap((each) => errorsOf(members.get(each), depth + 1)),
    // As a map it may as well be the lead again.
    ...(Array.isArray(members.get('details')) ? wordsOf(members.get('details'), depth + 1) : []),
    ...(said.length > 0 ? [] : LISTS.flatMap((each) => wordsOf(members.get(each), depth + 1))),
  ]
  return [...said, ...listed.filter((each) => !said.some((other) => other.includes(each)))].slice(0, MAX_WORDS)
}

const membersOf = (value: object): ReadonlyMap<string, unknown> => new Map(Object.entries(value).map(([key, each]) => [key.toLowerCase(), each]))

/** One of a list; `{"field": "zip", "message": "too short"}` is `zip: too short`, unless its words name the field themselves. */
const wordsOfEntry = (value: unknown, depth: number): readonly string[] => {
  const words = wordsOf(value, depth)
  const field = typeof value === 'object' && value !== null && !Array.isArray(value) ? fieldOf(membersOf(value)) : null
  return field === null ? words : words.map((each) => (each.toLowerCase().includes(field.toLowerCase()) ? each : `${field}: ${each}`))
}

const fieldOf = (members: ReadonlyMap<string, unknown>): string | null => {
  const source = members.get('source')
  if (typeof source === 'object' && source !== null) return fieldOf(membersOf(source))
  for (const each of FIELD_NAMES) {
    const value = members.get(each)
    const text = typeof value === 'string' ? value : Array.isArray(value) ? value.filter((step) => typeof step === 'string' && step !== 'body').join('.') : ''
    // A JSON pointer (`/data/attributes/zip`) ends with the field.
    const name = text.slice(text.lastIndexOf('/') + 1).trim()
    if (name !== '' && name.length <= LONGEST_NAME && !STRUCTURE.has(name)) return name
  }
  return null
}

const LONGEST_NAME = 60
/** JSON:API: what is wrong is wrong with all of it. */
const STRUCTURE = new Set(['data', 'attributes'])

/** `{"zip": ["is invalid"]}` names its fields by its keys: `zip: is invalid`. */
const errorsOf = (value: unknown, depth: number): readonly string[] => {
  const direct = wordsOf(value, depth)
  return direct.length > 0 || typeof value !== 'object' || value === null || Array.isArray(value) ? direct
    : Object.entries(value).slice(0, MAX_WORDS).flatMap(([field, each]) => wordsOf(each, depth).map((text) => `${field}: ${text}`))
}

/** Lists of texts under the names of fields, however deep; nothing else, since an answer may repeat the lead. */
const wordsOfFields = (value: unknown, depth: number): readonly string[] => {
  if (depth > MAX_DEPTH || typeof value !== 'object' || value === null || Array.isArray(value)) return []
  return Object.entries(value).slice(0, MAX_WORDS).flatMap(([field, each]) => {
    if (!Array.isArray(each)) return wordsOfFields(each, depth + 1)
    const texts = each.filter((text) => typeof text === 'string' && text.trim() !== '')
    return texts.slice(0, MAX_WORDS).map((text) => (WHOLE.has(field.toLowerCase()) ? text : `${field}: ${text}`))
  })
}

/** Django's names for what is wrong with all of it. */
const WHOLE = new Set(['non_field_errors', '__all__'])

const wordsOfXml = (document: Document): string => {
  const elements = [...document.getElementsByTagName('*')].slice(0, 2_000)
  for (const name of SPEAKING) {
    const found = elements.filter((each) => localName(each).toLowerCase() === name && childElements(each).length === 0).map(textOfNode).filter((each) => each !== '')
    if (found.length > 0) return [...new Set(found)].slice(0, MAX_WORDS).join(', ')
  }
  return elements.filter((each) => /^err/i.test(localName(each)) && childElements(each).length === 0).map(textOfNode).join(', ')
}
