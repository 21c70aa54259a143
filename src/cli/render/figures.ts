import { formatMoney, type Money } from '../../base/money.ts'
import { formatDuration, isoTime, MINUTE, type Instant } from '../../base/time.ts'

const SYMBOLS: Readonly<Record<string, string>> = { USD: '$', EUR: '€', GBP: '£', INR: '₹' }

/** Money for people: `$1,012.50`, `-$15.00`, `12.00 CHF`. */
export const showMoney = (value: Money): string => {
  const plain = formatMoney(value)
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d+)(\.\d+)?$/.exec(plain) ?? []
  const digits = groupThousands(whole) + fraction
  const symbol = SYMBOLS[value.currency]
  return symbol === undefined ? `${sign}${digits} ${value.currency}` : `${sign}${symbol}${digits}`
}

/** `12,345`. */
export const showCount = (count: number): string => groupThousands(String(count))

/** `1 lead`, `2 leads`, `1,000 leads`. */
export const plural = (count: number, one: string, many = `${one}s`): string => `${showCount(count)} ${count === 1 ? one : many}`

/** `95.0%`, of a share from 0 to 1; a dash where there was nothing to divide by. */
export const showShare = (share: number | null): string => (share === null ? '–' : `${(share * 100).toFixed(1)}%`)
export const showRate = (part: number, whole: number): string => showShare(whole === 0 ? null : part / whole)

/** `180 ms`; a dash where nothing was measured. */
export const showMs = (ms: number | null): string => (ms === null ? '–' : formatDuration(ms))

/** The first of many, and whether there are more: `a, b, c …`. */
export const someOf = (names: readonly string[], most = 12): string => `${names.slice(0, most).join(', ')}${names.length > most ? ' …' : ''}`

/** Seen from now: `in 4 min`, `2 h ago`, `now`. */
export const showWhen = (at: Instant, now: Instant): string => {
  const ms = at - now
  if (Math.abs(ms) < 1_000) return 'now'
  // Ten minutes off, nobody counts seconds.
  const unit = Math.abs(ms) < 10 * MINUTE ? 1_000 : MINUTE
  const rounded = formatDuration(Math.round(Math.abs(ms) / unit) * unit)
  return ms > 0 ? `in ${rounded}` : `${rounded} ago`
}

/** When what waits goes on: `in 4 min`, `due now`, `until a person acts`. */
export const showDue = (at: Instant | null, now: Instant): string => (at === null ? 'until a person acts' : at <= now ? 'due now' : showWhen(at, now))

/** `2026-11-24 03:29:15` in UTC, for tables; seconds are enough for people. */
export const showTime = (at: Instant): string => isoTime(at).slice(0, 19).replace('T', ' ')

const groupThousands = (digits: string): string => digits.replace(/\B(?=(\d{3})+(?!\d))/g, ',')
