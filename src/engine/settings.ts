import type { Money } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import type { DeliveryEvent, Mode } from '../core/event.ts'
import type { Lead } from '../core/lead.ts'
import type { Catalogue, Recipient } from '../definitions/recipient.ts'
import type { Clock, Ledger, Notify, Transport } from '../ports.ts'
import type { Endpoint } from '../wire/endpoint.ts'

/** What a person asked for. */
export interface RunSettings {
  readonly runId: string
  readonly mode: Mode
  /** Null for `resume`: all targets, as their deliveries say. */
  readonly to: Recipient | null
  readonly catalogue: Catalogue
  /** A lead that must wait longer than this is left waiting. */
  readonly waitMs: number
  /** Attempts at once to one recipient; null: by each recipient's own settings. */
  readonly concurrency: number | null
  readonly again: boolean
  readonly retryFailed: boolean
  readonly source: Readonly<Record<string, string>>
  readonly vars: Readonly<Record<string, string>>
  readonly cost: Money | null
  /** Of a lead's cost that names none. */
  readonly currency: string
  readonly receivedField: string | null
  /** Keep on after all that is due is done (`resume --watch`). */
  readonly watch: boolean
  /** Only take the leads in: whoever works the store delivers them. */
  readonly enqueue?: boolean
  /** How many due deliveries are taken up at a time; 256 where it is not said. */
  readonly take?: number
  /** How many leads may be in memory at once; 384 where it is not said. */
  readonly atOnce?: number
}

/** Everything outside, handed in. */
export interface RunDeps {
  readonly ledger: Ledger
  readonly transport: Transport
  readonly clock: Clock
  readonly endpoints: Pick<ReadonlyMap<string, Endpoint>, 'get'>
  readonly notify: Notify
  readonly observe: (event: RunEvent) => void
  /** Aborted: take no further leads, let what is on the wire end, leave the rest waiting. */
  readonly signal: AbortSignal
}

/** What a run tells while it goes: facts once they are durable, and what a person may want to know. */
export type RunEvent =
  | { readonly kind: 'stored'; readonly deliveryId: string; readonly leadId: string; readonly source: Readonly<Record<string, string>>; readonly seq: number; readonly event: DeliveryEvent }
  | { readonly kind: 'alreadySettled'; readonly leadId: string }
  | { readonly kind: 'waiting'; readonly leadId: string; readonly until: Instant | null; readonly why: string }
  | { readonly kind: 'alert'; readonly recipient: string; readonly text: string; readonly hint: string | null }

export interface RunEnd {
  readonly interrupted: boolean
  /** Leads this run took up or found waiting, those settled before left out. */
  readonly leads: number
  readonly alreadySettled: number
  /** Leads taken up as they were stored, which the file has otherwise by now. */
  readonly changed: number
  /** Ids of leads left out as known that are other people than those delivered under them, among the first thousand that were known. */
  readonly somebodyElse: readonly string[]
  /** Ids that the file has more than once, with other data for what may be the same person; one for each row left out, among the same thousand. */
  readonly twice: readonly string[]
  /** Leads taken up that a batch without an answer may have brought, and that did not go to its recipient: not all of its leads were there. */
  readonly inDoubt: number
  /** Runs that ended without warning, and how many of their leads were taken up here; the latest last. */
  readonly broken: readonly { readonly runId: string; readonly leads: number }[]
  readonly waiting: readonly { readonly why: string; readonly recipient: string | null; readonly count: number; readonly nextAt: Instant | null }[]
}

export type LeadSource = AsyncIterable<{ readonly leads: readonly { readonly lead: Lead }[] }>
