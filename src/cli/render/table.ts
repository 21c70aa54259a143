import type { ChalkInstance } from 'chalk'
import { oneLine } from './printable.ts'
import { cut, padEnd, padStart, widthOf } from './width.ts'

interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** May be shortened, down to 8 characters, where the terminal is narrow. */
  readonly flexible?: boolean
  readonly style?: (text: string, row: readonly string[]) => string
}

const GAP = '  '
const NARROWEST = 8

/** An aligned table without rules, as gh and docker print it. Columns that are empty in every row are left out. */
export const renderTable = (columns: readonly Column[], rows: readonly (readonly string[])[], columnsOfTerminal: number, paint: ChalkInstance): string => {
  const texts = rows.map((row) => columns.map((_, i) => oneLine(row[i] ?? '')))
  const shown = columns.map((column, i) => ({ ...column, i })).filter(({ i }) => texts.some((row) => row[i] !== ''))
  const widths = fit(
    shown.map(({ title, i, flexible }) => ({
      // Not `Math.max(...)`: a list of 200,000 rows is more than a call takes.
      natural: texts.reduce((widest, row) => Math.max(widest, widthOf(row[i] ?? '')), widthOf(title)),
      flexible: flexible === true,
    })),
    columnsOfTerminal,
  )
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

/** Takes what is over from the widest flexible columns first. */
const fit = (columns: readonly { readonly natural: number; readonly flexible: boolean }[], room: number): readonly number[] => {
  const widths = columns.map((each) => each.natural)
  let over = widths.reduce((sum, each) => sum + each, 0) + GAP.length * (columns.length - 1) - room
  while (over > 0) {
    let widest = -1
    columns.forEach(({ flexible }, i) => {
      if (flexible && (widths[i] ?? 0) > NARROWEST && (widest < 0 || (widths[i] ?? 0) > (widths[widest] ?? 0))) widest = i
    })
    if (widest < 0) return widths
    widths[widest] = (widths[widest] ?? 0) - 1
    over -= 1
  }
  return widths
}
