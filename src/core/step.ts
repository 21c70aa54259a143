import { earliest, type Instant } from '../base/time.ts'
import type { Claim } from './claim.ts'
import type { Choice, Mode } from './event.ts'
import type { RecipientFacts } from './gate.ts'
import type { History } from './history.ts'
import type { Lead } from './lead.ts'
import { outcomeOf, type Outcome } from './outcome.ts'
import type { PhaseName, Plan, SendTarget } from './plan.ts'
import type { Policy } from './policy.ts'

/** What the shell is told to do; imperative. */
export type Action =
  /** Record this choice, then ask again. */
  | { readonly kind: 'choose'; readonly path: string; readonly choice: Choice }
  /** Draw the next ticket of a counter shared by all leads, and record the order that `shareOrder` makes of it. */
  | { readonly kind: 'draw'; readonly path: string; readonly counter: string; readonly weights: readonly number[] }
  | Send
  | Wait
  | { readonly kind: 'settle'; readonly outcome: Outcome }

export interface Send {
  readonly kind: 'send'
  readonly path: string
  readonly recipient: string
  readonly phase: PhaseName
  readonly attempt: number
  readonly timeoutMs: number
  readonly target: SendTarget
  /** The batch whose request is repeated; its members are sent together again. */
  readonly batch: string | null
  /** What must be claimed together with the start: a circuit's one trial, a look-back. Caps are claimed for every start. */
  readonly claims: readonly Claim[]
}

export interface Wait {
  readonly kind: 'wait'
  /** Null: until a person acts. */
  readonly until: Instant | null
  readonly why: string
  readonly recipient: string | null
  /** Accumulating for a batch of `recipient`, which may leave earlier, when it is full. */
  readonly batch: boolean
  /** The lead is sold; what is waited for is a step that follows. */
  readonly ofStep?: true
}

/** Nothing was sent, nothing can be for now; a pattern passes it by where it has another to go to. */
export interface Closed { readonly kind: 'closed'; readonly path: string; readonly until: Instant | null; readonly why: string; readonly recipient: string | null }

/** Where one node of a plan stands. */
export type NodeStep =
  | { readonly kind: 'done'; readonly outcome: Outcome }
  | Closed
  /** Choices to record first, requests to send, waits; empty: answers are on their way. */
  | { readonly kind: 'pending'; readonly actions: readonly Action[] }

/** The read-only view that a decision may use. */
export interface Facts {
  readonly policies: ReadonlyMap<string, Policy>
  readonly recipients: ReadonlyMap<string, RecipientFacts>
  /** Endpoints that have this lead already, through another target or delivery, and why they are left out. */
  readonly elsewhere: ReadonlyMap<string, string>
  /** Endpoints that may get this lead just now, through another target, and until when it is waited for that. */
  readonly awaited?: ReadonlyMap<string, Instant>
}

/** One decision: all that the strategies look at. */
export interface Context {
  /** The whole of it; strategies look at one node. */
  readonly plan: Plan
  readonly lead: Lead
  readonly source?: Readonly<Record<string, string>>
  readonly deliveryId: string
  readonly mode: Mode
  readonly history: History
  readonly now: Instant
  readonly facts: Facts
}

/** How a strategy asks for its children. */
export type Evaluate = (plan: Plan, path: string, context: Context) => NodeStep

export const pending = (...actions: readonly Action[]): NodeStep => ({ kind: 'pending', actions })

export const done = (...of: Parameters<typeof outcomeOf>): NodeStep => ({ kind: 'done', outcome: outcomeOf(...of) })

export const pass = (path: string, recipient: string | null, reason: string): NodeStep =>
  pending({ kind: 'choose', path, choice: { kind: 'pass', recipient, reason } })

/**
 * What a child goes on with beside those that are closed: where it offers the lead to somebody, these are passed by, for
 * good. While it only finds out that its recipients do not want the lead, or who of them is the first, nobody is passed by.
 */
export const besideClosed = (closed: readonly Closed[], child: Extract<NodeStep, { kind: 'pending' }>): NodeStep =>
  closed.length === 0 || !offers(child) ? child : pending(...passBy(closed))

/** Whether it does more than rule recipients out and draw turns. */
export const offers = ({ actions }: Extract<NodeStep, { kind: 'pending' }>): boolean =>
  actions.length === 0 || actions.some((action) => action.kind !== 'draw' && !(action.kind === 'choose' && action.choice.kind === 'pass'))

/** There is another to go to: those that are closed are passed by, for good. */
export const passBy = (closed: readonly Closed[]): readonly Action[] =>
  closed.map(({ path, recipient, why }) => ({ kind: 'choose', path, choice: { kind: 'pass', recipient, reason: why } }))

/** All that are left are closed: the lead waits for the first to open. */
export const allClosed = (closed: readonly Closed[], path: string): Closed =>
  ({ kind: 'closed', path, until: earliest(closed.map((each) => each.until)), why: allWhys(closed), recipient: closed[0]?.recipient ?? null })

/** Each reason once: a pattern may name one recipient at many places. */
export const allWhys = (of: readonly { readonly why: string }[]): string =>
  of.reduce((told, { why }) => (told === '' ? why : `; ${told}; `.includes(`; ${why}; `) ? told : `${told}; ${why}`), '')
