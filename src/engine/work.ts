import type { Money } from '../base/money.ts'
import { earliest, type Instant } from '../base/time.ts'
import type { DeliveryEvent, EventOf } from '../core/event.ts'
import { attemptCount, evolve, emptyHistory, type History } from '../core/history.ts'
import type { Plan } from '../core/plan.ts'
import { nameIn, type Policy } from '../core/policy.ts'
import { allWhys, type Send, type Wait } from '../core/step.ts'
import { withMore } from '../core/sums.ts'
import type { Verdict } from '../core/verdict.ts'
import type { Delivery, LoadedDelivery, Standing, StoredEvent } from '../ports.ts'
import type { RunDeps } from './settings.ts'

/** One delivery in memory. Its events are appended one turn at a time; answers that come meanwhile wait in `inbox`. */
export interface Work {
  readonly delivery: Delivery
  readonly plan: Plan
  /** The run that took it in: what its requests name, so that a repeat by another run says the same under its key. */
  readonly takenInBy: string
  /** Endpoints that had the lead before, and why they are left out. */
  elsewhere: ReadonlyMap<string, string>
  /** Endpoints to which another process may be sending it, and until when that is waited for. */
  awaited: ReadonlyMap<string, Instant> | null
  /** The store knows this sale already: an acceptance is recorded, and books nothing. */
  surplus: boolean
  /** Durable history. */
  history: History
  /** False until its first step is durable. */
  stored: boolean
  inbox: Answered[]
  /** Events that a person or the run's start brings, recorded with the next turn. */
  orders: DeliveryEvent[]
  busy: boolean
  again: boolean
  released: boolean
  /** Who waits until no turn of it is under way. */
  whenFree: (() => void)[] | null
}

/** The answer to one attempt, not yet recorded. */
export interface Answered {
  readonly send: Send
  readonly key: string
  readonly verdict: Verdict
  readonly httpStatus: number | null
  readonly durationMs: number
  readonly at: Instant
  /** Set where the whole batch got this verdict, and would be repeated as a whole. */
  readonly batch: string | null
}

const NOTHING: readonly Money[] = []
const NOBODY: ReadonlyMap<string, string> = new Map()

export const newWork = (delivery: Delivery, plan: Plan, takenInBy: string, received: DeliveryEvent): Work => ({
  delivery, plan, takenInBy, elsewhere: NOBODY, awaited: null, history: emptyHistory, stored: false, inbox: [], orders: [received],
  surplus: false, busy: false, again: false, released: false, whenFree: null,
})

export const loadedWork = (loaded: LoadedDelivery, plan: Plan, elsewhere: ReadonlyMap<string, string> = NOBODY): Work => ({
  delivery: loaded.delivery, plan, takenInBy: loaded.events[0]?.runId ?? loaded.runId, elsewhere, awaited: null,
  history: historyOf(loaded.events),
  stored: true, inbox: [], orders: [], surplus: false, busy: false, again: false, released: false, whenFree: null,
})

/** The events of a delivery alone. */
export const eventsIn = ({ events }: LoadedDelivery): readonly DeliveryEvent[] => events.map(({ event }) => event)

export const historyOf = (stored: readonly StoredEvent[]): History => stored.reduce((history, { event }) => evolve(history, event), emptyHistory)

/** It is offered to this recipient no more, for this reason. */
export const leaveOut = (work: Work, recipient: string, why: string): void => { work.elsewhere = new Map([...work.elsewhere, [recipient, why]]) }

/** Tells of a step's events once they are durable; `seq`: the first's. */
export const tellStored = (observe: RunDeps['observe'], { delivery: { id: deliveryId, lead, source } }: Work, events: readonly DeliveryEvent[], seq: number): void => {
  let next = seq
  for (const event of events) observe({ kind: 'stored', deliveryId, leadId: lead.id, source, seq: next++, event })
}

/** Why a recipient is left out that has the lead already. */
export const boughtBefore = (policies: ReadonlyMap<string, Policy>, recipient: string): string => `${nameIn(policies, recipient)} has bought this lead before, or may have (it is held for a person), through another target`

export const inDoubtBefore = (policies: ReadonlyMap<string, Policy>, recipient: string): string => `${nameIn(policies, recipient)} may have this lead already, through another target: from a batch that was not answered, whose answer needs a person, or that it took second to another's`

/** Of the batches that a lead waits to join, the one that leaves first. */
export const nextBatch = (waits: readonly Wait[]): Wait | null =>
  waits.reduce<Wait | null>((first, wait) => (wait.batch && (first === null || (wait.until ?? Infinity) < (first.until ?? Infinity)) ? wait : first), null)

type Settled = Extract<Standing, { state: 'settled' }>

export const settledAs = ({ at, outcome, cost }: EventOf<'settled'>, revenue: Money | null, attempts: number): Settled =>
  ({ state: 'settled', at, outcome: outcome.kind, recipient: outcome.recipient, buyerLeadId: outcome.buyerLeadId, revenue, cost, attempts, reason: outcome.reason })

/** With what it earned beside its settlement, or (below zero) gave back, and what is told of that: money of another currency is in the words alone. */
export const withBeside = (standing: Settled, more: Money, told: string): Settled =>
  ({ ...standing, revenue: withMore(standing.revenue, more), reason: standing.reason === null ? told : `${standing.reason}; ${told}` })

/** How a delivery stands after a turn; `sending` counts attempts under way or about to be. */
export const standingOf = (history: History, sending: number, waits: readonly Wait[], settledEvent: EventOf<'settled'> | null): Standing => {
  // A sale whose open step was taken up again is settled anew: what was returned, or accepted beside it, since it was sold still counts.
  if (settledEvent) return settledAs(settledEvent, (history.besides ?? NOTHING).reduce(withMore, settledEvent.outcome.revenue), attemptCount(history))
  if (sending > 0 || waits.length === 0) return { state: 'working' }
  // Of several, the batch that leaves first may take it before its time.
  const told = nextBatch(waits) ?? waits[0]
  return {
    state: 'waiting',
    dueAt: earliest(waits.map((wait) => wait.until)),
    why: allWhys(waits),
    recipient: told?.recipient ?? null,
    batch: told?.batch ?? false,
  }
}
