import type { AnswerFormat } from '../../definitions/answer-definition.ts'
import type { AnswerReply } from '../request.ts'
import { decodeBody } from './charset.ts'
import { parseHtml, type HTMLElement } from './html.ts'
import { parseJson } from './json.ts'
import { isHtmlPage } from './prolog.ts'
import { parseXml, type Document } from './xml.ts'

/** What a dotted path walks: a JSON value or an XML document. */
export type Data = { readonly kind: 'json'; readonly root: unknown } | { readonly kind: 'xml'; readonly document: Document }

/** A part of a bulk answer; `data` null where it is a bare word. */
export interface Row { readonly text: () => string; readonly data: Data | null }

/**
 * One answer, or one row of a bulk answer, read only as far as the rules ask. `blind` is raised when something was
 * looked for in a body that cannot be read that way: what was not found then may still be there.
 */
export class Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly truncated: boolean
  blind = false
  readonly #format: AnswerFormat | null
  readonly #body: Uint8Array
  readonly #rowText: (() => string) | null = null
  #text: string | undefined
  #data: Data | null | undefined
  #document: Document | null | undefined
  #html: HTMLElement | null | undefined

  constructor(reply: AnswerReply, format: AnswerFormat | null, row?: Row) {
    this.status = reply.status
    this.headers = reply.headers
    this.truncated = reply.truncated
    this.#body = reply.body
    this.#format = format
    if (row) {
      this.#rowText = row.text
      this.#data = row.data
      this.#document = row.data?.kind === 'xml' ? row.data.document : null
    }
  }

  get contentType(): string {
    return this.headers['content-type'] ?? ''
  }

  /** The raw text; of a cut body, what there is of it, and blind. */
  text(): string {
    if (this.truncated) this.blind = true
    return (this.#text ??= this.#rowText ? this.#rowText() : decodeBody(this.#body, this.contentType))
  }

  isEmpty(): boolean {
    return this.#body.length === 0 || this.text().trim() === ''
  }

  /** Not what a program answers: a login, a notice of maintenance. */
  isPage(): boolean {
    return isHtmlPage(this.text())
  }

  data(): Data | null {
    if (this.#data === undefined) this.#data = this.#readData()
    if (this.#data === null || this.truncated) this.blind = true
    return this.#data
  }

  /** The root of a whole JSON answer; undefined where it is none. */
  json(): unknown {
    const data = this.data()
    return data?.kind === 'json' && !this.truncated ? data.root : undefined
  }

  document(): Document | null {
    if (this.#document === undefined) {
      const mayBeXml = this.#format === null || this.#format === 'xml'
      this.#document = mayBeXml && startsWith(this.text(), '<') ? parseXml(this.text().trim()) : null
    }
    if (this.#document === null || this.truncated) this.blind = true
    return this.#document
  }

  html(): HTMLElement | null {
    if (this.#html === undefined) {
      const mayBeHtml = this.#format === null || this.#format === 'html' || this.#format === 'xml'
      this.#html = mayBeHtml && this.text().includes('<') && !/^\s*[[{]/.test(this.text()) ? parseHtml(this.text()) : null
    }
    if (this.#html === null || this.truncated) this.blind = true
    return this.#html
  }

  /**
   * The body itself shows what it is, and buyers often declare something else: JSON and XML cannot be mistaken for each
   * other. Content-Type decides only for form-encoded answers, which have no face of their own.
   */
  #readData(): Data | null {
    const format = this.#format
    if (format === 'text' || format === 'html') return null
    const text = this.text()
    if (format === 'form') return text.includes('=') && !/^\s*[<[{]/.test(text) ? { kind: 'json', root: formFields(text) } : null
    if (startsWith(text, '<')) {
      const document = format === 'json' || isHtmlPage(text) ? null : this.document()
      return document ? { kind: 'xml', document } : null
    }
    if (format === 'xml') return null
    if (format === null && this.contentType.includes('x-www-form-urlencoded') && !/^\s*[[{]/.test(text)) return { kind: 'json', root: formFields(text) }
    const written = parseJson(text) ?? parseJson(JSONP.exec(text)?.[1] ?? '')
    // Services of .NET answer their JSON as a JSON string: "{\"status\":\"accepted\"}".
    const root = typeof written === 'string' && /^\s*[[{]/.test(written) ? parseJson(written) : written
    // A bare word, number or true is JSON by the letter, and has nothing that a path could find.
    return typeof root === 'object' && root !== null ? { kind: 'json', root } : null
  }
}

/** A call of a function with the answer in it, as Mailchimp's signup forms give: `cb({"result": "success"})`. */
const JSONP = /^\s*(?:\/\*\*\/\s*)?[\w$.]+\(\s*([[{][\s\S]*[\]}])\s*\)\s*;?\s*$/

const startsWith = (text: string, char: string): boolean => text.startsWith(char) || (text.length > 0 && text.charCodeAt(0) <= 0x20 && text.trimStart().startsWith(char))

const formFields = (text: string): Record<string, unknown> => {
  const fields = Object.create(null) as Record<string, unknown>
  for (const [name, value] of new URLSearchParams(text.trim().replace(/\s*[\r\n]+\s*/g, '&'))) fields[name] = value
  return fields
}
