import { lazily } from '../../base/lazily.ts'

/** Loaded with the first text beyond ASCII: its tables cost a start 40 ms. */
const stringWidth = lazily<typeof import('string-width')>('string-width')

/** Columns that a text takes on a terminal: wide characters two, colours none. */
export const widthOf = (text: string): number => (/^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth().default(text))

export const padEnd = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)))
export const padStart = (text: string, width: number): string => ' '.repeat(Math.max(0, width - widthOf(text))) + text

/** Cut to a width with `…`; text without colours only. */
export const cut = (text: string, width: number): string => {
  if (widthOf(text) <= width) return text
  let kept = ''
  let used = 0
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    const next = widthOf(segment)
    if (used + next > width - 1) break
    kept += segment
    used += next
  }
  return `${kept}…`
}
