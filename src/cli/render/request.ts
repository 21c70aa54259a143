import type { ChalkInstance } from 'chalk'
import type { ShownRequest } from '../../wire/request.ts'
import { printable } from './printable.ts'

/**
 * A request as a person reads it:
 *
 *     POST https://api.acme.example/leads
 *       Authorization: Bearer ••••
 *
 *       {"firstName":"Dana"}
 */
export const renderRequest = (request: ShownRequest, mask: (text: string) => string, paint: ChalkInstance): string => {
  const lines = [
    `${paint.bold(request.method)} ${paint.cyan(printable(mask(request.url)))}`,
    ...headersOf(request).map(([name, value]) => `  ${paint.dim(`${name}:`)} ${printable(mask(value))}`),
  ]
  const body = bodyText(request.body)
  if (body !== null && body !== '') lines.push('', ...indentBody(mask(body)).map((line) => `  ${printable(line)}`))
  return `${lines.join('\n')}\n`
}

/** With the one that tells of the compression, which is done on the way out: a body is shown as it was before. */
export const headersOf = ({ headers, body, compression }: ShownRequest): ShownRequest['headers'] =>
  compression && body !== null ? [...headers, ['Content-Encoding', compression]] : headers

/** The text as sent; bytes are of a narrow Charset, a character each. */
export const bodyText = (body: ShownRequest['body']): string | null => (body === null || typeof body === 'string' ? body : Buffer.from(body).toString('latin1'))

const indentBody = (text: string): readonly string[] => {
  if (/^\s*[{[]/.test(text)) {
    try {
      return JSON.stringify(JSON.parse(text), null, 2).split('\n')
    } catch {
      return text.split(/\r?\n/)
    }
  }
  return text.split(/\r?\n/)
}
