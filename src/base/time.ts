/** Milliseconds since 1970 UTC. Every time in the core is one of these; text is made at the edges. */
export type Instant = number

export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** Node's timers hold 31 bits; a longer one fires at once. */
export const LONGEST_TIMER = 2 ** 31 - 1

const UNITS: ReadonlyMap<string, number> = new Map(Object.entries({
  ms: 1, millisecond: 1, msec: 1,
  s: SECOND, sec: SECOND, second: SECOND,
  m: MINUTE, min: MINUTE, minute: MINUTE,
  h: HOUR, hr: HOUR, hour: HOUR,
  d: DAY, day: DAY,
  w: 7 * DAY, week: 7 * DAY,
}))

/** What a person calls a unit, in lower case, in milliseconds: `s`, `hour`, `days`. */
export const unitMs = (name: string): number | undefined => UNITS.get(name) ?? UNITS.get(name.replace(/s$/, ''))

type DurationText = { ok: true; ms: number } | { ok: false; problem: 'needs-unit' | 'not-a-duration' }

/** Reads `10 seconds`, `1s`, `5 min`, `24h`, `100ms`, `1.5 hours`, `1h 30m`. A bare number is an error: it needs a unit. */
export const parseDuration = (value: string): DurationText => {
  const text = value.trim().toLowerCase()
  if (/^\d+(\.\d+)?$/.test(text)) return { ok: false, problem: 'needs-unit' }
  const part = /(\d+(?:\.\d+)?)\s*([a-z]+)\s*,?\s*(?:and\s+)?/gy
  let ms = 0
  while (part.lastIndex < text.length) {
    const match = part.exec(text)
    const unit = match?.[2] === undefined ? undefined : unitMs(match[2])
    if (!match || unit === undefined) return { ok: false, problem: 'not-a-duration' }
    ms += Number(match[1]) * unit
  }
  return text === '' ? { ok: false, problem: 'not-a-duration' } : { ok: true, ms: Math.round(ms) }
}

/** The earliest of several instants, where null means "not by the clock"; null where all are null. */
export const earliest = (times: readonly (Instant | null)[]): Instant | null =>
  times.reduce((first, each) => (each === null ? first : first === null ? each : Math.min(first, each)), null)

/** A duration for people: `850 ms`, `4 s`, `5 min`, `2 h 30 min`, `3 d`. */
export const formatDuration = (ms: number): string => {
  if (ms < SECOND) return `${Math.round(ms)} ms`
  if (ms < MINUTE) return `${trimZero((ms / SECOND).toFixed(1))} s`
  const [big, bigName, small, smallName] =
    ms < HOUR ? [MINUTE, 'min', SECOND, 's'] as const
    : ms < DAY ? [HOUR, 'h', MINUTE, 'min'] as const
    : [DAY, 'd', HOUR, 'h'] as const
  const whole = Math.floor(ms / big)
  const rest = Math.floor((ms % big) / small)
  return rest === 0 ? `${whole} ${bigName}` : `${whole} ${bigName} ${rest} ${smallName}`
}

/** A length of time in a sentence: `30 days`, `90 minutes`, `1 hour`; rounded down to its largest whole unit. */
export const durationWords = (ms: number): string => {
  const [unit, name] = ms >= 2 * DAY || ms === DAY ? [DAY, 'day'] as const : ms >= 2 * HOUR || ms === HOUR ? [HOUR, 'hour'] as const : ms >= MINUTE ? [MINUTE, 'minute'] as const : [SECOND, 'second'] as const
  const count = Math.floor(ms / unit)
  return `${count} ${name}${count === 1 ? '' : 's'}`
}

/** ISO 8601 in UTC with milliseconds, as every output writes times. */
export const isoTime = (at: Instant): string => {
  // Rows of one second follow each other, thousands of them at full speed: `toISOString` takes 1.2 us.
  const whole = Math.trunc(at)
  const second = Math.floor(whole / SECOND)
  if (second !== lastSecond) { lastText = new Date(at).toISOString().slice(0, -4); lastSecond = second }
  const ms = whole - second * SECOND
  return `${lastText}${ms > 99 ? ms : ms > 9 ? `0${ms}` : `00${ms}`}Z`
}

let lastSecond = Number.NaN
/** Up to the point before the milliseconds. */
let lastText = ''

/** An instant for people: `2026-11-24 00:00 UTC`, with seconds where it has some. */
export const utcText = (at: Instant): string => {
  const iso = new Date(at).toISOString()
  return `${iso.slice(0, 10)} ${at % MINUTE === 0 ? iso.slice(11, 16) : iso.slice(11, 19)} UTC`
}

const trimZero = (text: string): string => text.replace(/\.0$/, '')
