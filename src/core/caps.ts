import { moneyText, type Money } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import { wallText } from '../base/zone.ts'
import type { Mode } from './event.ts'
import { bidAt, nodeAt, type Attempt, type History, type NodeHistory } from './history.ts'
import { isStep, sendAt, type Plan } from './plan.ts'
import type { Cap, Policy } from './policy.ts'
import { periodOf } from './window.ts'
import type { Claim } from './claim.ts'

/** The zone in which a recipient's days begin. */
export const capZone = (policy: Policy): string => (policy.zone.kind === 'zone' ? policy.zone.name : 'UTC')

/** Names the count of one cap in the period that `at` falls into. */
export const counterOf = (policy: Policy, cap: Cap, mode: Mode, at: Instant): string => {
  const { from } = periodOf(cap.period, capZone(policy), at)
  return `cap:${mode}:${policy.recipient}:${cap.limit.kind}:${cap.period}:${new Date(from).toISOString()}`
}

/** `cap of 100 per day reached (America/New_York), opens 2026-11-24 00:00`. */
export const capReached = (policy: Policy, cap: Cap, at: Instant): { readonly until: Instant; readonly why: string } => {
  const zone = capZone(policy)
  const until = periodOf(cap.period, zone, at).to
  const limit = cap.limit.kind === 'leads' ? String(cap.limit.count) : moneyText(cap.limit.amount)
  return { until, why: `${policy.name}: cap of ${limit} per ${cap.period} reached (${zone}), opens ${wallText(until, zone)}` }
}

/**
 * What of a recipient's caps a step takes or gives back. A place is held while a lead waits in a batch, or for one that failed
 * to go again, while an attempt is under way, in doubt or accepted, and free again as soon as the buyer said no; so that a cap is of leads bought, as
 * the buyer counts them, and never exceeded: an acceptance that comes second to another's earns nothing, and is one more
 * lead that the buyer took. What joined a batch counts in the period in which it joined. A cap in money holds what the sale is
 * expected to earn: the bid, else the pattern's or the recipient's price.
 */
export const capClaims = (policies: ReadonlyMap<string, Policy>, plan: Plan, before: History, after: History, mode: Mode): readonly Claim[] => {
  let claims: Claim[] | null = null
  for (const [path, node] of after.nodes) {
    const recipient = node.attempts.at(-1)?.recipient ?? (node === nodeAt(before, path) ? undefined : sendAt(plan, path)?.recipient)
    const policy = recipient === undefined ? undefined : policies.get(recipient)
    if (!policy || policy.caps.length === 0) continue
    const was = nodeAt(before, path)
    const [wasOpen, isOpen] = [before.settled === null, after.settled === null]
    if (was === node && wasOpen === isOpen) continue
    for (const cap of policy.caps) for (const claim of changes(policy, cap, { node: was, open: wasOpen }, { node, open: isOpen }, mode, sendAt(plan, path)?.price ?? policy.price)) (claims ??= []).push(claim)
  }
  return claims ?? NONE
}

const NONE: readonly Claim[] = []

/** A node, and whether its lead is not settled. */
interface At { readonly node: NodeHistory; readonly open: boolean }

const changes = (policy: Policy, cap: Cap, was: At, is: At, mode: Mode, expected: Money | null): readonly Claim[] => {
  const amounts = new Map<string, { amount: number; sold: boolean }>()
  const add = (at: At, sign: 1 | -1): void => {
    const held = heldIn(at, cap, bidAt(at.node)?.price ?? expected)
    if (held === null || held.amount === 0) return
    const counter = counterOf(policy, cap, mode, held.since)
    const known = amounts.get(counter)
    amounts.set(counter, { amount: (known?.amount ?? 0) + sign * held.amount, sold: (known?.sold ?? false) || (sign === 1 && held.sold) })
  }
  add(was, -1)
  add(is, 1)
  const limit = cap.limit.kind === 'leads' ? cap.limit.count : cap.limit.amount.amount
  return [...amounts].filter(([, { amount }]) => amount !== 0)
    // What is sold is sold: it counts even where the buyer paid more than was expected.
    .map(([counter, { amount, sold }]) => ({ kind: 'cap', recipient: policy.recipient, counter, limit: sold || amount < 0 ? Number.MAX_SAFE_INTEGER : limit, amount }))
}

/** What a node holds of a cap, since when, and whether that can still be refused. */
const heldIn = ({ node, open }: At, cap: Cap, expected: Money | null): { readonly amount: number; readonly since: Instant; readonly sold: boolean } | null => {
  if (node.queuedAt !== null) return { amount: reserved(cap, expected), since: node.queuedAt, sold: false }
  const holder = holderOf(node)
  return holder ? { amount: open && isRepeated(node, holder) ? reserved(cap, expected) : heldBy(holder, cap, expected), since: holder.placedAt ?? holder.startedAt, sold: holder.finished !== null } : null
}

/** Its whole batch failed, and goes again as it went, where the retries are not used up: its place is not free for others. */
const isRepeated = ({ attempts, before }: NodeHistory, holder: Attempt): boolean =>
  holder.batch !== null && holder.finished?.verdict.kind === 'failed' && attempts.indexOf(holder) >= before

/** The attempt that holds a node's place: the last, unless it brought no answer of the buyer's to an earlier one that is in doubt. */
const holderOf = (node: NodeHistory): Attempt | undefined => {
  const last = node.attempts.findLast((each) => !isStep(each.phase))
  const kind = last?.finished?.verdict.kind
  if (kind !== 'failed' && kind !== 'duplicate') return last
  return node.attempts.findLast((each) => each.phase === 'post' && each.finished?.verdict.kind === 'unknown') ?? last
}

/** Caps as a lead meets them whose answer never came, or whose batch goes again: its place is its own, and closes nothing to its repeat, as long as that is of the same period. */
export const whilePlaced = (policy: Policy, node: NodeHistory, mode: Mode, now: Instant): Policy => {
  const holder = holderOf(node)
  if (policy.caps.length === 0 || !holder || (holder.finished?.verdict.kind !== 'unknown' && !isRepeated(node, holder))) return policy
  const { startedAt, placedAt } = holder
  return { ...policy, caps: policy.caps.filter((cap) => counterOf(policy, cap, mode, placedAt ?? startedAt) !== counterOf(policy, cap, mode, placedAt ?? now)) }
}

const heldBy = (holder: Attempt, cap: Cap, expected: Money | null): number => {
  if (holder.phase === 'ping') return 0
  const verdict = holder.finished?.verdict.kind
  if (verdict !== undefined && verdict !== 'accepted' && verdict !== 'unknown' && verdict !== 'unconfirmed') return 0
  return verdict === 'accepted' ? worth(cap, holder.finished?.revenue ?? null) : reserved(cap, expected)
}

/** What only the answer will tell holds the smallest amount, so that a cap in money that is used up refuses it. */
const reserved = (cap: Cap, price: Money | null): number => (price === null ? 1 : worth(cap, price))

const worth = ({ limit }: Cap, price: Money | null): number =>
  limit.kind === 'leads' ? 1 : price && price.currency === limit.amount.currency ? price.amount : 0
