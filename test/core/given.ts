import { money } from '../../src/base/money.ts'
import type { DeliveryEvent } from '../../src/core/event.ts'
import type { LeadValue } from '../../src/core/lead.ts'
import { emptyHistory, evolve } from '../../src/core/history.ts'
import { next } from '../../src/core/next.ts'
import type { PhaseName, Plan, PatternGuard } from '../../src/core/plan.ts'
import type { Policy, RetryPolicy } from '../../src/core/policy.ts'
import type { Action, Facts } from '../../src/core/step.ts'
import type { Verdict } from '../../src/core/verdict.ts'
import type { RecipientFacts } from '../../src/core/gate.ts'

export const T0 = Date.UTC(2026, 10, 24, 12)

const steps = { retries: 3, backoff: { kind: 'steps', ms: [1000, 2000, 4000] }, growTimeout: false, maxWaitMs: 300_000, alertIfAllFail: false } as const
export const defaultRetry: RetryPolicy = {
  network: steps,
  proxy: steps,
  timeout: { ...steps, growTimeout: true },
  rate_limited: { ...steps, retries: 10 },
  server_error: { ...steps, backoff: { kind: 'exponential', firstMs: 1000 }, alertIfAllFail: true },
}

export const policy = (recipient: string, more: Partial<Policy> = {}): Policy => ({
  recipient, name: recipient.toUpperCase(), price: null, cost: null, timeoutMs: 10_000, pingTimeoutMs: null, maxAttempts: null, retry: defaultRetry,
  onUnknown: 'next', whenClosed: null, acceptWhen: null, requirements: [], zone: { kind: 'zone', name: 'UTC' }, window: null, callingHours: null, caps: [],
  circuit: null, duplicateCheck: null, batch: null, hasBackup: false, pool: false, ...more,
})

export const noGuard: PatternGuard = { acceptWhen: null, minimumPrice: null, minimumMargin: null, cost: null }
export const sendTo = (recipient: string, dollars?: number): Plan => ({ kind: 'send', recipient, price: dollars === undefined ? null : money(dollars * 10_000) })
export const waterfall = (steps: readonly Plan[], last: Plan | null = null): Plan => ({
  kind: 'sequence', pattern: 'Waterfall', guard: noGuard, steps: steps.map((plan) => ({ plan })),
  moveOn: ['rejected', 'duplicate', 'skipped', 'failed'], finally: last,
})

export const accepted: Verdict = { kind: 'accepted', reason: null, buyerLeadId: 'B1', price: money(450_000) }
export const rejected: Verdict = { kind: 'rejected', reason: 'no coverage' }
export const duplicate: Verdict = { kind: 'duplicate', class: 'duplicate', reason: 'seen before' }
export const unknown: Verdict = { kind: 'unknown', class: 'timeout', retry: true, reason: 'no answer within 10 s' }
export const refused: Verdict = { kind: 'failed', class: 'network', retry: true, reason: 'connection refused' }
export const broken: Verdict = { kind: 'failed', class: 'server_error', retry: true, reason: 'HTTP 503' }
export const invalid: Verdict = { kind: 'failed', class: 'invalid_data', retry: false, reason: 'zip is missing' }
export const unreadable: Verdict = { kind: 'unconfirmed', class: 'unreadable', reason: 'no lead id' }

export const received = (at = T0): DeliveryEvent => ({ type: 'received', at, receivedAt: at, planHash: 'p', cost: null })

/** One attempt, started and (with a verdict) finished at `at`. */
export const tried = (path: string, recipient: string, attempt: number, verdict: Verdict | null, at = T0, more: { batch?: string; target?: 'backup' | 'alone' | 'update'; phase?: PhaseName } = {}): DeliveryEvent[] => {
  const phase = more.phase ?? 'post'
  const batch = more.batch === undefined ? {} : { batch: more.batch }
  const start: DeliveryEvent = { type: 'attemptStarted', at, path, recipient, phase, attempt, key: 'k', requestHash: 'h', version: null, ...batch, ...(more.target ? { target: more.target } : {}) }
  if (!verdict) return [start]
  return [start, {
    type: 'attemptFinished', at, path, recipient, phase, attempt, key: 'k', verdict, httpStatus: 200, durationMs: 5, ...batch,
    revenue: verdict.kind === 'accepted' ? verdict.price : null,
  }]
}

export interface Given {
  plan: Plan
  history?: readonly DeliveryEvent[]
  now?: number
  policies?: readonly Policy[]
  recipients?: Record<string, RecipientFacts>
  fields?: Record<string, LeadValue>
  elsewhere?: Record<string, string>
}

/** Given this history, when it is t, then these actions. */
export const actionsOf = ({ plan, history = [], now = T0, policies = [policy('a'), policy('b'), policy('c')], recipients = {}, fields = {}, elsewhere = {} }: Given): readonly Action[] => {
  const facts: Facts = {
    policies: new Map(policies.map((each) => [each.recipient, each])),
    recipients: new Map(Object.entries(recipients)),
    elsewhere: new Map(Object.entries(elsewhere)),
  }
  return next({ plan, lead: { id: 'L1', fields }, deliveryId: 'd1', mode: 'live', history: [received(), ...history].reduce(evolve, emptyHistory), now, facts })
}

/** Actions in a few words, for tables: `send a #1`, `settle rejected a: no coverage`, `wait +1000 a`. */
export const words = (actions: readonly Action[]): readonly string[] => actions.map((action) => {
  switch (action.kind) {
    case 'send': return `send ${action.recipient} #${action.attempt}${action.phase === 'post' ? '' : ` ${action.phase}`}${action.target === 'endpoint' ? '' : ` ${action.target}`}${action.timeoutMs === 10_000 ? '' : ` ${action.timeoutMs}ms`}${action.batch ? ` batch ${action.batch}` : ''}`
    case 'settle': return `settle ${action.outcome.kind} ${action.outcome.recipient ?? '-'}`
    case 'wait': return `wait ${action.until === null ? 'for a person' : `+${action.until - T0}`} ${action.recipient ?? '-'}${action.batch ? ' batch' : ''}`
    case 'choose': return action.choice.kind === 'pass' ? `pass ${action.path}: ${action.choice.reason}` : action.choice.kind === 'order' ? `order ${action.choice.order.join(' ')}` : `queue ${action.path}`
    case 'draw': return `draw ${action.weights.join(':')}`
    default: return action satisfies never
  }
})

export const decides = (given: Given): readonly string[] => words(actionsOf(given))
