import { diagnosticAt, type Diagnostic } from '../base/diagnostic.ts'
import type { Recipient } from './recipient.ts'

/** Days of caps, and hours of a batch's Schedule, are the buyer's: where Timezone is the lead's they can only be those of UTC. */
export const warnOfUtcDays = (recipients: readonly Recipient[]): readonly Diagnostic[] => recipients.flatMap((each) => {
  if (each.kind !== 'endpoint' || each.policy.zone.kind === 'zone') return []
  const { name, definition, policy: { caps, batch } } = each
  const cap = caps.find(({ period }) => period !== 'hour')
  const counted = [...(cap ? [`its cap per ${cap.period} begins`] : []), ...(batch?.schedule ? ['the Schedule of its batches runs'] : [])]
  if (counted.length === 0) return []
  return [diagnosticAt(definition.place, 'utc-days', `${name}: ${counted.join(' and ')} by the clock of UTC, since its Timezone is each lead's own`, "name the buyer's zone as Timezone; Calling Hours: yes keeps to each lead's own clock all the same, in place of Call Window", 'warning')]
})
