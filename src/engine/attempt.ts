import { sha256 } from '../base/hash.ts'
import type { Instant } from '../base/time.ts'
import { book } from '../core/booking.ts'
import type { DeliveryEvent } from '../core/event.ts'
import { bidAt, nodeAt, type History, type NodeHistory } from '../core/history.ts'
import { isStep, rootPath } from '../core/plan.ts'
import type { Policy } from '../core/policy.ts'
import type { Send } from '../core/step.ts'
import { asksForNewToken, type Verdict } from '../core/verdict.ts'
import type { Endpoint, RenderInput } from '../wire/endpoint.ts'
import type { OutgoingRequest } from '../wire/request.ts'
import type { Answered, Work } from './work.ts'

/** What the templates of one attempt may see. `now` is the first attempt's, so that one key never carries two bodies. */
export const inputOf = (work: Work, send: Send, history: History, key: string, now: Instant): RenderInput => {
  const { delivery } = work
  const node = nodeAt(history, send.path)
  const bid = send.phase === 'post' ? bidAt(node) : null
  return {
    lead: delivery.lead, source: delivery.source, vars: delivery.vars, runId: work.takenInBy, deliveryId: delivery.id,
    deliveryNumber: delivery.number, attempt: send.attempt, phase: send.phase, key, target: send.target,
    now: node.attempts.find((each) => each.phase === send.phase)?.startedAt ?? now,
    sentAt: now,
    ...(isStep(send.phase) ? { made: madeAt(node) } : {}),
    ...(bid ? { ping: { id: bid.pingId, bid: bid.price, captured: bid.captured ?? {} } } : {}),
  }
}

/** What the sale at a node brought, for the steps that follow it. */
const madeAt = (node: NodeHistory): { readonly id: string | null } =>
  ({ id: node.attempts.findLast((each) => each.phase === 'post' && each.finished?.verdict.kind === 'accepted')?.finished?.verdict.buyerLeadId ?? null })

export const startedEvent = (send: Send, key: string, requestHash: string, endpoint: Endpoint, at: Instant, batch?: string): DeliveryEvent => ({
  type: 'attemptStarted', at, path: send.path, recipient: send.recipient, phase: send.phase, attempt: send.attempt, key, requestHash,
  version: endpoint.definition.version,
  ...(send.target === 'endpoint' ? {} : { target: send.target }),
  ...(batch === undefined ? {} : { batch }),
})

/** The answer as a fact, with what it earns at its place in the plan. */
export const finishedEvent = (work: Work, history: History, { send, key, verdict, at, httpStatus, durationMs, batch }: Answered, policy: Policy): DeliveryEvent => {
  const booking = send.phase !== 'post' || (work.surplus && verdict.kind === 'accepted')
    ? { revenue: null, surplus: send.phase === 'post' }
    : book(work.plan, send.path, history, verdict, policy)
  return {
    type: 'attemptFinished', at, path: send.path, recipient: send.recipient, phase: send.phase, attempt: send.attempt,
    key, verdict: asLate(verdict, send, history), revenue: booking.revenue, httpStatus, durationMs,
    ...(batch === null ? {} : { batch }),
    ...(booking.surplus ? { surplus: true } : {}),
  }
}

/** A bid that came when the auction was decided says so in the ledger. */
const asLate = (verdict: Verdict, { path, phase }: Send, history: History): Verdict => {
  if (phase !== 'ping' || verdict.kind !== 'bid') return verdict
  const auction = path.slice(0, path.lastIndexOf('/')) || rootPath
  return nodeAt(history, auction).order === null ? verdict : { ...verdict, reason: 'late: the auction was decided without it' }
}

/** No request could be made of the lead. */
export const unsendable = (reason: string): Verdict => ({ kind: 'failed', class: 'invalid_data', retry: false, reason: `nothing was sent: ${reason}`, said: null })

/** No request could be made, no token, or no id of a list, be had: the attempt is over before it began, and nothing was sent to the buyer. */
export const neverSent = (send: Send, key: string, verdict: Verdict, at: Instant): DeliveryEvent => ({
  type: 'attemptFinished', at, path: send.path, recipient: send.recipient, phase: send.phase, attempt: send.attempt, key,
  verdict, revenue: null, httpStatus: null, durationMs: 0,
})

/** This attempt repeats one whose token was refused. */
export const isTokenRepeat = (history: History, send: Send): boolean => {
  const before = nodeAt(history, send.path).attempts.findLast((each) => each.phase === send.phase && each.attempt < send.attempt)?.finished
  return before !== undefined && before !== null && asksForNewToken(before.verdict)
}

/** Of what is sent and where; headers change with the time of sending. */
export const hashOf = (request: OutgoingRequest): string => {
  const attached = request.kind === 'email' ? request.attachments.map((each) => `${each.name}\n${each.content}\n`).join('') : ''
  const head = `${request.method} ${request.url}\n${attached}`
  return sha256(typeof request.body === 'string' ? head + request.body : Buffer.concat([Buffer.from(head), request.body ?? new Uint8Array()]))
}
