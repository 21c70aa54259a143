import type { Claim } from '../core/claim.ts'
import type { DeliveryEvent } from '../core/event.ts'
import type { History } from '../core/history.ts'
import type { Send } from '../core/step.ts'
import type { OutgoingRequest } from '../wire/request.ts'
import type { HeldToken } from './tokens.ts'
import type { Answered } from './work.ts'

export const NO_EVENTS: readonly DeliveryEvent[] = []
export const NO_ANSWERS: readonly Answered[] = []

/** Events since the last turn, the history with them, and the answers among them. */
export interface Came { readonly events: readonly DeliveryEvent[]; readonly history: History; readonly answers: readonly Answered[] }
export interface Ready { readonly send: Send; readonly key: string; readonly request: OutgoingRequest; readonly held: HeldToken | null; /** its place in the recipient's `Rate` */ readonly pace: Claim | null }
/** Has no place on its lane yet, or (`asks`) something must be known first: its recipient's token, the id of a list. */
export interface Parked { readonly send: Send; readonly asks: (() => Promise<unknown>) | null }
export interface Starts { readonly ready: readonly Ready[]; readonly events: readonly DeliveryEvent[]; readonly parked: readonly Parked[]; /** of batches, one a recipient */ readonly repeats: readonly Send[]; readonly unsendable: boolean }

export const NO_STARTS: Starts = { ready: [], events: NO_EVENTS, parked: [], repeats: [], unsendable: false }

/** Most turns bring events of one kind alone: nothing is copied then. */
export const joined = (...lists: readonly (readonly DeliveryEvent[])[]): readonly DeliveryEvent[] => {
  let all: readonly DeliveryEvent[] = NO_EVENTS
  for (const each of lists) if (each.length > 0) all = all.length === 0 ? each : [...all, ...each]
  return all
}
