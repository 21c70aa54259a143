import { money, type Money } from '../../base/money.ts'
import type { Instant } from '../../base/time.ts'
import { decide, type Decision } from '../../core/decide.ts'
import type { DeliveryEvent } from '../../core/event.ts'
import { emptyHistory, evolve, type History } from '../../core/history.ts'
import { nodeOf, rootPath, type Plan } from '../../core/plan.ts'
import type { Policy } from '../../core/policy.ts'
import { shareOrder } from '../../core/strategies/share.ts'
import type { Send } from '../../core/step.ts'
import type { Verdict } from '../../core/verdict.ts'
import { inputOf, neverSent } from '../../engine/attempt.ts'
import { idempotencyKeyOf } from '../../engine/identity.ts'
import { newWork } from '../../engine/work.ts'
import type { Delivery } from '../../ports.ts'
import type { Endpoint, Rendered, RenderInput } from '../../wire/endpoint.ts'

/** One thing that a delivery would do, in order. */
export type Rehearsed =
  | { readonly kind: 'request'; readonly send: Send; readonly at: Instant; readonly rendered: Rendered }
  /** The lead joins a batch; the caller gathers it with others. */
  | { readonly kind: 'batched'; readonly send: Send; readonly input: RenderInput }
  | { readonly kind: 'passed'; readonly recipient: string | null; readonly path: string; readonly reason: string }
  | { readonly kind: 'waited'; readonly until: Instant; readonly why: string }
  | { readonly kind: 'ended'; readonly outcome: string; readonly reason: string | null }

/** More turns than any plan has nodes: a rehearsal must end whatever the plan is. */
const MOST_TURNS = 1_000

/**
 * What `plan` shows: the delivery as the core would decide it if every ping brought a bid and every post were refused
 * by a failure that is not tried again, so that each endpoint the pattern could reach is reached, in order, once.
 * Waits are not slept: the clock is set on to their end.
 */
export const rehearse = (delivery: Delivery, plan: Plan, policies: ReadonlyMap<string, Policy>, endpoints: ReadonlyMap<string, Endpoint>, runId: string, start: Instant): readonly Rehearsed[] => {
  const shown: Rehearsed[] = []
  const received: DeliveryEvent = { type: 'received', at: start, receivedAt: delivery.receivedAt, planHash: delivery.planHash, cost: delivery.cost }
  const work = newWork(delivery, plan, runId, received)
  const reached = new Set<string>()
  let history = evolve(emptyHistory, received)
  let now = start

  const send = (each: Send): void => {
    let canBeMade = true
    const key = idempotencyKeyOf(delivery.mode, each.recipient, delivery.lead.id, delivery.number, each.phase)
    const name = `${each.recipient} ${each.phase}`
    const endpoint = endpoints.get(each.recipient)
    if (endpoint !== undefined && !reached.has(name)) {
      reached.add(name)
      const plain = inputOf(work, each, history, key, now)
      const input = endpoint.token ? { ...plain, token: NO_TOKEN } : plain
      const rendered = endpoint.render(input)
      canBeMade = rendered.ok
      shown.push(each.batch === WAITING ? { kind: 'batched', send: each, input } : { kind: 'request', send: each, at: now, rendered })
      // What follows a sale, although nothing is sold in a rehearsal; ids that only the service knows are shown by their names.
      for (const phase of canBeMade ? policies.get(each.recipient)?.steps ?? [] : []) shown.push({ kind: 'request', send: { ...each, phase, batch: null }, at: now, rendered: endpoint.render({ ...input, phase, made: { id: '<contact id>' }, found: (name) => `<id of ${name}>` }) })
    }
    const verdict = each.phase === 'ping' && canBeMade ? bidOf(policies.get(each.recipient)?.price ?? null, floorAt(plan, each.path), endpoints.get(each.recipient)) : REFUSED
    for (const event of [startOf(each, key, now), neverSent(each, key, verdict, now)]) history = evolve(history, event)
  }

  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    const decision: Decision = decide({ plan, lead: delivery.lead, source: delivery.source, deliveryId: delivery.id, history, now, facts: { policies, recipients: new Map(), elsewhere: new Map() }, mode: delivery.mode })
    history = decision.history
    shown.push(...decision.events.flatMap(passedOf))
    if (history.settled !== null) {
      shown.push({ kind: 'ended', outcome: history.settled.kind, reason: history.settled.reason })
      return shown
    }
    for (const draw of decision.draws) {
      history = evolve(history, { type: 'chose', at: now, path: draw.path, choice: { kind: 'order', order: shareOrder(draw.weights, 0), why: 'the first share' } })
    }
    decision.sends.forEach(send)
    const batch = decision.waits.find((each) => each.batch)
    if (decision.sends.length > 0 || decision.draws.length > 0) continue
    if (batch !== undefined && batch.recipient !== null) {
      const path = queuedPath(history)
      if (path === null) return shown
      send({ kind: 'send', path, recipient: batch.recipient, phase: 'post', attempt: 1, timeoutMs: 0, target: 'endpoint', batch: WAITING, claims: [] })
      continue
    }
    const [wait] = decision.waits
    if (wait?.until === undefined || wait.until === null || wait.until <= now) return shown
    shown.push({ kind: 'waited', until: wait.until, why: wait.why })
    now = wait.until
  }
  return shown
}

/** Nothing is sent, so that no token is asked for: it is shown by its name. */
const NO_TOKEN = '<token>'

/** Marks a send that would leave with its batch. */
const WAITING = 'batch'

const queuedPath = (history: History): string | null => {
  for (const [path, node] of history.nodes) if (node.queuedAt !== null) return path
  return null
}

const passedOf = (event: DeliveryEvent): readonly Rehearsed[] =>
  event.type === 'chose' && event.choice.kind === 'pass' ? [{ kind: 'passed', recipient: event.choice.recipient, path: event.path, reason: event.choice.reason }] : []

const startOf = (send: Send, key: string, at: Instant): DeliveryEvent => ({
  type: 'attemptStarted', at, path: send.path, recipient: send.recipient, phase: send.phase, attempt: send.attempt, key, requestHash: '', version: null,
})

/** Nobody said anything: what follows must not quote it. */
const REFUSED: Verdict = { kind: 'failed', class: 'invalid_data', retry: false, reason: null }

/** As much as is known beforehand: the price or the floor; the ping's own values are shown by their names. */
const bidOf = (known: Money | null, floor: Money | null, endpoint: Endpoint | undefined): Verdict => ({
  kind: 'bid',
  price: floor !== null && (known === null || known.currency !== floor.currency || known.amount < floor.amount) ? floor : (known ?? money(0, endpoint?.definition.currency)),
  pingId: '<ping id>', reason: null,
  captured: Object.fromEntries(Object.keys(endpoint?.definition.ping?.parsing.capture ?? {}).map((name) => [name, `<${name}>`])),
})

/** Of the auction that the node at `path` bids in. */
const floorAt = (plan: Plan, path: string): Money | null => {
  const parent = nodeOf(plan, path.slice(0, path.lastIndexOf('/')) || rootPath)
  return parent?.kind === 'auction' ? parent.floor : null
}
