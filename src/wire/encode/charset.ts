import { ascii } from '../helpers/ascii.ts'

/** Character sets of a request's body. */
export const CHARSETS = ['utf-8', 'iso-8859-1', 'us-ascii'] as const
export type Charset = (typeof CHARSETS)[number]

/** `UTF-8`, `utf8`, `latin1`, `ISO-8859-1`, `ASCII`; null for what is not supported. */
export const charsetNamed = (name: string): Charset | null => {
  switch (name.trim().toLowerCase().replace(/[\s_-]/g, '')) {
    case '': case 'utf8': return 'utf-8'
    case 'latin1': case 'iso88591': case 'l1': return 'iso-8859-1'
    case 'ascii': case 'usascii': return 'us-ascii'
    default: return null
  }
}

export const isLatin = (charset: Charset): boolean => charset !== 'utf-8'

/** Bytes in the character set; a character that it lacks becomes its plain form (`“` is `"`), else `?`. */
export const encodeText = (text: string, charset: Charset): Uint8Array => {
  if (charset === 'utf-8') return Buffer.from(text, 'utf8')
  return Buffer.from([...text].map((each) => (each < (charset === 'us-ascii' ? '\u0080' : '\u0100') && each.length === 1 ? each : ascii(each, '?') || '?')).join(''), 'latin1')
}

/** JSON and XML lose nothing in a narrow character set: they can name any character. */
export const escapeBeyond = (text: string, charset: Charset, escape: (codePoint: number) => string): string =>
  charset === 'utf-8' ? text : [...text].map((each) => (each.length === 1 && each < (charset === 'us-ascii' ? '\u0080' : '\u0100') ? each : escape(each.codePointAt(0) ?? 0))).join('')

export const jsonEscape = (codePoint: number): string =>
  [...Array(String.fromCodePoint(codePoint).length).keys()].map((i) => `\\u${String.fromCodePoint(codePoint).charCodeAt(i).toString(16).padStart(4, '0')}`).join('')
export const xmlEscape = (codePoint: number): string => `&#${codePoint};`
