import type { Money } from '../../base/money.ts'
import { utcText, type Instant } from '../../base/time.ts'
import { batchLeavesAt } from '../batch.ts'
import { whilePlaced } from '../caps.ts'
import { attemptsOf, bidAt, doubtAt, nodeAt, type Attempt } from '../history.ts'
import { isUnderWay } from '../had.ts'
import type { Plan, SendTarget } from '../plan.ts'
import { policyIn, type Policy } from '../policy.ts'
import { nextAttempt, type NextAttempt } from '../retry.ts'
import { done, pass, pending, type Context, type NodeStep } from '../step.ts'
import { asksForNewToken, classOf, isInterrupted, type Verdict } from '../verdict.ts'
import { followUps, type OpenStep } from './follow-ups.ts'
import { parked } from './pool.ts'
import { claimsOf, gateOf, whileGathered } from '../admission.ts'
import { boughtHere, whyHad, whyUnwanted } from '../offer.ts'

/** One endpoint: sent to once it is open and wants the lead, tried again as its retry rules say, and then done. */
export const send = (node: Extract<Plan, { kind: 'send' }>, path: string, context: Context): NodeStep => {
  const policy = policyIn(context.facts.policies, node.recipient)
  const history = nodeAt(context.history, path)
  if (history.passed) return done('skipped', path, node.recipient, history.passed.reason)
  const attempts = attemptsOf(history, 'post')
  if (attempts.length === 0 || history.queuedAt !== null) return first(policy, bidAt(history)?.price ?? node.price, path, context)
  return follow(policy, attempts, history.attempts.length, path, context)
}

const first = (policy: Policy, price: Money | null, path: string, context: Context): NodeStep => {
  const { recipient } = policy
  const queuedAt = nodeAt(context.history, path).queuedAt
  const unwanted = queuedAt === null ? whyUnwanted(policy, price, path, context) : whyHad(policy, context)
  if (unwanted !== null) return pass(path, recipient, unwanted)
  if (isAsked(recipient, context)) return pending()
  if (policy.pool) return done('pooled', path, recipient, parked(policy, context))
  const open = gateOf(queuedAt === null ? policy : whileGathered(policy), context)
  if (!open.open) {
    if (policy.whenClosed === 'skip') return pass(path, recipient, open.why)
    if (policy.whenClosed === 'wait') return pending({ kind: 'wait', until: open.until, why: open.why, recipient, batch: false })
    return { kind: 'closed', path, until: open.until, why: open.why, recipient }
  }
  if (policy.batch) {
    if (queuedAt === null) return pending({ kind: 'choose', path, choice: { kind: 'queue' } })
    return pending({ kind: 'wait', until: batchLeavesAt(policy.batch, policy.zone, queuedAt), why: `waits for a batch of ${policy.batch.maxLeads} for ${policy.name}`, recipient, batch: true })
  }
  const elsewhere = whileElsewhere(policy, context)
  if (elsewhere) return elsewhere
  const attempt = nodeAt(context.history, path).attempts.length + 1
  return pending({ kind: 'send', path, recipient, phase: 'post', attempt, timeoutMs: policy.timeoutMs, target: 'endpoint', batch: null, claims: claimsOf(policy, context, isFirst(path, context)) })
}

/** Another process may send it there just now, from another target: this one waits for what comes of it. */
const whileElsewhere = ({ recipient, name }: Policy, { facts, now }: Context): NodeStep | null => {
  const until = facts.awaited?.get(recipient) ?? now
  return until > now ? pending({ kind: 'wait', until, why: `${name} may get the lead through another target just now`, recipient, batch: false }) : null
}

/** Nothing was sent of it here before, so that it has not looked back yet. */
const isFirst = (path: string, { history }: Context): boolean => nodeAt(history, path).attempts.every(({ unsent }) => unsent === true)

/** Whether an answer of this recipient is still to come, at whatever place of the plan: a pattern may name it twice. */
const isAsked = (recipient: string, { history }: Context): boolean => history.flying > 0 && isUnderWay(history, recipient)

const follow = (policy: Policy, attempts: readonly Attempt[], count: number, path: string, context: Context): NodeStep => {
  const last = attempts.at(-1)
  if (!last?.finished) return pending()
  const { verdict } = last.finished
  if (verdict.kind === 'failed' || verdict.kind === 'unknown') {
    // What bought it elsewhere is not asked again here; what this place left in doubt stays so. Through another target it may
    // have been bought under the key that this place would repeat, which ends a doubt; a batch is repeated whole.
    const bought = boughtHere(policy, context) !== null || (verdict.kind === 'failed' && last.batch === null && context.facts.elsewhere.has(policy.recipient))
    const again = bought ? null : retryOf(policy, attempts, path, context)
    // It is on its way there from another place: that answer may end this too.
    if (again && isAsked(policy.recipient, context)) return pending()
    if (again) return tryAgain(policy, again.plan, again.target, last, count + 1, path, context)
  }
  const sold = verdict.kind === 'accepted' && !last.finished.surplus && policy.steps ? followUps(policy, policy.steps, path, context) : null
  if (sold?.kind === 'pending') return sold.step
  return conclude(policy, verdict, attempts, path, sold?.failed)
}

/** The next attempt on the endpoint, else on the backup; null where both gave up. */
const retryOf = (policy: Policy, attempts: readonly Attempt[], path: string, context: Context): { plan: Exclude<NextAttempt, { kind: 'give up' }>; target: SendTarget } | null => {
  const last = attempts.at(-1)
  const node = nodeAt(context.history, path)
  if (node.again !== undefined) return { plan: { kind: 'retry', at: context.now, timeoutMs: policy.timeoutMs }, target: 'endpoint' }
  if (policy.maxAttempts !== null && attempts.filter(counts).length >= policy.maxAttempts) return null
  const instead = last?.finished?.verdict.kind === 'failed' ? last.finished.verdict.instead : undefined
  if (instead !== undefined) return attempts.some((each) => each.target === instead) ? null : { plan: { kind: 'retry', at: last?.finished?.at ?? context.now, timeoutMs: policy.timeoutMs }, target: instead }
  const target = last?.target ?? 'endpoint'
  // Its batch is not repeated any more, and another would bring it again, whatever a later answer said of it alone.
  if (policy.batch && last?.batch === null && !isAlone(target) && doubtAt(node) >= 0) return null
  const tried = attempts.filter((each) => each.target === target).flatMap((each) => each.finished ?? [])
  const identity = last?.batch ?? `${context.deliveryId}${path}`
  const plan = nextAttempt(policy.retry, policy.timeoutMs, tried, identity)
  if (plan.kind !== 'give up') return { plan, target }
  if (target !== 'endpoint' || !policy.hasBackup || !worthBackup(last?.finished?.verdict)) return null
  return { plan: { kind: 'retry', at: last?.finished?.at ?? context.now, timeoutMs: policy.timeoutMs }, target: 'backup' }
}

const isAlone = (target: SendTarget): boolean => target === 'alone' || target === 'update'

/** What our own end interrupted, and a token that was refused, are none of the buyer's attempts. */
const counts = ({ finished }: Attempt): boolean => finished === null || !(asksForNewToken(finished.verdict) || isInterrupted(finished.verdict))

/** A second address helps against an endpoint in trouble, not against data or credentials that it refuses. */
const worthBackup = (verdict: Verdict | undefined): boolean =>
  verdict?.kind === 'unknown' || (verdict?.kind === 'failed' && ['network', 'tls', 'proxy', 'timeout', 'server_error', 'rate_limited'].includes(verdict.class))

const tryAgain = (
  policy: Policy,
  plan: Exclude<NextAttempt, { kind: 'give up' }>,
  target: SendTarget,
  last: Attempt,
  attempt: number,
  path: string,
  context: Context,
): NodeStep => {
  const { recipient } = policy
  const inDoubt = attemptsOf(nodeAt(context.history, path), 'post').some((each) => each.finished?.verdict.kind === 'unknown')
  const closed = (until: Instant | null, why: string, asked: boolean): NodeStep =>
    isKept(policy, inDoubt, asked) ? pending({ kind: 'wait', until, why, recipient, batch: false }) : { kind: 'closed', path, until, why, recipient }
  if (plan.kind === 'closed' && plan.until > context.now) {
    return closed(plan.until, `${policy.name} asked to be tried again later, after ${utcText(plan.until)}`, true)
  }
  const met = whilePlaced(policy, nodeAt(context.history, path), context.mode, context.now)
  const open = gateOf(met, context)
  if (!open.open) return closed(open.until, open.why, open.asked === true)
  if (plan.kind === 'retry' && plan.at > context.now) {
    return pending({ kind: 'wait', until: plan.at, why: `tries ${policy.name} again (attempt ${attempt}): ${reasonOf(last)}`, recipient, batch: false })
  }
  const alone = isAlone(target)
  const batch = nodeAt(context.history, path).again ?? last.batch
  if (policy.batch && batch === null && !alone) return pending({ kind: 'choose', path, choice: { kind: 'queue' } })
  const elsewhere = whileElsewhere(policy, context)
  if (elsewhere) return elsewhere
  const timeoutMs = plan.kind === 'retry' ? plan.timeoutMs : policy.timeoutMs
  return pending({ kind: 'send', path, recipient, phase: 'post', attempt, timeoutMs, target, batch: alone ? null : batch, claims: claimsOf(met, context, isFirst(path, context)) })
}

/**
 * A recipient that closes before a retry is waited for with `When Closed: wait`. In doubt nobody else may have the lead with
 * `On Unknown: hold`; nor with `next`, before the retries are used up, where the recipient said itself when to come again.
 */
const isKept = (policy: Policy, inDoubt: boolean, asked: boolean): boolean =>
  policy.whenClosed === 'wait' || (inDoubt && (policy.onUnknown === 'hold' || asked))

const reasonOf = (attempt: Attempt): string => attempt.finished?.verdict.reason ?? 'no answer'

const conclude = (policy: Policy, verdict: Verdict, attempts: readonly Attempt[], path: string, open?: readonly OpenStep[]): NodeStep => {
  const { recipient } = policy
  const more = { buyerLeadId: verdict.buyerLeadId ?? null, class: classOf(verdict) }
  switch (verdict.kind) {
    case 'accepted': {
      const revenue = attempts.at(-1)?.finished?.revenue ?? null
      if (!open || open.length === 0) return done('accepted', path, recipient, verdict.reason, { ...more, revenue })
      return done('accepted', path, recipient, open.map((each) => `its ${each.phase} step failed: ${each.reason}`).join('; '), { ...more, revenue, open: open.map((each) => each.phase) })
    }
    case 'rejected':
    case 'bid': return done('rejected', path, recipient, verdict.reason, more)
    case 'unconfirmed': return done('held', path, recipient, verdict.reason, more)
    case 'duplicate':
    case 'failed':
    case 'unknown': {
      const doubt = attempts.find((each) => each.finished?.verdict.kind === 'unknown')
      if (doubt && policy.onUnknown === 'hold') {
        return done('held', path, recipient, `in doubt: ${reasonOf(doubt)}; it may have been sold. ${policy.name} says \`On Unknown: hold\``, more)
      }
      return done(verdict.kind === 'duplicate' ? 'duplicate' : 'failed', path, recipient, verdict.reason, more)
    }
  }
}
