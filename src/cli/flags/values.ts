import { parseDate } from '../../base/date-text.ts'
import { usageError } from '../../base/diagnostic.ts'
import { isOfLead, parseMoney } from '../../base/money.ts'
import { parseDuration, type Instant } from '../../base/time.ts'
import { pairsOf } from './options.ts'

/** How the values of flags are read; each says what it wants when it gets something else. */

export const readCount = (flag: string) => (value: string): number => {
  const count = Number(value)
  if (!/^\d+$/.test(value) || count < 1) throw usageError(`${flag} takes a whole number from 1 on, not "${value}"`, `for example ${flag} 50`)
  return count
}

export const readPort = (value: string): number => {
  const port = Number(value)
  if (!/^\d+$/.test(value) || port > 65_535) throw usageError(`--port takes a number from 0 (a free one) to 65535, not "${value}"`, 'for example --port 4100; leave it out for a free one')
  return port
}

/** `name=value`, collected over repeated flags. */
export const readPair = (flag: string) => (value: string, before: unknown): Readonly<Record<string, string>> => {
  const at = value.indexOf('=')
  if (at < 1) throw usageError(`${flag} takes name=value, not "${value}"`, `for example ${flag} ${flag === '--source' ? 'name=facebook' : 'campaign_id=42'}`)
  return { ...pairsOf(before), [value.slice(0, at).trim()]: value.slice(at + 1) }
}

/** Sent to the last of two names, the leads would not reach the first, and nobody would hear of it. */
export const readOne = (flag: string) => (value: string, before: unknown): string => {
  if (before !== undefined) throw usageError(`${flag} names two: "${String(before)}" and "${value}"`, 'give the command once for each, or name a pattern that sends to both (Pattern: Simultaneous, Accept: all)')
  return value
}

export const readChoice = (flag: string, choices: readonly string[]) => (value: string): string => {
  if (!choices.includes(value)) throw usageError(`${flag} takes ${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}, not "${value}"`, `for example ${flag} ${choices[0]}`)
  return value
}

export const collect = (value: string, before: unknown): readonly string[] => [...(Array.isArray(before) ? before.map(String) : []), value]

export const readWait = (flag: string) => readDuration(flag, ['s', 'min'], '30s')

/** For times that people count in days: `90` is never taken for seconds, nor are seconds suggested. */
export const readAge = (flag: string) => readDuration(flag, ['d', 'h'], '90d')

const readDuration = (flag: string, units: readonly [string, string], example: string) => (value: string): number => {
  const duration = parseDuration(value === '0' ? '0s' : value)
  if (duration.ok) return duration.ms
  throw duration.problem === 'needs-unit'
    ? usageError(`${flag} ${value} needs a unit`, `write ${flag} ${value}${units[0]} or ${flag} ${value}${units[1]}`)
    : usageError(`${flag} takes a duration, not "${value}"`, `for example ${flag} ${example}`)
}

/** Checked here, and kept as text: whose currency it is where it names none is not known yet. */
export const readMoneyText = (flag: string) => (value: string): string => {
  const read = parseMoney(value)
  if (read === null || !isOfLead(read)) throw usageError(`${flag} takes an amount of money${read === null ? '' : ' from 0 to 100 million'}, not "${value}"`, `for example ${flag} 15.00 or ${flag} '€12.50'`)
  return value
}

/** ISO 8601; without a zone it is UTC, so that the same command means the same everywhere. */
export const readTime = (flag: string) => (value: string): Instant => {
  const date = /^\s*\d{4}-/.test(value) ? parseDate(value) : null
  if (date === null) throw usageError(`${flag} takes a time, not "${value}"`, `for example ${flag} 2026-11-24 or ${flag} 2026-11-24T08:00:00-05:00`)
  return date.kind === 'instant' ? date.at : date.wall
}
