import type { Place } from '../../base/diagnostic.ts'
import { DAY, HOUR, MINUTE } from '../../base/time.ts'
import { parsed, refused, type Parsed } from './parsed.ts'

export interface WindowLabel { readonly opensMs: number; /** null: it never closes */ readonly closesMs: number | null }

const UNITS: Readonly<Record<string, number>> = { hour: HOUR, h: HOUR, hr: HOUR, day: DAY, minute: MINUTE, min: MINUTE }

/** `Hour 0-24`, `Hours 24 to 48`, `Hour 48+`, `Day 1-2`, since the lead was received; `First 24 hours`, `24-48 hours` and `After 48 hours` are as good. */
export const parseWindowLabel = (text: string, place: Place): Parsed<WindowLabel> => {
  const match = /^(hour|hr|h|day|minute|min)s?\s*(\d+(?:\.\d+)?)\s*(?:(\+|and later|onwards?)|(?:-|–|to)\s*(\d+(?:\.\d+)?))$/i.exec(inOrder(text.trim()))
  if (!match) return refused(place, 'bad-window', `got "${text}", expected hours since the lead was received`, 'write Hour 0-24, Hour 24-48, or Hour 48+ for the last')
  const unit = UNITS[(match[1] ?? '').toLowerCase()] ?? HOUR
  const opensMs = Number(match[2]) * unit
  const closesMs = match[4] === undefined ? null : Number(match[4]) * unit
  if (closesMs !== null && closesMs <= opensMs) return refused(place, 'bad-window', `got "${text}", which closes before it opens`, 'write the earlier hour first')
  return parsed({ opensMs, closesMs })
}

/** The unit in front, the hours behind it. */
const inOrder = (text: string): string => {
  const [, word, span = '', unit = ''] = /^(?:(first|after)\s+)?(\d.*?)\s*([a-z]+?)s?$/i.exec(text) ?? []
  if (span === '' || UNITS[unit.toLowerCase()] === undefined) return text
  return word === undefined ? `${unit} ${span}` : `${unit} ${word.toLowerCase() === 'first' ? `0-${span}` : `${span}+`}`
}
