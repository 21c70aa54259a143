import { Cron } from 'croner'
import { errorText } from './error.ts'
import type { Instant } from './time.ts'

/** The next time after `after` that a cron expression names in an IANA zone; null where it names none. */
export const nextCron = (expression: string, zone: string, after: Instant): Instant | null =>
  new Cron(expression, { timezone: zone, paused: true }).nextRun(new Date(after))?.getTime() ?? null

/** Why a cron expression cannot be read; null where it can. */
export const cronProblem = (expression: string): string | null => {
  try {
    return new Cron(expression, { paused: true }).nextRun(new Date(0)) === null ? 'it names no time' : null
  } catch (error) {
    return errorText(error)
  }
}
