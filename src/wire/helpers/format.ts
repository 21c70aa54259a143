import { barePhone } from '../../base/phone.ts'
import { zoneNamed } from '../../core/zones/us-zone-names.ts'
import { faultOfDateFormat, prepareDateFormat } from './format-date.ts'
import { prepareNumberFormat } from './format-number.ts'
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
 * with any other number of digits goes as it is: half a phone number in a perfect mask would hide the fault.
 */
const prepareMask = (mask: string): ((value: unknown) => string) => {
  const places = mask.split('#').length - 1
  const bare = mask.length === places
  const pieces = mask.split('#')
  return (value) => {
    const text = textOf(value)
    let digits = bare && text.length === places && /^\d+$/.test(text) ? text : barePhone(text).replace(/\D+/g, '')
    if (digits.length === places + 1 && digits.startsWith('1')) digits = digits.slice(1)
    if (digits.length !== places) return text
    if (bare) return digits
    let out = pieces[0] ?? ''
    for (let i = 0; i < places; i++) out += (digits[i] ?? '') + (pieces[i + 1] ?? '')
    return out
  }
}
