import zlib from 'node:zlib'
import { errorCode } from '../../base/error.ts'

/** A body as it is meant: decompressed, and cut at the limit. */
interface Content { readonly body: Uint8Array; readonly truncated: boolean }

/**
 * Undoes Content-Encoding, never making more than `limit` bytes. A body that is not what its header says is handed on as
 * it came: status and headers still count, and the reader finds it unreadable. Only a body that is too long takes the
 * asynchronous way, so that the usual small one costs one call. `cut`: `raw` is only the beginning.
 */
export const decode = (raw: Uint8Array, encoding: string, limit: number, cut: boolean): Content | Promise<Content> => {
  const names = encoding.toLowerCase().split(',').map((each) => each.trim()).filter((each) => each !== '' && each !== 'identity')
  if (names.length > MOST_LAYERS || !names.every((each) => CODINGS.has(each))) return { body: raw, truncated: cut }
  const outer = CODINGS.get(names.at(-1) ?? '')
  if (cut) return names.length === 1 && outer ? prefix(outer.stream(raw), raw, limit) : { body: raw, truncated: true }
  let body = raw
  for (const name of names.reverse()) {
    const coding = CODINGS.get(name)
    if (!coding || body.length === 0) break
    try {
      body = coding.whole(body, { maxOutputLength: limit })
    } catch (error) {
      return errorCode(error) === 'ERR_BUFFER_TOO_LARGE' ? prefix(coding.stream(body), body, limit) : { body: raw, truncated: false }
    }
  }
  return { body, truncated: false }
}

interface Coding {
  whole(body: Uint8Array, options: { maxOutputLength: number }): Uint8Array
  stream(body: Uint8Array): zlib.Gunzip | zlib.Inflate | zlib.BrotliDecompress
}

const gzip: Coding = { whole: zlib.gunzipSync, stream: () => zlib.createGunzip() }
const brotli: Coding = { whole: zlib.brotliDecompressSync, stream: () => zlib.createBrotliDecompress() }
/** `deflate` is the zlib format by RFC 9110; some servers send the bare one. */
const deflate: Coding = {
  whole: (body, options) => (isZlib(body) ? zlib.inflateSync(body, options) : zlib.inflateRawSync(body, options)),
  stream: (body) => (isZlib(body) ? zlib.createInflate() : zlib.createInflateRaw()),
}
const CODINGS = new Map<string, Coding>([['gzip', gzip], ['x-gzip', gzip], ['deflate', deflate], ['br', brotli]])
const MOST_LAYERS = 3

const isZlib = (body: Uint8Array): boolean => ((body[0] ?? 0) & 0x0f) === 8 && (((body[0] ?? 0) << 8) + (body[1] ?? 0)) % 31 === 0

/** The first `limit` bytes of a bomb; the rest is never made. */
const prefix = (stream: ReturnType<Coding['stream']>, body: Uint8Array, limit: number): Promise<Content> =>
  new Promise((resolve) => {
    const parts: Buffer[] = []
    let size = 0
    const finish = () => {
      stream.destroy()
      resolve({ body: Buffer.concat(parts).subarray(0, limit), truncated: true })
    }
    stream.on('data', (part: Buffer) => {
      parts.push(part)
      size += part.length
      if (size >= limit) finish()
    })
    stream.on('end', finish).on('error', finish)
    stream.end(body)
  })
