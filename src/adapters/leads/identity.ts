import { shortHash } from '../../base/hash.ts'
import type { LeadValue } from '../../core/lead.ts'

/** What names a lead: the value of its id field, or why that value cannot be one. */
type Identity = { readonly ok: true; readonly id: string } | { readonly ok: false; readonly reason: string }

/** What spreadsheets and databases write where there is nothing or where digits are lost: people with it would count as one lead, and all but the first would go to nobody. */
const NO_ID = /^(?:null|\\n|none|nan|undefined|n\/a|#(?:n\/a|ref!|name\?|value!|div\/0!|num!|null!|error!|#+)|\d(?:[.,]\d+)?e\+\d+)$/i

/** Longer than any id seen in the wild, shorter than what a header or an index would refuse. */
const LONGEST_ID = 500

/** Spaces around an id are not part of it: `42 ` from one export and `42` from the next are one lead. */
export const identityOf = (value: LeadValue | undefined, field: string): Identity => {
  if (typeof value === 'number') return { ok: true, id: String(value) }
  if (value !== undefined && value !== null && typeof value !== 'string') {
    return { ok: false, reason: `no id: \`${field}\` is ${Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `${value}`}, not text or a number` }
  }
  const id = value?.trim() ?? ''
  if (id === '') return { ok: false, reason: `no id: \`${field}\` is empty` }
  if (NO_ID.test(id)) return { ok: false, reason: `no id: \`${field}\` is ${id}, as others may have it` }
  if (id.length > LONGEST_ID) return { ok: false, reason: `\`${field}\` is longer than ${LONGEST_ID} characters` }
  return { ok: true, id }
}

/** The field that names leads among these: the one asked for, else `id`; the exact name before another case of it. */
export const idFieldAmong = (names: readonly string[], asked: string | undefined): string | null => {
  const wanted = asked ?? 'id'
  if (names.includes(wanted)) return wanted
  const lower = wanted.toLowerCase()
  return names.find((name) => name.toLowerCase() === lower) ?? null
}

/** The identity of a record without an id: the same fields and values in any order give the same. */
export const hashOfRecord = (fields: Readonly<Record<string, LeadValue>>): string => `h_${shortHash(canonical(fields))}`

/** The same as `hashOfRecord`, for rows whose names are known beforehand: sorted and quoted once. */
export const rowHasher = (names: readonly string[]): ((fields: Readonly<Record<string, LeadValue>>) => string) => {
  const sorted = [...names].sort()
  const prefixes = sorted.map((name, i) => `${i === 0 ? '{' : ','}${JSON.stringify(name)}:`)
  return (fields) => {
    let text = ''
    for (let i = 0; i < sorted.length; i++) text += (prefixes[i] ?? '') + JSON.stringify(fields[sorted[i] ?? ''])
    return `h_${shortHash(`${text}}`)}`
  }
}

const canonical = (value: LeadValue): string => {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (isList(value)) return `[${value.map(canonical).join(',')}]`
  return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? null)}`).join(',')}}`
}

const isList = (value: LeadValue): value is readonly LeadValue[] => Array.isArray(value)
