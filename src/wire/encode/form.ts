import { encodeText, isLatin, type Charset } from './charset.ts'
import type { Pair } from './pairs.ts'

/** `application/x-www-form-urlencoded`: a blank is `+`. */
export const formOf = (pairs: readonly Pair[], charset: Charset): string => joined(pairs, charset, '+')

/** For a URL: a blank is `%20`, which every server reads as one. */
export const queryOf = (pairs: readonly Pair[], charset: Charset): string => joined(pairs, charset, '%20')

const joined = (pairs: readonly Pair[], charset: Charset, blank: string): string => {
  let out = ''
  for (const [name, value] of pairs) {
    if (out !== '') out += '&'
    out += `${percent(name, charset, blank)}=${percent(value, charset, blank)}`
  }
  return out
}

/** One component of a URL; no character of the value can end it. */
export const percentEncode = (text: string): string => percent(text, 'utf-8', '%20')

const SAFE = /^[A-Za-z0-9._*-]*$/

const percent = (text: string, charset: Charset, blank: string): string => {
  if (SAFE.test(text)) return text
  const encoded = isLatin(charset)
    ? [...encodeText(text, charset)].map((byte) => (SAFE.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)).join('')
    : encodeURIComponent(text.toWellFormed()).replace(/[!'()~]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`)
  return blank === '%20' ? encoded : encoded.replaceAll('%20', blank)
}
