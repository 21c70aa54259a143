import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import { errorCode } from '../../base/error.ts'
import type { AnswerReply } from '../request.ts'

interface MessageOptions {
  /** When the answer came; the message's own Date goes before it. */
  readonly at: number
  /** Bytes of the decoded body that are kept. */
  readonly maximumResponse?: number
}

/**
 * A recorded HTTP response message (status line, headers, blank line, body; CRLF or LF) as the reply it was. Chunks and
 * compression are undone where they are really there (a tool may have undone them already and kept the headers). Bytes
 * without a status line are a body with status 200.
 */
export const parseHttpMessage = (bytes: Uint8Array, { at, maximumResponse = 1_048_576 }: MessageOptions): AnswerReply => {
  const message = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const head = readHead(message)
  const headers = head?.headers ?? {}
  const body = head ? decode(unchunk(message.subarray(head.end), headers['transfer-encoding']), headers['content-encoding'], maximumResponse) : { bytes: message, cut: false }
  return {
    kind: 'answer',
    status: head?.status ?? 200,
    headers,
    body: body.bytes.subarray(0, maximumResponse),
    truncated: body.cut || body.bytes.length > maximumResponse,
    durationMs: 0,
    at,
  }
}

interface Head { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly end: number }

const STATUS_LINE = /^(?:\ufeff|ï»¿)?\s*HTTP\/\d(?:\.\d)? +(\d{3})(?: .*)?$/

const BLANK = new Set([0x09, 0x0a, 0x0d, 0x20])

const readHead = (message: Buffer): Head | null => {
  let at = 0
  while (BLANK.has(message[at] ?? 0)) at += 1
  const first = lineAt(message, at)
  const status = STATUS_LINE.exec(first.text)?.[1]
  if (status === undefined) return null
  const headers = Object.create(null) as Record<string, string>
  let line = lineAt(message, first.next)
  let last: string | null = null
  while (line.text !== '') {
    const colon = line.text.indexOf(':')
    if (/^[ \t]/.test(line.text) && last !== null) headers[last] += ` ${line.text.trim()}`
    else if (colon > 0) {
      last = line.text.slice(0, colon).trim().toLowerCase()
      const value = line.text.slice(colon + 1).trim()
      headers[last] = last in headers ? `${headers[last]}, ${value}` : value
    }
    if (line.next >= message.length) return { status: Number(status), headers, end: message.length }
    line = lineAt(message, line.next)
  }
  // `curl -i` records what came before the answer too: 100 Continue, and the proxy's own word.
  const rest = status.startsWith('1') || / 200 connection established/i.test(first.text) ? readHead(message.subarray(line.next)) : null
  return rest ? { ...rest, end: rest.end + line.next } : { status: Number(status), headers, end: line.next }
}

const lineAt = (message: Buffer, from: number): { readonly text: string; readonly next: number } => {
  const end = message.indexOf(0x0a, from)
  const stop = end < 0 ? message.length : end
  return { text: message.toString('latin1', from, message[stop - 1] === 0x0d && stop > from ? stop - 1 : stop), next: end < 0 ? message.length : end + 1 }
}

const unchunk = (body: Buffer, encoding: string | undefined): Buffer => {
  if (!encoding?.toLowerCase().includes('chunked')) return body
  const chunks: Buffer[] = []
  for (let at = 0; at < body.length;) {
    const line = lineAt(body, at)
    const size = /^\s*([\da-f]{1,8})\s*(?:;.*)?$/i.exec(line.text)?.[1]
    if (size === undefined) return chunks.length === 0 ? body : Buffer.concat(chunks)
    const length = Number.parseInt(size, 16)
    if (length === 0) return Buffer.concat(chunks)
    chunks.push(body.subarray(line.next, line.next + length))
    at = line.next + length
    at += body[at] === 0x0d && body[at + 1] === 0x0a ? 2 : body[at] === 0x0a ? 1 : 0
  }
  return Buffer.concat(chunks)
}

const decode = (body: Buffer, encoding: string | undefined, maximum: number): { readonly bytes: Buffer; readonly cut: boolean } => {
  const inflate = encoding === undefined ? undefined : DECODERS.get(encoding.trim().toLowerCase())
  if (!inflate || body.length === 0) return { bytes: body, cut: false }
  try {
    return { bytes: inflate(body, { maxOutputLength: maximum }), cut: false }
  } catch (error) {
    // Larger than is read at all; anything else was recorded without its compression.
    return errorCode(error) === 'ERR_BUFFER_TOO_LARGE' ? { bytes: Buffer.alloc(0), cut: true } : { bytes: body, cut: false }
  }
}

const DECODERS: ReadonlyMap<string, (body: Buffer, options: { readonly maxOutputLength: number }) => Buffer> = new Map([
  ['gzip', gunzipSync], ['x-gzip', gunzipSync], ['deflate', inflateSync], ['br', brotliDecompressSync],
])
