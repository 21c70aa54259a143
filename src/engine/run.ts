import type { Instant } from '../base/time.ts'
import { hashOfPlan, planToJson } from '../core/plan-json.ts'
import type { Plan } from '../core/plan.ts'
import type { Policy } from '../core/policy.ts'
import { isStep, recipientsOf } from '../core/plan.ts'
import type { Lead } from '../core/lead.ts'
import type { Exists, Standing } from '../ports.ts'
import type { Endpoint } from '../wire/endpoint.ts'
import { createAlerts } from './alerts.ts'
import { createBatcher } from './batcher.ts'
import { createDispatcher } from './dispatcher.ts'
import type { Surroundings } from './surroundings.ts'
import { takeIn } from './intake.ts'
import { createEnqueue } from './enqueue.ts'
import { createHealth } from './health.ts'
import { createLane, drainLanes } from './lane.ts'
import type { Lane } from './lane.ts'
import { createHeldPlaces } from './held-places.ts'
import { createHeldStarts } from './held-starts.ts'
import { interrupted, triedAgain } from './recover.ts'
import { createRecipientFacts } from './recipient-facts.ts'
import type { LeadSource, RunDeps, RunEnd, RunSettings } from './settings.ts'
import { SHELF, makeRoom } from './room.ts'
import { createSlots } from './slots.ts'
import { createTakeUp } from './take-up.ts'
import { createTally } from './tally.ts'
import { createLookups } from './lookups.ts'
import { createTokens } from './tokens.ts'
import { loadedWork, nextBatch } from './work.ts'
import type { Work } from './work.ts'

/**
 * Leads in memory at once: enough to keep every connection busy while starts are made durable, and no more: what is alive
 * when garbage is collected is copied, and leads beyond a lane's places are decided twice (384 for 1,024: 10 % less CPU).
 */
const SLOTS = 384
/** How often pauses by other processes are looked for. */
const WATCH_MS = 1_000
const CLAIM_LIMIT = 256
/** When to look again for due work that another process was about to take. */
const ELSEWHERE_MS = 100
/** How often, at most, a store that several share is asked what the others did. */
const SHARED_LOOK_MS = 500
/** How often work of processes that have gone is looked for, where several share a store. */
const RECOVER_MS = 5_000

/**
 * Delivers the given leads, or (with none) all that is due, until everything is settled or must wait longer than
 * `waitMs`. Rejects only for trouble of the store or a bug of ours; trouble of the world is in the ledger.
 */
export const runDeliveries = async (settings: RunSettings, leads: LeadSource | null, given: RunDeps): Promise<RunEnd> => {
  const { ledger, clock } = given
  const deps: RunDeps = { ...given, observe: (event) => { if (event.kind === 'stored') health.moved(); given.observe(event) } }
  const { mode, catalogue, take: claimLimit = CLAIM_LIMIT } = settings
  const policies = new Map([...catalogue.recipients].flatMap(([id, each]) => (each.kind === 'endpoint' ? [[id, each.policy] as const] : [])))
  const lanes = new Map<string, Lane>()
  const slots = createSlots(SLOTS, SHELF)
  const tally = createTally(settings, deps)
  const alerts = createAlerts(deps)
  const health = createHealth(clock, slots.taken, lanes, (recipient, text) => alerts.tell(recipient ?? settings.to?.id ?? 'finalmile', 'health', text, 'finalmile status shows what is due; the run goes on'))
  const numbers = new Map<string, number>()
  /** `deliver` works its own, `resume` all. */
  const own = settings.to === null ? {} : { runId: settings.runId }
  const { plans, planOf, adopt, workOf } = createTakeUp(settings, deps, policies, slots, tally)
  let failure: { readonly error: unknown } | null = null
  const stopping = (): boolean => deps.signal.aborted || failure !== null

  const endpointOf = (recipient: string): Endpoint => {
    const endpoint = deps.endpoints.get(recipient)
    if (!endpoint) throw new Error(`no endpoint for recipient ${recipient}`)
    return endpoint
  }
  const policyOf = (recipient: string): Policy => {
    const policy = policies.get(recipient)
    if (!policy) throw new Error(`no policy for recipient ${recipient}`)
    return policy
  }
  const lane = (recipient: string): Lane => {
    let found = lanes.get(recipient)
    if (!found) {
      const { transport } = endpointOf(recipient).definition
      const held = ledger.shared && transport.concurrency !== null ? places.held(recipient, transport.concurrency) : null
      const paced = ledger.shared && transport.rate !== null ? starts.of(recipient, transport.rate) : null
      lanes.set(recipient, (found = createLane(transport, settings.concurrency, held, slots, paced)))
      places.joins(recipient, found)
      starts.joins(recipient, found)
    }
    return found
  }
  const places = createHeldPlaces(ledger, mode, clock, (error) => fail(error))
  const starts = createHeldStarts(ledger, mode, clock, stopping, (error) => fail(error))
  const recipientFacts = createRecipientFacts(ledger, mode, policies, (recipient) => lanes.get(recipient)?.drain('all', clock.now()))
  const facts = { policies, recipients: recipientFacts.now, elsewhere: new Map<string, string>() }

  const around: Surroundings = {
    settings, deps, facts, endpointOf, policyOf, lane, stopping, tokens: createTokens(deps, mode), lookups: createLookups(deps), claimed: recipientFacts.claimed, refused: recipientFacts.refused, foundPaused: recipientFacts.foundPaused,
    answered: (recipient, phase, verdict, httpStatus, at, startedAt) => {
      const policy = policies.get(recipient)
      alerts.verdict(recipient, phase, verdict, httpStatus)
      // A list that is not there says nothing about a CRM that takes contacts: it must not open the circuit.
      const ofListAlone = isStep(phase) && verdict.kind === 'failed' && !verdict.retry
      if (!ofListAlone) recipientFacts.answered(recipient, verdict, at, startedAt)?.then((turned) => { if (turned === 'opened') alerts.tell(recipient, 'circuit', `its circuit opened: more than half of its last attempts failed; the last: ${verdict.reason ?? 'no answer'}`, 'finalmile status shows when it is tried again') }, fail)
      if (verdict.kind !== 'failed' || !policy) return
      if (verdict.pause) recipientFacts.pause(recipient, at, verdict.reason ?? verdict.class).catch(fail)
      if (verdict.retryAfterMs === undefined || verdict.class !== 'rate_limited') return
      const longest = policy.retry.rate_limited?.maxWaitMs ?? 0
      if (verdict.retryAfterMs <= longest) lane(recipient).hold(at + verdict.retryAfterMs)
      else recipientFacts.close(recipient, at + verdict.retryAfterMs).catch(fail)
    },
    leaves: starts.leaves,
    released: (work, standing) => { release(work, standing) },
    known: (work, result) => {
      meetsKnown = true
      meet(work, result).catch(fail)
    },
    repeats: (work, send) => batcher.repeat(work, send),
    failed: (error) => fail(error),
  }
  const dispatcher = createDispatcher(around)
  const batcher = createBatcher(around, dispatcher, {
    claim: async (recipient, limit, atLeast) => {
      // Until its leads are works with slots of their own, a batch that is being fetched keeps the run from ending.
      slots.take()
      try {
        return await adopt(await ledger.claimBatch({ mode, recipient, runId: settings.runId, limit, atLeast }))
      } finally {
        slots.give()
      }
    },
  })

  function fail(error: unknown): void {
    failure ??= { error }
    slots.wake()
  }

  const release = (work: Work, standing: Standing): void => {
    slots.give()
    makeRoom(lanes, slots)
    if (standing.state === 'settled') {
      tally.settled(work.delivery.lead.id)
      if (standing.outcome === 'failed' || standing.outcome === 'held') gaveUp(work, standing.recipient)
      else if (work.history.settled?.open && standing.recipient !== null) alerts.stepFailed(standing.recipient, work.history.settled.open, standing.reason)
    }
    if (standing.state !== 'waiting') return
    tally.waiting(work.delivery.lead.id, standing)
    if (standing.batch && standing.recipient !== null && !stopping()) batcher.accumulated(standing.recipient, 1)
  }

  const gaveUp = (work: Work, recipient: string | null): void => {
    for (const node of work.history.nodes.values()) {
      const last = node.attempts.at(-1)
      const verdict = last?.finished?.verdict
      if (!last || last.recipient !== recipient || verdict?.kind !== 'failed' || !verdict.retry) continue
      if (policies.get(last.recipient)?.retry[verdict.class]?.alertIfAllFail) alerts.gaveUp(last.recipient, verdict)
    }
  }

  /** A lead of the file that the store knows: settled before, waiting, or to be delivered again. */
  const meet = async (work: Work, { standing, number }: Exists): Promise<void> => {
    const { delivery } = work
    const retry = await mayRetry(work, standing)
    if (settings.again && !numbers.has(delivery.lead.id)) {
      numbers.set(delivery.lead.id, number + 1)
      return dispatcher.pump(takeIn(delivery.lead, number + 1, delivery.to, work.plan, delivery.planHash, settings, clock.now()))
    }
    const due = standing.state === 'waiting' && !standing.batch && standing.dueAt !== null && standing.dueAt <= clock.now() + settings.waitMs
    const loaded = retry || due ? await ledger.claim(delivery.id, settings.runId) : null
    if (!loaded) {
      slots.give()
      if (standing.state === 'waiting') tally.stillWaiting(delivery.lead.id, standing)
      else tally.alreadySettled(delivery.lead.id)
      return
    }
    tally.takenUp(loaded.delivery.lead, delivery.lead)
    const again = await workOf(loaded, retry ? [triedAgain(clock.now())] : [])
    if (again) dispatcher.pump(again)
    else slots.give()
  }

  const mayRetry = async (work: Work, standing: Standing): Promise<boolean> =>
    settings.retryFailed && standing.state === 'settled' && (standing.outcome === 'failed' || (standing.outcome === 'accepted' && await hasOpenStep(work)))

  /** Sold, and a step that should follow (a CRM's list) failed. Looked for only where some recipient has steps. */
  const hasOpenStep = async ({ plan, delivery }: Work): Promise<boolean> => {
    if (!recipientsOf(plan).some((recipient) => policies.get(recipient)?.steps)) return false
    const settled = (await ledger.load(delivery.id))?.events.findLast(({ event }) => event.type === 'settled')?.event
    return settled?.type === 'settled' && settled.outcome.open !== undefined
  }

  /** Works all that is due; true when something was. */
  const takeDue = async (now: Instant): Promise<boolean> => {
    const due = await adopt(await ledger.claimDue({ mode, now, limit: claimLimit, ...own }))
    const batches = new Map<string, Work[]>()
    for (const work of due) {
      const batch = dueBatch(work, now)
      if (batch === null) dispatcher.pump(work)
      else batches.set(batch, [...(batches.get(batch) ?? []), work])
    }
    for (const [recipient, works] of batches) await batcher.flush(recipient, works)
    if (due.length < claimLimit) await batcher.settleIncomplete(now)
    return due.length > 0
  }

  const dueBatch = (work: Work, now: Instant): string | null => {
    const batch = nextBatch(dispatcher.decideNow(work, now).waits)
    return batch !== null && batch.until !== null && batch.until <= now ? batch.recipient : null
  }

  /** What a process that ended without warning left behind. */
  const recover = async (): Promise<void> => {
    for (;;) {
      const now = clock.now()
      const to = settings.to === null ? {} : { to: settings.to.id }
      const left = await ledger.claimAbandoned({ mode, now, limit: CLAIM_LIMIT, runId: settings.runId, ...to })
      for (const { runId } of left) tally.recovered(runId)
      for (const work of await adopt(left)) {
        work.orders = [...interrupted(work.history, now)]
        dispatcher.pump(work)
      }
      if (left.length < CLAIM_LIMIT) return
      // Nobody else opens meanwhile what a rate or a hold keeps shut.
      while (slots.full()) {
        if (stopping()) return
        const now = clock.now()
        const opens = drainLanes(lanes.values(), 'free', now) ?? Infinity
        await slots.changed(clock, Math.max(1, Math.min(opens - now, WATCH_MS)), deps.signal, true)
      }
    }
  }

  const countAccumulating = async (): Promise<void> => {
    if (![...policies.values()].some((policy) => policy.batch)) return
    for (const [recipient, count] of await ledger.accumulating(mode)) if (policies.get(recipient)?.batch) batcher.accumulated(recipient, count)
  }

  /** What one process alone knows by itself, and several learn from the store. */
  let recoveredAt = 0
  const keepTogether = async (now: Instant): Promise<void> => {
    if (!ledger.shared) return
    await places.renew()
    if (stopping()) return
    await countAccumulating()
    if (now - recoveredAt < RECOVER_MS) return
    recoveredAt = now
    await recover()
  }

  /** Whether the file was just seen to hold leads that the store knows; so it is asked of the next as well. */
  let meetsKnown = true
  /** Told for a whole batch in one question: each lead would else be made ready and take a place on its lane, only to hear it. */
  const knownAmong = async (leads: readonly { readonly lead: Lead }[], to: string): Promise<Map<string, Exists>> => {
    if (!meetsKnown) return new Map()
    const known = new Map(await ledger.known({ mode, to, leadIds: leads.map(({ lead }) => lead.id) }))
    meetsKnown = known.size > 0
    return known
  }

  const enqueue = createEnqueue(settings, deps, tally, mayRetry)
  const takeAll = async (source: LeadSource, to: string, plan: Plan, planHash: string): Promise<void> => {
    for await (const batch of source) {
      if (settings.enqueue) {
        if (stopping()) return
        await enqueue(batch.leads.map(({ lead }) => takeIn(lead, 1, to, plan, planHash, settings, clock.now())), async (id) => {
          const loaded = await ledger.claim(id, settings.runId)
          return loaded && loadedWork(loaded, await planOf(loaded))
        })
        continue
      }
      const known = await knownAmong(batch.leads, to)
      for (const { lead } of batch.leads) {
        if (slots.full()) makeRoom(lanes, slots)
        if (slots.full()) await slots.room()
        if (stopping()) return
        begin(lead, to, plan, planHash, known.get(lead.id))
        // How it stood then is no news for the same lead further down the file.
        known.delete(lead.id)
      }
    }
  }

  const begin = (lead: Lead, to: string, plan: Plan, planHash: string, known: Exists | undefined): void => {
    slots.take()
    const work = takeIn(lead, 1, to, plan, planHash, settings, clock.now())
    if (known) meet(work, known).catch(fail)
    else dispatcher.pump(work)
  }

  /** Until nothing is under way and nothing falls due within the wait. */
  const settleAll = async (reading: { done: boolean }): Promise<void> => {
    let refreshedAt = 0
    while (!failure) {
      const now = clock.now()
      const opens = drainLanes(lanes.values(), stopping() ? 'all' : 'free', now)
      if (stopping()) batcher.letGo()
      let takenElsewhere = false
      const nextDue = stopping() || settings.enqueue ? null : await ledger.nextDue({ mode, ...own })
      if (nextDue !== null && nextDue <= now && !slots.full() && !stopping()) {
        if (await takeDue(now)) continue
        // Another process is about to take it.
        takenElsewhere = true
      }
      if (batcher.held() > 0 && batcher.held() === slots.taken() && !stopping() && await batcher.settleIncomplete(now)) continue
      const idle = slots.taken() === 0
      if (idle && stopping()) return
      if (idle && reading.done && !settings.watch && (nextDue === null || nextDue > now + settings.waitMs)) return
      const crowded = slots.full()
      const wakeAt = Math.min(opens ?? Infinity, crowded ? Infinity : takenElsewhere ? now + ELSEWHERE_MS : (nextDue ?? Infinity), now + WATCH_MS)
      await slots.changed(clock, Math.max(1, wakeAt - now), deps.signal, crowded && nextDue !== null && nextDue <= now)
      if (clock.now() - refreshedAt < (ledger.shared ? SHARED_LOOK_MS : 0)) continue
      refreshedAt = clock.now()
      await recipientFacts.refresh(refreshedAt)
      await keepTogether(refreshedAt)
    }
  }

  const target = settings.to
  const plan = target === null ? null : target.kind === 'pattern' ? target.plan : ({ kind: 'send', recipient: target.id, price: null } satisfies Plan)
  const planJson = plan === null ? null : planToJson(plan)
  const planHash = planJson === null ? '' : hashOfPlan(planJson)
  if (plan) plans.set(planHash, plan)

  await ledger.startRun({ id: settings.runId, mode, to: target?.id ?? null, startedAt: clock.now() }, planJson === null ? null : { hash: planHash, json: planJson })
  await recipientFacts.refresh(clock.now())
  await countAccumulating()
  if (!settings.enqueue) await recover()
  const reading = { done: leads === null }
  const read = leads && target && plan
    ? takeAll(leads, target.id, plan, planHash).then(() => { reading.done = true; slots.wake() }, (error: unknown) => { reading.done = true; fail(error) })
    : Promise.resolve()
  health.watch().catch(fail)
  await settleAll(reading).catch(fail)
  health.end()
  starts.end()
  // A reader that waits for more of a pipe is left behind: it takes in nothing once the run is stopping.
  if (!stopping()) await read
  throwIfFailed(failure)
  return tally.end(deps.signal.aborted)
}

const throwIfFailed = (failure: { readonly error: unknown } | null): void => {
  if (failure) throw failure.error
}
