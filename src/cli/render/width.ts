import stringWidth from 'string-width'

/** Columns that a text takes on a terminal: wide characters two, colours none. */
export const widthOf = (text: string): number => (/^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text))

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

/**
 * Text of others made safe for a terminal: a buyer's answer or a lead must not move the cursor or change the title.
 * Control characters (but tab and line feed) become visible escapes.
 */
export const printable = (text: string): string =>
  // eslint-disable-next-line no-control-regex
  text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, (character) =>
    `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)

/** As `printable`, on one line. */
export const oneLine = (text: string): string => printable(text.replace(/\s*[\r\n\t]+\s*/g, ' '))
