import type { ChalkInstance } from 'chalk'
import { oneLine } from './printable.ts'
import { cut, padEnd, padStart, widthOf } from './width.ts'

interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** May be shortened, down to 8 characters, where the terminal is narrow. */
  readonly flexible?: boolean
  /** May be left out where the terminal is narrow, the last first: a name that is cut short tells less than a figure that is missing. */
  readonly spare?: boolean
  readonly style?: (text: string, row: readonly string[]) => string
}

const GAP = '  '
const NARROWEST = 8
/** Names of recipients are told apart by as much. */
const READABLE = 12

/** An aligned table without rules, as gh and docker print it. Columns that are empty in every row are left out. */
export const renderTable = (columns: readonly Column[], rows: readonly (readonly string[])[], columnsOfTerminal: number, paint: ChalkInstance): string => {
  const texts = rows.map((row) => columns.map((_, i) => oneLine(row[i] ?? '')))
  const measured = columns.map((column, i) => ({
    ...column, i,
    // Not `Math.max(...)`: a list of 200,000 rows is more than a call takes.
    natural: texts.reduce((widest, row) => Math.max(widest, widthOf(row[i] ?? '')), widthOf(column.title)),
  }))
  const shown = withoutSpare(measured.filter(({ i }) => texts.some((row) => row[i] !== '')), columnsOfTerminal)
  const widths = fit(shown, columnsOfTerminal)
  const line = (cells: readonly string[], style: (text: string, at: number) => string): string =>
    shown
      .map(({ align }, at) => {
        const width = widths[at] ?? 0
        const text = cut(cells[at] ?? '', width)
        const last = at === shown.length - 1
        const padded = align === 'right' ? padStart(text, width) : last ? text : padEnd(text, width)
        return style(padded, at)
      })
      .join(GAP)
      .trimEnd()
  const head = line(shown.map(({ title }) => title), (text) => paint.dim(text))
  const body = texts.map((row) => line(shown.map(({ i }) => row[i] ?? ''), (text, at) => shown[at]?.style?.(text, row) ?? text))
  return [head, ...body].map((each) => `${each}\n`).join('')
}

type Measured = Column & { readonly i: number; readonly natural: number }

const overOf = (widths: readonly number[], room: number): number => widths.reduce((sum, each) => sum + each, 0) + GAP.length * (widths.length - 1) - room

const withoutSpare = (columns: readonly Measured[], room: number): readonly Measured[] => {
  const at = columns.findLastIndex((each) => each.spare === true)
  const readable = columns.map(({ natural, flexible }) => (flexible === true ? Math.min(natural, READABLE) : natural))
  return at < 0 || overOf(readable, room) <= 0 ? columns : withoutSpare(columns.toSpliced(at, 1), room)
}

/** Takes what is over from the widest flexible columns first. */
const fit = (columns: readonly Measured[], room: number): readonly number[] => {
  const widths = columns.map((each) => each.natural)
  let over = overOf(widths, room)
  while (over > 0) {
    let widest = -1
    columns.forEach(({ flexible }, i) => {
      if (flexible === true && (widths[i] ?? 0) > NARROWEST && (widest < 0 || (widths[i] ?? 0) > (widths[widest] ?? 0))) widest = i
    })
    if (widest < 0) return widths
    widths[widest] = (widths[widest] ?? 0) - 1
    over -= 1
  }
  return widths
}
