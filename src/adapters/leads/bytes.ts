import { createReadStream } from 'node:fs'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

/** Some 400 rows a chunk: large enough that the step from chunk to chunk costs nothing, small enough to be a batch. */
const CHUNK = 64 * 1024

/** The bytes of one source as they are asked for, a gzip file unpacked. `onRead` counts what was read before unpacking. */
export async function* openBytes(from: string | Readable, onRead: (bytes: number) => void): AsyncGenerator<Buffer> {
  const stream = typeof from === 'string' ? createReadStream(from, { highWaterMark: CHUNK }) : from
  const raw = counted(stream, onRead)
  const chunks: Buffer[] = []
  let length = 0
  // A pipe may bring a single byte first.
  while (length < 2) {
    const next = await raw.next()
    if (next.done) break
    chunks.push(next.value)
    length += next.value.length
  }
  const head = Buffer.concat(chunks)
  if (head[0] !== 0x1f || head[1] !== 0x8b) {
    if (head.length > 0) yield head
    yield* raw
    return
  }
  const unpacked = createGunzip({ chunkSize: CHUNK })
  // What goes wrong destroys `unpacked`, whose reader below is told by it.
  pipeline(Readable.from(withHead(head, raw)), unpacked, () => undefined)
  for await (const chunk of unpacked) yield asBuffer(chunk)
}

async function* counted(stream: Readable, onRead: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of stream) {
    const bytes = asBuffer(chunk)
    onRead(bytes.length)
    yield bytes
  }
}

async function* withHead(head: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield head
  yield* rest
}

const asBuffer = (chunk: unknown): Buffer =>
  Buffer.isBuffer(chunk) ? chunk : chunk instanceof Uint8Array ? Buffer.from(chunk) : Buffer.from(String(chunk))
