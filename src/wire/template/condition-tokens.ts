/** One word of a condition inside `#if`. `operand`: a path, a literal or a `(helper call)`, left to Handlebars' own parser. */
export type Token =
  | { readonly kind: 'operand'; readonly text: string; readonly offset: number }
  | { readonly kind: 'pattern'; readonly source: string; readonly flags: string; readonly offset: number }
  | { readonly kind: 'sign'; readonly sign: string; readonly offset: number }

const SIGNS = ['===', '!==', '==', '!=', '<>', '>=', '<=', '&&', '||', '=', '>', '<', '(', ')', ',', '!']
const WORDS = new Set(['and', 'or', 'not', 'contains', 'starts-with', 'ends-with', 'matches', 'in', 'exists'])

/** Cuts a condition into tokens; where that cannot be done, the offset of the first bad character. */
export const tokensOf = (text: string, isHelper: (name: string) => boolean): { readonly ok: true; readonly tokens: readonly Token[] } | { readonly ok: false; readonly offset: number } => {
  const tokens: Token[] = []
  let at = 0
  let inList = false
  while (at < text.length) {
    const rest = text.slice(at)
    const blank = /^\s+/.exec(rest)
    if (blank) { at += blank[0].length; continue }
    const last = tokens.at(-1)
    const pattern = last?.kind === 'sign' && last.sign === 'matches' ? /^\/((?:[^/\\]|\\.)+)\/([a-z]*)/.exec(rest) : null
    const call = rest.startsWith('(') && isHelper(/^\(\s*([\w-]+)\s/.exec(rest)?.[1] ?? '') ? callAt(rest) : null
    const literal = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')/.exec(rest)
    // `in ["CA", "NY"]`, as other conditions may have it: behind any other word `[…]` is the name of a field.
    if (inList ? rest.startsWith(']') : rest.startsWith('[') && last?.kind === 'sign' && last.sign === 'in') {
      tokens.push({ kind: 'sign', sign: inList ? ')' : '(', offset: at })
      inList = !inList
      at += 1
    } else if (pattern) {
      tokens.push({ kind: 'pattern', source: pattern[1] ?? '', flags: pattern[2] ?? '', offset: at })
      at += pattern[0].length
    } else if (call !== null || literal) {
      const found = call ?? literal?.[0] ?? ''
      tokens.push({ kind: 'operand', text: found, offset: at })
      at += found.length
    } else {
      const sign = SIGNS.find((each) => rest.startsWith(each))
      const word = sign ?? (last?.kind === 'operand' || (last?.kind === 'sign' && last.sign === 'not') ? /^(?:starts|ends)\s+with\b/i.exec(rest)?.[0] : undefined) ?? /^(?:@?[\w$-]+|\[[^\]]*\])(?:[./](?:[\w$-]+|\[[^\]]*\]))*/.exec(rest)?.[0]
      if (word === undefined) return { ok: false, offset: at }
      const lower = word.toLowerCase().replace(/\s+/, '-')
      tokens.push(sign !== undefined || WORDS.has(lower) ? { kind: 'sign', sign: sign ?? lower, offset: at } : { kind: 'operand', text: LEADING_ZERO.test(word) ? `"${word}"` : word, offset: at })
      at += word.length
    }
  }
  return { ok: true, tokens }
}

/** A text, as in every other condition: 02134 is a ZIP code. */
const LEADING_ZERO = /^0\d+$/

/** A whole `(helper …)`, its own parentheses and quotes counted; null where it does not end. */
const callAt = (text: string): string | null => {
  let depth = 0
  let quote = ''
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? ''
    if (quote !== '') { if (char === '\\') i++; else if (char === quote) quote = '' }
    else if (char === '"' || char === "'") quote = char
    else if (char === '(') depth++
    else if (char === ')' && --depth === 0) return text.slice(0, i + 1)
  }
  return null
}
