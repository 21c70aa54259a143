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

/** Every `{{…}}` of a text; quotes, `[…]` and comments inside are skipped over. A tag that never ends is left to the parser. */
const tagsOf = (text: string): { readonly from: number; readonly to: number }[] => {
  const tags: { from: number; to: number }[] = []
  let at = text.indexOf('{{')
  while (at >= 0) {
    const comment = /^\{\{~?!--/.test(text.slice(at, at + 6))
    const end = comment ? endOf(text, '--}}', at) : endOfTag(text, at + 2)
    if (end < 0) break
    if (text[at - 1] !== '\\') tags.push({ from: at, to: end })
    at = text.indexOf('{{', end)
  }
  return tags
}

const endOf = (text: string, mark: string, from: number): number => {
  const found = text.indexOf(mark, from)
  return found < 0 ? -1 : found + mark.length
}

const endOfTag = (text: string, from: number): number => {
  let quote = ''
  for (let i = from; i < text.length; i++) {
    const char = text[i] ?? ''
    if (quote !== '') { if (char === '\\') i++; else if (char === quote) quote = '' }
    else if (char === '"' || char === "'") quote = char
    else if (char === '[') quote = ']'
    else if (char === '}' && text[i + 1] === '}') return text[i + 2] === '}' && text[from] === '{' ? i + 3 : i + 2
  }
  return -1
}
