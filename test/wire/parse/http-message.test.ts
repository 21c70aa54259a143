import { brotliCompressSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { parseHttpMessage } from '../../../src/wire/parse/http-message.ts'

const parse = (message: string | Uint8Array, maximumResponse?: number) => {
  const reply = parseHttpMessage(typeof message === 'string' ? Buffer.from(message) : message, { at: 5, ...(maximumResponse ? { maximumResponse } : {}) })
  return { status: reply.status, headers: { ...reply.headers }, body: Buffer.from(reply.body).toString(), truncated: reply.truncated, at: reply.at }
}
const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n'

describe('parseHttpMessage', () => {
  it.each(['\r\n', '\n'])('reads status line, headers and body with line ends %j', (eol) => {
    const text = ['HTTP/1.1 422 Unprocessable', 'Content-Type: application/json', 'X-A: 1', 'x-a:  2', '', '{"a":\n1}'].join(eol)
    expect(parse(text)).toEqual({ status: 422, headers: { 'content-type': 'application/json', 'x-a': '1, 2' }, body: '{"a":\n1}', truncated: false, at: 5 })
  })
  it.each([
    ['no body', 'HTTP/2 204\n', 204, ''],
    ['a status line alone, indented', '\n  HTTP/1.1  204 No Content', 204, ''],
    ['headers without end', 'HTTP/1.1 500 Oops\nA: b', 500, ''],
    ['a body only', '{"status":"ok"}', 200, '{"status":"ok"}'],
    ['nothing', '', 200, ''],
    ['what came before the answer', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\n\r\nyes', 201, 'yes'],
    ["the proxy's word before the answer", 'HTTP/1.1 200 Connection established\r\n\r\nHTTP/2 201 \r\nserver: x\r\n\r\nyes', 201, 'yes'],
    ["the proxy's word alone", 'HTTP/1.1 200 Connection established\r\n\r\n', 200, ''],
    ['chunks', `${head}Transfer-Encoding: chunked\r\n\r\n4\r\nWiki\r\n5;x=y\r\npedia\r\n0\r\n\r\n`, 200, 'Wikipedia'],
    ['chunks undone before', `${head}Transfer-Encoding: chunked\r\n\r\nWikipedia`, 200, 'Wikipedia'],
    ['compression undone before', `${head}Content-Encoding: gzip\r\n\r\nplain`, 200, 'plain'],
    ['an encoding of no kind', `${head}Content-Encoding: constructor\r\n\r\nplain`, 200, 'plain'],
  ])('%s', (_name, text, status, body) => expect(parse(text)).toMatchObject({ status, body, truncated: false }))
  it('undoes gzip and br', () => {
    expect(parse(Buffer.concat([Buffer.from(`${head}Content-Encoding: gzip\r\n\r\n`), gzipSync('hello')])).body).toBe('hello')
    expect(parse(Buffer.concat([Buffer.from(`${head}Content-Encoding: br\r\n\r\n`), brotliCompressSync('hello')])).body).toBe('hello')
  })
  it('stops a compression bomb and cuts what is too long', () => {
    expect(parse(Buffer.concat([Buffer.from(`${head}Content-Encoding: gzip\r\n\r\n`), gzipSync(Buffer.alloc(10_000_000))]), 1_000)).toMatchObject({ body: '', truncated: true })
    expect(parse(`${head}\r\n${'x'.repeat(2_000)}`, 1_000)).toMatchObject({ body: 'x'.repeat(1_000), truncated: true })
  })
})
