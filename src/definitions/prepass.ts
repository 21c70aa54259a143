import { diagnosticAt, type Diagnostic, type Place } from '../base/diagnostic.ts'
import { closeFrame, nextBranch, openFrame, stray, unclosed, type Block, type Frame } from './blocks.ts'
import { createLevels } from './levels.ts'
import { keyAt, quoteEnd, scanFlow, scanValue, skipBlanks, type FlowState, type Segment, type ValueScan } from './line-scan.ts'
import { rawAnswerAt, takesRawAnswer } from './raw-answer.ts'
import { blockTags, tagAt, type Tag } from './tags.ts'
import type { FileText } from './types.ts'

/** A file made readable for YAML: the same lines, block lines blanked, templates replaced by as many letters. */
export interface Prepared {
  readonly text: string
  /** What was taken out, by `line:column` of the prepared text, both from 1. */
  readonly taken: ReadonlyMap<string, { readonly text: string; readonly place: Place }>
  /** In the order of their first lines. */
  readonly blocks: readonly Block[]
  /** Lines that are a key without a colon, from 1: `Increase timeout each retry`. */
  readonly bare: ReadonlySet<number>
  readonly diagnostics: readonly Diagnostic[]
  /** The column of the user's own text for one of the prepared text. */
  readonly column: (line: number, col: number) => number
}

type State =
  | { readonly kind: 'plain' }
  | { readonly kind: 'block-scalar'; readonly indent: number; readonly shift: number }
  | { readonly kind: 'quoted'; readonly quote: string; readonly shift: number }
  | { readonly kind: 'flow'; readonly flow: FlowState; readonly shift: number }
  /** An inline block that its line did not close: its other lines are passed over, so that one mistake is told once. */
  | { readonly kind: 'swallow'; depth: number; readonly indent: number }

const PLAIN: State = { kind: 'plain' }

/** Blanks that do not break, as text copied from a web page has them, where YAML takes none: before a key and behind its colon. */
const plainBlanks = (line: string): string => (line.includes('\u00A0') ? line.replace(/^[\s-]*(?:[\p{L}\p{N}][^:"'{}]*:\s)?/u, (start) => start.replaceAll('\u00A0', ' ')) : line)

/** Contract, section 2: unquoted `{{…}}` values and bare block lines, at any depth. No line is added or removed. */
export const prepare = (file: FileText): Prepared => {
  const lines = file.text.replace(/^\uFEFF/, '').split(/\r?\n/).map(plainBlanks)
  const out: string[] = []
  const shifts: number[] = []
  const taken = new Map<string, { text: string; place: Place }>()
  const blocks: Frame['block'][] = []
  const bare = new Set<number>()
  const diagnostics: Diagnostic[] = []
  const frames: Frame[] = []
  const levels = createLevels()
  const now: { state: State } = { state: PLAIN }

  const place = (line: number, from: number, length: number): Place => ({ file: file.path, line: line + 1, col: from + 1, length: Math.max(1, length) })
  const emit = (text: string, shift: number): void => { out.push(text); shifts.push(shift) }

  /** A line moved by `shift` columns, its segments replaced by letters; it cannot move further left than its indentation. */
  const emitLine = (i: number, shift: number, segments: readonly Segment[] = []): number => {
    let line = lines[i] ?? ''
    const moved = Math.max(shift, -(/^ */.exec(line)?.[0].length ?? 0))
    for (const each of segments) {
      line = line.slice(0, each.from) + 'x'.repeat(each.to - each.from) + line.slice(each.to)
      taken.set(`${i + 1}:${each.from + moved + 1}`, { text: each.text, place: place(i, each.textAt, each.text.length) })
    }
    emit(moved >= 0 ? ' '.repeat(moved) + line : line.slice(-moved), moved)
    return moved
  }

  /** Indentation of the first key in the branch that starts after line `i`, and of the first one after its block. */
  const lookAhead = (i: number): { readonly inside: number | null; readonly after: number | null } => {
    let depth = 1
    let inside: number | null = null
    for (let j = i + 1; j < lines.length; j++) {
      const line = lines[j] ?? ''
      const tags = blockTags(line)
      if (tags) {
        for (const tag of tags) depth += tag.kind === 'open' ? 1 : tag.kind === 'close' ? -1 : 0
        if (depth < 0) return { inside, after: null }
      } else if (/^\s*(?:#|$)/.test(line)) continue
      else if (depth === 0) return { inside, after: line.search(/\S/) }
      else inside ??= line.search(/\S/)
    }
    return { inside, after: null }
  }

  /** The level of the block that opens in line `i`. What stands first in a branch stands at the level of the branch. */
  const levelOf = (i: number, indent: number, frame: Frame | undefined): number => {
    if (frame && frame.shift === null) return frame.level
    const shift = frame?.shift ?? 0
    const { inside, after } = lookAhead(i)
    return Math.max(levels.levelOf(indent + shift, inside === null ? null : inside + shift, after === null ? null : after + shift), frame?.level ?? 0)
  }

  const takeTag = (tag: Tag, i: number, indent: number): void => {
    const frame = frames.at(-1)
    if (tag.kind === 'comment') return
    if (tag.kind === 'open') {
      const opened = openFrame(tag, i, levelOf(i, indent, frame), file.path)
      frames.push(opened)
      blocks.push(opened.block)
      return
    }
    const problem = !frame ? stray(tag, i, file.path) : tag.kind === 'else' ? nextBranch(frame, tag, i, file.path) : closeFrame(frame, tag, i)
    if (problem) diagnostics.push(problem)
    if (frame) levels.leave(frame.level)
    if (tag.kind === 'close') frames.pop()
  }

  const isItem = (i: number, at: number): boolean => /^-(?:\s|$)/.test((lines[i] ?? '').slice(at))

  /** How far a line of the innermost block moves, so that its keys stand at the level of the block. */
  const shiftOf = (i: number, indent: number): number => {
    const frame = frames.at(-1)
    if (!frame) return 0
    if (isItem(i, indent)) {
      if (frame.shift !== null && (indent + frame.shift > frame.level || levels.takesItems(indent + frame.shift))) return frame.shift
      diagnostics.push(diagnosticAt(place(i, indent, 1), 'block-in-list', 'a block line governs keys, not the items of a list', 'put the condition into the item: - {{#if lead.x}}value{{/if}}, or number the items, 0: and 1: instead of dashes, and let the block govern a number'))
      frame.shift = 0
      return 0
    }
    if (frame.shift === null || indent + frame.shift < frame.level) frame.shift = frame.level - indent
    const isKey = keyAt(lines[i] ?? '', indent) !== null
    if (isKey) frame.shift += levels.nearest(indent + frame.shift) - (indent + frame.shift)
    return frame.shift
  }

  const follow = (scan: ValueScan, i: number, shift: number, indent: number, parent: number): void => {
    switch (scan.kind) {
      case 'empty': levels.pend(parent); break
      case 'block-scalar': now.state = { kind: 'block-scalar', indent, shift }; break
      case 'quoted': now.state = { kind: 'quoted', quote: scan.quote, shift }; break
      case 'flow': now.state = { kind: 'flow', flow: scan.state, shift }; break
      case 'done': if (scan.unclosed) {
        const tag = scan.unclosed
        diagnostics.push(diagnosticAt(place(i, tag.from, tag.to - tag.from), 'unclosed-block', `{{${tag.inner}}} is not closed on its line`, `end it on the same line with {{/${tag.name}}}, or put {{${tag.inner}}} on a line of its own before the key`))
        now.state = { kind: 'swallow', depth: 1, indent }
      } break
      default: scan satisfies never
    }
  }

  const takeContent = (i: number, indent: number): number => {
    const line = lines[i] ?? ''
    const shift = shiftOf(i, indent)
    let at = indent
    while (isItem(i, at)) {
      levels.enter(at + shift, 'list')
      levels.pend(at + shift)
      at = skipBlanks(line, at + 1)
    }
    const parent = at > indent ? at - 1 : indent
    const key = keyAt(line, at)
    if (!key) {
      if (at === indent && levels.isMap(at + shift) && /^[\p{L}\p{N}]/u.test(line.slice(at)) && !levels.isPending(at + shift)) {
        const text = line.replace(/\s+#.*$/, '').trimEnd()
        bare.add(i + 1)
        emit(`${' '.repeat(Math.max(0, at + shift))}${text.slice(at)}:`, shift)
        return i
      }
      const scan = scanValue(line, at)
      const moved = emitLine(i, shift, 'segments' in scan ? scan.segments : [])
      if (scan.kind === 'empty') return i
      levels.settle()
      follow(scan, i, moved, at > indent ? indent : levels.deepest(at + shift), at + shift)
      return i
    }
    const name = line.slice(at, key.end)
    levels.enter(at + shift, 'map')
    levels.settle()
    const segments: Segment[] = key.odd ? [{ from: at, to: key.end, text: name, textAt: at }] : []
    if (key.odd && tagAt(name, Math.max(0, name.indexOf('{{')))) {
      diagnostics.push(diagnosticAt(place(i, at, key.end - at), 'template-key', `\`${name}\` stands where a key does, and a key cannot be a template`, /\{\{[#/]/.test(name) ? 'put {{#if …}} and {{/if}} on lines of their own, around the keys' : 'write the key out, or quote the whole value'))
    }
    const raw = takesRawAnswer(name) ? rawAnswerAt(lines, i, skipBlanks(line, key.colon + 1), at) : null
    if (raw) {
      const col = key.colon + 2
      emit(`${' '.repeat(Math.max(0, indent + shift))}${line.slice(indent, key.colon + 1)} xx`, shift)
      taken.set(`${i + 1}:${col + shift + 1}`, { text: raw.text, place: place(raw.from, raw.at, (lines[raw.from] ?? '').length - raw.at) })
      for (let j = i + 1; j <= raw.to; j++) emit('', 0)
      return raw.to
    }
    const scan = scanValue(line, key.colon + 1)
    const moved = emitLine(i, shift, [...segments, ...('segments' in scan ? scan.segments : [])])
    follow(scan, i, moved, Math.max(parent, at), at + shift)
    return i
  }

  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? ''
    const indent = line.search(/\S/)
    if (now.state.kind === 'block-scalar') {
      if (indent < 0 || indent > now.state.indent) { emitLine(i, indent < 0 ? 0 : now.state.shift); continue }
      now.state = PLAIN
    }
    if (now.state.kind === 'quoted') {
      const end: number = quoteEnd(line, 0, now.state.quote)
      emitLine(i, now.state.shift)
      if (end >= 0) now.state = PLAIN
      continue
    }
    if (now.state.kind === 'flow') {
      const scan: ReturnType<typeof scanFlow> = scanFlow(line, 0, now.state.flow)
      emitLine(i, now.state.shift, scan.segments)
      now.state = scan.end < 0 ? { kind: 'flow', flow: scan.state, shift: now.state.shift } : PLAIN
      continue
    }
    const tags = indent < 0 ? null : blockTags(line)
    if (now.state.kind === 'swallow') {
      if (indent <= now.state.indent && indent >= 0 && !tags) now.state = PLAIN
      else {
        for (const tag of tags ?? []) now.state.depth += tag.kind === 'open' ? 1 : tag.kind === 'close' ? -1 : 0
        emit('', 0)
        if (now.state.depth <= 0 || /\{\{\/\w+\s*\}\}/.test(line) && !tags) now.state = PLAIN
        continue
      }
    }
    if (indent < 0 || line[indent] === '#') emit(line.trim() === '' ? '' : line, 0)
    else if (tags) {
      for (const tag of tags) takeTag(tag, i, indent)
      emit('', 0)
    } else if (/^(?:---|\.\.\.)(?:\s|$)/.test(line) || line.startsWith('%')) {
      levels.leave(-1)
      emit(line, 0)
    } else i = takeContent(i, indent)
  }
  for (const frame of frames) diagnostics.push(unclosed(frame))
  return { text: out.join('\n'), taken, blocks, bare, diagnostics, column: (line, col) => Math.max(1, col - (shifts[line - 1] ?? 0)) }
}
