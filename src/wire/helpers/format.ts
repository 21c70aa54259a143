import { fieldsOf, MONTHS, parseDate } from '../../base/date-text.ts'
import { barePhone } from '../../base/phone.ts'
import { offsetText, twoDigits as two, type WallTime } from '../../base/zone.ts'
import { zoneNamed } from '../../core/zones/us-zone-names.ts'
import { textOf } from '../template/text-of.ts'

/** `#` is a mask for digits, `YYYY` and the like a date, `0,0.00` a number. */
export const prepareFormat = ([pattern]: readonly unknown[], options: Readonly<Record<string, unknown>>): ((value: unknown) => unknown) | string => {
  const text = typeof pattern === 'string' ? pattern : ''
  const asked = options['tz'] ?? 'UTC'
  const zone = typeof asked === 'string' ? zoneNamed(asked) : null
  if (zone === null) return `tz= takes a time zone such as "America/New_York", got "${textOf(asked)}"`
  if (/^[^\d#]*#,##0(\.0+)?[^\d#]*$/.test(text)) return prepareNumberFormat(text.replace('#,##0', '0,0'))
  if (text.includes('#')) return prepareMask(text)
  // Its letters are a currency or a unit: `0,0.00 USD`, `0.0 MB`.
  if (/0[,.]0/.test(text) && !/YY|DD|HH|hh|ss/.test(text)) return prepareNumberFormat(text)
  if (/[YMDHhmsSAaXxZ]|ddd/.test(text.replace(/\[[^\]]*\]/g, ''))) return faultOfDateFormat(text) ?? prepareDateFormat(text, zone)
  if (text.includes('0')) return prepareNumberFormat(text)
  return `format needs a pattern such as "(###) ###-####", "YYYY-MM-DD" or "0,0.00", got "${textOf(pattern)}"`
}

/**
 * Digits into the mask's `#`s. One digit more is a leading 1, the North American country code, and is dropped; a value
 * with any other number of digits goes as it is: half a phone number in a perfect mask would hide the fault. So does a `+`
 * with ten digits that are no North American number (`+49 30 123456`), but for a mask that puts the `+` before them.
 */
const prepareMask = (mask: string): ((value: unknown) => string) => {
  const places = mask.split('#').length - 1
  const bare = mask.length === places
  const pieces = mask.split('#')
  const isOfTen = places === 10 && !/\+\D*#/.test(mask)
  return (value) => {
    const text = textOf(value)
    let digits = bare && text.length === places && /^\d+$/.test(text) ? text : barePhone(text).replace(/\D+/g, '')
    if (isOfTen && /^\D*\+/.test(text) && digits.length === 10 && !NORTH_AMERICAN.test(digits)) return text
    if (digits.length === places + 1 && digits.startsWith('1')) digits = digits.slice(1)
    if (digits.length !== places) return text
    if (bare) return digits
    let out = pieces[0] ?? ''
    for (let i = 0; i < places; i++) out += (digits[i] ?? '') + (pieces[i + 1] ?? '')
    return out
  }
}

const NORTH_AMERICAN = /^[2-9]\d\d[2-9]/

/** `0,0.00` groups by thousands with two places, `0.0` one place, `00000` pads; what stands around it stays. */
const prepareNumberFormat = (pattern: string): ((value: unknown) => string) | string => {
  const match = /^([^0]*)(0[0,]*)(?:\.(0+))?([^0]*)$/.exec(pattern)
  if (!match) return `"${pattern}" is not a number pattern such as "0,0.00"`
  const [, before = '', whole = '', fraction = '', after = ''] = match
  const grouped = whole.includes(',')
  const least = grouped ? 1 : whole.length
  return (value) => {
    const text = textOf(value)
    const decimal = decimalOf(text)
    if (!decimal) return text
    const [integer, rest] = roundTo(decimal.integer, decimal.fraction, fraction.length)
    const shown = grouped ? integer.replace(/\B(?=(\d{3})+$)/g, ',') : integer.padStart(least, '0')
    const zero = /^0*$/.test(integer + rest)
    return `${decimal.minus && !zero ? '-' : ''}${before}${shown}${rest === '' ? '' : `.${rest}`}${after}`
  }
}

const decimalOf = (text: string): { minus: boolean; integer: string; fraction: string } | null => {
  const plain = text.trim().replace(/^([+-]?)\s*[$€£¥]/, '$1')
  const match = /^([+-]?)(\d[\d,]*)?(?:\.(\d*))?$/.exec(/e/i.test(plain) && Number.isFinite(Number(plain)) && Math.abs(Number(plain)) < 1e21 ? Number(plain).toFixed(20) : plain)
  if (!match || (match[2] === undefined && !match[3])) return null
  // `45,00` is no 4,500: commas stand before three digits (two, in India) or nowhere.
  if (match[2]?.includes(',') && !/^\d{1,3}(,\d{2,3})*,\d{3}$/.test(match[2])) return null
  return { minus: match[1] === '-', integer: (match[2] ?? '0').replaceAll(',', '').replace(/^0+(?=\d)/, ''), fraction: match[3] ?? '' }
}

/** Half up on the decimal digits themselves: 1.005 is 1.01, which binary numbers get wrong. */
const roundTo = (integer: string, fraction: string, places: number): [string, string] => {
  const kept = fraction.padEnd(places, '0').slice(0, places)
  if ((fraction[places] ?? '0') < '5') return [integer, kept]
  const next = String(BigInt(integer + kept) + 1n).padStart(places + 1, '0')
  return [next.slice(0, next.length - places), next.slice(next.length - places)]
}

type Part = string | ((time: WallTime) => string)

const PIECES = /\[([^\]]*)\]|YYYY|YY|MMMM|MMM|MM|M|dddd|ddd|DD|D|HH|H|hh|h|mm|m|ss|s|SSS|ZZ|Z|A|a|X|x|[^]/g

/** What is wrong with a pattern, as those of other languages would be printed as they stand (`yyyy`, `dd`, `%Y`); null for nothing. */
const faultOfDateFormat = (pattern: string): string | null => {
  const rest = pattern.replace(PIECES, (piece) => (piece.length > 1 || Object.hasOwn(TOKENS, piece) ? ' ' : piece))
  const odd = /[A-Za-z]+/.exec(rest.replace(/UTC|[ECP]S?T|T/g, ' '))?.[0]
  if (odd !== undefined) return `"${pattern}" has "${odd}", which stands for nothing: a date is YYYY-MM-DD HH:mm:ss, text in it stands in [brackets]`
  const plain = pattern.replace(/\[[^\]]*\]/g, '')
  if (/xx|XX/.test(plain)) return `"${pattern}" has x, which stands for the time in milliseconds (X in seconds): a digit of a phone is #`
  if (/[Hh]:?MM/.test(plain)) return `"${pattern}" has the month behind the hour: minutes are mm`
  return /[YD]/.test(plain) && /m/.test(plain) && !/h/i.test(plain) ? `"${pattern}" has minutes (mm) and no hour: months are MM` : null
}

/** Cut into tokens once; a value that is no date goes as it is. */
const prepareDateFormat = (pattern: string, zone: string): ((value: unknown) => string) => {
  const parts: Part[] = []
  for (const match of pattern.matchAll(PIECES)) {
    const [token, literal] = match
    parts.push(literal ?? (Object.hasOwn(TOKENS, token) ? TOKENS[token] ?? token : token))
  }
  return (value) => {
    const date = parseDate(value)
    if (!date) return textOf(value)
    const time = fieldsOf(date, zone)
    let out = ''
    for (const part of parts) out += typeof part === 'string' ? part : part(time)
    return out
  }
}

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
const epochMs = (t: WallTime): number => Date.UTC(t.year, t.month - 1, t.day, t.hour, t.minute, t.second, t.millisecond) - t.offset * 60_000

const TOKENS: Readonly<Record<string, (time: WallTime) => string>> = {
  YYYY: (t) => String(t.year).padStart(4, '0'), YY: (t) => two(t.year % 100),
  MMMM: (t) => MONTHS[t.month - 1] ?? '', MMM: (t) => (MONTHS[t.month - 1] ?? '').slice(0, 3), MM: (t) => two(t.month), M: (t) => String(t.month),
  dddd: (t) => DAYS[t.weekday - 1] ?? '', ddd: (t) => (DAYS[t.weekday - 1] ?? '').slice(0, 3), DD: (t) => two(t.day), D: (t) => String(t.day),
  HH: (t) => two(t.hour), H: (t) => String(t.hour), hh: (t) => two(t.hour % 12 || 12), h: (t) => String(t.hour % 12 || 12),
  mm: (t) => two(t.minute), m: (t) => String(t.minute), ss: (t) => two(t.second), s: (t) => String(t.second),
  SSS: (t) => String(t.millisecond).padStart(3, '0'),
  A: (t) => (t.hour < 12 ? 'AM' : 'PM'), a: (t) => (t.hour < 12 ? 'am' : 'pm'),
  Z: (t) => offsetText(t.offset, ':'), ZZ: (t) => offsetText(t.offset, ''),
  X: (t) => String(Math.floor(epochMs(t) / 1000)), x: (t) => String(epochMs(t)),
}
