import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'

/** The whole body as text, unpacked. Past 64 MB it is refused: a batch is never that large. */
export const readBody = async (request: IncomingMessage): Promise<string> => {
  if (request.method === 'GET' || request.method === 'HEAD') return ''
  const bytes = await new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > LIMIT) reject(new Error('the body is larger than 64 MB'))
      else chunks.push(chunk)
    })
    request.on('end', () => { resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)) })
    request.on('error', reject)
  })
  const encoding = request.headers['content-encoding']
  return (encoding === 'gzip' ? await unpack(bytes, { maxOutputLength: LIMIT }) : bytes).toString('utf8')
}

const LIMIT = 64 * 1024 * 1024
const unpack = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip)
