import { nextCron } from '../base/cron.ts'
import type { Instant } from '../base/time.ts'
import { doubtAt, type History } from './history.ts'
import type { BatchPolicy, ZoneSource } from './policy.ts'

/** When a lead that joined at `since` leaves at the latest; a full batch leaves earlier, unless it has a schedule. */
export const batchLeavesAt = (batch: BatchPolicy, zone: ZoneSource, since: Instant): Instant =>
  (batch.schedule === null ? null : nextCron(batch.schedule, zone.kind === 'zone' ? zone.name : 'UTC', since)) ?? since + batch.maxWaitMs

/** How many leads make a batch leave at once. */
export const leavesWhenFull = (batch: BatchPolicy): number => (batch.schedule === null ? batch.maxLeads : Infinity)

/** As few groups as keep equal keys apart and hold no more than `most`; the order is kept within each. A null key equals none. */
export const keptApart = <T>(items: readonly T[], keyOf: (item: T) => string | null, most: number): readonly (readonly T[])[] => {
  const groups: { readonly items: T[]; readonly keys: Set<string> }[] = []
  // The first group that is not full yet: the full ones before it take nothing more.
  let open = 0
  for (const item of items) {
    const key = keyOf(item)
    let at = open
    while (at < groups.length && ((groups[at]?.items.length ?? 0) >= most || (key !== null && groups[at]?.keys.has(key)))) at += 1
    const group = groups[at] ?? { items: [], keys: new Set<string>() }
    if (at === groups.length) groups.push(group)
    group.items.push(item)
    if (key !== null) group.keys.add(key)
    while ((groups[open]?.items.length ?? 0) >= most) open += 1
  }
  return groups.map((each) => each.items)
}

/** Which items go together: those for which what a request says once for all is the same, equal keys kept apart, no more than `most` in each. */
export const batchesOf = <T>(items: readonly T[], inCommon: (item: T) => string, keyOf: (item: T) => string | null, most: number): readonly (readonly T[])[] =>
  [...Map.groupBy(items, inCommon).values()].flatMap((alike) => keptApart(alike, keyOf, most))

/** Whether a recipient of batches may have the lead, for all that is known: a batch was given up that nobody answered, its answer needs a person, or it took the lead second to another. */
export const mayHaveFromBatch = (history: History, recipient: string): boolean => {
  for (const { attempts, before } of history.nodes.values()) {
    const posts = attempts.slice(before).filter((each) => each.recipient === recipient && each.phase === 'post')
    const last = posts.at(-1)?.finished?.verdict.kind
    if (last === 'accepted' || last === 'unconfirmed' || ((last === 'unknown' || last === 'failed') && posts.some((each) => each.finished?.verdict.kind === 'unknown'))) return true
  }
  return false
}

interface Joined { readonly recipient: string; readonly batch: string }

/** The batches that the lead is in: their answers are still to come, or they will be repeated, so that the recipients may have it. */
export const openBatches = (history: History): readonly Joined[] =>
  [...history.nodes.values()].flatMap(({ attempts, again }) => {
    const last = attempts.at(-1)
    const batch = again ?? last?.batch ?? null
    return last === undefined || batch === null ? [] : { recipient: last.recipient, batch }
  })

/** The batches that nobody answered and that may have brought the lead. */
export const unansweredBatches = (history: History): readonly Joined[] =>
  [...history.nodes.values()].flatMap((node) => {
    const { recipient, batch = null } = node.attempts[doubtAt(node)] ?? {}
    return recipient === undefined || batch === null ? [] : { recipient, batch }
  })

/** Of leads that unanswered batches may have brought, with the names of these: the batches of which all leads are there, none of them in another that is not whole. */
export const wholeBatches = (batchesOf: readonly (readonly string[])[], sizeOf: (batch: string) => number): ReadonlySet<string> => {
  const counts = new Map<string, number>()
  for (const batch of batchesOf.flat()) counts.set(batch, (counts.get(batch) ?? 0) + 1)
  const whole = new Set([...counts].flatMap(([batch, count]) => (count === sizeOf(batch) ? batch : [])))
  const left = batchesOf.filter((batches) => batches.every((batch) => whole.has(batch)))
  return left.length === batchesOf.length ? whole : wholeBatches(left, sizeOf)
}
