/**
 * A text that a pattern matches: enough of the regular-expression language for the rules that people write
 * (`^SUCCESS`, `id=(\d+)`, `(ok|accepted)`). The first alternative, the fewest repetitions. Whoever uses it checks
 * the result against the real pattern: an exotic one may come out wrong, never slow.
 */
export const sampleOf = (source: string, firstGroup: string | null = null): string => {
  const cursor: Cursor = { source, at: 0, groups: 0, firstGroup }
  return alternatives(cursor)
}

interface Cursor { readonly source: string; at: number; groups: number; readonly firstGroup: string | null }

const alternatives = (cursor: Cursor): string => {
  const first = sequence(cursor)
  while (cursor.source[cursor.at] === '|') { cursor.at += 1; sequence(cursor) }
  return first
}

const sequence = (cursor: Cursor): string => {
  let text = ''
  while (cursor.at < cursor.source.length && !'|)'.includes(cursor.source[cursor.at] ?? '')) text += repeated(cursor, atom(cursor))
  return text
}

const atom = (cursor: Cursor): string => {
  const char = cursor.source[cursor.at++] ?? ''
  switch (char) {
    case '^': case '$': return ''
    case '.': return 'a'
    case '(': return group(cursor)
    case '[': return charClass(cursor)
    case '\\': return escaped(cursor.source[cursor.at++] ?? '')
    default: return char
  }
}

const group = (cursor: Cursor): string => {
  const opening = /^\?(?:[:=!]|<[=!]|<\w+>)/.exec(cursor.source.slice(cursor.at))?.[0] ?? ''
  cursor.at += opening.length
  const captures = opening === '' || /^\?<\w/.test(opening)
  if (captures) cursor.groups += 1
  const wanted = captures && cursor.groups === 1 ? cursor.firstGroup : null
  const inner = alternatives(cursor)
  cursor.at += 1
  // A lookaround takes no room; its text is left out, and the check against the real pattern says whether that did.
  if (/^\?<?[=!]/.test(opening)) return ''
  return wanted ?? inner
}

const charClass = (cursor: Cursor): string => {
  const end = closingBracket(cursor.source, cursor.at)
  const inside = cursor.source.slice(cursor.at, end)
  cursor.at = end + 1
  if (inside.startsWith('^')) return 'a0 -'.split('').find((each) => !inside.includes(each)) ?? 'z'
  return inside.startsWith('\\') ? escaped(inside[1] ?? '') : (inside[0] ?? '')
}

const closingBracket = (source: string, from: number): number => {
  for (let at = from; at < source.length; at++) {
    if (source[at] === '\\') at += 1
    else if (source[at] === ']' && at > from) return at
  }
  return source.length
}

const escaped = (char: string): string => {
  switch (char) {
    case 'd': return '7'
    case 'w': return 'a'
    case 's': return ' '
    case 'D': case 'S': return 'a'
    case 'W': return '-'
    case 'b': case 'B': return ''
    case 'n': return '\n'
    case 'r': return '\r'
    case 't': return '\t'
    default: return char
  }
}

const repeated = (cursor: Cursor, text: string): string => {
  const quantifier = /^(?:[*+?]|\{(\d+)(?:,\d*)?\})\??/.exec(cursor.source.slice(cursor.at))
  if (!quantifier) return text
  cursor.at += quantifier[0].length
  if (quantifier[1] !== undefined) return text.repeat(Math.min(Number(quantifier[1]), 64))
  return quantifier[0].startsWith('+') ? text : ''
}
