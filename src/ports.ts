import type { Money } from './base/money.ts'
import type { Instant } from './base/time.ts'
import type { Claim } from './core/claim.ts'
import type { DeliveryEvent, Mode } from './core/event.ts'
import type { Lead } from './core/lead.ts'
import type { OutcomeKind } from './core/outcome.ts'
import type { Rate } from './core/rate.ts'
import type { Run } from './core/run.ts'
import type { TransportSettings } from './definitions/transport-settings.ts'
import type { AnyReply, HttpRequest, OutgoingRequest, Reply } from './wire/request.ts'

/** The wall clock. `sleep` resolves early, without an error, when the signal aborts. */
export interface Clock {
  now(): Instant
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** How one attempt is sent. */
export type SendSettings = TransportSettings & { readonly timeoutMs: number }

/** Sends one request and always resolves: trouble of the world is a Reply. */
export interface Transport {
  send(request: HttpRequest, settings: SendSettings, signal?: AbortSignal): Promise<Reply>
  send(request: OutgoingRequest, settings: SendSettings, signal?: AbortSignal): Promise<AnyReply>
  close(): Promise<void>
}

/** Tells a person: a webhook URL or an e-mail address, as `Notify` names it. */
export interface Notify {
  notify(target: string, subject: string, text: string): Promise<void>
}

/** One lead to one target, once: the unit that is settled. */
export interface Delivery {
  /** Same for the same mode, target, lead and number. */
  readonly id: string
  readonly mode: Mode
  readonly to: string
  readonly lead: Lead
  /** 1 until a person orders the lead delivered again (`--again`). */
  readonly number: number
  readonly receivedAt: Instant
  readonly source: Readonly<Record<string, string>>
  /** Run variables of `--var`, kept so that a later `resume` renders the same requests. */
  readonly vars: Readonly<Record<string, string>>
  readonly cost: Money | null
  readonly planHash: string
}

/** Where a delivery stands, as the core projects it from its history; what queues and reports are asked by. */
export type Standing =
  | { readonly state: 'working' }
  /** `recipient` and `why` are for people; `dueAt` null: until a person acts (`unpause`). `batch`: accumulating for that recipient. */
  | { readonly state: 'waiting'; readonly dueAt: Instant | null; readonly why: string; readonly recipient: string | null; readonly batch: boolean }
  | { readonly state: 'settled'; readonly at: Instant; readonly outcome: OutcomeKind; readonly recipient: string | null; readonly buyerLeadId: string | null; readonly revenue: Money | null; readonly cost: Money | null; readonly attempts: number; readonly reason: string | null }

/** One append to one delivery, all or nothing. */
export interface Step {
  readonly deliveryId: string
  /** Events the delivery had before this step; 0 together with `create`. The step is refused when it has another number. */
  readonly version: number
  /** The first step of a delivery brings the delivery itself. Refused as `exists` where it is known already. */
  readonly create?: Delivery
  /** With `create`: the caller knows which endpoints have had this lead through other targets (see `had`). */
  readonly informed?: boolean
  readonly runId: string
  /** Recipients that it starts to send the lead to, and that must neither have it nor get it just now through another target; only a shared store is asked. */
  readonly once?: readonly string[]
  readonly events: readonly DeliveryEvent[]
  readonly standing: Standing
  /** Hard limits that this step uses up, or gives back: counted in the same transaction, as of its last event; one refused refuses the step. */
  readonly claims?: readonly Claim[]
  /** When it claims, where it has no event. */
  readonly at?: Instant
}

export type StepResult =
  | { readonly kind: 'ok'; /** sequence number of the step's first event; the others follow it */ readonly seq: number }
  /** `create` of a delivery that is known: how it stands, so that the caller can skip, adopt or reopen it. */
  | { readonly kind: 'exists'; readonly standing: Standing; readonly number: number }
  /** `create`, or a start at one of `once`, of a lead that these endpoints have, or may have until a person has looked, through another target: they bought it, took it second to another, or it is held there: decide again with that in mind. */
  | { readonly kind: 'had'; readonly recipients: readonly string[] }
  /** Another worker may send the lead to these just now, through another target: to be tried again a little later. */
  | { readonly kind: 'busy'; readonly recipients: readonly string[] }
  /** Another version: someone else moved it. Load again. */
  | { readonly kind: 'conflict' }
  | { readonly kind: 'refused'; readonly claim: Claim }
  /** The sale is booked already (unique: mode, lead, recipient, number). */
  | { readonly kind: 'booked' }
  /** It starts an attempt at a recipient that was paused meanwhile, by a person or another process: decide again with that in mind. */
  | { readonly kind: 'paused'; readonly recipient: string; readonly reason: string }

export type Exists = Extract<StepResult, { kind: 'exists' }>

/** A delivery with all its events, oldest first. */
export interface LoadedDelivery {
  readonly delivery: Delivery
  readonly runId: string
  readonly standing: Standing
  readonly events: readonly StoredEvent[]
  /** Of one that was taken: endpoints that have the lead, or may have it (see `StepResult`), through another target meanwhile; absent where none has. */
  readonly had?: readonly string[]
}
export interface StoredEvent { readonly seq: number; readonly runId: string; readonly event: DeliveryEvent }

/** What is known of one recipient beside its file: shared by all processes. */
export interface RecipientState {
  readonly recipient: string
  readonly mode: Mode
  readonly paused: { readonly at: Instant; readonly reason: string } | null
  /** It asked for a wait longer than `Max Wait`. */
  readonly closedUntil: Instant | null
  /** Cache of the circuit's fold, JSON; null where none was kept. */
  readonly circuit: string | null
}

export interface DueFilter {
  readonly mode: Mode
  /** Only deliveries of this run (`deliver` works its own); all where absent. */
  readonly runId?: string
  /** Only deliveries to this target; all where absent. */
  readonly to?: string
}
export interface DueQuery extends DueFilter { readonly now: Instant; readonly limit: number }

/** All where a part is absent. */
export interface EventsFilter { readonly runId?: string; readonly mode?: Mode }
export interface DeliveriesFilter extends EventsFilter { readonly state?: Standing['state']; readonly outcomes?: readonly OutcomeKind[] }

/** Leads that wait for the same, as it was given for a reason. */
export interface Queue {
  readonly recipient: string | null
  readonly why: string
  readonly batch: boolean
  readonly leads: number
  /** When the first of them is due; null: when a person acts. */
  readonly nextAt: Instant | null
  /** Due before the time asked about. */
  readonly overdue: number
}

export interface Counts {
  readonly working: number
  readonly waiting: number
  readonly settled: Readonly<Record<OutcomeKind, number>>
}

/**
 * The only place where facts are kept. Asynchronous; every `append` is durable when it resolves. Implementations may put
 * many steps into one transaction, but one step is never split. A writer holds the lease: once another process has taken
 * it, every write rejects with `LeaseLostError` and nothing of it is kept.
 */
export interface Ledger {
  /** Several processes work this store at once: limits, circuits and pauses are theirs together, and one takes over from another. */
  readonly shared: boolean
  append(steps: readonly Step[]): Promise<readonly StepResult[]>
  /** Those of the leads whose first delivery to this target is known, with what `append` would say to its `create`. */
  known(query: { readonly mode: Mode; readonly to: string; readonly leadIds: readonly string[] }): Promise<ReadonlyMap<string, Exists>>
  startRun(run: Run, plan: { readonly hash: string; readonly json: string } | null): Promise<void>
  finishRun(runId: string, at: Instant, summaryJson: string): Promise<void>

  /**
   * Gives a waiting or reopened delivery to this run (standing `working`, events untouched) so that no other takes it.
   * A lead is in one batch of a recipient at a time: where another delivery of it (through another target) is on its way
   * there or waits to be repeated, one that is to join a batch is put off until after that, and not given.
   */
  takeDue(query: DueQuery): Promise<readonly LoadedDelivery[]>
  /** Gives this run the deliveries that accumulate for a batch of this recipient, due or not, oldest first; none whose lead is on its way there (see `takeDue`). */
  takeBatch(query: { readonly mode: Mode; readonly recipient: string; readonly limit: number; /** none at all where fewer accumulate */ readonly atLeast?: number }): Promise<readonly LoadedDelivery[]>
  /** Of the taken deliveries that are to join a batch of this recipient now, those whose lead is on its way there (see `takeDue`) or is worked by another process for another target, and until when they are put off. Those asked about are not in each other's way. */
  onTheirWay(query: { readonly mode: Mode; readonly recipient: string; readonly deliveryIds: readonly string[]; readonly now: Instant; readonly runId?: string }): Promise<ReadonlyMap<string, Instant | null>>
  /** The other deliveries (through other targets) of these deliveries' leads, however they stand; of a lead that has none, nothing. */
  siblings(deliveryIds: readonly string[]): Promise<readonly LoadedDelivery[]>
  /** The deliveries that are in a batch and not settled, whoever works them; when the last of those that wait is due: null where one waits for a person, 0 where none waits. */
  ofBatch(mode: Mode, batchId: string): Promise<{ readonly count: number; readonly dueAt: Instant | null }>
  /** The next number (0, 1, 2 …) of a counter shared by all processes: exact shares. Durable when it resolves. */
  draw(counter: string): Promise<number>
  /** How many leads accumulate for a batch of each recipient. */
  accumulating(mode: Mode): Promise<ReadonlyMap<string, number>>
  /** How many of a recipient's `limit` attempts at once this process holds from now on, `used` of which are under way. */
  holdPlaces(recipient: string, mode: Mode, limit: number, own: { readonly wanted: number; readonly used: number }): Promise<number>
  /** Takes times of a rate over all processes, at which attempts may leave; where fewer than `wanted` are free, when the next is. In milliseconds from when it resolves. */
  holdStarts(recipient: string, mode: Mode, rate: Rate, own: { readonly fromMs: number; readonly withinMs: number; readonly wanted: number }): Promise<{ readonly inMs: readonly number[]; readonly nextInMs: number | null }>
  /** The earliest time after which `takeDue` with the same query would find something; null where nothing waits for a time. */
  nextDue(query: DueFilter): Promise<Instant | null>
  /** Deliveries that a writer before this one left `working`: a crash. Oldest first. */
  takeAbandoned(query: Omit<DueFilter, 'runId'> & { readonly limit: number }): Promise<readonly LoadedDelivery[]>
  /**
   * Takes one delivery that is settled, waiting or abandoned: `--retry-failed`, review, a lead of the same file that still waits. Null where
   * this writer works it already, where unknown, and where it stands no more as it was `seen`: waiting, or settled with this outcome.
   */
  takeOne(deliveryId: string, seen?: Standing): Promise<LoadedDelivery | null>

  load(deliveryId: string): Promise<LoadedDelivery | null>
  /** All deliveries of a lead, oldest first. */
  ofLead(leadId: string): Promise<readonly LoadedDelivery[]>
  /** In order of `seq`; a run's, or all. */
  events(filter: EventsFilter): AsyncIterable<StoredEvent & { readonly deliveryId: string; readonly leadId: string; readonly mode: Mode; readonly source: Readonly<Record<string, string>> }>
  /** Settled and waiting deliveries, in order of taking in; `state` narrows. */
  deliveries(filter: DeliveriesFilter): AsyncIterable<{ readonly delivery: Delivery; readonly standing: Standing; readonly runId: string }>
  counts(mode: Mode): Promise<Counts>
  /** All that waits, a run's or all; the largest first. */
  queues(query: { readonly mode: Mode; readonly runId?: string; readonly dueBefore?: Instant }): Promise<readonly Queue[]>
  planOf(hash: string): Promise<string | null>

  recipientStates(mode: Mode): Promise<readonly RecipientState[]>
  /** Allowed without the lease: a person pauses while a delivery runs. */
  setPaused(recipient: string, mode: Mode, paused: RecipientState['paused']): Promise<void>
  /** Of several times the longest holds, whoever heard of it; null opens it. */
  setClosedUntil(recipient: string, mode: Mode, until: Instant | null): Promise<void>
  /** The circuit as JSON where it is not closed; null where it is. */
  setCircuit(recipient: string, mode: Mode, circuit: string | null): Promise<void>
  /** Replaces the circuit by what `fold` makes of it, with nobody in between; resolves to that. */
  foldCircuit(recipient: string, mode: Mode, fold: (circuit: string | null) => string | null): Promise<string | null>
  /** A token as `setSealedToken` was given it: the ledger cannot read it. Null where none is kept. */
  sealedToken(recipient: string, mode: Mode): Promise<string | null>
  /** Keeps a token for the runs after this one, in place of the one before; null keeps none. Allowed without the lease. */
  setSealedToken(recipient: string, mode: Mode, sealed: string | null): Promise<void>
  /** Makes all deliveries that wait for this recipient, or for any person, due now (`unpause`); they decide again. */
  wake(recipient: string, mode: Mode, now: Instant): Promise<number>

  /**
   * Removes what is personal of deliveries settled longer ago than that: the lead's fields, what buyers said of it and what
   * was captured; from the files too. Figures stay, and so do lead ids, or a lead could be sold again. A purged delivery is
   * known and settled, and can no longer be taken: there is nothing left to send. Resolves to how many were purged.
   */
  purge(query: { readonly olderThanMs: number; readonly now: Instant }): Promise<number>

  /** False once this process may no longer send: its lease has run out, and another may have taken over. */
  holdsLease(): boolean
  /** Renews a lease that has run out, as that of a machine that slept; rejects with `LeaseLostError` where another has taken over. */
  keepLease(): Promise<void>
  close(): Promise<void>
}

/**
 * How a store is opened. `read`: looks only, beside a run that goes on. `touch`: the few changes that need no lease
 * (`pause`). `write`: takes a lease; of a SQLite file there is one, of PostgreSQL each worker has its own.
 */
export type StoreUse = 'read' | 'touch' | 'write'

/** Another process took the lease while this one was stopped: nothing of the refused write is kept; this process must end. */
export class LeaseLostError extends Error {
  constructor() {
    super('another finalmile process has taken over this store; this one stops, nothing it had not yet recorded counts')
    this.name = 'LeaseLostError'
  }
}

/** The store cannot be used: locked by another (exit 5), full, read-only, corrupt, put back to an earlier time, of a newer version. */
export class StoreError extends Error {
  readonly kind: 'held' | 'full' | 'read-only' | 'corrupt' | 'put-back' | 'newer' | 'unreachable' | 'unsupported'
  readonly help: string
  constructor(kind: StoreError['kind'], message: string, help: string) {
    super(message)
    this.name = 'StoreError'
    this.kind = kind
    this.help = help
  }
}
