import { isUtf8 } from 'node:buffer'

/**
 * The text of a body, never an error: bytes that are not of their charset become U+FFFD. A byte order mark goes before
 * the header, the header before the XML declaration; without any of them it is UTF-8, or what old gateways send
 * unlabelled, where not one of its characters beyond ASCII can be read as that.
 */
export const decodeBody = (bytes: Uint8Array, contentType: string): string => {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const first = buffer[0]
  if (first === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf) return buffer.toString('utf8', 3)
  if (first === 0xff && buffer[1] === 0xfe) return decodeAs('utf-16le', buffer)
  if (first === 0xfe && buffer[1] === 0xff) return decodeAs('utf-16be', buffer)
  const named = namedCharset(contentType) ?? (first === LESS_THAN ? declaredInXml(buffer) : null)
  if (named !== null && named !== 'utf-8' && named !== 'utf8') return decodeAs(named, buffer)
  const text = buffer.toString()
  return named === null && text.includes('\ufffd') && !BEYOND_ASCII.test(text) && !isUtf8(buffer) ? decodeAs('windows-1252', buffer) : text
}

const BEYOND_ASCII = /[^\u0000-\u007f\ufffd]/

const LESS_THAN = 0x3c

const namedCharset = (contentType: string): string | null => {
  if (!contentType.includes('=')) return null
  const match = /;\s*charset\s*=\s*"?([\w.:-]+)/i.exec(contentType)
  return match?.[1]?.toLowerCase() ?? null
}

const declaredInXml = (buffer: Buffer): string | null => {
  if (buffer[1] !== 0x3f) return null
  const match = /^<\?xml[^>]*\bencoding\s*=\s*["']([\w.:-]+)/.exec(buffer.toString('latin1', 0, 200))
  const name = match?.[1]?.toLowerCase() ?? null
  // A declaration that can be read byte by byte cannot be of a 16-bit text, whatever it says.
  return name?.startsWith('utf-16') || name?.startsWith('ucs-') ? null : name
}

const decodeAs = (charset: string, buffer: Buffer): string => {
  try {
    const decoder = new TextDecoder(charset)
    // In two calls: Node 24.0 reads windows-1252 that comes in one as Latin-1, without its € and quotes.
    return decoder.decode(buffer, { stream: true }) + decoder.decode()
  } catch {
    // A charset that nobody knows: the ASCII part, which is most of it, is right in UTF-8.
    return buffer.toString()
  }
}
