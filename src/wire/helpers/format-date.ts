import { MONTHS, fieldsOf, parseDate } from '../../base/date-text.ts'
import { offsetText, twoDigits as two, type WallTime } from '../../base/zone.ts'
import { textOf } from '../template/text-of.ts'

type Part = string | ((time: WallTime) => string)

const PIECES = /\[([^\]]*)\]|YYYY|YY|MMMM|MMM|MM|M|dddd|ddd|DD|D|HH|H|hh|h|mm|m|ss|s|SSS|ZZ|Z|A|a|X|x|[^]/g

/** What is wrong with a pattern, as those of other languages would be printed as they stand (`yyyy`, `dd`, `%Y`); null for nothing. */
export const faultOfDateFormat = (pattern: string): string | null => {
  const rest = pattern.replace(PIECES, (piece) => (piece.length > 1 || Object.hasOwn(TOKENS, piece) ? ' ' : piece))
  const odd = /[A-Za-z]+/.exec(rest.replace(/UTC|[ECP]S?T|T/g, ' '))?.[0]
  if (odd !== undefined) return `"${pattern}" has "${odd}", which stands for nothing: a date is YYYY-MM-DD HH:mm:ss, text in it stands in [brackets]`
  const plain = pattern.replace(/\[[^\]]*\]/g, '')
  if (/xx|XX/.test(plain)) return `"${pattern}" has x, which stands for the time in milliseconds (X in seconds): a digit of a phone is #`
  if (/[Hh]:?MM/.test(plain)) return `"${pattern}" has the month behind the hour: minutes are mm`
  return /[YD]/.test(plain) && /m/.test(plain) && !/h/i.test(plain) ? `"${pattern}" has minutes (mm) and no hour: months are MM` : null
}

/** Cut into tokens once; a value that is no date goes as it is. */
export const prepareDateFormat = (pattern: string, zone: string): ((value: unknown) => string) => {
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
