import { hash } from 'node:crypto'
import { barePhone } from '../../base/phone.ts'
import { textOf } from '../template/text-of.ts'
import { digitsOf, isPhone } from './text.ts'

/** How lead exchanges hash for suppression and matching: trimmed and lower case, a phone by its digits only. */
export const prepareHash = ([algorithm = 'sha256']: readonly unknown[], options: Readonly<Record<string, unknown>>): ((value: unknown) => string) | string => {
  const name = String(algorithm).toLowerCase().replace('-', '')
  const as = options['as']
  if (name !== 'sha256' && name !== 'md5') return `hash knows sha256 and md5, got "${String(algorithm)}"`
  if (as !== undefined && as !== 'text' && as !== 'phone') return 'as= takes "text" or "phone"'
  const raw = options['raw'] === true || options['raw'] === 'true'
  return (value) => {
    const text = textOf(value)
    // The hash of nothing would make all who gave no address one person.
    return text.trim() === '' ? '' : hash(name, raw ? text : as === 'phone' || (as === undefined && isPhone(barePhone(text))) ? digitsOf(barePhone(text)) : text.trim().toLowerCase(), 'hex')
  }
}
