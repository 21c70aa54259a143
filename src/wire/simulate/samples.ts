import type { SampleAnswer } from '../../definitions/answer-definition.ts'
import { parseHttpMessage } from '../parse/http-message.ts'
import type { Sketch } from './sketch.ts'

/** A sample answer as an answer: a whole HTTP message is read as one, a bare body came with 200. */
export const sampleSketch = ({ text }: SampleAnswer): Sketch => {
  const reply = parseHttpMessage(Buffer.from(text.replace(/^\s*\n/, '')), { at: 0 })
  const body = Buffer.from(reply.body).toString()
  const headers = Object.entries(reply.headers).filter(([name]) => !OF_THE_RECORD.has(name))
  return { status: reply.status, headers: { 'content-type': sniff(body), ...Object.fromEntries(headers) }, body }
}

/** Lengths and encodings belong to the answer that was recorded. */
const OF_THE_RECORD = new Set(['content-length', 'transfer-encoding', 'content-encoding', 'connection', 'date'])

const sniff = (body: string): string => {
  const text = body.trimStart()
  if (/^[{[]/.test(text)) return 'application/json'
  if (/^<(!doctype html|html|body|h\d)/i.test(text)) return 'text/html; charset=utf-8'
  return text.startsWith('<') ? 'application/xml' : 'text/plain; charset=utf-8'
}
