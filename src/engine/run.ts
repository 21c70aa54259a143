import { hashOfPlan, planToJson, type Plan } from '../core/plan.ts'
import type { Lead } from '../core/lead.ts'
import { policyIn } from '../core/policy.ts'
import { planFor, policiesOf } from '../definitions/catalogue.ts'
import type { Exists } from '../ports.ts'
import type { Endpoint } from '../wire/endpoint.ts'
import { createAfterAnswer } from './after-answer.ts'
import { createAlerts } from './alerts.ts'
import { createBatcher } from './batcher.ts'
import { createDispatcher } from './dispatcher.ts'
import { createDoubted } from './doubted.ts'
import { createDueLeads } from './due-leads.ts'
import type { Heard, Surroundings } from './surroundings.ts'
import { takeIn } from './intake.ts'
import { createEnqueue } from './enqueue.ts'
import { createLimits } from './limits.ts'
import { createHealth } from './health.ts'
import { createKnownLeads } from './known-leads.ts'
import { SHELF, createLanes } from './lanes.ts'
import { createRecipientFacts } from './recipient-facts.ts'
import type { LeadSource, RunDeps, RunEnd, RunSettings } from './settings.ts'
import { createSlots } from './slots.ts'
import { createTakeUp } from './take-up.ts'
import { createTally } from './tally.ts'
import { createLookups } from './lookups.ts'
import { createTogether } from './together.ts'
import { createTokens } from './tokens.ts'
import { loadedWork } from './work.ts'

/**
 * Leads in memory at once: enough to keep every connection busy while starts are made durable, and no more: what is alive
 * when garbage is collected is copied, and leads beyond a lane's places are decided twice (384 for 1,024: 10 % less CPU).
 */
const SLOTS = 384
/** How often pauses by other processes are looked for. */
const WATCH_MS = 1_000
/** When to look again for due work that another process was about to take. */
const ELSEWHERE_MS = 100

/**
 * Delivers the given leads, or (with none) all that is due, until everything is settled or must wait longer than
 * `waitMs`. Rejects only for trouble of the store or a bug of ours; trouble of the world is in the ledger.
 */
export const runDeliveries = async (settings: RunSettings, leads: LeadSource | null, given: RunDeps): Promise<RunEnd> => {
  const { ledger, clock, signal } = given
  const deps: RunDeps = { ...given, observe: (event) => { if (event.kind === 'stored') health.moved(); given.observe(event) } }
  const { mode, catalogue, to: target } = settings
  const policies = policiesOf([...catalogue.recipients.values()])
  const slots = createSlots(settings.atOnce ?? SLOTS, SHELF)
  const tally = createTally(settings, deps)
  const alerts = createAlerts(deps, policies, (recipient) => recipientFacts.now.get(recipient)?.paused != null)
  const together = createTogether(settings, policies)
  const takeUp = createTakeUp(settings, deps, policies, slots, tally, together)
  /** Aborted, with the reason, by the first trouble of the store or bug of ours. */
  const broken = new AbortController()
  const failed = (error: unknown): void => {
    broken.abort(error)
    slots.wake()
  }
  const stopping = (): boolean => signal.aborted || broken.signal.aborted

  const endpointOf = (recipient: string): Endpoint => {
    const endpoint = deps.endpoints.get(recipient)
    if (!endpoint) throw new Error(`no endpoint for recipient ${recipient}`)
    return endpoint
  }
  const lanes = createLanes(settings, deps, endpointOf, slots, stopping, failed)
  const health = createHealth(clock, slots.taken, lanes.opened, () => ledger.recipientStates(mode), (recipient, text, hint) => alerts.tell(recipient ?? target?.id ?? 'finalmile', 'health', text, hint))
  const recipientFacts = createRecipientFacts(ledger, mode, policies, (recipient) => lanes.opened.get(recipient)?.drain('all', clock.now()))
  const heard: Heard = { ...recipientFacts, answered: createAfterAnswer(policies, recipientFacts, lanes, alerts, failed) }

  const around: Surroundings = {
    settings, deps, facts: { policies, recipients: recipientFacts.now, elsewhere: new Map<string, string>() },
    endpointOf, policyOf: (recipient) => policyIn(policies, recipient),
    lanes, tokens: createTokens(deps, mode), lookups: createLookups(deps), together, heard,
    released: (work, standing) => {
      together.leave(work)
      dispatcher.forget(work)
      batcher.forget(work)
      slots.give()
      lanes.makeRoom()
      if (standing.state === 'settled') {
        tally.settled(work.delivery.lead.id)
        alerts.settled(work, standing)
      }
      if (standing.state !== 'waiting') return
      tally.waiting(work.delivery.lead.id, standing)
      if (standing.batch && standing.recipient !== null && !stopping()) batcher.accumulated(standing.recipient, 1)
    },
    known: (work, result) => { together.leave(work); known.meet(work, result).catch(failed) },
    repeats: (work, send) => batcher.repeat(work, send),
    stopping, failed,
  }
  const limits = createLimits(around)
  const dispatcher = createDispatcher(around, limits)
  const batcher = createBatcher(around, dispatcher, limits, {
    // Until its leads are works with slots of their own.
    take: (recipient, limit, atLeast) => slots.during(async () => takeUp.adopt(await ledger.takeBatch({ mode, recipient, limit, atLeast }))),
  }, slots)
  const doubted = createDoubted(around, tally)
  const known = createKnownLeads(around, takeUp, slots, tally, doubted, dispatcher.pump)
  const due = createDueLeads(around, takeUp, lanes, slots, tally, dispatcher, batcher, recipientFacts.refresh)
  const enqueue = createEnqueue(settings, deps, tally, known, doubted)

  const takeAll = async (source: LeadSource, to: string, plan: Plan, planHash: string): Promise<void> => {
    const workOf = (lead: Lead) => takeIn(lead, 1, to, plan, planHash, settings, clock.now())
    for await (const batch of source) {
      if (settings.enqueue) {
        if (stopping()) return
        await slots.during(() => enqueue(batch.leads.map(({ lead }) => workOf(lead)), async (id, seen) => {
          const loaded = await ledger.takeOne(id, seen)
          return loaded && loadedWork(loaded, await takeUp.planOf(loaded))
        }))
        continue
      }
      const standing = await known.among(batch.leads, to)
      const met: Promise<void>[] = []
      for (const { lead } of batch.leads) {
        if (slots.full()) lanes.makeRoom()
        if (slots.full()) await slots.room()
        if (stopping()) return
        slots.take()
        const there: Exists | undefined = standing.get(lead.id)
        if (there) met.push(known.meet(workOf(lead), there).catch(failed))
        else dispatcher.pump(workOf(lead))
        // How it stood then is no news for the same lead further down the file.
        standing.delete(lead.id)
      }
      await Promise.all(met)
    }
    if (!stopping()) await slots.during(doubted.takeUp)
  }

  /** Until nothing is under way and nothing falls due within the wait. */
  const settleAll = async (reading: { done: boolean }): Promise<void> => {
    while (!broken.signal.aborted) {
      const now = clock.now()
      const opens = lanes.drain(stopping() ? 'all' : 'free', now)
      if (stopping()) batcher.letGo()
      let takenElsewhere = false
      // Asked while something was under way, the store cannot know what that leaves to be due.
      const quiet = slots.taken() === 0 && reading.done
      const nextDue = stopping() || settings.enqueue ? null : await due.next()
      if (nextDue !== null && nextDue <= now && !slots.full() && !stopping()) {
        if (await due.take(now)) continue
        // Another process is about to take it.
        takenElsewhere = true
      }
      if (batcher.held() > 0 && batcher.held() === slots.taken() && !stopping() && await batcher.settleIncomplete(now)) continue
      const idle = slots.taken() === 0
      if (idle && stopping()) return
      if (idle && reading.done && !quiet) continue
      if (idle && quiet && !settings.watch && (nextDue === null || nextDue > now + settings.waitMs)) return
      const crowded = slots.full()
      const wakeAt = Math.min(opens, crowded ? Infinity : takenElsewhere ? now + ELSEWHERE_MS : (nextDue ?? Infinity), now + WATCH_MS)
      await slots.changed(clock, Math.max(1, wakeAt - now), signal, crowded && nextDue !== null && nextDue <= now)
      await due.keepTogether(clock.now())
    }
  }

  const plan = target && planFor(target)
  const planJson = plan && planToJson(plan)
  const planHash = planJson === null ? '' : hashOfPlan(planJson)
  if (plan) takeUp.plans.set(planHash, plan)

  await ledger.startRun({ id: settings.runId, mode, to: target?.id ?? null, startedAt: clock.now() }, planJson === null ? null : { hash: planHash, json: planJson })
  await recipientFacts.refresh(clock.now())
  await due.countAccumulating()
  if (!settings.enqueue) await due.recover()
  const reading = { done: leads === null }
  // A reader that waits for more of a pipe is left behind: it takes in nothing once the run is stopping.
  if (leads && target && plan) takeAll(leads, target.id, plan, planHash).then(() => { reading.done = true; slots.wake() }, failed)
  health.watch().catch(failed)
  await settleAll(reading).catch(failed)
  health.end()
  lanes.end()
  broken.signal.throwIfAborted()
  return tally.end(signal.aborted)
}
