import type { Place } from '../../base/diagnostic.ts'
import { parsed, refused, type Parsed } from './parsed.ts'

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
/** ISO weekdays, 1 = Monday. */
export const EVERY_DAY: readonly number[] = [1, 2, 3, 4, 5, 6, 7]
const WORKDAYS = [1, 2, 3, 4, 5]
const GROUPS: Readonly<Record<string, readonly number[]>> = {
  weekdays: WORKDAYS, workdays: WORKDAYS, weekday: WORKDAYS, 'business days': WORKDAYS, weekend: [6, 7], weekends: [6, 7], daily: EVERY_DAY, all: EVERY_DAY, 'every day': EVERY_DAY,
}

/** ISO weekdays of `Mon-Fri`, `Monday`, `weekends`; a range may run over the weekend (`Sat-Mon`). */
export const parseWeekdays = (text: string, place: Place): Parsed<readonly number[]> => {
  const group = GROUPS[text.trim().toLowerCase()]
  if (group) return parsed(group)
  const [from, to, more] = text.split(/\s*(?:-|–|\bto\b|\bthrough\b)\s*/i).map(dayNumber)
  if (more !== undefined || from === null || from === undefined || to === null) return refused(place, 'bad-weekday', `got "${text}", expected weekdays`, 'write Mon-Fri, or Mon, Wed, Fri')
  if (to === undefined) return parsed([from])
  const days: number[] = []
  for (let day = from; ; day = (day % 7) + 1) { days.push(day); if (day === to) break }
  return parsed(days)
}

const dayNumber = (text: string): number | null => {
  const word = text.trim().toLowerCase().replace(/\.$/, '')
  const i = /^(mon(day)?|tue(s(day)?)?|wed(nesday)?|thu(r(s(day)?)?)?|fri(day)?|sat(urday)?|sun(day)?)s?$/.test(word) ? DAYS.indexOf(word.slice(0, 3)) : -1
  return i < 0 ? null : i + 1
}
