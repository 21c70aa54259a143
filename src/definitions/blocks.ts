import { diagnosticAt, type Diagnostic, type Place } from '../base/diagnostic.ts'
import type { Tag } from './tags.ts'
import type { Text } from './types.ts'

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

/** How the keys of one open block are moved to their level. */
export interface Frame {
  readonly block: { readonly place: Place; readonly name: string; readonly branches: { open: Text | null; from: number; to: number }[] }
  /** The indentation that its keys get. */
  readonly level: number
  /** How far the lines of this branch move; null until its first key is seen. */
  shift: number | null
}

export const openFrame = (tag: Tag, line: number, level: number, file: string): Frame => ({
  block: {
    place: placeOf(tag, line, file), name: tag.name,
    branches: [{ open: textOf(tag, line, file), from: line, to: Infinity }],
  },
  level,
  shift: null,
})

/** Ends the branch that is open and starts the one of `{{else}}` or `{{else if …}}`. */
export const nextBranch = (frame: Frame, tag: Tag, line: number, file: string): Diagnostic | null => {
  const last = frame.block.branches.at(-1)
  if (last?.open === null) {
    return diagnosticAt(placeOf(tag, line, file), 'misplaced-else', `this block already has its {{else}} in line ${last.from + 1}`, 'a block has one {{else}}, and it comes last')
  }
  if (last) last.to = line
  frame.shift = null
  frame.block.branches.push({ open: tag.name === '' ? null : textOf(tag, line, file), from: line, to: Infinity })
  return null
}

export const closeFrame = (frame: Frame, tag: Tag, line: number): Diagnostic | null => {
  const last = frame.block.branches.at(-1)
  if (last) last.to = line
  if (tag.name === frame.block.name) return null
  return diagnosticAt(frame.block.place, 'mismatched-block', `{{#${frame.block.name}}} is closed by {{/${tag.name}}} in line ${line + 1}`, `write {{/${frame.block.name}}} there`)
}

export const unclosed = (frame: Frame): Diagnostic =>
  diagnosticAt(frame.block.place, 'unclosed-block', `{{#${frame.block.name}}} is never closed`, `write {{/${frame.block.name}}} on a line of its own after the keys that it governs`)

export const stray = (tag: Tag, line: number, file: string): Diagnostic =>
  diagnosticAt(placeOf(tag, line, file), 'stray-block-end', `{{${tag.inner}}} has no block that it belongs to`, tag.kind === 'close' ? `write {{#${tag.name || 'if'} …}} before the keys that it governs, or remove this line` : 'it stands between {{#if …}} and {{/if}}')

/** `else if lead.x` reads as `#if lead.x`; the sign takes the column before the word. */
const textOf = (tag: Tag, line: number, file: string): Text => {
  if (tag.kind === 'open') return { text: tag.inner, place: { file, line: line + 1, col: tag.innerAt + 1, length: Math.max(1, tag.inner.length) } }
  const skip = /^(?:else|\^)\s+/.exec(tag.inner)?.[0].length ?? 0
  const text = `#${tag.inner.slice(skip)}`
  return { text, place: { file, line: line + 1, col: tag.innerAt + skip, length: text.length } }
}

const placeOf = (tag: Tag, line: number, file: string): Place => ({ file, line: line + 1, col: tag.from + 1, length: tag.to - tag.from })
