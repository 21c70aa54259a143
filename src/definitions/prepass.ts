import { diagnosticAt, type Diagnostic } from '../base/diagnostic.ts'
import { createBlocks, type Block } from './blocks.ts'
import { createLevels } from './levels.ts'
import { isItem, keyAt, quoteEnd, scanFlow, scanValue, skipBlanks, type FlowState, type Key, type Segment, type ValueScan } from './line-scan.ts'
import { createPreparedText, type Taken } from './prepared-text.ts'
import { rawAnswerAt, takesRawAnswer, type RawAnswer } from './raw-answer.ts'
import { blockTags, opensMore, tagAt, type Tag } from './tags.ts'
import type { FileText } from './text.ts'

/** A file made readable for YAML: the same lines, block lines blanked, templates replaced by as many letters. */
export interface Prepared {
  readonly text: string
  /** What was taken out, by `line:column` of the prepared text, both from 1. */
  readonly taken: ReadonlyMap<string, Taken>
  /** In the order of their first lines. */
  readonly blocks: readonly Block[]
  /** Lines that are a key without a colon, from 1: `Increase timeout each retry`. */
  readonly bare: ReadonlySet<number>
  readonly diagnostics: readonly Diagnostic[]
  /** The column of the user's own text for one of the prepared text. */
  readonly column: (line: number, col: number) => number
}

/** A line of keys and values: its text starts at `indent` and, behind the dashes of list items, at `at`; it moves by `shift` to the level of its block. */
interface Content { readonly i: number; readonly line: string; readonly indent: number; readonly at: number; readonly shift: number }

/**
 * Contract, section 2: unquoted `{{…}}` values and bare block lines, at any depth. No line is added or removed.
 * What takes something here reads it from its first line on, and returns the line after its last.
 */
export const prepare = (file: FileText): Prepared => {
  const lines = file.text.replace(/^\uFEFF/, '').split(/\r?\n/).map(plainBlanks)
  const diagnostics: Diagnostic[] = []
  const bare = new Set<number>()
  const out = createPreparedText(file.path, lines)
  const levels = createLevels()
  const blocks = createBlocks(file.path, lines, levels, diagnostics)

  const takeLine = (i: number): number => {
    const line = lines[i] ?? ''
    const indent = line.search(/\S/)
    const tags = blockTags(line)
    if (indent < 0) out.put('')
    else if (line[indent] === '#') out.put(line)
    else if (tags) {
      blocks.take(tags, i, indent)
      out.put('')
    } else if (/^(?:---|\.\.\.)(?:\s|$)/.test(line) || line.startsWith('%')) {
      levels.leave(-1)
      out.put(line)
    } else return takeContent(i, indent)
    return i + 1
  }

  const takeContent = (i: number, indent: number): number => {
    const line = lines[i] ?? ''
    const shift = blocks.shiftOf(i, indent)
    let at = indent
    while (isItem(line, at)) {
      levels.enter(at + shift, 'list')
      levels.pend(at + shift)
      at = skipBlanks(line, at + 1)
    }
    const content = { i, line, indent, at, shift }
    const key = keyAt(line, at)
    if (key) return takeKey(content, key)
    return isBareKey(content) ? takeBareKey(content) : takeLoneValue(content)
  }

  const takeKey = (content: Content, key: Key): number => {
    const { i, line, at, shift } = content
    const name = line.slice(at, key.end)
    levels.enter(at + shift, 'map')
    levels.settle()
    if (key.odd && tagAt(name, Math.max(0, name.indexOf('{{')))) {
      diagnostics.push(diagnosticAt(out.place(i, at, key.end - at), 'template-key', `\`${name}\` stands where a key does, and a key cannot be a template`, /\{\{[#/]/.test(name) ? 'put {{#if …}} and {{/if}} on lines of their own, around the keys' : 'write the key out, or quote the whole value'))
    }
    const raw = takesRawAnswer(name) ? rawAnswerAt(lines, i, skipBlanks(line, key.colon + 1), at) : null
    if (raw) return takeRawAnswer(content, key, raw)
    const scan = scanValue(line, key.colon + 1)
    const moved = out.move(i, shift, [...(key.odd ? [{ from: at, to: key.end, text: name, textAt: at }] : []), ...segmentsOf(scan)])
    if (scan.kind === 'empty') levels.pend(at + shift)
    return takeRest(scan, i, moved, at)
  }

  const takeRawAnswer = ({ i, line, indent, shift }: Content, key: Key, raw: RawAnswer): number => {
    out.putAt(indent, shift, `${line.slice(indent, key.colon + 1)} xx`)
    out.take(i, key.colon + 2 + shift, raw.text, out.place(raw.from, raw.at, (lines[raw.from] ?? '').length - raw.at))
    for (let j = i + 1; j <= raw.to; j++) out.put('')
    return raw.to + 1
  }

  const isBareKey = ({ i, line, indent, at, shift }: Content): boolean =>
    at === indent && /^[\p{L}\p{N}]/u.test(line.slice(at)) && (levels.isPending(at + shift) ? isAboveKey(i, at) : levels.isMap(at + shift))

  /** The first line below a key is the first of a block, and no value, where a key stands in its column further down. */
  const isAboveKey = (i: number, at: number): boolean => {
    for (const line of lines.slice(i + 1)) {
      const own = line.search(/\S/)
      if (own >= 0 && own < at) return false
      if (own === at && keyAt(line, at)) return true
    }
    return false
  }

  const takeBareKey = ({ i, line, at, shift }: Content): number => {
    levels.enter(at + shift, 'map')
    levels.settle()
    bare.add(i + 1)
    out.putAt(at, shift, `${line.replace(/\s+#.*$/, '').trimEnd().slice(at)}:`)
    return i + 1
  }

  /** The value of an item, or one that stands on the line below its key. */
  const takeLoneValue = ({ i, line, indent, at, shift }: Content): number => {
    const scan = scanValue(line, at)
    const moved = out.move(i, shift, segmentsOf(scan))
    if (scan.kind !== 'empty') levels.settle()
    return takeRest(scan, i, moved, at > indent ? indent : levels.deepest(at + shift))
  }

  /** What a value that begins in line `i` has on the lines after it. They move as far as its first line did. */
  const takeRest = (scan: ValueScan, i: number, shift: number, indent: number): number => {
    switch (scan.kind) {
      case 'empty': return i + 1
      case 'block-scalar': return takeBlockScalar(i + 1, shift, indent)
      case 'quoted': return takeQuoted(i + 1, shift, scan.quote)
      case 'flow': return takeFlow(i + 1, shift, scan.state)
      case 'done': return scan.unclosed ? passOver(scan.unclosed, i, indent) : i + 1
    }
  }

  const takeBlockScalar = (from: number, shift: number, indent: number): number => {
    let i = from
    for (; i < lines.length; i++) {
      const own = (lines[i] ?? '').search(/\S/)
      if (own >= 0 && own <= indent) break
      out.move(i, own < 0 ? 0 : shift)
    }
    return i
  }

  const takeQuoted = (from: number, shift: number, quote: string): number => {
    let i = from
    let end = -1
    for (; i < lines.length && end < 0; i++) {
      end = quoteEnd(lines[i] ?? '', 0, quote)
      out.move(i, shift)
    }
    return i
  }

  const takeFlow = (from: number, shift: number, before: FlowState): number => {
    let i = from
    let scan = { end: -1, state: before }
    for (; i < lines.length && scan.end < 0; i++) {
      const next = scanFlow(lines[i] ?? '', 0, scan.state)
      out.move(i, shift, next.segments)
      scan = next
    }
    return i
  }

  /** An inline block that its line does not close: its other lines are left out, so that one mistake is told once. */
  const passOver = (tag: Tag, line: number, indent: number): number => {
    diagnostics.push(diagnosticAt(out.place(line, tag.from, tag.to - tag.from), 'unclosed-block', `{{${tag.inner}}} is not closed on its line`, `end it on the same line with {{/${tag.name}}}, or put {{${tag.inner}}} on a line of its own before the key`))
    let i = line + 1
    let depth = 1
    for (; i < lines.length && depth > 0; i++) {
      const each = lines[i] ?? ''
      const own = each.search(/\S/)
      const tags = blockTags(each)
      if (own >= 0 && own <= indent && !tags) break
      out.put('')
      if (tags) depth += opensMore(tags)
      else if (/\{\{\/\w+\s*\}\}/.test(each)) depth = 0
    }
    return i
  }

  for (let i = 0; i < lines.length;) i = takeLine(i)
  blocks.end()
  return { ...out.whole(), blocks: blocks.all, bare, diagnostics }
}

/** Blanks that do not break, as text copied from a web page has them, where YAML takes none: before a key and behind its colon. */
const plainBlanks = (line: string): string => (line.includes('\u00A0') ? line.replace(/^[\s-]*(?:[\p{L}\p{N}][^:"'{}]*:\s)?/u, (start) => start.replaceAll('\u00A0', ' ')) : line)

const segmentsOf = (scan: ValueScan): readonly Segment[] => ('segments' in scan ? scan.segments : [])
