import { isZone } from '../../base/zone.ts'
import type { CallWindow, ZoneSource } from '../../core/policy.ts'
import { zoneOfAmericanName } from '../../core/zones/us-zone-names.ts'
import { parseClockSpan } from '../values/clock-span.ts'
import { parsed, refused } from '../values/parsed.ts'
import { parseWeekdays } from '../values/weekdays.ts'
import { textual, type Kind } from './field.ts'
import { listOf } from './plain.ts'

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
