import type { Instant } from '../base/time.ts'
import { isPriced } from '../core/booking.ts'
import type { Claim } from '../core/claim.ts'
import { evolveAll } from '../core/history.ts'
import type { Policy } from '../core/policy.ts'
import { claimsOf, gateOf, whileGathered } from '../core/admission.ts'
import type { Verdict } from '../core/verdict.ts'
import type { EndpointDefinition } from '../definitions/endpoint-definition.ts'
import type { Endpoint, Rendered } from '../wire/endpoint.ts'
import type { AnyReply } from '../wire/request.ts'
import { hashOf, inputOf, isTokenRepeat, neverSent, startedEvent, unsendable } from './attempt.ts'
import type { Member } from './batch-order.ts'
import type { Dispatcher } from './dispatcher.ts'
import { idempotencyKeyOf } from './identity.ts'
import type { Limits } from './limits.ts'
import type { Surroundings } from './surroundings.ts'
import type { HeldToken } from './tokens.ts'
import { tellStored, type Answered, type Work } from './work.ts'

export type BatchSender = ReturnType<typeof createBatchSender>

/** Sends batches that are put together: they are recorded, leave as there is a place on the recipient's lane, and each member gets its verdict. */
export const createBatchSender = (around: Surroundings, dispatcher: Dispatcher, limits: Limits) => {
  const { deps, settings, facts, endpointOf, policyOf } = around
  const { pump, alone, decideNow, maySend } = dispatcher

  const leave = (recipient: string, members: readonly Member[], id: string): void => {
    if (members.length === 0) return
    const lane = around.lanes.of(recipient)
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
    const { waits, sends } = decideNow(work, deps.clock.now())
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
    const held = token?.kind === 'held' ? token.held : null
    const rendered = await alone(members.map(({ work }) => work), async () => {
      if (!mayLeave(recipient, members) || !members.every((member) => stillGoes(member, id))) return null
      const made = endpoint.renderBatch(members.map(({ work, send }) => {
        const input = inputOf(work, send, work.history, key, now)
        return held ? { ...input, token: held.token, host: held.host } : input
      }))
      // The batch is the one trial of a circuit whose opening is over, over all processes: the next waits for its answer.
      const [first] = members
      if (made.ok && first && !await claimForAll(around, limits, first.work, endpoint.definition, claimsOf(gathered(recipient), atGate(first), false), now)) return null
      return await recordStarts(members, id, keyOf(made), made, endpoint, now) && made.ok ? made : null
    })
    if (rendered === null) {
      around.lanes.of(recipient).yield(now)
      for (const { work } of members) decideAgain(recipient, work)
      return
    }
    if (token?.kind === 'failed') return answered(recipient, members, id, keyOf(rendered), members.map(() => token.verdict), { httpStatus: null, durationMs: 0, at: now, startedAt: now })
    const timeoutMs = members.reduce((longest, { send }) => Math.max(longest, send.timeoutMs), 0)
    await around.lanes.leaves(recipient)
    await maySend()
    const startedAt = deps.clock.now()
    const reply = await deps.transport.send(rendered.request, { ...endpoint.definition.transport, timeoutMs })
    const httpStatus = reply.kind === 'answer' ? reply.status : null
    answered(recipient, members, id, keyOf(rendered), verdictsOf(recipient, members, reply, held), { httpStatus, durationMs: reply.durationMs, at: reply.at, startedAt })
  }

  const verdictsOf = (recipient: string, members: readonly Member[], reply: AnyReply, held: HeldToken | null): readonly Verdict[] => {
    const endpoint = endpointOf(recipient)
    const leads = members.map(({ work }) => work.delivery.lead)
    const priced = endpoint.priced?.readBatch(reply, leads)
    return endpoint.readBatch(reply, leads).map((plain, i) => {
      const member = members[i]
      const read = (member && isPriced(member.work.plan, member.send.path, member.work.history) ? priced?.[i] : undefined) ?? plain
      return held && member ? around.tokens.judge(recipient, held, read, reply.kind === 'answer' ? reply.status : null, isTokenRepeat(member.work.history, member.send)) : read
    })
  }

  /** One verdict per member; what the request as a whole met is told once. */
  const answered = (recipient: string, members: readonly Member[], id: string, key: string, verdicts: readonly Verdict[], { httpStatus, durationMs, at, startedAt }: Pick<Answered, 'httpStatus' | 'durationMs' | 'at'> & { readonly startedAt: Instant }): void => {
    const whole = wholeVerdict(verdicts)
    const first = whole ?? verdicts[0]
    if (first) around.heard.answered(recipient, 'post', first, httpStatus, at, startedAt)
    members.forEach(({ work, send }, i) => {
      const verdict = verdicts[i]
      if (!verdict) throw new Error(`batch ${id} has no verdict for lead ${work.delivery.lead.id}`)
      work.inbox.push({ send, key, verdict, httpStatus, durationMs, at, batch: whole ? id : null })
      pump(work)
    })
    // Only then: it may be the answer that closes the recipient to whoever waits for the place.
    around.lanes.of(recipient).leave(at)
  }

  /** False where the recipient was paused meanwhile. */
  const recordStarts = async (members: readonly Member[], id: string | undefined, key: string, rendered: Rendered, endpoint: Endpoint, now: Instant): Promise<boolean> => {
    const hash = rendered.ok ? hashOf(rendered.request) : ''
    const steps = members.map(({ work, send }) => {
      const started = startedEvent(send, key, hash, endpoint, now, id)
      const events = rendered.ok ? [started] : [started, neverSent(send, key, unsendable(rendered.reason), now)]
      const history = evolveAll(work.history, events)
      // What is started keeps the places that it took when it joined.
      const claims = rendered.ok ? [] : limits.placesOf(work, history, now)
      return { deliveryId: work.delivery.id, version: work.history.version, runId: settings.runId, standing: { state: 'working' } as const, events, claims, history }
    })
    const results = await deps.ledger.append(steps)
    const paused = results.find((each) => each.kind === 'paused')
    if (paused?.kind === 'paused') {
      // They go to one recipient in one step of the store's: all of them, or none.
      around.heard.foundPaused(paused.recipient, paused.reason)
      return false
    }
    members.forEach(({ work }, i) => {
      const result = results[i]
      const { events = [], claims = [], history = work.history } = steps[i] ?? {}
      if (result?.kind !== 'ok') throw new Error(`the store refused to start batch ${id ?? 'member'} for delivery ${work.delivery.id}: ${result?.kind ?? 'no result'}`)
      work.history = history
      around.heard.claimed(claims, now)
      tellStored(deps.observe, work, events, result.seq)
    })
    return true
  }

  /** It was not sent after all. */
  const decideAgain = (recipient: string, work: Work): void => {
    pump(work)
    around.together.isBack(recipient, work)
  }

  return {
    leave,
    /** One of which no row can be made fails by itself, and not the others with it. */
    refuse: async (recipient: string, member: Member, reason: string): Promise<void> => {
      const { lead, number } = member.work.delivery
      await alone([member.work], () => recordStarts([member], undefined, idempotencyKeyOf(settings.mode, recipient, lead.id, number, 'post'), { ok: false, reason }, endpointOf(recipient), deps.clock.now()))
      decideAgain(recipient, member.work)
    },
  }
}

/** The verdict that all rows share where the request as a whole failed and may be repeated. */
const wholeVerdict = (verdicts: readonly Verdict[]): Verdict | null => {
  const [first] = verdicts
  if (!first || (first.kind !== 'failed' && first.kind !== 'unknown') || !first.retry) return null
  return verdicts.every((each) => each.kind === first.kind && each.reason === first.reason) ? first : null
}

/**
 * What one request for many leads claims of limits that hold over all processes and runs: a circuit's one trial, a start of the
 * recipient's rate. In a step of the first lead's, before any of them is started; false where it was refused, so that all decide again.
 */
const claimForAll = async ({ deps: { ledger }, settings, heard }: Surroundings, { paces, refused }: Limits, work: Work, endpoint: EndpointDefinition, trial: readonly Claim[], now: Instant): Promise<boolean> => {
  const pace = ledger.shared ? null : paces.claim(endpoint, now)
  const claims = pace ? [...trial, pace] : trial
  if (claims.length === 0) return true
  const [result] = await ledger.append([{ deliveryId: work.delivery.id, version: work.history.version, runId: settings.runId, events: [], standing: { state: 'working' }, claims, at: now }])
  if (result?.kind === 'refused') {
    refused(work, result.claim, now)
    return false
  }
  if (result?.kind !== 'ok') throw new Error(`the store refused what a batch with delivery ${work.delivery.id} claims: ${result?.kind ?? 'no result'}`)
  paces.granted(endpoint.id)
  heard.claimed(trial, now)
  return true
}
