import type { Text } from '../../definitions/text.ts'
import type { RenderInput } from '../endpoint.ts'
import { compilePieces, type Piece, type TemplateOptions } from '../template/template.ts'
import { textOf } from '../template/text-of.ts'
import { percentEncode } from './form.ts'

type UrlResult = { readonly ok: true; readonly url: string } | { readonly ok: false; readonly reason: string }
export interface CompiledUrl {
  readonly render: (input: RenderInput) => UrlResult
  /** The author wrote out an address or `localhost` in a host without templates (contract, section 5, Addresses). */
  readonly writtenOut: boolean
}

/**
 * A URL template. Each value is percent-encoded as one component, so that no lead can add a path segment, a query, a
 * fragment or a host. Only a template at the very start gives a URL or scheme itself.
 */
export const compileUrl = (source: Text, options: TemplateOptions): CompiledUrl => {
  const text = source.text.trim()
  if (!text.includes('{{')) {
    if (!isHttp(text)) options.tell(source.place, 'bad-url', `"${text}" is not a URL`, 'write it whole, such as https://api.buyer.com/leads')
    const result: UrlResult = { ok: true, url: text }
    return { render: () => result, writtenOut: isWrittenOut(text) }
  }
  const pieces = compilePieces({ ...source, text }, options) ?? []
  const fixed = pieces[0]?.kind === 'content' ? pieces[0].text : ''
  const origin = /^https?:\/\/[^/?#]+(?=[/?#])/i.exec(fixed)?.[0] ?? null
  if (fixed !== '' && !/^https?:\/\//i.test(fixed)) options.tell(source.place, 'bad-url', `"${text}" is not a URL`, 'write it whole, such as https://api.buyer.com/leads')
  const host = origin !== null && isHttp(origin) ? new URL(origin).host : null
  return { render: (input) => finish(pieces, host, input), writtenOut: origin !== null && isWrittenOut(origin) }
}

export const addQuery = (url: string, query: string): string => {
  if (query === '') return url
  const hash = url.indexOf('#')
  const [base, fragment] = hash < 0 ? [url, ''] : [url.slice(0, hash), url.slice(hash)]
  const joint = !base.includes('?') ? '?' : /[?&]$/.test(base) ? '' : '&'
  return base + joint + query + fragment
}

interface Draft { text: string; problem: string | null }

const finish = (pieces: readonly Piece[], host: string | null, input: RenderInput): UrlResult => {
  const draft: Draft = { text: '', problem: null }
  write(pieces, input, draft)
  const text = draft.text.trim()
  if (draft.problem !== null) return { ok: false, reason: draft.problem }
  if (!isHttp(text)) return { ok: false, reason: 'the endpoint made for this lead is not an http or https URL' }
  const url = new URL(text)
  if ((host !== null && url.host !== host) || (host === null && url.username !== '')) return { ok: false, reason: 'a value of this lead would change the host of the URL' }
  if (/\/(?:\.|%2e){1,2}(?=[/?#]|$)/i.test(text)) return { ok: false, reason: 'a value of this lead would change the path of the URL' }
  return { ok: true, url: text }
}

const write = (pieces: readonly Piece[], input: RenderInput, draft: Draft): void => {
  for (const piece of pieces) {
    if (piece.kind === 'content') draft.text += piece.text
    else if (piece.kind === 'block') write(piece.test.holds(input) ? piece.then : piece.otherwise, input, draft)
    else {
      const value = piece.read(input)
      const text = value === undefined || value === null ? '' : textOf(value).trim()
      // An empty part of a query says nothing; an empty part of a path or host makes another address.
      if (text === '' && !draft.text.includes('?')) draft.problem ??= `the URL needs ${piece.name}, which this lead does not have`
      else if (draft.text === '') draft.text = text
      else if (/^[a-z]+:\/\/[^/?#]*$/i.test(draft.text)) {
        if (/^[A-Za-z0-9.-]+$/.test(text)) draft.text += text
        else draft.problem ??= `${piece.name} of this lead cannot be part of a host name`
      } else draft.text += percentEncode(text)
    }
  }
}

const isHttp = (text: string): boolean => /^https?:\/\//i.test(text) && URL.canParse(text)

/** WHATWG URLs normalise every spelling of an IPv4 address (`127.1`, `0x7f000001`). */
const isWrittenOut = (text: string): boolean => {
  if (!isHttp(text)) return false
  const host = new URL(text).hostname
  return host === 'localhost' || host.endsWith('.localhost') || host.startsWith('[') || /^\d{1,3}(\.\d{1,3}){3}$/.test(host)
}
