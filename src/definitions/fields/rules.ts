import { placeOfPart, type Place } from '../../base/diagnostic.ts'
import { isZone } from '../../base/zone.ts'
import type { CallWindow, DuplicateCheck, ZoneSource } from '../../core/policy.ts'
import { zoneOfAmericanName } from '../../core/zones/us-zone-names.ts'
import type { ResponseCodeRow } from '../answer-definition.ts'
import { suggest } from '../suggest.ts'
import { parseAccumulate } from '../values/accumulate.ts'
import { parseAlertRule } from '../values/alert-rule.ts'
import { parseCap } from '../values/caps.ts'
import { parseClockSpan } from '../values/clock-span.ts'
import { parseDuplicateCheck } from '../values/duplicate-check.ts'
import { parsed, refused } from '../values/parsed.ts'
import { parseRequirement, type RequirementLine } from '../values/requirement.ts'
import { parseResponseCode } from '../values/response-code.ts'
import { eachStatus } from '../values/status-range.ts'
import { parseRetries } from '../values/retries.ts'
import { parseWeekdays } from '../values/weekdays.ts'
import { isEmpty, take, textOf, textual, type Kind, type Reading } from './field.ts'
import { listOf, partsOf, yesNo } from './plain.ts'
import { CIRCUIT_BREAKER } from './circuit-breaker.ts'
import { RETRY_ON } from './retry-on.ts'
import { RETRY_STRATEGY } from './retry-strategy.ts'

export { CIRCUIT_BREAKER, RETRY_ON, RETRY_STRATEGY }

export const ACCUMULATE = textual('a count of leads, a time, or both', parseAccumulate)
export const RETRIES = textual('a count, with a backoff if you like, or none', parseRetries, { type: ['string', 'integer'] })
export const CAPS = listOf(textual('an amount per hour, day, week or month', parseCap))
export const ALERT_RULES = listOf(textual('a figure and its limit', parseAlertRule))

const DAY_LISTS = listOf(textual('weekdays', parseWeekdays))
export const DAYS: Kind<readonly number[]> = {
  ...DAY_LISTS,
  read: (node, reading) => { const lists = DAY_LISTS.read(node, reading); return lists && [...new Set(lists.flat())].sort((a, b) => a - b) },
}

/** Spans, each with weekdays in front if need be: `9am-8pm`, `Mon-Fri 9am-5pm`, `9am-12pm, 1pm-5pm`. */
export const CALL_WINDOW: Kind<{ readonly spans: CallWindow['spans']; readonly days: readonly number[] | null }> = {
  takes: 'hours of the day; several as a comma list or a YAML list',
  schema: { type: ['string', 'array'] },
  read: (node, reading) => {
    let days: readonly number[] | null = null
    /** Hours that stand before any days: those of every day. */
    let daily = false
    const spans = listOf(textual('hours of the day', (text, place) => {
      const match = /^([a-z][a-z ,–-]*?)[:,]?\s+(\d.*|noon.*|midnight.*)$/i.exec(text)
      if (!match) {
        daily ||= days === null
        return parseClockSpan(text, place)
      }
      const named = parseWeekdays(match[1] ?? '', place)
      if (!named.ok) return named
      if (daily || (days !== null && days.join() !== named.value.join())) return refused(place, 'bad-hours', 'different hours on different days are not kept', 'write the hours here and the weekdays as Days: Mon-Fri')
      days = named.value
      return parseClockSpan(match[2] ?? '', place)
    })).read(node, reading)
    return spans && spans.length > 0 ? { spans, days } : undefined
  },
}

/** An IANA name, `lead`, or a template with one path: `{{lead.timezone}}`. */
export const ZONE: Kind<ZoneSource> = textual('an IANA name (America/New_York), `lead`, or a template', (text, place) => {
  if (/^(lead|from (the )?lead|lead'?s)$/i.test(text)) return parsed<ZoneSource>({ kind: 'lead' })
  const path = /^\{\{\s*([\w.[\]]+)\s*\}\}$/.exec(text)?.[1]
  if (path !== undefined) return parsed<ZoneSource>({ kind: 'field', path: path.replace(/^lead\./, '') })
  if (text.includes('{{')) return refused(place, 'bad-timezone', `got "${text}", expected the path of a lead field`, 'write {{lead.timezone}}, or lead')
  const near = zoneOfAmericanName(text)
  if (near !== undefined) return refused(place, 'bad-timezone', `got "${text}", which does not say whether it has summer time`, `write ${near}`)
  const name = text.replace(/\s+/g, '_')
  if (isZone(name)) return parsed<ZoneSource>({ kind: 'zone', name })
  return refused(place, 'bad-timezone', `got "${text}", which is no time zone`, 'write an IANA name, such as America/New_York, or lead')
})

/** A condition may hold commas: only a YAML list is several. */
const REQUIREMENT_TEXT = textual('a named check, a condition, or text', parseRequirement)
const REQUIREMENT: Kind<RequirementLine> = {
  ...REQUIREMENT_TEXT,
  read: (node, reading) => {
    const line = REQUIREMENT_TEXT.read(node, reading)
    if (line?.kind === 'prose') tellOfUnchecked(line.text, node.place, reading)
    return line
  },
}
const NAMED_CHECKS = ['phone is mobile', 'phone is mobile-capable', 'phone must be mobile', 'Include TrustedForm', 'Include Jornaya', 'Business hours only']
/** Text that is meant to keep leads back, and is neither a check nor a condition. */
const tellOfUnchecked = (text: string, place: Place, reading: Reading): void => {
  const near = suggest(text, NAMED_CHECKS)
  const help = near !== null ? `did you mean "${near}"?`
    : /trusted\s*form|jornaya|leadid|\bmobile\b/i.test(text) ? 'the checks are written Include TrustedForm, TrustedForm within 3 days, Include Jornaya, phone is mobile'
    : /\b(?:business|office|working)\s+(?:hours|days)\b|\bweek(?:days?|ends?)\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\d\s*[ap]\.?m\b/i.test(text) ? 'hours are kept by the line Business hours only, others by Call Window: 9am-5pm with Days: Mon-Fri and a Timezone'
    : /\bwithin\s+(?:the\s+)?(?:last\s+|past\s+)?\d+\s*(?:hour|day|week|month|year)/i.test(text) ? 'repeats are kept out by Duplicate Check: phone_1 within 30 days; how long ago a date of the lead lies is not asked here'
    : /[\w\])]\s*(?:[<>]=?|[!=]?=)\s*["']?\w|\bbetween\s+\$?\d|^\w+\s+in\s+[A-Z]{2}\b|^(?:not\s+)?(?:lead|source)\.\w/.test(text) ? 'a condition begins with one field: lead.loan_amount > 5000, or lead["Loan Amount"] > 5000' : null
  if (help !== null) reading.tell(place, 'not-enforced', `"${text}" is taken as documentation, and keeps no lead back`, help, 'warning')
}
export const REQUIREMENTS: Kind<readonly RequirementLine[]> = {
  takes: 'named checks (`phone is mobile-capable`, `Include TrustedForm`, `Include Jornaya`, `Business hours only`) and conditions, as a YAML list; other text is documentation',
  schema: { type: ['string', 'array'], items: { type: 'string' } },
  read: (node, reading) => {
    if (node.kind === 'list') return node.items.flatMap((item) => REQUIREMENT.read(item, reading) ?? [])
    const text = textOf(node, 'a requirement, or a list of them', reading)
    if (text === undefined) return undefined
    return partsOf(text).flatMap((part) => REQUIREMENT.read({ kind: 'scalar', value: part.text, text: part.text, quoted: false, place: placeOfPart(node.place, text, part.at, part.text.length) }, reading) ?? [])
  },
}

/** A rule, or the yes or no that Salesforce takes. */
export const DUPLICATE_CHECK: Kind<DuplicateCheck | boolean> = {
  takes: 'a field and a time, or yes or no',
  schema: { type: ['string', 'boolean'] },
  read: (node, reading) => {
    const said = node.kind === 'scalar' && !isEmpty(node) ? yesNo(node.text) : null
    if (said !== null) return said
    const text = textOf(node, 'a field and a time', reading)
    return text === undefined ? undefined : take(parseDuplicateCheck(text, node.place), reading)
  },
}

/** Keys are statuses and words in the body; the first row that matches wins. */
export const RESPONSE_CODES: Kind<readonly ResponseCodeRow[]> = {
  takes: 'rows of a status (or several: `400, 422`), a condition on the answer or both, and what they mean: Success, Duplicate, Rejected, Invalid data, Auth failed, Rate limited, Server error, Error or Retry',
  schema: { type: 'object', additionalProperties: { type: 'string' } },
  read: (node, reading) => {
    if (node.kind !== 'map') return reading.tell(node.place, 'wrong-shape', 'Response Codes is a block of rows', 'write 400: Invalid data on a line below, indented')
    const rows = node.entries.flatMap((entry): readonly ResponseCodeRow[] => {
      if (entry.kind === 'block') { reading.tell(entry.open.place, 'misplaced-block', 'Response Codes cannot depend on the lead', 'leave the block out'); return [] }
      const means = textOf(isEmpty(entry.value) ? { ...entry.value, place: entry.keyPlace } : entry.value, 'what the answer means', reading)
      return means === undefined ? [] : eachStatus(entry.key).flatMap((key) => take(parseResponseCode(key, means, entry.keyPlace, entry.value.place), reading) ?? [])
    })
    tellOfUnread(rows, reading)
    return rows
  },
}

/** The first row that matches counts: one below a row of the same statuses, whatever the body, is never looked at. */
const tellOfUnread = (rows: readonly ResponseCodeRow[], reading: Reading): void => {
  for (const [i, { status, place }] of rows.entries()) {
    const above = rows.slice(0, i).find((each) => each.when === null && (each.status === null || (status !== null && each.status.from <= status.from && status.to <= each.status.to)))
    if (above) reading.tell(place, 'unreachable', `this row is never read: the one in line ${above.place.line} takes all of its answers`, 'put it above that row; words in the body are written 200 + "DUP" in body', 'warning')
  }
}
