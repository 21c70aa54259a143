import type { Place } from '../base/diagnostic.ts'
import type { Segment } from './line-scan.ts'

/** What was taken out of the text that YAML reads, and where the user wrote it. */
export interface Taken { readonly text: string; readonly place: Place }

/** The text that YAML gets, written line by line beside the user's own. Lines and columns are counted from 0, in what it hands out from 1. */
export const createPreparedText = (file: string, lines: readonly string[]) => {
  const out: string[] = []
  const shifts: number[] = []
  const taken = new Map<string, Taken>()

  const place = (line: number, from: number, length: number): Place => ({ file, line: line + 1, col: from + 1, length: Math.max(1, length) })
  const put = (text: string, shift = 0): void => { out.push(text); shifts.push(shift) }
  const take = (line: number, col: number, text: string, from: Place): void => { taken.set(`${line + 1}:${col + 1}`, { text, place: from }) }

  return {
    place, put, take,
    /** Another text in place of a line, from its column `at` on. */
    putAt: (at: number, shift: number, text: string): void => put(' '.repeat(Math.max(0, at + shift)) + text, shift),
    /** A line moved by `shift` columns, its segments replaced by as many letters. It cannot move further left than its indentation; how far it did is returned. */
    move: (i: number, shift: number, segments: readonly Segment[] = []): number => {
      let line = lines[i] ?? ''
      const moved = Math.max(shift, -(/^ */.exec(line)?.[0].length ?? 0))
      for (const each of segments) {
        line = line.slice(0, each.from) + 'x'.repeat(each.to - each.from) + line.slice(each.to)
        take(i, each.from + moved, each.text, place(i, each.textAt, each.text.length))
      }
      put(moved >= 0 ? ' '.repeat(moved) + line : line.slice(-moved), moved)
      return moved
    },
    whole: () => ({ text: out.join('\n'), taken: taken as ReadonlyMap<string, Taken>, column: (line: number, col: number): number => Math.max(1, col - (shifts[line - 1] ?? 0)) }),
  }
}
