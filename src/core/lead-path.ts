import { holds, type Condition, type ValuePath } from './condition.ts'
import type { Lead } from './lead.ts'

/** A lead, and what is known of where it came from: its own words and `--source`, as its delivery has them. */
export interface LeadAndSource { readonly lead: Lead; readonly source?: Readonly<Record<string, string>> }

/** Whether a condition on the lead holds. `source.campaign` and a bare `campaign` are the source's where the lead has none, or an empty cell. */
export const holdsFor = (condition: Condition, { lead, source = {} }: LeadAndSource): boolean => holds(condition, (path) => {
  const found = resolveLead(lead, path)
  const name = path.kind === 'path' ? withDots(path.text).replace(/^(?:lead\.)?source\./, '') : ''
  return Object.hasOwn(source, name) && found.every((each) => each === '' || each === null) ? [source[name]] : found
})

/** Values at `lead.state`, `state` or `source.name` in a lead; arrays are walked into. CSV columns may hold dots themselves. */
export const resolveLead = (lead: Lead, path: ValuePath): readonly unknown[] => {
  if (path.kind !== 'path') return []
  const text = withDots(path.text)
  const inLead = text.startsWith('lead.') ? text.slice(5) : text
  const found = valuesAt(lead.fields, inLead)
  // A plain text is the name of the source.
  return found.length === 0 && inLead === 'source.name' && typeof lead.fields['source'] === 'string' ? [lead.fields['source']] : found
}

/** The first value at a path as trimmed text; null where there is none, or it is blank, or neither text nor a number. */
export const textAt = (lead: Lead, path: string): string | null => {
  const [value] = resolveLead(lead, { kind: 'path', text: path })
  return textOf(value)
}

const textOf = (value: unknown): string | null => {
  const text = typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : ''
  return text === '' ? null : text
}

/** That of the first path which has one. */
export const firstTextAt = (lead: Lead, paths: readonly string[]): string | null => {
  for (const path of paths) { const text = textAt(lead, path); if (text !== null) return text }
  return null
}

/** The same, else that of a field that is written so in other cases or with other marks: `Zip/Postal Code` is `zip_postal_code`. */
export const firstTextNamed = (lead: Lead, names: readonly string[]): string | null => {
  const exact = firstTextAt(lead, names)
  if (exact !== null) return exact
  const odd = Object.keys(lead.fields).filter((each) => /[^a-z0-9_.]/.test(each))
  for (const name of odd.length === 0 ? [] : names) {
    for (const field of odd) { const text = withoutMarks(field) === withoutMarks(name) ? textOf(lead.fields[field]) : null; if (text !== null) return text }
  }
  return null
}

const withoutMarks = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '')

/** `lead.items[0].k`, `lead["Loan Amount"]` and `lead.[Loan Amount]` (as templates have it) with dots alone. */
export const withDots = (path: string): string =>
  path.includes('[') ? path.replace(/\.?\[\s*(?:"([^"]*)"|'([^']*)'|([^\]]*?))\s*\]/g, (_, double?: string, single?: string, plain?: string) => `.${double ?? single ?? plain ?? ''}`).replace(/^\./, '') : path

const valuesAt = (value: unknown, path: string): readonly unknown[] => {
  if (path === '') return Array.isArray(value) ? value : [value]
  if (Array.isArray(value)) {
    const [head = '', ...rest] = path.split('.')
    if (head === '*') return value.flatMap((each) => valuesAt(each, rest.join('.')))
    return /^\d+$/.test(head) ? valuesAt(value[Number(head)], rest.join('.')) : value.flatMap((each) => valuesAt(each, path))
  }
  if (typeof value !== 'object' || value === null) return []
  if (path === '*' || path.startsWith('*.')) return Object.values(value).flatMap((each) => valuesAt(each, path.slice(2)))
  if (Object.hasOwn(value, path)) return valuesAt((value as Record<string, unknown>)[path], '')
  for (let dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
    const head = path.slice(0, dot)
    if (Object.hasOwn(value, head)) return valuesAt((value as Record<string, unknown>)[head], path.slice(dot + 1))
  }
  return []
}
