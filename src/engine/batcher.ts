import type { Instant } from '../base/time.ts'
import { batchesOf, mayHaveFromBatch } from '../core/batch.ts'
import type { Decision } from '../core/decide.ts'
import { doubtAt, evolveAll, nodeAt } from '../core/history.ts'
import { isPriced } from '../core/booking.ts'
import { sendAt } from '../core/plan.ts'
import { nameIn, type Policy } from '../core/policy.ts'
import type { Send } from '../core/step.ts'
import { claimsOf, gateOf, whileGathered } from '../core/strategies/send.ts'
import type { Verdict } from '../core/verdict.ts'
import type { Endpoint, Rendered } from '../wire/endpoint.ts'
import type { Standing } from '../ports.ts'
import { hashOf, inputOf, isTokenRepeat, neverSent, startedEvent, unsendable } from './attempt.ts'
import { asBefore, asJoined, givenUpTogether } from './batch-order.ts'
import type { Member } from './batch-order.ts'
import { claimForAll } from './claim-for-all.ts'
import type { Claiming } from './claim-for-all.ts'
import { createFullBatches } from './full-batches.ts'
import type { createSlots } from './slots.ts'
import type { Surroundings } from './surroundings.ts'
import { batchIdOf, batchSizeOf, idempotencyKeyOf } from './identity.ts'
import { historyOf, inDoubtBefore, leaveOut, tellStored } from './work.ts'
import type { Answered, Work } from './work.ts'

/** The rest of a batch that is due and does not come is another run's: these go back until this run would not wait for them. */
const REST_MS = 1_000

/** How many leads a recipient's batch may take from the store, and who brings them back as works. */
interface BatchSource {
  claim(recipient: string, limit: number, atLeast: number): Promise<readonly Work[]>
}

/**
 * Many leads, one request. Leads accumulate in the store, not here; a batch leaves when it is full or when its first
 * lead has waited long enough. Its members are recorded under its name before it is sent, so that a repeat carries
 * exactly the same leads and the same key.
 */
export const createBatcher = (around: Surroundings, dispatcher: { pump(work: Work): void; hold(works: readonly Work[]): Promise<() => void>; decideNow(work: Work, now: Instant): Decision; mayStillSend(): boolean } & Claiming, source: BatchSource, slots: Pick<ReturnType<typeof createSlots>, 'setAside' | 'unshelve' | 'full' | 'room'>) => {
  const { deps, settings, facts, endpointOf, policyOf } = around
  const repeating = new Map<string, Map<Work, Member>>()
  /** Those of them that take no slot: of batches of more leads than there are slots none would ever be whole. */
  const aside = new Set<Work>()
  /** False where another of the lead's is on its way there: it decides again when that is back. */
  const setsOut = (recipient: string, work: Work): boolean => {
    const ahead = around.together.ahead(recipient, work)
    if (ahead) ahead.then(() => dispatcher.pump(work)).catch(around.failed)
    else around.together.setsOut(recipient, work)
    return ahead === null
  }

  /** It was not sent after all. */
  const decideAgain = (recipient: string, work: Work): void => {
    dispatcher.pump(work)
    around.together.isBack(recipient, work)
  }

  const batchOf = (recipient: string) => {
    const { batch } = policyOf(recipient)
    if (!batch) throw new Error(`${recipient} takes no batches`)
    return batch
  }

  /** Sends these due leads, and with them as many of those that joined later as fit; false where there were none. */
  const flush = async (recipient: string, due: readonly Work[]): Promise<boolean> => {
    const { maxLeads } = batchOf(recipient)
    // Without due leads nothing is awaited before the claim takes its slot: the run would end in between.
    const free = due.length === 0 ? due : await apart(recipient, due)
    if (due.length > 0 && free.length === 0) return false
    const room = free.length === 0 ? maxLeads : (maxLeads - (free.length % maxLeads)) % maxLeads
    const works = [...free, ...(room > 0 ? await source.claim(recipient, room, deps.ledger.shared && due.length === 0 ? maxLeads : 1) : [])]
    if (due.length > 0) full.left(recipient, works.length)
    await doubt(recipient, works)
    // Bought through another target since they joined, or perhaps: they decide again.
    for (const work of works) if (work.elsewhere.has(recipient)) dispatcher.pump(work)
    const members = await fitting(recipient, works.filter((work) => !work.elsewhere.has(recipient) && setsOut(recipient, work)).map((work) => ({ work, send: queuedSend(work, recipient) })))
    const endpoint = endpointOf(recipient)
    const inCommon = (member: Member): string => endpoint.inCommon?.(inputFor(member)) ?? ''
    const keyOf = endpoint.keptApart ? (member: Member) => endpoint.keptApart?.(inputFor(member)) ?? null : () => null
    for (const group of batchesOf(members.toSorted(asJoined), inCommon, keyOf, maxLeads)) {
      const again = givenUpTogether(group)
      if (again !== null) leave(recipient, group.toSorted(asBefore), again)
      else leave(recipient, group, batchIdOf(recipient, group.map(({ work }) => work.delivery.id), String(group[0]?.send.attempt ?? 1)))
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
      if (until !== undefined) await alone(works, () => putBack(works, { state: 'waiting', dueAt: until, why: `${nameIn(facts.policies, recipient)} may get the lead through another target just now`, recipient, batch: true }))
    }
    return due.filter((work) => untilOf(work) === undefined)
  }

  /** Those of which a row can be made; one that cannot fails by itself, and not the others with it. */
  const fitting = async (recipient: string, members: readonly Member[]): Promise<readonly Member[]> => {
    const endpoint = endpointOf(recipient)
    if (!endpoint.refuses) return members
    const reasons = members.map((member) => endpoint.refuses?.(inputFor(member)) ?? null)
    // At once: the store takes their steps together.
    await Promise.all(members.map(async (member, i) => {
      const reason = reasons[i] ?? null
      if (reason === null) return
      const { delivery } = member.work
      await alone([member.work], () => recordStarts([member], undefined, idempotencyKeyOf(settings.mode, recipient, delivery.lead.id, delivery.number, 'post'), { ok: false, reason }, endpoint, deps.clock.now()))
      decideAgain(recipient, member.work)
    }))
    return members.filter((_, i) => reasons[i] === null)
  }

  const inputFor = ({ work, send }: Member) => inputOf(work, send, work.history, '', settings.runId, deps.clock.now())

  /** A member of a batch that is due to be repeated; the batch goes when all are here, in the order in which it went before: a buyer that knows its key may answer by position. */
  const repeat = (work: Work, send: Send): void => {
    const id = send.batch ?? ''
    const members = repeating.get(id) ?? new Map<Work, Member>()
    // One that decides again while it waits here says so once more.
    repeating.set(id, members.set(work, { work, send }))
    if (members.size < batchSizeOf(id)) return setAside(work)
    repeating.delete(id)
    takeBack(members.keys())
    leave(send.recipient, [...members.values()].sort(asJoined), id)
  }

  const setAside = (work: Work): void => {
    if (aside.has(work)) return
    aside.add(work)
    slots.setAside()
  }

  const takeBack = (works: Iterable<Work>): void => { for (const work of works) if (aside.delete(work)) slots.unshelve() }

  /** Works that wait for the rest of a batch; one may wait for two, of two recipients. */
  const held = (): number => waiting().size
  const waiting = (): ReadonlySet<Work> => new Set([...repeating.values()].flatMap((members) => [...members.keys()]))

  /**
   * No more members come now. Where the others wait for a later time (a crash came between their answers), these go back
   * until then; where one is settled, what cannot be repeated as it was stays in doubt, for a person to see, and what was
   * answered by a failure joins another batch. One that has another request under way is waited for. True where any batch was dealt with.
   */
  const settleIncomplete = async (now: Instant): Promise<boolean> => {
    let any = false
    for (const [id, waits] of [...repeating]) {
      const works = [...waits.keys()]
      if (works.some(isBusy)) continue
      const { count, dueAt } = await deps.ledger.ofBatch(settings.mode, id)
      if (repeating.get(id) !== waits || waits.size !== works.length || works.some(isBusy)) continue
      any = true
      repeating.delete(id)
      takeBack(works)
      const members = [...waits.values()]
      if (count < batchSizeOf(id)) for (const member of members) comeApart(member, id, members.length, now)
      else {
        const until = dueAt === null ? null : dueAt <= now ? now + settings.waitMs + REST_MS : dueAt
        await alone(works, () => putBack(works, { state: 'waiting', dueAt: until, why: 'waits for the rest of its batch, which is repeated as a whole', recipient: members[0]?.send.recipient ?? null, batch: false }))
      }
    }
    return any
  }

  const comeApart = ({ work, send }: Member, id: string, left: number, now: Instant): void => {
    if (doubtAt(nodeAt(work.history, send.path)) < 0) work.orders = [{ type: 'chose', at: now, path: send.path, choice: { kind: 'apart' } }]
    else {
      const reason = `only ${left} of the ${batchSizeOf(id)} leads of batch ${id} ${left === 1 ? 'is' : 'are'} left, so that it cannot be repeated as it was; it may have been processed`
      work.orders = [startedEvent(send, '', '', endpointOf(send.recipient), now, id)]
      work.inbox.push({ send, key: '', verdict: { kind: 'unknown', class: 'timeout', retry: false, reason }, httpStatus: null, durationMs: 0, at: now, batch: null })
    }
    dispatcher.pump(work)
  }

  const putBack = async (works: readonly Work[], standing: Standing): Promise<void> => {
    const results = await deps.ledger.append(works.map((work) => ({ deliveryId: work.delivery.id, version: work.history.version, runId: settings.runId, events: [], standing })))
    works.forEach((work, i) => {
      if (results[i]?.kind !== 'ok') throw new Error(`the store refused to put back delivery ${work.delivery.id}: ${results[i]?.kind ?? 'no result'}`)
      for (const others of repeating.values()) others.delete(work)
      work.released = true
      around.released(work, standing)
    })
  }

  /** The run is to stop: they go back as all do that were not sent. */
  const letGo = (): void => {
    const works = waiting()
    repeating.clear()
    takeBack(works)
    for (const work of works) dispatcher.pump(work)
  }

  const leave = (recipient: string, members: readonly Member[], id: string): void => {
    if (members.length === 0) return
    const lane = around.lane(recipient)
    if (!mayLeave(recipient, members)) for (const { work } of members) decideAgain(recipient, work)
    else if (lane.enter(deps.clock.now())) sendBatch(recipient, members, id).catch(around.failed)
    else lane.park(() => leave(recipient, members, id))
  }

  /** The recipient may have closed, to all of them or to one, since they joined or while they waited: then each decides again. */
  const mayLeave = (recipient: string, members: readonly Member[]): boolean =>
    !around.stopping() && members.every((each) => gateOf(gathered(recipient), atGate(each)).open)

  /** Another answer may have settled it since, or made enough of it elsewhere. */
  const stillGoes = ({ work, send: { recipient } }: Member, id: string): boolean => {
    if (work.released) return false
    const { waits, sends } = dispatcher.decideNow(work, deps.clock.now())
    return waits.some((wait) => wait.batch && wait.recipient === recipient) || sends.some((each) => each.batch === id)
  }

  const gathered = (recipient: string): Policy => whileGathered(policyOf(recipient))
  const atGate = ({ work }: Member) => ({ facts, lead: work.delivery.lead, mode: settings.mode, now: deps.clock.now() })

  const sendBatch = async (recipient: string, members: readonly Member[], id: string): Promise<void> => {
    const now = deps.clock.now()
    const endpoint = endpointOf(recipient)
    const key = idempotencyKeyOf(settings.mode, recipient, id, 1, 'post')
    const keyOf = (made: Rendered): string => (made.ok ? made.key : null) ?? key
    const token = endpoint.token ? await around.tokens.have(endpoint, endpoint.token, now) : null
    const rendered = await alone(members.map(({ work }) => work), async () => {
      if (!mayLeave(recipient, members) || !members.every((member) => stillGoes(member, id))) return null
      const made = endpoint.renderBatch(members.map(({ work, send }) => {
        const input = inputOf(work, send, work.history, key, settings.runId, now)
        return token?.kind === 'held' ? { ...input, token: token.held.token, host: token.held.host } : input
      }))
      // The batch is the one trial of a circuit whose opening is over, over all processes: the next waits for its answer.
      const [first] = members
      if (made.ok && first && !await claimForAll(around, dispatcher, first.work, endpoint.definition, claimsOf(gathered(recipient), atGate(first), false), now)) return null
      return await recordStarts(members, id, keyOf(made), made, endpoint, now) && made.ok ? made : null
    })
    if (rendered === null) {
      around.lane(recipient).yield(now)
      for (const { work } of members) decideAgain(recipient, work)
      return
    }
    if (token?.kind === 'failed') return answered(recipient, members, id, keyOf(rendered), members.map(() => token.verdict), { httpStatus: null, durationMs: 0, at: now, startedAt: now })
    const timeoutMs = members.reduce((longest, { send }) => Math.max(longest, send.timeoutMs), 0)
    await around.leaves(recipient)
    if (!dispatcher.mayStillSend()) return
    const startedAt = deps.clock.now()
    const reply = await deps.transport.send(rendered.request, { ...endpoint.definition.transport, timeoutMs })
    const httpStatus = reply.kind === 'answer' ? reply.status : null
    const leads = members.map(({ work }) => work.delivery.lead)
    const priced = endpoint.priced?.readBatch(reply, leads)
    const verdicts = endpoint.readBatch(reply, leads).map((plain, i) => {
      const member = members[i]
      const read = (member && isPriced(member.work.plan, member.send.path, member.work.history) ? priced?.[i] : undefined) ?? plain
      return token?.kind === 'held' && member ? around.tokens.judge(recipient, token.held, read, httpStatus, isTokenRepeat(member.work.history, member.send)) : read
    })
    answered(recipient, members, id, keyOf(rendered), verdicts, { httpStatus, durationMs: reply.durationMs, at: reply.at, startedAt })
  }

  /** Another answer to one of them may be about to be recorded: their steps go one after the other. */
  const alone = async <T>(works: readonly Work[], step: () => Promise<T>): Promise<T> => {
    const letGo = await dispatcher.hold(works)
    try {
      return await step()
    } finally {
      letGo()
    }
  }

  /** One verdict per member; what the request as a whole met is told once. */
  const answered = (recipient: string, members: readonly Member[], id: string, key: string, verdicts: readonly Verdict[], { httpStatus, durationMs, at, startedAt }: Pick<Answered, 'httpStatus' | 'durationMs' | 'at'> & { readonly startedAt: Instant }): void => {
    const whole = wholeVerdict(verdicts)
    const first = whole ?? verdicts[0]
    if (first) around.answered(recipient, 'post', first, httpStatus, at, startedAt)
    members.forEach(({ work, send }, i) => {
      const verdict = verdicts[i]
      if (!verdict) throw new Error(`batch ${id} has no verdict for lead ${work.delivery.lead.id}`)
      work.inbox.push({ send, key, verdict, httpStatus, durationMs, at, batch: whole ? id : null })
      dispatcher.pump(work)
    })
    // Only then: it may be the answer that closes the recipient to whoever waits for the place.
    around.lane(recipient).leave(at)
  }

  /** False where the recipient was paused meanwhile. */
  const recordStarts = async (members: readonly Member[], id: string | undefined, key: string, rendered: Rendered, endpoint: Endpoint, now: Instant): Promise<boolean> => {
    const hash = rendered.ok ? hashOf(rendered.request) : ''
    const steps = members.map(({ work, send }) => {
      const started = startedEvent(send, key, hash, endpoint, now, id)
      const events = rendered.ok ? [started] : [started, neverSent(send, key, unsendable(rendered.reason), now)]
      const history = evolveAll(work.history, events)
      // What is started keeps the places that it took when it joined.
      const claims = rendered.ok ? [] : dispatcher.placesOf(work, history, now)
      return { deliveryId: work.delivery.id, version: work.history.version, runId: settings.runId, standing: { state: 'working' } as const, events, claims, history }
    })
    const results = await deps.ledger.append(steps)
    const paused = results.find((each) => each.kind === 'paused')
    if (paused?.kind === 'paused') {
      // They go to one recipient in one step of the store's: all of them, or none.
      around.foundPaused(paused.recipient, paused.reason)
      return false
    }
    members.forEach(({ work }, i) => {
      const result = results[i]
      const { events = [], claims = [], history = work.history } = steps[i] ?? {}
      if (result?.kind !== 'ok') throw new Error(`the store refused to start batch ${id ?? 'member'} for delivery ${work.delivery.id}: ${result?.kind ?? 'no result'}`)
      work.history = history
      around.claimed(claims, now)
      tellStored(deps.observe, work, events, result.seq)
    })
    return true
  }

  const queuedSend = (work: Work, recipient: string): Send => {
    for (const [path, node] of work.history.nodes) {
      if (node.queuedAt === null || sendAt(work.plan, path)?.recipient !== recipient) continue
      return { kind: 'send', path, recipient, phase: 'post', attempt: nodeAt(work.history, path).attempts.length + 1, timeoutMs: policyOf(recipient).timeoutMs, target: 'endpoint', batch: null, claims: [] }
    }
    throw new Error(`delivery ${work.delivery.id} waits for no batch of ${recipient}`)
  }

  const full = createFullBatches(around, slots, (recipient) => flush(recipient, []))

  return { accumulated: full.accumulated, flush, repeat, held, settleIncomplete, letGo }
}

/** A request of it is under way, or a step is being recorded. */
const isBusy = (work: Work): boolean => work.busy || work.history.flying > 0

/** The verdict that all rows share where the request as a whole failed and may be repeated. */
const wholeVerdict = (verdicts: readonly Verdict[]): Verdict | null => {
  const [first] = verdicts
  if (!first || (first.kind !== 'failed' && first.kind !== 'unknown') || !first.retry) return null
  return verdicts.every((each) => each.kind === first.kind && each.reason === first.reason) ? first : null
}
