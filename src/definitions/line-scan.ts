import { tagAt, type Tag } from './tags.ts'

/** A part of a line that YAML would misread: it is taken out before YAML sees the line, and put back after. */
export interface Segment {
  readonly from: number
  readonly to: number
  /** The value, and the column where its first character stands (inside quotes, where the user wrote some). */
  readonly text: string
  readonly textAt: number
}

/** What a value that starts on a line turned out to be, and what the next lines are therefore part of. */
export type ValueScan =
  | { readonly kind: 'empty' }
  | { readonly kind: 'done'; readonly segments: readonly Segment[]; /** an inline `{{#if …}}` that this line does not close */ readonly unclosed?: Tag; readonly plain?: boolean }
  | { readonly kind: 'block-scalar' }
  | { readonly kind: 'quoted'; readonly quote: string }
  | { readonly kind: 'flow'; readonly state: FlowState; readonly segments: readonly Segment[] }

export interface FlowState { readonly depth: number; readonly quote: string }

/** Reads the value that starts at `from` (blanks before it are skipped). */
export const scanValue = (line: string, from: number): ValueScan => {
  const at = pastAnchor(line, skipBlanks(line, from))
  const rest = line.slice(at)
  if (rest === '' || (rest.startsWith('#') && (at === 0 || /\s/.test(line[at - 1] ?? '')))) return { kind: 'empty' }
  if (/^(?:!\S*\s+)*[|>][+\-0-9]*\s*(?:\s#.*)?$/.test(rest)) return { kind: 'block-scalar' }
  const first = rest[0] ?? ''
  if (first === '"' || first === "'") return scanQuoted(line, at, first)
  if ((first === '{' && !rest.startsWith('{{')) || first === '[') {
    const { end, segments, state } = scanFlow(line, at, { depth: 0, quote: '' })
    if (end < 0) return { kind: 'flow', state, segments }
    return isRest(line, end) || (!rest.includes('{{') && !isPath(line, at, end)) ? { kind: 'done', segments } : { kind: 'done', segments: [whole(line, at)] }
  }
  const { end, unclosed } = plainEnd(line, at, 'block')
  const text = line.slice(at, end).trimEnd()
  // `> 50%` and `"OK" in body` mean themselves; YAML takes `>` for a block scalar.
  const odd = text.includes('{{') || /^[>|]/.test(text)
  return { kind: 'done', plain: true, segments: odd ? [{ from: at, to: at + text.length, text, textAt: at }] : [], ...(unclosed ? { unclosed } : {}) }
}

/** Where a plain value ends: at a comment, and inside `{…}` at a comma, a brace or a colon; never inside a tag or an inline block. */
const plainEnd = (line: string, from: number, context: 'block' | 'flow'): { readonly end: number; readonly unclosed?: Tag } => {
  const open: Tag[] = []
  let i = from
  while (i < line.length) {
    const tag = tagAt(line, i)
    if (tag) {
      if (tag.kind === 'open') open.push(tag)
      else if (tag.kind === 'close') open.pop()
      i = tag.to
      continue
    }
    const char = line[i] ?? ''
    if (char === '$' && line[i + 1] === '{' && line[i + 2] !== '{') {
      const end = line.indexOf('}', i)
      if (end > 0) { i = end + 1; continue }
    }
    if (open.length === 0) {
      if (char === '#' && /\s/.test(line[i - 1] ?? ' ')) break
      if (context === 'flow' && (FLOW_SIGNS.includes(char) || (char === ':' && /^(?:[\s,[\]{}]|$)/.test(line.slice(i + 1, i + 2))))) break
    }
    i++
  }
  const [unclosed] = open
  return unclosed ? { end: i, unclosed } : { end: i }
}

/** Walks through `{…}` and `[…]`, over as many lines as they take; `end` is past the last brace, or -1 where the next line goes on. */
export const scanFlow = (line: string, from: number, before: FlowState): { readonly end: number; readonly segments: readonly Segment[]; readonly state: FlowState } => {
  const segments: Segment[] = []
  let { depth, quote } = before
  let i = from
  while (i < line.length) {
    const char = line[i] ?? ''
    if (quote !== '') {
      const end = quoteEnd(line, i, quote)
      if (end < 0) return { end: -1, segments, state: { depth, quote } }
      quote = ''
      i = end + 1
    } else if (/[\s,:?]/.test(char)) i++
    else if (char === '#' && /\s/.test(line[i - 1] ?? ' ')) break
    else if (char === '"' || char === "'") {
      const end = quotedTagsEnd(line, i, char)
      if (end > 0) { segments.push({ from: i, to: end + 1, text: line.slice(i + 1, end), textAt: i + 1 }); i = end + 1 }
      else { quote = char; i++ }
    } else if (pastAnchor(line, i) > i) i = pastAnchor(line, i)
    else if (char === '[' || (char === '{' && !startsTemplate(line, i))) { depth++; i++ }
    else if (char === ']' || char === '}') {
      depth--
      i++
      if (depth <= 0) return { end: i, segments, state: { depth, quote } }
    } else {
      const end = Math.max(i + 1, plainEnd(line, i, 'flow').end)
      const text = line.slice(i, end).trimEnd()
      if (text.includes('{{') || text.includes('${') || /^[>|]/.test(text)) segments.push({ from: i, to: i + text.length, text, textAt: i })
      i = end
    }
  }
  return { end: -1, segments, state: { depth, quote } }
}

/** Where the closing quote stands; -1 where it is not on this line. `from` is inside. */
export const quoteEnd = (line: string, from: number, quote: string): number => {
  for (let i = from; i < line.length; i++) {
    if (quote === '"' && line[i] === '\\') i++
    else if (line[i] === quote) {
      if (quote === "'" && line[i + 1] === "'") i++
      else return i
    }
  }
  return -1
}

/** Where the text of a key ends and its colon stands. `odd`: YAML would end it too early. */
export interface Key { readonly end: number; readonly colon: number; readonly odd: boolean }

/** The key at `from`; null where the line has none. */
export const keyAt = (line: string, from: number): Key | null => {
  const first = line[from]
  if (first === '"' || first === "'") {
    const end = quoteEnd(line, from + 1, first)
    const colon = end < 0 ? -1 : skipBlanks(line, end + 1)
    if (colon > 0 && isColon(line, colon)) return { end: end + 1, colon, odd: false }
    // `"OK" in body: Success`: the quotes are a part of the key.
    const key = end < 0 ? null : plainKey(line, end + 1, true)
    return key && { ...key, odd: true }
  }
  if (first === undefined || '#[]|>@`,'.includes(first) || (first === '{' && !line.startsWith('{{', from))) return null
  return plainKey(line, from, true) ?? plainKey(line, from, false)
}

/** A list item's dash stands at `at`. */
export const isItem = (line: string, at: number): boolean => /^-(?:\s|$)/.test(line.slice(at))

const plainKey = (line: string, from: number, skipQuotes: boolean): Key | null => {
  let odd = false
  let i = from
  while (i < line.length) {
    const tag = tagAt(line, i)
    if (tag) { odd = true; i = tag.to; continue }
    const char = line[i] ?? ''
    if (char === '#' && /\s/.test(line[i - 1] ?? ' ')) return null
    if (isColon(line, i)) return { end: i - (/\s*$/.exec(line.slice(from, i))?.[0].length ?? 0), colon: i, odd }
    if (skipQuotes && char === '"' && /\s/.test(line[i - 1] ?? '')) {
      const end = quoteEnd(line, i + 1, '"')
      if (end > 0 && /^(?:[\s:]|$)/.test(line.slice(end + 1, end + 2))) {
        odd ||= /:\s|\s#/.test(line.slice(i, end))
        i = end
      }
    }
    i++
  }
  return null
}

const scanQuoted = (line: string, at: number, quote: string): ValueScan => {
  const end = quoteEnd(line, at + 1, quote)
  if (end >= 0 && isRest(line, end + 1)) return { kind: 'done', segments: [] }
  if (!line.includes('{{', at)) return end < 0 ? { kind: 'quoted', quote } : { kind: 'done', segments: [whole(line, at)] }
  const i = pastTags(line, at, quote)
  if (line[i] === quote && isRest(line, i + 1)) return { kind: 'done', segments: [{ from: at, to: i + 1, text: line.slice(at + 1, i), textAt: at + 1 }] }
  return end < 0 ? { kind: 'quoted', quote } : { kind: 'done', segments: [whole(line, at)] }
}

/** `"{{format lead.phone "(###)"}}"`: the quotes inside the tag are the tag's. */
const pastTags = (line: string, at: number, quote: string): number => {
  let i = at + 1
  while (i < line.length && line[i] !== quote) i = tagAt(line, i)?.to ?? i + 1
  return i
}

/** Where a quoted text in `{…}` or `[…]` ends whose tags have such quotes too, so that YAML would end it within them; -1 for any other. */
const quotedTagsEnd = (line: string, at: number, quote: string): number => {
  const end = pastTags(line, at, quote)
  return end !== quoteEnd(line, at + 1, quote) && line[end] === quote && /^\s*(?:[,\]}]|\s#|$)/.test(line.slice(end + 1)) ? end : -1
}

const whole = (line: string, at: number): Segment => {
  const text = line.slice(at, plainEnd(line, at, 'block').end).trimEnd()
  return { from: at, to: at + text.length, text, textAt: at }
}

export const skipBlanks = (line: string, from: number): number => {
  let i = from
  while (line[i] === ' ' || line[i] === '\t') i++
  return i
}

/** The name that YAML gives a value (`&phone {{lead.phone_1}}`) is no part of it. */
const pastAnchor = (line: string, from: number): number => skipBlanks(line, from + (line[from] === '&' ? /^&[\w.-]+(?=\s|$)/.exec(line.slice(from))?.[0].length ?? 0 : 0))

/** `[0].status = "ok"` and `["Lead Status"] = "ok"` are paths of an answer. */
const isPath = (line: string, from: number, end: number): boolean => line[from] === '[' && /^(?:[.[]|\s*[=!<>])/.test(line.slice(end))

/** Nothing but a comment follows. */
const isRest = (line: string, from: number): boolean => /^\s*(?:\s#.*)?$/.test(line.slice(from))
const isColon = (line: string, at: number): boolean => line[at] === ':' && /^(?:\s|$)/.test(line.slice(at + 1, at + 2))
/** `{{` where a value may start is a template, since YAML has no use for a map as a key. */
const startsTemplate = (line: string, at: number): boolean => line.startsWith('{{', at) && tagAt(line, at) !== null
const FLOW_SIGNS = ',[]{}'
