import { tagAt } from '../../definitions/tags.ts'

/** A comparison found inside `{{#if …}}`: its text, and where it stands in the template. */
interface Found { readonly text: string; readonly offset: number }

/**
 * Handlebars cannot parse `{{#if lead.score > 80}}`. Each condition is taken out and `@c0`, `@c1` … put in its place,
 * padded with blanks, so that the positions of all that follows stay true.
 */
export const takeOutConditions = (text: string): { readonly text: string; readonly conditions: readonly Found[] } => {
  if (!text.includes('{{')) return { text, conditions: [] }
  const conditions: Found[] = []
  let out = ''
  let kept = 0
  for (const tag of tagsOf(text)) {
    const match = /^\{\{~?\s*(?:#\s*|\^\s*|else\s+)(?:if|unless)\s+/.exec(text.slice(tag.from, tag.to))
    if (!match) continue
    const from = tag.from + match[0].length
    const inner = text.slice(from, tag.to).replace(/\s*~?\}\}$/, '')
    if (inner === '') continue
    out += text.slice(kept, from) + `@c${conditions.length}`.padEnd(inner.length)
    kept = from + inner.length
    conditions.push({ text: inner, offset: from })
  }
  return { text: out + text.slice(kept), conditions }
}

/** Every `{{…}}` of a text but escaped ones. A tag that never ends is left to the parser. */
const tagsOf = (text: string): { readonly from: number; readonly to: number }[] => {
  const tags: { from: number; to: number }[] = []
  for (let at = text.indexOf('{{'); at >= 0;) {
    const tag = tagAt(text, at)
    if (!tag) break
    if (text[at - 1] !== '\\') tags.push(tag)
    at = text.indexOf('{{', tag.to)
  }
  return tags
}
