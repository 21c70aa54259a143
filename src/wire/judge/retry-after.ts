import { parseDate } from '../../base/date-text.ts'
import { DAY, parseDuration, SECOND } from '../../base/time.ts'

/** A wait is kept as told, except that no calendar reaches past a century. */
const LONGEST = 36_525 * DAY

/**
 * How long the buyer asks to wait, in milliseconds from its answer: Retry-After in seconds (Shopify writes `2.0`, others `30s`)
 * or as any of the three dates of RFC 9110 (5.6.7, 10.2.3) or another that names its zone, read against the buyer's own Date,
 * else against `at`; without it the RateLimit headers in use. A time past is 0; what cannot be read is null.
 */
export const retryAfterMs = (headers: Readonly<Record<string, string>>, at: number): number | null => {
  const told = headers['retry-after']?.trim()
  if (told !== undefined) {
    const wait = waitOf(told, headers, at)
    if (wait !== null) return wait
  }
  return fromRateLimit(headers, at)
}

/** How long an answer asks to be left alone. RateLimit headers stand in every answer of some services: only a 429 makes them a wait, a 503 needs Retry-After. */
export const waitAskedFor = ({ status, headers }: { readonly status: number; readonly headers: Readonly<Record<string, string>> }, at: number): number | null =>
  status === 429 || headers['retry-after'] !== undefined ? retryAfterMs(headers, at) : null

const waitOf = (told: string, headers: Readonly<Record<string, string>>, at: number): number | null => {
  if (/^\d+(\.\d+)?$/.test(told)) return secondsOrTime(Number(told), at)
  const until = httpDate(told, at)
  if (until !== null) return clamp(until - (httpDate(headers['date'] ?? '', at) ?? at))
  const wait = parseDuration(told)
  return wait.ok ? clamp(wait.ms) : null
}

const clamp = (ms: number): number => Math.min(Math.max(ms, 0), LONGEST)

/** More than a billion seconds are no wait but a time since 1970, and more than a thousand billions that time in milliseconds. */
const secondsOrTime = (value: number, at: number): number => clamp(Math.ceil(value > 1e12 ? value - at : value > 1e9 ? value * SECOND - at : value * SECOND))

/** `RateLimit: "day";r=0;t=30` of the draft, `limit=9, remaining=0, reset=30` of its earlier ones, `RateLimit-Reset` (seconds), `X-RateLimit-Reset` (seconds, a time since 1970 or a date). */
const fromRateLimit = (headers: Readonly<Record<string, string>>, at: number): number | null => {
  const limit = headers['ratelimit'] ?? ''
  const reset = ofPolicies(limit) ?? /(?:^|[,\s])reset=(\d{1,12})/.exec(limit)?.[1] ?? headers['ratelimit-reset'] ?? headers['x-ratelimit-reset'] ?? headers['x-rate-limit-reset']
  return reset === undefined ? null : waitOf(reset.trim(), headers, at)
}

/** Of several policies the one that is used up counts, and of several of these the last to begin anew. */
const ofPolicies = (text: string): string | undefined => {
  const policies = text.replace(/"[^"]*"/g, '').split(',').flatMap((each) => {
    const seconds = /;\s*t=(\d{1,12})/.exec(each)?.[1]
    return seconds === undefined ? [] : [{ seconds, isUsedUp: /;\s*r=0+(?!\d)/.test(each) }]
  })
  const usedUp = policies.filter((each) => each.isUsedUp)
  return (usedUp.length === 0 ? policies[0] : usedUp.reduce((a, b) => (Number(b.seconds) > Number(a.seconds) ? b : a)))?.seconds
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const FORMS: readonly RegExp[] = [
  /^\w{6,9}, (?<d>\d{2})-(?<m>\w{3})-(?<y>\d{2}) (?<h>\d{2}):(?<i>\d{2}):(?<s>\d{2}) GMT$/i,
  /^\w{3} (?<m>\w{3}) (?<d>[ \d]\d) (?<h>\d{2}):(?<i>\d{2}):(?<s>\d{2}) (?<y>\d{4})$/i,
]

/** Milliseconds of an HTTP date: IMF-fixdate as any other date with its zone, RFC 850, asctime; null for anything else. `near` settles a year of two digits. */
export const httpDate = (text: string, near: number): number | null => {
  const date = parseDate(text)
  if (date?.kind === 'instant') return date.at
  for (const form of FORMS) {
    const part = form.exec(text.trim())?.groups
    if (!part) continue
    const month = MONTHS.indexOf((part['m'] ?? '').toLowerCase())
    const [day, hour, minute, second] = [Number(part['d']), Number(part['h']), Number(part['i']), Number(part['s'])]
    if (month < 0 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return null
    return Date.UTC(fullYear(part['y'] ?? '', near), month, day, hour, minute, second)
  }
  return null
}

/** RFC 9110: two digits that seem more than 50 years in the future mean the most recent past year with them. */
const fullYear = (digits: string, near: number): number => {
  if (digits.length === 4) return Number(digits)
  const now = new Date(near).getUTCFullYear()
  const year = now - (now % 100) + Number(digits)
  return year > now + 50 ? year - 100 : year
}
