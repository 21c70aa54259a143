import type { Pair } from '../../encode/pairs.ts'

/** One lead's mapped fields, as both bodies of a message show them. */
export interface LeadLines { readonly title: string | null; readonly pairs: readonly Pair[] }

/** `Field: value` lines. A line break inside a value is followed by blanks, so that no value can look like a field. */
export const plainBody = (intro: string, leads: readonly LeadLines[], footer: readonly string[]): string =>
  [intro, ...leads.map(({ title, pairs }) => [...(title === null ? [] : [title]), ...pairs.map(([name, value]) => `${name}: ${linesOf(value).join('\n    ')}`)].join('\n')), footer.join('\n')]
    .filter((each) => each !== '').join('\n\n') + '\n'

/** The same lines; every name and value escaped, nothing fetched from anywhere. */
export const htmlBody = (intro: string, leads: readonly LeadLines[], footer: readonly string[]): string => {
  const paragraph = (lines: readonly string[]): string => (lines.length === 0 || lines.every((each) => each === '') ? '' : `<p>${lines.map(escapeHtml).join('<br>')}</p>\n`)
  const tables = leads.map(({ title, pairs }) => `${title === null ? '' : paragraph([title])}${pairs.length === 0 ? '' : `<table>\n${pairs.map(([name, value]) => `<tr><td><b>${escapeHtml(name)}:</b></td><td>${linesOf(value).map(escapeHtml).join('<br>')}</td></tr>\n`).join('')}</table>\n`}`)
  return `<!DOCTYPE html>\n<html><body>\n${paragraph(linesOf(intro))}${tables.join('')}${paragraph(footer)}</body></html>\n`
}

const escapeHtml = (text: string): string =>
  text.replace(CONTROL, '').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')

export const linesOf = (text: string): readonly string[] => text.split(/\r\n|[\r\n\u2028\u2029]/).map((each) => each.replace(CONTROL, ''))

const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g
