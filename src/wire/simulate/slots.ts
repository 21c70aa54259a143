import type { Sketch } from './sketch.ts'
import { escapeMarkup } from './sketch-xml.ts'

/**
 * What differs from one answer to the next. Private-use characters stand for them in a sketch: JSON, XML and HTML
 * writers leave those as they are.
 */
export const SLOT = { id: '\uE0F0', price: '\uE0F1', message: '\uE0F2' } as const

export interface Filling { readonly id: string; readonly price: string; readonly message: string }

export interface Filled { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string }

/** Compiled once: an answer is then a join of strings. */
export const compileSketch = (sketch: Sketch): ((filling: Filling) => Filled) => {
  const type = sketch.headers['content-type'] ?? ''
  const escape = /json/.test(type) ? (text: string) => JSON.stringify(text).slice(1, -1) : /xml|html/.test(type) ? escapeMarkup : oneLine
  const fill = compileText(sketch.body, escape)
  const headers = Object.entries(sketch.headers).map(([name, value]) => [name, compileText(value, oneLine)] as const)
  const constant = headers.every(([, value]) => value === null)
  return (filling) => ({
    status: sketch.status,
    headers: constant ? sketch.headers : Object.fromEntries(headers.map(([name, value]) => [name, value === null ? (sketch.headers[name] ?? '') : value(filling)])),
    body: fill === null ? sketch.body : fill(filling),
  })
}

const compileText = (text: string, escape: (text: string) => string): ((filling: Filling) => string) | null => {
  const parts = text.split(/([\uE0F0-\uE0F2])/)
  if (parts.length === 1) return null
  return (filling) => {
    let filled = ''
    for (const part of parts) {
      switch (part) {
        case SLOT.id: filled += filling.id; break
        case SLOT.price: filled += filling.price; break
        case SLOT.message: filled += escape(filling.message); break
        default: filled += part
      }
    }
    return filled
  }
}

/** In plain text a message stays on its line; what a header may not hold goes. */
const oneLine = (text: string): string => text.replace(/[^\x20-\x7e]+/g, ' ')
