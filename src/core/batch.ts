import { nextCron } from '../base/cron.ts'
import type { Instant } from '../base/time.ts'
import type { BatchPolicy, ZoneSource } from './policy.ts'

/** When a lead that joined at `since` leaves at the latest; a full batch leaves earlier, unless it has a schedule. */
export const batchLeavesAt = (batch: BatchPolicy, zone: ZoneSource, since: Instant): Instant =>
  (batch.schedule === null ? null : nextCron(batch.schedule, zone.kind === 'zone' ? zone.name : 'UTC', since)) ?? since + batch.maxWaitMs

/** How many leads make a batch leave at once. */
export const leavesWhenFull = (batch: BatchPolicy): number => (batch.schedule === null ? batch.maxLeads : Infinity)
