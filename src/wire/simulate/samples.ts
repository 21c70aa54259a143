import type { SampleAnswer } from '../../definitions/types.ts'
import type { Sketch } from './sketch.ts'

/** A sample answer as an answer: a whole HTTP message is read as one, a bare body came with 200. */
export const sampleSketch = ({ text }: SampleAnswer): Sketch => {
  const trimmed = text.replace(/^\s*\n/, '')
  const start = /^HTTP\/[\d.]+ +(\d{3})[^\n]*\n/.exec(trimmed)
  if (!start) return { status: 200, headers: { 'content-type': sniff(trimmed) }, body: trimmed }
  const rest = trimmed.slice(start[0].length)
  const blank = /\r?\n\r?\n|^\r?\n/.exec(rest)
  const head = blank ? rest.slice(0, blank.index) : rest
  const body = blank ? rest.slice(blank.index + blank[0].length) : ''
  const headers = Object.fromEntries(head.split(/\r?\n/).flatMap((line) => {
    const colon = line.indexOf(':')
    return colon > 0 ? [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]] : []
  }))
  // Lengths and encodings belong to the answer that was recorded.
  for (const name of ['content-length', 'transfer-encoding', 'content-encoding', 'connection', 'date']) delete headers[name]
  return { status: Number(start[1]), headers: { 'content-type': sniff(body), ...headers }, body }
}

const sniff = (body: string): string => {
  const text = body.trimStart()
  if (/^[{[]/.test(text)) return 'application/json'
  if (/^<(!doctype html|html|body|h\d)/i.test(text)) return 'text/html; charset=utf-8'
  return text.startsWith('<') ? 'application/xml' : 'text/plain; charset=utf-8'
}
