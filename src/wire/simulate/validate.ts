import { phoneDigits } from '../../base/phone.ts'
import { isUsState } from '../../base/us-states.ts'
import type { Field } from './request-fields.ts'

/**
 * What a buyer would find wrong with the values of a request: addresses, phones and states that cannot be.
 * Fields are known by their names, whatever the buyer calls them (`contactEmail`, `applicant.phone.primary`, `st`).
 * Empty: nothing. A hash (a ping's) stands for a value that cannot be judged.
 */
export const faultsOf = (fields: readonly Field[]): readonly string[] => {
  const faults: string[] = []
  for (const { name, value } of fields) {
    if (value === '' || HASH.test(value)) continue
    const kind = kindOf(name)
    if (kind === null) continue
    const fault = CHECKS[kind](value)
    if (fault !== null) faults.push(`${name}: ${fault}`)
  }
  return faults
}

/** Who the lead is to a buyer that looks for duplicates: e-mail, else phone; null where neither was sent. */
export const identityOf = (fields: readonly Field[]): string | null => {
  let phone: string | null = null
  for (const { name, value } of fields) {
    if (value === '') continue
    const kind = kindOf(name)
    if (kind === 'email') return value.trim().toLowerCase()
    if (kind === 'phone' && phone === null) phone = HASH.test(value) ? value : phoneDigits(value)
  }
  return phone
}

type Kind = 'email' | 'phone' | 'state'

const CHECKS: Readonly<Record<Kind, (value: string) => string | null>> = {
  email: (value) => /^[^\s@]+@[^\s@]+\.[^\s@.]{2,}$/.test(value.trim()) ? null : `${quote(value)} is not an e-mail address`,
  phone: (value) => {
    const digits = value.replace(/\D/g, '').length
    return digits >= 10 && digits <= 15 ? null : `${quote(value)} has ${digits} ${digits === 1 ? 'digit' : 'digits'}, a phone number has 10`
  },
  state: (value) => isUsState(value) ? null : `${quote(value)} is not a US state`,
}

const HASH = /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/i
const quote = (value: string): string => JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)

/** By the last part of the name, in words: `applicant.contact.emailAddress` is `email address`. Kept, for the hot path. */
const kindOf = (name: string): Kind | null => {
  const known = KINDS.get(name)
  if (known !== undefined) return known
  const kind = findKind(name)
  if (KINDS.size < 10_000) KINDS.set(name, kind)
  return kind
}

const KINDS = new Map<string, Kind | null>()

const findKind = (name: string): Kind | null => {
  const words = name.split('.').filter((part) => !/^\d+$/.test(part))
    .map((part) => part.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/[^A-Za-z0-9]+/g, ' ').trim().toLowerCase())
  const last = words.at(-1) ?? ''
  const parent = words.at(-2) ?? ''
  if (/\b(type|ext|extension|code|consent|opt|ok|valid|verified|id|status|domain|hash|md5|sha256|format|date|time|country)\b/.test(last)) {
    return /^(state|st|region|province) code$/.test(last) ? 'state' : null
  }
  if (/\be ?mail\b|^email/.test(last)) return 'email'
  if (/\b(phone|telephone|mobile|cell|tel)\b|phone$|^phone|^number ?[123]$/.test(last) || (/phone/.test(parent) && /^(primary|secondary|number|home|work|mobile)$/.test(last))) return 'phone'
  if (/^(state|st|home state|us state|state (name|full name|abbr|abbreviation|full))$/.test(last)) return 'state'
  return null
}
