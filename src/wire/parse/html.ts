import type { HTMLElement } from 'node-html-parser'
import { lazily } from '../../base/lazily.ts'

export type { HTMLElement } from 'node-html-parser'

const library = lazily<typeof import('node-html-parser')>('node-html-parser')

/** More than any page that a person wrote: the parser takes a second for 19,000 elements inside each other. */
const MAX_TAGS = 20_000
const MAX_DEPTH = 1_000

/** A tree of whatever HTML was sent, or null where there is too much of it. */
export const parseHtml = (text: string): HTMLElement | null => {
  if (isTooMuch(text)) return null
  try {
    return library().parse(text)
  } catch {
    return null
  }
}

const isTooMuch = (text: string): boolean => {
  let tags = 0
  let depth = 0
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) {
    NESTING.lastIndex = at
    if (text.charCodeAt(at + 1) === 0x2f) depth -= 1
    else if (NESTING.test(text)) depth += 1
    if (++tags > MAX_TAGS || depth > MAX_DEPTH) return true
  }
  return false
}

/** Elements that hold others; those that are always empty do not nest. */
const NESTING = /<(?!(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr)\b)[a-z]/iy

/** A CSS selector, tried out once; null where it is none. Gives the attribute's value, else the text, in document order. */
export const compileCss = (selector: string, attribute: string | null): ((root: HTMLElement) => readonly unknown[]) | null => {
  // Of these the library makes nothing at all, without a word.
  if (selector.trim() === '' || /^[@\d]/.test(selector.trim())) return null
  try {
    library().parse('<p></p>').querySelectorAll(selector)
  } catch {
    return null
  }
  return (root) => {
    const found = root.querySelectorAll(selector)
    if (attribute === null) return found.map((each) => oneLine(each.text))
    return found.flatMap((each) => each.getAttribute(attribute) ?? [])
  }
}

/** What a person would read on a page: no scripts, styles or markup. Looks at its first 8,000 characters. */
export const readableText = (html: string): string =>
  oneLine(
    html.slice(0, 8_000)
      .replace(/<!--[\s\S]*?-->|<(script|style|head)\b[\s\S]*?<\/\1\s*>/gi, ' ')
      .replace(/<[^>]*>?/g, ' ')
      .replace(/&(amp|lt|gt|quot|apos|nbsp|#39);/g, (_whole, name: string) => ENTITIES[name] ?? ' '),
  )

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", '#39': "'", nbsp: ' ' }

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()
