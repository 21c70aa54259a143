import { barePhone } from '../../base/phone.ts'
import { textOf } from '../template/text-of.ts'

export const digitsOf = (text: string): string => text.replace(/\D+/g, '')

/** The same of what a person may have written: a phone without its extension, and what a table took for a number (`78701.0`) without its place. */
export const digitsWritten = (text: string): string => {
  const bare = barePhone(text)
  return digitsOf(isPhone(bare) || text.trim() === `${bare.trim()}.0` ? bare : text)
}

/** Ten to fifteen digits and only the marks that phone numbers have; dates, SSNs and addresses of machines are none. */
export const isPhone = (text: string): boolean => {
  const count = digitsOf(text).length
  return /^\s*\+?[\d\s().-]+$/.test(text) && count >= 10 && count <= 15 && !/^\s*\d{1,3}(\.\d{1,3}){3}\s*$/.test(text)
}

/** `o'brien-SMITH` is `O'Brien-Smith`; `jose's` keeps its small s. */
export const titleCase = (text: string): string =>
  text.toLowerCase().replace(/(?<![\p{L}\p{N}'’])\p{L}|(?<=['’])\p{L}(?=\p{L})/gu, (letter) => letter.toUpperCase())

/** Cuts between characters, never through an emoji. */
export const truncate = (text: string, length: number, ending: string): string => {
  const characters = [...text]
  if (characters.length <= length) return text
  return characters.slice(0, Math.max(0, length - [...ending].length)).join('') + ending
}

/** Of a text its characters: half an emoji is none that a buyer could read. */
export const sliceOf = (value: unknown, from: number, to?: number): unknown =>
  Array.isArray(value) ? value.slice(from, to) : [...textOf(value)].slice(from, to).join('')
export const firstOf = (value: unknown, count: number): unknown => one(value, sliceOf(value, 0, Math.max(0, count)), count)
export const lastOf = (value: unknown, count: number): unknown => (count <= 0 ? '' : one(value, sliceOf(value, -count), count))

/** The first item of a list is that item, not a list of one. */
const one = (value: unknown, taken: unknown, count: number): unknown => (Array.isArray(value) && Array.isArray(taken) && count === 1 ? taken[0] : taken)
