import type { Money } from '../../base/money.ts'
import { allClosed, done, pass, passBy, pending, type Action, type Closed, type Context, type Evaluate, type NodeStep } from '../step.ts'
import { combine } from '../combine.ts'
import { attemptsOf, nodeAt, type Attempt } from '../history.ts'
import { outcomeOf, type Outcome } from '../outcome.ts'
import { childPath, type Plan } from '../plan.ts'
import { nameIn, policyIn } from '../policy.ts'
import { inOrder } from './share.ts'
import { asksForNewToken, isInterrupted } from '../verdict.ts'
import { claimsOf, gateOf } from '../admission.ts'
import { whyNotOffered } from '../offer.ts'

/** Ping/Post: all are asked in parallel, with one deadline that counts from the last of them; the post goes to the highest bid, on refusal to the next. */
export const auction = (node: Extract<Plan, { kind: 'auction' }>, path: string, context: Context, evaluate: Evaluate): NodeStep => {
  const { order } = nodeAt(context.history, path)
  if (!order) return bidding(node, path, context)
  if (order.length === 0) return done('rejected', path, null, node.floor ? 'no bid at the minimum' : 'no bid')
  return inOrder(node.bidders, order, path, context, evaluate)
}

const bidding = (node: Extract<Plan, { kind: 'auction' }>, path: string, context: Context): NodeStep => {
  const actions: Action[] = []
  const closed: Closed[] = []
  const pings: (Attempt | null)[] = []
  for (const [i, bidder] of node.bidders.entries()) {
    const at = childPath(path, i)
    const own = attemptsOf(nodeAt(context.history, at), 'ping')
    const ping = own.at(-1) ?? null
    pings.push(ping)
    // What our own end cut off is asked anew, under its key: nobody loses a sale by our crash.
    const unasked = ping === null || wasCutOff(ping)
    if (!(unasked || mayAskAgain(own)) || nodeAt(context.history, at).passed || bidder.kind !== 'send') continue
    const policy = policyIn(context.facts.policies, bidder.recipient)
    if (ping === null) {
      const unwanted = whyNotOffered(policy, at, context)
      if (unwanted !== null) return pass(at, policy.recipient, unwanted)
    }
    if (unasked) {
      const open = gateOf(policy, context)
      if (!open.open) { closed.push({ kind: 'closed', path: at, until: open.until, why: open.why, recipient: policy.recipient }); continue }
    }
    // A late answer is heard out and recorded; the auction does not wait for it.
    const timeoutMs = policy.pingTimeoutMs ?? policy.timeoutMs
    actions.push({ kind: 'send', path: at, recipient: policy.recipient, phase: 'ping', attempt: own.length + 1, timeoutMs, target: 'endpoint', batch: null, claims: claimsOf(policy, context, ping === null) })
  }
  const begun = pings.filter((ping) => ping !== null && !wasCutOff(ping))
  if (actions.length > 0 || begun.length > 0) {
    if (closed.length > 0) return pending(...passBy(closed))
    // All are asked, however long one waits for a place among its connections: the bid not asked for may be the highest.
    if (actions.length > 0) return pending(...actions)
  } else if (closed.length > 0) return allClosed(closed, path)
  if (begun.length === 0) return { kind: 'done', outcome: combine(node.bidders.map((_, i) => passedOutcome(childPath(path, i), context)), path) }
  // So the time counts from the last that was asked.
  const deadline = Math.max(...begun.map((ping) => ping?.startedAt ?? 0)) + node.windowMs
  const outstanding = pings.some((ping) => ping !== null && ping.finished === null)
  if (outstanding && context.now < deadline) return pending({ kind: 'wait', until: deadline, why: 'collects bids', recipient: null, batch: false })
  return pending({ kind: 'choose', path, choice: { kind: 'order', order: ranking(pings, node.floor, deadline), why: `bids, highest first${ofOtherCurrencies(usable(pings, node.floor, deadline))}${leftOut(pings, node.floor, deadline)}${lateOnes(node.bidders, pings, context)}` } })
}

const wasCutOff = ({ finished }: Attempt): boolean => finished !== null && isInterrupted(finished.verdict)

const mayAskAgain = (pings: readonly Attempt[]): boolean => {
  const [last, before] = [pings.at(-1)?.finished, pings.at(-2)?.finished]
  return !!last && asksForNewToken(last.verdict) && !(before && asksForNewToken(before.verdict))
}

const lateOnes = (bidders: readonly Plan[], pings: readonly (Attempt | null)[], { facts }: Context): string => {
  const late = bidders.flatMap((bidder, i) => (bidder.kind === 'send' && pings[i] && pings[i].finished === null ? nameIn(facts.policies, bidder.recipient) : []))
  return late.length === 0 ? '' : `; no answer in time from ${late.join(', ')}`
}

const passedOutcome = (path: string, { history }: Context): Outcome => outcomeOf('skipped', path, null, nodeAt(history, path).passed?.reason ?? 'no recipient to ask')

/** Bids at or above the floor that came before the deadline, by list order. */
const usable = (pings: readonly (Attempt | null)[], floor: Money | null, deadline: number): readonly { readonly i: number; readonly price: Money }[] =>
  pings.flatMap((ping, i) => {
    const finished = ping?.finished
    if (!finished || finished.verdict.kind !== 'bid' || finished.at > deadline) return []
    const { price } = finished.verdict
    return floor && (price.currency !== floor.currency || price.amount < floor.amount) ? [] : [{ i, price }]
  })

/**
 * Bidders by bid, highest first, ties by list order. Amounts of two currencies cannot be compared: those of the currency
 * that stands first in the list go before the others.
 */
export const ranking = (pings: readonly (Attempt | null)[], floor: Money | null, deadline: number): readonly number[] => {
  const bids = usable(pings, floor, deadline)
  const currencies = currenciesOf(bids)
  const place = ({ currency }: Money): number => currencies.indexOf(currency)
  return bids.toSorted((a, b) => place(a.price) - place(b.price) || b.price.amount - a.price.amount || a.i - b.i).map(({ i }) => i)
}

const currenciesOf = (bids: ReturnType<typeof usable>): readonly string[] => [...new Set(bids.map(({ price }) => price.currency))]

const ofOtherCurrencies = (bids: ReturnType<typeof usable>): string => {
  const [first, ...others] = currenciesOf(bids)
  return first === undefined || others.length === 0 ? '' : `; those in ${others.join(' and ')} after those in ${first}, as they cannot be compared`
}

/** Bids that no minimum can be held against. */
const leftOut = (pings: readonly (Attempt | null)[], floor: Money | null, deadline: number): string => {
  const others = floor === null ? [] : currenciesOf(usable(pings, null, deadline)).filter((each) => each !== floor.currency)
  return floor === null || others.length === 0 ? '' : `; without those in ${others.join(' and ')}, as the minimum is in ${floor.currency}`
}
