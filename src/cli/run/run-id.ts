import { randomBytes } from 'node:crypto'
import { isoTime, type Instant } from '../../base/time.ts'

/** Sorts by time and never repeats: `20261124-032915-k3f9q2`. */
export const newRunId = (now: Instant): string => {
  const [date = '', time = ''] = isoTime(now).split('T')
  return `${date.replaceAll('-', '')}-${time.slice(0, 8).replaceAll(':', '')}-${randomBytes(4).readUInt32LE().toString(36).padStart(7, '0').slice(-6)}`
}
