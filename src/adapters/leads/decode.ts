import { isUtf8 } from 'node:buffer'

/** Bytes of one file in, text out. A character cut by a chunk's end waits for the next chunk. */
export interface Decoder {
  push(bytes: Uint8Array): Decoded
  end(): Decoded
}
interface Decoded {
  readonly text: string
  /** Some bytes were not valid in the encoding and stand as U+FFFD. */
  readonly damaged: boolean
}

/** `encoding`: of `encodingOf`. A byte order mark is taken off. */
export const createDecoder = (encoding: string): Decoder => (encoding === 'utf-8' ? utf8Decoder() : otherDecoder(encoding))

/** Chunks cut at whole characters, so that `isUtf8` can tell damage from a U+FFFD that truly stands in the text; no slower than TextDecoder. */
const utf8Decoder = (): Decoder => {
  let rest: Buffer = Buffer.alloc(0)
  let first = true
  const decode = (bytes: Buffer): Decoded => {
    const text = bytes.toString('utf8')
    const bare = first && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
    first &&= bytes.length === 0
    return { text: bare, damaged: !isUtf8(bytes) }
  }
  return {
    push: (bytes) => {
      const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      const all = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      const whole = all.length - incompleteTail(all)
      // Copied: the chunk's memory may be used again for the next one.
      rest = whole === all.length ? Buffer.alloc(0) : Buffer.from(all.subarray(whole))
      return decode(all.subarray(0, whole))
    },
    end: () => decode(rest),
  }
}

/** How many bytes at the end begin a character that is not complete. */
const incompleteTail = (bytes: Uint8Array): number => {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte < 0x80) return 0
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0
  }
  return 0
}

const otherDecoder = (encoding: string): Decoder => {
  const decoder = new TextDecoder(encoding)
  // A U+FFFD in such a text is taken for damage: the decoder does not tell the two apart.
  const decoded = (text: string): Decoded => ({ text, damaged: text.includes('\uFFFD') })
  return {
    push: (bytes) => decoded(decoder.decode(bytes, { stream: true })),
    end: () => decoded(decoder.decode()),
  }
}
