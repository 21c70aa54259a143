import { shortHash } from '../base/hash.ts'
import type { Mode } from '../core/event.ts'
import type { PhaseName } from '../core/plan.ts'

/** One key per lead, recipient, phase and delivery (design, money rule 3), whichever pattern led there. */
export const idempotencyKeyOf = (mode: Mode, recipient: string, leadId: string, number: number, phase: PhaseName): string =>
  shortHash(`${mode}\n${recipient}\n${leadId}\n${number}\n${phase}`)

/** Names a batch by its recipient and members, and says how many they are. */
export const batchIdOf = (recipient: string, deliveryIds: readonly string[], attemptBase: string): string => `b_${shortHash(`${recipient}\n${attemptBase}\n${deliveryIds.join('\n')}`)}.${deliveryIds.length}`

export const batchSizeOf = (batchId: string): number => Number(batchId.slice(batchId.lastIndexOf('.') + 1))
