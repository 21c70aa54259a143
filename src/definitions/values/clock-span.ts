import type { Place } from '../../base/diagnostic.ts'
import type { ClockSpan } from '../../core/policy.ts'
import { parsed, refused, type Parsed } from './parsed.ts'

/** `9am-8pm`, `09:00-20:00`, `9:30am - 5pm`, `9-5pm`; a span may run past midnight (`8pm-2am`). */
export const parseClockSpan = (text: string, place: Place): Parsed<ClockSpan> => {
  const wrong = () => refused(place, 'bad-hours', `got "${text}", expected hours of the day`, WITH_ZONE.test(text) ? 'write the hours alone, and the zone on a line of its own: Timezone: America/New_York, or Timezone: lead' : 'write 9am-8pm or 09:00-20:00')
  const ends = text.trim().split(/\s*(?:-|–|\bto\b|\buntil\b)\s*/i)
  if (ends.length !== 2) return wrong()
  const toHalf = /([ap])\.?m\.?$/i.exec(ends[1] ?? '')?.[1]?.toLowerCase()
  const to = minuteOf(ends[1] ?? '')
  // "9-5pm" begins in the morning, "1-5pm" in the afternoon: the reading that comes before the end.
  const written = minuteOf(ends[0] ?? '')
  const bare = /^\d{1,2}(:\d\d)?$/.test(ends[0] ?? '') && toHalf === 'p'
  if (written === null || to === null) return wrong()
  const later = bare && written < 720 && written + 720 < to ? written + 720 : written
  if (isEither(ends[1] ?? '') && (to <= later ? !/^(1[3-9]|2\d)/.test(ends[0] ?? '') : /^\d{1,2}$/.test(ends[0] ?? '') && !text.includes(':'))) {
    return refused(place, 'needs-unit', `got "${text}", which may end in the morning or in the evening`, isEither(ends[0] ?? '') ? `write ${ends[0]}am-${ends[1]}pm` : `write ${ends[0]}-${ends[1]}pm, or ${ends[0]}-${ends[1]}am`)
  }
  if (later === to) return refused(place, 'bad-hours', `got "${text}", which begins when it ends`, 'leave it out where all hours are meant')
  return parsed({ fromMinute: later === 1440 ? 0 : later, toMinute: to === 0 ? 1440 : to })
}

const WITH_ZONE = /\d\s*(?:[ap]\.?m\.?)?\s+\(?(?:(?:[ecmpa]|ak|h)[sd]?t|eastern|central|mountain|pacific|local|utc|gmt)\b/i

/** `5`, `05`, `5:30`: half of the day that is not said; `05:30` and `17` are said. */
const isEither = (text: string): boolean => /^(?:0[1-9]|(?:[1-9]|1[0-2])(?::\d\d)?)$/.test(text)

/** Minutes since midnight; 1440 for `24:00`. */
const minuteOf = (text: string): number | null => {
  if (/^noon$/i.test(text)) return 720
  if (/^midnight$/i.test(text)) return 0
  const match = /^(\d{1,2})(?::(\d\d))?\s*(?:([ap])\.?m\.?)?$/i.exec(text.trim())
  if (!match) return null
  const [hour, minute, half] = [Number(match[1]), Number(match[2] ?? '0'), match[3]?.toLowerCase()]
  if (minute > 59 || (half !== undefined && (hour < 1 || hour > 12))) return null
  const total = (half === undefined ? hour : (hour % 12) + (half === 'p' ? 12 : 0)) * 60 + minute
  return total <= 1440 ? total : null
}
