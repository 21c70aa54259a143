import { negative, type Money } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import type { DeliveryEvent, EventOf } from './event.ts'
import type { Outcome } from './outcome.ts'
import { isStep, isWithin, rootPath, type PhaseName, type SendTarget } from './plan.ts'
import type { Verdict } from './verdict.ts'

/** One HTTP attempt of a node: started, and finished once its answer (or its absence) is known. */
export interface Attempt {
  readonly attempt: number
  readonly recipient: string
  readonly phase: PhaseName
  readonly key: string
  readonly startedAt: Instant
  /** When it took its place in a cap, where that was not its start: when its lead joined the batch. */
  readonly placedAt?: Instant
  readonly target: SendTarget
  /** No request could be made of it, or no token be had: over before it began. */
  readonly unsent?: true
  /** The batch it went with; once finished, only where the whole batch got this answer and is repeated as a whole. */
  readonly batch: string | null
  readonly finished: { readonly at: Instant; readonly verdict: Verdict; readonly revenue: Money | null; readonly surplus: boolean } | null
}

/** What happened at one node of the plan. */
export interface NodeHistory {
  readonly attempts: readonly Attempt[]
  /** Attempts before the last reopening: they stand in the record, and no longer count against the retries. */
  readonly before: number
  /** The same for the steps that follow a sale, which stands; absent: none were before. */
  readonly stepsBefore?: number
  readonly passed: { readonly recipient: string | null; readonly reason: string } | null
  readonly order: readonly number[] | null
  /** Since when it waits to join a batch. */
  readonly queuedAt: Instant | null
  /** The batch that nobody answered, and that goes again as it went: all of its leads were taken up. */
  readonly again?: string
}

/** The fold of a delivery's events: all that `next` looks at. */
export interface History {
  /** How many events were folded: the version that the next append must name. */
  readonly version: number
  readonly receivedAt: Instant
  readonly cost: Money | null
  readonly nodes: ReadonlyMap<string, NodeHistory>
  readonly settled: Outcome | null
  /** Attempts whose answer, or its absence, is still to come. */
  readonly flying: number
  /** What was booked beside the plan's own sales: what buyers gave back, below zero, and what a person accepted; absent: nothing. */
  readonly besides?: readonly Money[]
}

export const emptyHistory: History = { version: 0, receivedAt: 0, cost: null, nodes: new Map(), settled: null, flying: 0 }
const untouched: NodeHistory = { attempts: [], before: 0, passed: null, order: null, queuedAt: null }

export const nodeAt = (history: History, path: string): NodeHistory => history.nodes.get(path) ?? untouched

/** Attempts of a phase that count now, oldest first. A bid stands, whatever became of the post: that one goes again under its ping's id and price. */
export const attemptsOf = (node: NodeHistory, phase: PhaseName): readonly Attempt[] => {
  const before = phase === 'ping' ? 0 : isStep(phase) ? (node.stepsBefore ?? 0) : node.before
  const counted = before === 0 ? node.attempts : node.attempts.slice(before)
  return counted.every((each) => each.phase === phase) ? counted : counted.filter((each) => each.phase === phase)
}

/** What the recipient of a node offered for the lead at last, where it was asked. */
export const bidAt = (node: NodeHistory): Extract<Verdict, { kind: 'bid' }> | null => {
  const verdict = node.attempts.findLast((each) => each.phase === 'ping')?.finished?.verdict
  return verdict?.kind === 'bid' ? verdict : null
}

export const isStarted = (history: History, path: string): boolean => {
  for (const [at, node] of history.nodes) {
    if (isWithin(at, path) && (node.attempts.length > node.before || node.queuedAt !== null)) return true
  }
  return false
}

/** Requests made so far. */
export const attemptCount = (history: History): number => {
  let count = 0
  for (const node of history.nodes.values()) count += node.attempts.length
  return count
}

export const evolveAll = (history: History, events: readonly DeliveryEvent[]): History => {
  let folded = history
  for (const event of events) folded = evolve(folded, event)
  return folded
}

export const evolve = (history: History, event: DeliveryEvent): History => {
  const version = history.version + 1
  switch (event.type) {
    case 'received': return { ...history, version, receivedAt: event.receivedAt, cost: event.cost }
    case 'chose': {
      const chosen = withNode(history, event.path, (node) => choose(node, event))
      return event.choice.kind === 'pass' ? withoutQueues(chosen, event.path) : chosen
    }
    case 'attemptStarted': return withNode(history, event.path, (node) => ({ ...withoutOrder(node), attempts: [...node.attempts, started(event, node)], queuedAt: null }))
    case 'attemptFinished': return withNode(history, event.path, (node) => ({ ...node, attempts: finish(node.attempts, event) }))
    case 'settled': return { ...withoutQueues(history, rootPath), version, settled: event.outcome }
    case 'reopened': return { ...history, version, settled: null, nodes: history.settled?.kind === 'accepted' ? withStepsAgain(history.nodes) : reopened(history.nodes, event.batches ?? []) }
    case 'returned': return { ...history, version, besides: [...(history.besides ?? []), negative(event.amount)] }
    // Whoever decided has looked at the answers before that said neither yes nor no.
    case 'reviewed': return { ...history, version, settled: event.decision === 'retry' ? null : history.settled, nodes: reopened(history.nodes, null), ...(event.sale ? { besides: [...(history.besides ?? []), event.sale.revenue] } : {}) }
  }
}

const withNode = (history: History, path: string, change: (node: NodeHistory) => NodeHistory): History => {
  const before = nodeAt(history, path)
  const node = change(before)
  const { nodes } = history
  const { receivedAt, cost, settled } = history
  // One node, as most plans have for most of their time: copying a map is the dearest part of folding.
  const only = nodes.size === 0 || (nodes.size === 1 && nodes.has(path))
  const after = { version: history.version + 1, receivedAt, cost, nodes: only ? new Map<string, NodeHistory>().set(path, node) : new Map(nodes).set(path, node), settled, flying: history.flying + flyingAt(node) - flyingAt(before) }
  return history.besides ? { ...after, besides: history.besides } : after
}

/** What is passed by, or settled, joins no batch any more, at none of the places below it. */
const withoutQueues = (history: History, path: string): History => {
  let nodes: Map<string, NodeHistory> | null = null
  for (const [at, node] of history.nodes) if (node.queuedAt !== null && isWithin(at, path)) (nodes ??= new Map(history.nodes)).set(at, { ...node, queuedAt: null })
  return nodes ? { ...history, nodes } : history
}

const flyingAt = ({ attempts }: NodeHistory): number => {
  let count = 0
  for (const attempt of attempts) if (attempt.finished === null) count += 1
  return count
}

const choose = (node: NodeHistory, { choice, at }: EventOf<'chose'>): NodeHistory => {
  switch (choice.kind) {
    case 'pass': return { ...node, passed: { recipient: choice.recipient, reason: choice.reason }, queuedAt: null }
    case 'order': return { ...node, order: choice.order }
    case 'queue': return { ...node, queuedAt: at }
    case 'apart': return { ...node, attempts: node.attempts.map((each, i) => (i === node.attempts.length - 1 ? { ...each, batch: null } : each)) }
  }
}

const started = (event: EventOf<'attemptStarted'>, node: NodeHistory): Attempt => {
  const placedAt = event.batch === undefined ? null : (node.queuedAt ?? node.attempts.at(-1)?.placedAt ?? null)
  return placedAt === null ? attemptOf(event) : { ...attemptOf(event), placedAt }
}

const attemptOf = (event: EventOf<'attemptStarted'>): Attempt => ({
  attempt: event.attempt,
  recipient: event.recipient,
  phase: event.phase,
  key: event.key,
  startedAt: event.at,
  target: event.target ?? 'endpoint',
  batch: event.batch ?? null,
  finished: null,
  ...(event.requestHash === '' && event.batch === undefined ? { unsent: true } : {}),
})

const finish = (attempts: readonly Attempt[], event: EventOf<'attemptFinished'>): readonly Attempt[] =>
  attempts.map((each) =>
    each.attempt === event.attempt && each.phase === event.phase && each.finished === null
      ? { ...each, batch: event.batch ?? null, finished: { at: event.at, verdict: event.verdict, revenue: event.revenue, surplus: event.surplus ?? false } }
      : each)

/**
 * Where in its attempts a node went with a batch that nobody has answered since; -1 for none. The buyer may have its leads,
 * and no key of another batch would tell it so: they go again as they went, or once a person has looked.
 */
export const doubtAt = ({ attempts, before }: NodeHistory): number => {
  const last = attempts.at(-1)?.finished?.verdict.kind
  return last !== 'unknown' && last !== 'failed' ? -1 : attempts.findLastIndex(({ batch, finished }, i) => i >= before && batch !== null && finished?.verdict.kind === 'unknown')
}

/**
 * Nodes that failed, stayed in doubt or were passed by may be tried again; an answer already given stands. `batches`: those
 * without an answer that go again as they went, the others stand too; null: a person has looked, and none is in doubt.
 */
const reopened = (nodes: ReadonlyMap<string, NodeHistory>, batches: readonly string[] | null): ReadonlyMap<string, NodeHistory> => {
  const reset = new Map<string, NodeHistory>()
  for (const [path, node] of nodes) {
    const last = node.attempts.findLast((each) => !isStep(each.phase))?.finished?.verdict.kind
    const doubt = batches === null ? -1 : doubtAt(node)
    const batch = node.attempts[doubt]?.batch ?? null
    if (last === 'accepted' || last === 'rejected' || last === 'duplicate' || last === 'bid') reset.set(path, stepsAgain(node))
    else if (batch === null) reset.set(path, { ...withoutOrder(node), before: node.attempts.length, passed: null, queuedAt: null })
    else reset.set(path, batches?.includes(batch) ? { ...node, before: doubt, again: batch, passed: null, queuedAt: null } : withoutOrder(node))
  }
  return reset
}

/** The lead is sold: what its buyer's service still has to do is tried again, and nobody gets it once more. */
const withStepsAgain = (nodes: ReadonlyMap<string, NodeHistory>): ReadonlyMap<string, NodeHistory> => new Map([...nodes].map(([path, node]) => [path, stepsAgain(node)]))

const stepsAgain = (node: NodeHistory): NodeHistory => (node.attempts.some((each) => isStep(each.phase)) ? { ...node, stepsBefore: node.attempts.length } : node)

/** What was ordered to go again has begun, or is ordered otherwise. */
const withoutOrder = (node: NodeHistory): NodeHistory => {
  if (node.again === undefined) return node
  const { again: _again, ...rest } = node
  return rest
}
