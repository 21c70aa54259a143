import type { Answer } from './answer.ts'
import { readableText } from './html.ts'
import { isHtmlPage } from './prolog.ts'
import { childElements, localName, textOfNode } from './xml.ts'
import type { Document } from './xml.ts'

/** Longest message kept; the answer itself is not. */
const LONGEST = 300

/**
 * What the buyer says of its own accord where no `Message` path finds it: the members that services use for it (RFC
 * 9457, RFC 6749, Salesforce, HubSpot, SOAP), else the short text of the body without markup. Null where it says nothing.
 */
export const buyersWords = (answer: Answer): string | null => {
  if (answer.isEmpty()) return null
  const data = answer.data()
  if (data?.kind === 'json') return tidy(wordsOf(data.root, 0).join(', '))
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
const SPEAKING = ['message', 'error_description', 'detail', 'reason', 'error_message', 'errormessage', 'faultstring', 'description', 'text', 'msg', 'error', 'title']
const LISTS = ['errors', 'violations', 'fault', 'response', 'result', 'data']
const MAX_WORDS = 20
const MAX_DEPTH = 6

const wordsOf = (value: unknown, depth: number): readonly string[] => {
  if (depth > MAX_DEPTH) return []
  if (typeof value === 'string') return value.trim() === '' ? [] : [value.trim()]
  if (Array.isArray(value)) return value.slice(0, MAX_WORDS).flatMap((each) => wordsOf(each, depth + 1))
  if (typeof value !== 'object' || value === null) return []
  const members = new Map(Object.entries(value).map(([key, each]) => [key.toLowerCase(), each]))
  const name = SPEAKING.find((each) => wordsOf(members.get(each), depth + 1).length > 0)
  const said = name === undefined ? [] : wordsOf(members.get(name), depth + 1)
  const listed = LISTS.flatMap((each) => (each === 'errors' ? errorsOf(members.get(each), depth + 1) : said.length > 0 ? [] : wordsOf(members.get(each), depth + 1)))
  return [...said, ...listed.filter((each) => !said.some((other) => other.includes(each)))].slice(0, MAX_WORDS)
}

/** `{"zip": ["is invalid"]}` names its fields by its keys: `zip: is invalid`. */
const errorsOf = (value: unknown, depth: number): readonly string[] => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return wordsOf(value, depth)
  const direct = wordsOf(value, depth)
  if (direct.length > 0) return direct
  return Object.entries(value).slice(0, MAX_WORDS).flatMap(([field, each]) => wordsOf(each, depth).map((text) => `${field}: ${text}`))
}

const wordsOfXml = (document: Document): string => {
  const elements = [...document.getElementsByTagName('*')].slice(0, 2_000)
  for (const name of SPEAKING) {
    const found = elements.filter((each) => localName(each).toLowerCase() === name && childElements(each).length === 0).map(textOfNode).filter((each) => each !== '')
    if (found.length > 0) return [...new Set(found)].slice(0, MAX_WORDS).join(', ')
  }
  return elements.filter((each) => /^err/i.test(localName(each)) && childElements(each).length === 0).map(textOfNode).join(', ')
}
