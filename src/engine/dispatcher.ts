import { earliest, type Instant } from '../base/time.ts'
import { isPriced } from '../core/booking.ts'
import { decide, type Decision } from '../core/decide.ts'
import type { Claim } from '../core/claim.ts'
import type { DeliveryEvent, EventOf } from '../core/event.ts'
import { evolve, evolveAll, type History } from '../core/history.ts'
import { shareOrder } from '../core/strategies/share.ts'
import type { Standing, StepResult } from '../ports.ts'
import { createAlarms } from './alarms.ts'
import { finishedEvent, isTokenRepeat } from './attempt.ts'
import { alone, setFree } from './alone.ts'
import type { Limits } from './limits.ts'
import { createSendSettings } from './send-settings.ts'
import { createStarts } from './starts.ts'
import type { Surroundings } from './surroundings.ts'
import { NO_ANSWERS, NO_EVENTS, joined, type Came, type Parked, type Ready, type Starts } from './turn.ts'
import { boughtBefore, leaveOut, standingOf, tellStored, type Answered, type Work } from './work.ts'

export type Dispatcher = ReturnType<typeof createDispatcher>

/** When a lead is tried again that another process may be sending to the same recipient. */
const SOON_MS = 1_000

/**
 * Carries works forward: fold what came, decide, append, and only then do. One turn at a time for each work; all that
 * is decided is decided in `core`, and all that is sent was durable before.
 */
export const createDispatcher = (around: Surroundings, limits: Limits) => {
  const { settings, deps, facts, endpointOf, policyOf } = around
  const { ledger, clock, transport } = deps
  const settingsOf = createSendSettings()
  /** What a delivery waits for while an answer of it is still on its way: the deadline of an auction, a retry beside a slow entrant of a race. */
  const alarms = createAlarms<Work>(clock, (work) => pump(work), around.failed)

  /** A process that was stopped past its lease must not send what another has taken over. Null where it may send at once. */
  const maySend = (): Promise<void> | null => (ledger.holdsLease() ? null : (keeping ??= ledger.keepLease().finally(() => { keeping = null })))
  let keeping: Promise<void> | null = null

  const start = createStarts(around, limits)

  const pump = (work: Work): void => {
    work.again = true
    if (work.busy || work.released) return
    work.busy = true
    carryOn(work)
  }

  const carryOn = (work: Work): void => {
    try {
      turns(work)
    } catch (error) {
      around.failed(error)
    }
  }

  /** Turn after turn until one waits for the store, which calls back: promises for each turn cost more than what is decided in it. */
  const turns = (work: Work): void => {
    while (work.again && !work.released) {
      work.again = false
      const under = turn(work)
      if (under) return void under.then(() => turns(work)).catch(around.failed)
    }
    setFree(work)
  }

  /** Null where all of it is done. */
  const turn = (work: Work): Promise<void> | null => {
    const now = clock.now()
    const came = fold(work)
    const decision = decideFrom(work, came.history, now)
    // Without a draw nothing is awaited before a place on the lane is taken: whoever is called for a free place takes it at once.
    if (decision.draws.length === 0) return carryOut(work, came, decision, NO_EVENTS, now)
    // A ticket is for a lead that is new: one that was settled before would take it from the next, and shares would not be exact.
    // Nothing is begun before the draw either: what waits for a place or a time would keep the draw waiting with it.
    if (!work.stored) {
      work.again = true
      return carryOut(work, came, { ...decision, sends: [], waits: [], draws: [] }, NO_EVENTS, now)
    }
    return withDraws(work, decision, now).then((drawn) => carryOut(work, came, drawn.decision, drawn.drawn, now) ?? undefined)
  }

  const carryOut = (work: Work, came: Came, decision: Decision, drawn: readonly DeliveryEvent[], now: Instant): Promise<void> | null => {
    const starts = start(work, decision, now)
    const brought = work.stored && came.events.length > 0
    const onlyParked = starts.parked.length > 0 && starts.events.length === 0 && drawn.length === 0 && !brought
    if (onlyParked && !(work.stored && around.stopping())) {
      park(work, starts.parked)
      return null
    }
    const settled = decision.events.find((event) => event.type === 'settled') ?? null
    const events = joined(came.events, drawn, decision.events, starts.events)
    const history = evolveAll(decision.history, starts.events)
    const standing = standingAfter(history, decision, starts, settled, now)
    const after = (): void => {
      work.history = history
      for (const { send: { phase, recipient } } of came.answers) if (phase === 'post' && !starts.ready.some(({ send }) => send.recipient === recipient)) around.together.isBack(recipient, work)
      for (const each of starts.ready) perform(work, each)
      if (starts.unsendable) work.again = true
      if (standing.state !== 'working') return leave(work, standing)
      for (const send of starts.repeats) around.repeats(work, send)
      // One endpoint alone has nothing to wait for while its answer is on its way.
      if (work.plan.kind !== 'send') alarms.set(work, around.stopping() ? null : earliest(decision.waits.map((wait) => (wait.batch ? null : wait.until))))
      if (starts.parked.length > 0) park(work, starts.parked)
    }
    if (events.length === 0 && standing.state === 'working') {
      after()
      return null
    }
    const claims = limits.claimsOf(work, history, starts, now)
    const once = ledger.shared ? onceOf(work, starts) : NOBODY
    const step = { deliveryId: work.delivery.id, version: work.history.version, runId: settings.runId, once, events, standing, claims }
    return ledger.append([work.stored ? step : { ...step, create: work.delivery, informed: work.elsewhere.size > 0 }]).then(([result]) => { if (recorded(work, result, events, starts, came.answers, claims, now)) after() })
  }

  /** What came since the last turn, as events after the durable history. */
  const fold = (work: Work): Came => {
    const answers = work.inbox
    if (answers.length === 0) return { events: work.orders, history: evolveAll(work.history, work.orders), answers: NO_ANSWERS }
    work.inbox = []
    const events: DeliveryEvent[] = [...work.orders]
    let history = evolveAll(work.history, events)
    for (const answer of answers) {
      const event = finishedEvent(work, history, answer, policyOf(answer.send.recipient))
      events.push(event)
      history = evolve(history, event)
    }
    return { events, history, answers }
  }

  /** Draws tickets until the decision needs no more of them. */
  const withDraws = async (work: Work, first: Decision, now: Instant): Promise<{ decision: Decision; drawn: readonly DeliveryEvent[] }> => {
    const drawn: DeliveryEvent[] = []
    let decision = first
    while (decision.draws.length > 0) {
      drawn.push(...decision.events)
      let { history } = decision
      for (const draw of decision.draws) {
        const order = shareOrder(draw.weights, await ledger.draw(`${settings.mode}:${draw.counter}`))
        const chose: DeliveryEvent = { type: 'chose', at: now, path: draw.path, choice: { kind: 'order', order, why: 'its share' } }
        drawn.push(chose)
        history = evolve(history, chose)
      }
      decision = decideFrom(work, history, now)
    }
    return { decision, drawn }
  }

  const decideFrom = (work: Work, history: History, now: Instant): Decision =>
    decide({
      plan: work.plan, lead: work.delivery.lead, source: work.delivery.source, deliveryId: work.delivery.id, mode: settings.mode, history, now,
      facts: work.elsewhere.size === 0 && work.awaited === null ? facts : { ...facts, elsewhere: work.elsewhere, ...(work.awaited ? { awaited: work.awaited } : {}) },
    })

  const standingAfter = (history: History, decision: Decision, starts: Starts, settled: EventOf<'settled'> | null, now: Instant): Standing => {
    const { flying } = history
    if (around.stopping() && flying === 0 && !settled && starts.parked.length + starts.repeats.length > 0) {
      return { state: 'waiting', dueAt: now, why: 'interrupted before it was sent', recipient: null, batch: false }
    }
    return standingOf(history, flying + starts.parked.length + starts.repeats.length + (starts.unsendable ? 1 : 0), decision.waits, settled)
  }

  /** True where the step is durable. Places taken in vain are given back. */
  const recorded = (work: Work, result: StepResult | undefined, events: readonly DeliveryEvent[], starts: Starts, taken: readonly Answered[], claims: readonly Claim[], now: Instant): boolean => {
    if (result?.kind === 'ok') {
      work.stored = true
      work.orders = []
      limits.granted(starts, taken, claims, now)
      tellStored(deps.observe, work, events, result.seq)
      return true
    }
    for (const { send } of starts.ready) {
      around.lanes.of(send.recipient).yield(now)
      around.together.isBack(send.recipient, work)
    }
    if (result?.kind === 'exists') {
      work.released = true
      around.known(work, result)
      return false
    }
    learn(work, result, now)
    work.inbox.unshift(...taken)
    work.again = true
    return false
  }

  /** Why the store refused a step, for the turn that decides again. */
  const learn = (work: Work, result: StepResult | undefined, now: Instant): void => {
    switch (result?.kind) {
      case 'had': for (const recipient of result.recipients) leaveOut(work, recipient, boughtBefore(facts.policies, recipient)); return
      case 'busy': work.awaited = new Map(result.recipients.map((recipient) => [recipient, now + SOON_MS])); return
      case 'booked': work.surplus = true; return
      case 'paused': around.heard.foundPaused(result.recipient, result.reason); return
      case 'refused': limits.refused(work, result.claim, now); return
      default: throw new Error(`the store refused a step of delivery ${work.delivery.id}: ${result?.kind ?? 'no result'}`)
    }
  }

  const leave = (work: Work, standing: Standing): void => {
    work.released = true
    around.released(work, standing)
  }

  const park = (work: Work, parked: readonly Parked[]): void => {
    if (!around.stopping()) for (const each of parked) waitWith(work, each)
    else if (work.history.flying === 0) {
      // It was recorded as being worked on before the run was to stop: the next turn leaves it waiting.
      if (work.stored) { work.again = true; return }
      work.released = true
      around.released(work, { state: 'working' })
    }
  }

  const waitWith = (work: Work, { send, asks }: Parked): void => {
    if (asks === null) {
      const lane = around.lanes.of(send.recipient)
      lane.park(() => pump(work))
      // A place may have come free while the step was recorded, when nobody waited for one.
      lane.drain('free', clock.now())
    } else asks().then(() => pump(work)).catch(around.failed)
  }

  const perform = (work: Work, ready: Ready): void => {
    const leaves = around.lanes.leaves(ready.send.recipient)
    if (leaves) leaves.then(() => sendNow(work, ready)).catch(around.failed)
    else sendNow(work, ready)
  }

  const sendNow = (work: Work, ready: Ready): void => {
    const kept = maySend()
    if (kept) return void kept.then(() => sendNow(work, ready)).catch(around.failed)
    const { send, key, request, held } = ready
    const endpoint = endpointOf(send.recipient)
    const startedAt = clock.now()
    transport.send(request, settingsOf(endpoint, send.timeoutMs)).then((reply) => {
      const reader = endpoint.priced && isPriced(work.plan, send.path, work.history) ? endpoint.priced : endpoint
      const read = reader.read(reply, send.phase)
      const httpStatus = reply.kind === 'answer' ? reply.status : null
      const verdict = held ? around.tokens.judge(send.recipient, held, read, httpStatus, isTokenRepeat(work.history, send)) : read
      work.inbox.push({ send, key, verdict, httpStatus, durationMs: reply.durationMs, at: reply.at, batch: null })
      around.heard.answered(send.recipient, send.phase, verdict, httpStatus, reply.at, startedAt)
      // Before another takes its place: a cap that this answer uses up is then recorded before that one starts.
      pump(work)
      around.lanes.of(send.recipient).leave(reply.at)
    }).catch(around.failed)
  }

  return { pump, forget: (work: Work): void => alarms.set(work, null), alone: <T>(works: readonly Work[], step: () => Promise<T>): Promise<T> => alone(works, step, pump), decideNow: (work: Work, now: Instant): Decision => decideFrom(work, work.history, now), maySend }
}

/** Those that a step starts to send to, but for one that is known to have the lead: a doubt of this delivery's own is ended there. */
const onceOf = ({ elsewhere }: Work, { ready }: Starts): readonly string[] => ready.flatMap(({ send: { phase, recipient } }) => (phase === 'post' && !elsewhere.has(recipient) ? recipient : []))
const NOBODY: readonly string[] = []
