/**
 * Text of others made safe for a terminal: a buyer's answer or a lead must not move the cursor or change the title.
 * Control characters (but tab and line feed) become visible escapes.
 */
export const printable = (text: string): string =>
  // eslint-disable-next-line no-control-regex
  text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, (character) =>
    `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)

/** `bad row leads.csv:12: …`: what is to be said of a row of a file. */
export const rowLine = (said: string, { file, line }: { readonly file: string; readonly line: number }, text: string): string => `${said} ${file}:${line}: ${oneLine(text)}`

/** As `printable`, on one line. */
export const oneLine = (text: string): string => printable(text.replace(/\s*[\r\n\t]+\s*/g, ' '))
