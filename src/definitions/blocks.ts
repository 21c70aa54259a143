import { diagnosticAt, type Diagnostic, type Place } from '../base/diagnostic.ts'
import type { Levels } from './levels.ts'
import { isItem, keyAt } from './line-scan.ts'
import { blockTags, opensMore, type Tag } from './tags.ts'
import type { Text } from './text.ts'

/** A bare block as it stands in the file: which lines each branch governs. `open` is null for `{{else}}`. */
export interface Block {
  readonly place: Place
  readonly name: string
  readonly branches: readonly Branch[]
}
interface Branch {
  readonly open: Text | null
  /** Lines after `from` and before `to`, counted from 0. */
  readonly from: number
  readonly to: number
}

/** A block that is open, and how its keys are moved to their level. */
interface Frame {
  readonly block: { readonly place: Place; readonly name: string; readonly branches: { open: Text | null; from: number; to: number }[] }
  /** The indentation that its keys get. */
  readonly level: number
  /** How far the lines of this branch move; null until its first key is seen. */
  shift: number | null
}

/** The bare block lines of a file, read from its first line to its last. */
export const createBlocks = (file: string, lines: readonly string[], levels: Levels, diagnostics: Diagnostic[]) => {
  const all: Frame['block'][] = []
  const open: Frame[] = []

  const take = (tags: readonly Tag[], i: number, indent: number): void => {
    for (const tag of tags) {
      if (tag.kind === 'open') begin(tag, i, indent)
      else if (tag.kind !== 'comment') leave(tag, i)
    }
  }

  const begin = (tag: Tag, i: number, indent: number): void => {
    const frame = openFrame(tag, i, levelOf(i, indent), file)
    open.push(frame)
    all.push(frame.block)
  }

  /** A branch ends, or the block with it. */
  const leave = (tag: Tag, i: number): void => {
    const frame = open.at(-1)
    const problem = !frame ? stray(tag, i, file) : tag.kind === 'else' ? nextBranch(frame, tag, i, file) : closeFrame(frame, tag, i)
    if (problem) diagnostics.push(problem)
    if (frame) levels.leave(frame.level)
    if (tag.kind === 'close') open.pop()
  }

  /** The level of the block that opens in line `i`. What stands first in a branch stands at the level of the branch. */
  const levelOf = (i: number, indent: number): number => {
    const frame = open.at(-1)
    if (frame && frame.shift === null) return frame.level
    const shift = frame?.shift ?? 0
    const { inside, after } = lookAhead(lines, i)
    return Math.max(levels.levelOf(indent + shift, inside === null ? null : inside + shift, after === null ? null : after + shift), frame?.level ?? 0)
  }

  /** How far a line of the innermost block moves, so that its keys stand at the level of the block. */
  const shiftOf = (i: number, indent: number): number => {
    const frame = open.at(-1)
    if (!frame) return 0
    const line = lines[i] ?? ''
    if (isItem(line, indent)) return shiftOfItem(frame, i, indent)
    if (frame.shift === null || indent + frame.shift < frame.level) frame.shift = frame.level - indent
    if (keyAt(line, indent)) frame.shift = levels.nearest(indent + frame.shift) - indent
    return frame.shift
  }

  const shiftOfItem = (frame: Frame, i: number, indent: number): number => {
    if (frame.shift !== null && (indent + frame.shift > frame.level || levels.takesItems(indent + frame.shift))) return frame.shift
    diagnostics.push(diagnosticAt({ file, line: i + 1, col: indent + 1, length: 1 }, 'block-in-list', 'a block line governs keys, not the items of a list', 'put the condition into the item: - {{#if lead.x}}value{{/if}}, or number the items, 0: and 1: instead of dashes, and let the block govern a number'))
    frame.shift = 0
    return 0
  }

  return { all: all as readonly Block[], take, shiftOf, end: (): void => { for (const frame of open) diagnostics.push(unclosed(frame)) } }
}

/** Indentation of the first key in the branch that starts after line `i`, and of the first one after its block. */
const lookAhead = (lines: readonly string[], i: number): { readonly inside: number | null; readonly after: number | null } => {
  let depth = 1
  let inside: number | null = null
  for (let j = i + 1; j < lines.length; j++) {
    const line = lines[j] ?? ''
    const tags = blockTags(line)
    if (tags) {
      depth += opensMore(tags)
      if (depth < 0) return { inside, after: null }
    } else if (/^\s*(?:#|$)/.test(line)) continue
    else if (depth === 0) return { inside, after: line.search(/\S/) }
    else inside ??= line.search(/\S/)
  }
  return { inside, after: null }
}

const openFrame = (tag: Tag, line: number, level: number, file: string): Frame => ({
  block: {
    place: placeOf(tag, line, file), name: tag.name,
    branches: [{ open: textOf(tag, line, file), from: line, to: Infinity }],
  },
  level,
  shift: null,
})

/** Ends the branch that is open and starts the one of `{{else}}` or `{{else if …}}`. */
const nextBranch = (frame: Frame, tag: Tag, line: number, file: string): Diagnostic | null => {
  const last = frame.block.branches.at(-1)
  if (last?.open === null) {
    return diagnosticAt(placeOf(tag, line, file), 'misplaced-else', `this block already has its {{else}} in line ${last.from + 1}`, 'a block has one {{else}}, and it comes last')
  }
  if (last) last.to = line
  frame.shift = null
  frame.block.branches.push({ open: tag.name === '' ? null : textOf(tag, line, file), from: line, to: Infinity })
  return null
}

const closeFrame = (frame: Frame, tag: Tag, line: number): Diagnostic | null => {
  const last = frame.block.branches.at(-1)
  if (last) last.to = line
  if (tag.name === frame.block.name) return null
  return diagnosticAt(frame.block.place, 'mismatched-block', `{{#${frame.block.name}}} is closed by {{/${tag.name}}} in line ${line + 1}`, `write {{/${frame.block.name}}} there`)
}

const unclosed = (frame: Frame): Diagnostic =>
  diagnosticAt(frame.block.place, 'unclosed-block', `{{#${frame.block.name}}} is never closed`, `write {{/${frame.block.name}}} on a line of its own after the keys that it governs`)

const stray = (tag: Tag, line: number, file: string): Diagnostic =>
  diagnosticAt(placeOf(tag, line, file), 'stray-block-end', `{{${tag.inner}}} has no block that it belongs to`, tag.kind === 'close' ? `write {{#${tag.name || 'if'} …}} before the keys that it governs, or remove this line` : 'it stands between {{#if …}} and {{/if}}')

/** `else if lead.x` reads as `#if lead.x`; the sign takes the column before the word. */
const textOf = (tag: Tag, line: number, file: string): Text => {
  if (tag.kind === 'open') return { text: tag.inner, place: { file, line: line + 1, col: tag.innerAt + 1, length: Math.max(1, tag.inner.length) } }
  const skip = /^(?:else|\^)\s+/.exec(tag.inner)?.[0].length ?? 0
  const text = `#${tag.inner.slice(skip)}`
  return { text, place: { file, line: line + 1, col: tag.innerAt + skip, length: text.length } }
}

const placeOf = (tag: Tag, line: number, file: string): Place => ({ file, line: line + 1, col: tag.from + 1, length: tag.to - tag.from })
