import { errorText } from '../../base/error.ts'
import { DEEPEST_JSON, isTooDeep } from '../../base/json-depth.ts'
import type { LeadValue } from '../../core/lead.ts'
import { readJson } from '../../wire/parse/json.ts'
import { textFault, type Gathered } from './batch.ts'
import { hashOfRecord, identityOf, idFieldAmong } from './identity.ts'

/** A JSON record longer than this is no lead. */
export const LONGEST_JSON_RECORD = 16 * 1024 * 1024

/** Turns the text of one JSON value into a lead, or into a bad row that says why not. */
export const takeJsonRecord = (out: Gathered, raw: string, line: number, damaged: boolean, idAsked: string | undefined): void => {
  const fault = textFault(raw, damaged) ?? (isTooDeep(raw) ? `nested more than ${DEEPEST_JSON} deep` : null)
  if (fault !== null) { out.bad(line, fault, raw); return }
  const parsed = parseRecord(raw)
  if (!parsed.ok) { out.bad(line, parsed.reason, raw); return }
  const { fields } = parsed
  const field = idFieldAmong(Object.keys(fields), idAsked)
  if (field === null) {
    const list = listWithin(fields)
    if (list !== null) { out.bad(line, `no lead but an object that holds a list of them under \`${list}\`: make a file of that list alone`, raw); return }
    // What an API says in place of leads, as `curl` saves it.
    if (!saysOfAPerson(fields) && Object.keys(fields).some((name) => /^errors?$/i.test(name))) { out.bad(line, 'no lead but an error: fetch the file again', raw); return }
    if (idAsked !== undefined) out.bad(line, `no id: the record has no \`${idAsked}\``, raw)
    else if (Object.keys(fields).length === 0) out.bad(line, 'an object without any field', raw)
    else out.lead(hashOfRecord(fields), fields, line, raw)
    return
  }
  const identity = identityOf(fields[field], field)
  if (identity.ok) out.lead(identity.id, fields, line, raw)
  else out.bad(line, identity.reason, raw)
}

type Parsed = { readonly ok: true; readonly fields: Readonly<Record<string, LeadValue>> } | { readonly ok: false; readonly reason: string }

const parseRecord = (raw: string): Parsed => {
  let value: unknown
  try {
    value = readJson(raw)
  } catch (error) {
    return { ok: false, reason: `not valid JSON: ${errorText(error).replace(/\s+/g, ' ').slice(0, 200)}` }
  }
  if (isFields(value)) return { ok: true, fields: value }
  return { ok: false, reason: `not a JSON object but ${value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`}` }
}

/**
 * The way to the leads in what an export wraps them in: `{"total": 2, "leads": [{…}]}`. Sent as one lead it would show a buyer
 * all of them. An object that says anything of a person itself is a lead, whatever lists it holds.
 */
const listWithin = (fields: Readonly<Record<string, LeadValue>>): string | null => {
  if (saysOfAPerson(fields)) return null
  for (const name of Object.keys(fields)) {
    const value = fields[name]
    if (!LIST_NAMES.test(name) || typeof value !== 'object' || value === null) continue
    if (Array.isArray(value) && value.every(isFields)) return name
    const within = isFields(value) ? listWithin(value) : null
    if (within !== null) return `${name}.${within}`
  }
  return null
}

const saysOfAPerson = (fields: Readonly<Record<string, LeadValue>>): boolean => Object.keys(fields).some((name) => OF_A_PERSON.test(name))
const OF_A_PERSON = /e-?mail|phone|mobile|name|zip|postal|address|birth|^state$|^city$/i
const LIST_NAMES = /^(leads?|data|results?|records?|items?|contacts?|rows?|entries|people|prospects|submissions|elements|content|hits|response|payload)$/i

const isFields = (value: unknown): value is Readonly<Record<string, LeadValue>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
