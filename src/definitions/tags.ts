/** One `{{…}}` of a line, from its first brace to past its last. */
export interface Tag {
  readonly from: number
  readonly to: number
  readonly kind: 'open' | 'else' | 'close' | 'value' | 'comment'
  /** The inside of the braces without blanks around it and without `~`, and where it starts. */
  readonly inner: string
  readonly innerAt: number
  /** `if` of `#if …`, `/if` and `else if …`; empty for others. */
  readonly name: string
}

/** The tag that starts at `at`; null where there is none or it does not end in this text. Quotes and `[…]` inside are skipped. */
export const tagAt = (line: string, at: number): Tag | null => {
  if (!line.startsWith('{{', at)) return null
  const to = endOfTag(line, at)
  if (to < 0) return null
  const match = /^\{\{~?\s*([\s\S]*?)\s*~?\}\}\}?$/.exec(line.slice(at, to))
  const inner = match?.[1] ?? ''
  const innerAt = at + (/^\{\{~?\s*/.exec(line.slice(at, to))?.[0].length ?? 2)
  const tag = { from: at, to, inner, innerAt }
  if (inner.startsWith('!')) return { ...tag, kind: 'comment', name: '' }
  const opened = /^#\s*([\w.-]+)/.exec(inner)
  if (opened) return { ...tag, kind: 'open', name: opened[1] ?? '' }
  const closed = /^\/\s*([\w.-]*)/.exec(inner)
  if (closed) return { ...tag, kind: 'close', name: closed[1] ?? '' }
  const other = /^(?:else|\^)(?:\s+([\w.-]+)\b[\s\S]*)?$/.exec(inner)
  if (other) return { ...tag, kind: 'else', name: other[1] ?? '' }
  return { ...tag, kind: 'value', name: '' }
}

/** The tags of a line that holds block tags and comments and nothing else; null for every other line. */
export const blockTags = (line: string): readonly Tag[] | null => {
  const tags: Tag[] = []
  let at = line.search(/\S/)
  while (at >= 0 && at < line.length) {
    if (/^\s+(?:#|$)/.test(line.slice(at))) break
    if (/\s/.test(line[at] ?? '')) { at++; continue }
    const tag = tagAt(line, at)
    if (!tag || tag.kind === 'value') return null
    tags.push(tag)
    at = tag.to
  }
  return tags.length > 0 ? tags : null
}

/** How many blocks these open more than they close. */
export const opensMore = (tags: readonly Tag[]): number => tags.reduce((depth, { kind }) => depth + (kind === 'open' ? 1 : kind === 'close' ? -1 : 0), 0)

const endOfTag = (line: string, from: number): number => {
  if (/^\{\{~?!--/.test(line.slice(from, from + 6))) {
    const end = /--~?\}\}/.exec(line.slice(from))
    return end ? from + end.index + end[0].length : -1
  }
  const triple = line[from + 2] === '{'
  let quote = ''
  for (let i = from + 2; i < line.length; i++) {
    const char = line[i] ?? ''
    if (quote !== '') { if (char === '\\') i++; else if (char === quote) quote = '' }
    else if (char === '"' || char === "'") quote = char
    else if (char === '[') quote = ']'
    else if (char === '$' && line[i + 1] === '{' && line.indexOf('}', i) > 0) i = line.indexOf('}', i)
    else if (char === '}' && line[i + 1] === '}') return triple && line[i + 2] === '}' ? i + 3 : i + 2
  }
  // A quote that never ends: the template is broken, and wire says how; its end is still the nearest braces.
  const end = line.indexOf('}}', from)
  return end < 0 ? -1 : end + 2
}
