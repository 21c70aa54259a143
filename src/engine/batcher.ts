import { batchesOf, leavesWhenFull, mayHaveFromBatch } from '../core/batch.ts'
import { nodeAt } from '../core/history.ts'
import { sendAt } from '../core/plan.ts'
import { nameIn } from '../core/policy.ts'
import type { Send } from '../core/step.ts'
import { inputOf } from './attempt.ts'
import { asBefore, asJoined, givenUpTogether, type Member } from './batch-order.ts'
import { createBatchRepeats } from './batch-repeats.ts'
import { createBatchSender } from './batch-sender.ts'
import type { Dispatcher } from './dispatcher.ts'
import { batchIdOf } from './identity.ts'
import type { Limits } from './limits.ts'
import { putBack } from './put-back.ts'
import type { Slots } from './slots.ts'
import type { Surroundings } from './surroundings.ts'
import { historyOf, inDoubtBefore, leaveOut, type Work } from './work.ts'

/** How many leads a recipient's batch may take from the store, and who brings them back as works. */
interface BatchSource {
  take(recipient: string, limit: number, atLeast: number): Promise<readonly Work[]>
}

export type Batcher = ReturnType<typeof createBatcher>

/**
 * Many leads, one request. Leads accumulate in the store, not here; a batch leaves when it is full or when its first
 * lead has waited long enough. Its members are recorded under its name before it is sent, so that a repeat carries
 * exactly the same leads and the same key.
 */
export const createBatcher = (around: Surroundings, dispatcher: Dispatcher, limits: Limits, source: BatchSource, slots: Pick<Slots, 'setAside' | 'unshelve' | 'full' | 'room'>) => {
  const { deps, settings, facts, endpointOf, policyOf } = around
  const { pump, alone } = dispatcher
  const sender = createBatchSender(around, dispatcher, limits)
  const { repeat, held, settleIncomplete, letGo, forget } = createBatchRepeats(around, dispatcher, sender, slots)

  /** False where another of the lead's is on its way there: it decides again when that is back. */
  const setsOut = (recipient: string, work: Work): boolean => {
    const ahead = around.together.ahead(recipient, work)
    if (ahead) ahead.then(() => pump(work)).catch(around.failed)
    else around.together.setsOut(recipient, work)
    return ahead === null
  }

  const batchOf = (recipient: string) => {
    const { batch } = policyOf(recipient)
    if (!batch) throw new Error(`${recipient} takes no batches`)
    return batch
  }

  /** Sends these due leads, and with them as many of those that joined later as fit; false where there were none. */
  const flush = async (recipient: string, due: readonly Work[]): Promise<boolean> => {
    const { maxLeads } = batchOf(recipient)
    // Without due leads nothing is awaited before the taking takes its slot: the run would end in between.
    const free = due.length === 0 ? due : await apart(recipient, due)
    if (due.length > 0 && free.length === 0) return false
    const room = free.length === 0 ? maxLeads : (maxLeads - (free.length % maxLeads)) % maxLeads
    const works = [...free, ...(room > 0 ? await source.take(recipient, room, deps.ledger.shared && due.length === 0 ? maxLeads : 1) : [])]
    if (due.length > 0) full.left(recipient, works.length)
    await doubt(recipient, works)
    // Bought through another target since they joined, or perhaps: they decide again.
    for (const work of works) if (work.elsewhere.has(recipient)) pump(work)
    const members = await fitting(recipient, works.filter((work) => !work.elsewhere.has(recipient) && setsOut(recipient, work)).map((work) => ({ work, send: queuedSend(work, recipient) })))
    const endpoint = endpointOf(recipient)
    const inCommon = (member: Member): string => endpoint.inCommon?.(inputFor(member)) ?? ''
    const keyOf = endpoint.keptApart ? (member: Member) => endpoint.keptApart?.(inputFor(member)) ?? null : () => null
    for (const group of batchesOf(members.toSorted(asJoined), inCommon, keyOf, maxLeads)) {
      const again = givenUpTogether(group)
      if (again !== null) sender.leave(recipient, group.toSorted(asBefore), again)
      else sender.leave(recipient, group, batchIdOf(recipient, group.map(({ work }) => work.delivery.id), String(group[0]?.send.attempt ?? 1)))
    }
    return works.length > 0
  }

  /** A batch that was given up through another target may have brought the lead: no key of the next would tell the buyer. */
  const doubt = async (recipient: string, works: readonly Work[]): Promise<void> => {
    if (works.length === 0) return
    const siblings = Map.groupBy(await deps.ledger.siblings(works.map(({ delivery }) => delivery.id)), ({ delivery }) => delivery.lead.id)
    for (const work of works) {
      const others = siblings.get(work.delivery.lead.id)?.filter(({ delivery }) => delivery.id !== work.delivery.id && delivery.number === work.delivery.number) ?? []
      if (others.some(({ events }) => mayHaveFromBatch(historyOf(events), recipient))) leaveOut(work, recipient, inDoubtBefore(facts.policies, recipient))
    }
  }

  /** Without those whose lead is on its way there through another target (one that was shut out, by a window or so, has not been asked about): these are put off. */
  const apart = async (recipient: string, due: readonly Work[]): Promise<readonly Work[]> => {
    const late = await deps.ledger.onTheirWay({ mode: settings.mode, recipient, deliveryIds: due.map(({ delivery }) => delivery.id), now: deps.clock.now(), ...(settings.to === null ? {} : { runId: settings.runId }) })
    if (late.size === 0) return due
    const untilOf = ({ delivery }: Work) => late.get(delivery.id)
    for (const [until, works] of Map.groupBy(due, untilOf)) {
      if (until !== undefined) await alone(works, () => putBack(around, works, { state: 'waiting', dueAt: until, why: `${nameIn(facts.policies, recipient)} may get the lead through another target just now`, recipient, batch: true }))
    }
    return due.filter((work) => untilOf(work) === undefined)
  }

  /** Those of which a row can be made. */
  const fitting = async (recipient: string, members: readonly Member[]): Promise<readonly Member[]> => {
    const endpoint = endpointOf(recipient)
    if (!endpoint.refuses) return members
    const reasons = members.map((member) => endpoint.refuses?.(inputFor(member)) ?? null)
    // At once: the store takes their steps together.
    await Promise.all(members.map(async (member, i) => {
      const reason = reasons[i] ?? null
      if (reason !== null) await sender.refuse(recipient, member, reason)
    }))
    return members.filter((_, i) => reasons[i] === null)
  }

  const inputFor = ({ work, send }: Member) => inputOf(work, send, work.history, '', deps.clock.now())

  const queuedSend = (work: Work, recipient: string): Send => {
    for (const [path, node] of work.history.nodes) {
      if (node.queuedAt === null || sendAt(work.plan, path)?.recipient !== recipient) continue
      return { kind: 'send', path, recipient, phase: 'post', attempt: nodeAt(work.history, path).attempts.length + 1, timeoutMs: policyOf(recipient).timeoutMs, target: 'endpoint', batch: null, claims: [] }
    }
    throw new Error(`delivery ${work.delivery.id} waits for no batch of ${recipient}`)
  }

  const full = createFullBatches(around, slots, (recipient) => flush(recipient, []))

  return { accumulated: full.accumulated, flush, repeat, held, settleIncomplete, letGo, forget }
}

/** Counts the leads that accumulate in the store, and has a batch leave (`leave`: false where there was nothing to take) as soon as it is full. */
const createFullBatches = ({ deps: { ledger }, policyOf, stopping, failed }: Surroundings, slots: Pick<Slots, 'full' | 'room'>, leave: (recipient: string) => Promise<boolean>) => {
  const counts = new Map<string, number>()

  /** One after the other, as there is room: a recipient whose batches were made smaller has many at once. */
  const fullLeave = async (recipient: string): Promise<void> => {
    const { batch } = policyOf(recipient)
    for (let any = true; batch && any && !stopping();) {
      const total = counts.get(recipient) ?? 0
      if (total < leavesWhenFull(batch)) return
      counts.set(recipient, total - batch.maxLeads)
      any = await leave(recipient)
      if (slots.full()) await slots.room()
    }
  }

  return {
    /** `count` more leads accumulate for a recipient; full batches leave now. */
    accumulated: (recipient: string, count: number): void => {
      // Where several processes fill it, the store knows how many there are.
      counts.set(recipient, (ledger.shared && count !== 1 ? 0 : (counts.get(recipient) ?? 0)) + count)
      fullLeave(recipient).catch(failed)
    },
    /** So many left before theirs was full. */
    left: (recipient: string, count: number): void => { counts.set(recipient, Math.max(0, (counts.get(recipient) ?? 0) - count)) },
  }
}
