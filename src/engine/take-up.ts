import { MINUTE } from '../base/time.ts'
import type { DeliveryEvent } from '../core/event.ts'
import { planFromJson, recipientsOf, type Plan } from '../core/plan.ts'
import type { Policy } from '../core/policy.ts'
import type { LoadedDelivery, Standing } from '../ports.ts'
import { interrupted } from './recover.ts'
import type { RunDeps, RunSettings } from './settings.ts'
import type { Slots } from './slots.ts'
import type { Tally } from './tally.ts'
import type { Together } from './together.ts'
import { boughtBefore, loadedWork, tellStored, type Work } from './work.ts'

/** Deliveries whose recipient has no file are looked at again at least so long after this run has no wait left for them. */
const MISSING_MS = 5 * MINUTE

/** Of a recipient that has no file now. */
interface Unworkable { readonly work: Work; readonly missing: readonly string[]; readonly before: Standing }

export type TakeUp = ReturnType<typeof createTakeUp>

/** Deliveries that the store has, as works of this run. */
export const createTakeUp = (settings: RunSettings, deps: RunDeps, policies: ReadonlyMap<string, Policy>, slots: Slots, tally: Tally, together: Together) => {
  const { ledger, clock } = deps
  const plans = new Map<string, Plan>()

  /** The plan of the day the lead was taken in; the recipients' own rules are today's. */
  const planOf = async ({ delivery }: LoadedDelivery): Promise<Plan> => {
    const known = plans.get(delivery.planHash)
    if (known) return known
    const json = await ledger.planOf(delivery.planHash)
    if (json === null) throw new Error(`the store has no plan ${delivery.planHash} for delivery ${delivery.id}`)
    const plan = planFromJson(json)
    plans.set(delivery.planHash, plan)
    return plan
  }

  /** Deliveries from the store as works, each with a slot; what cannot be worked now goes back. */
  const adopt = async (loaded: readonly LoadedDelivery[]): Promise<readonly Work[]> => {
    const works: Work[] = []
    const back: Unworkable[] = []
    for (const each of loaded) {
      const { work, missing } = await made(each)
      if (missing.length > 0) { back.push({ work, missing, before: each.standing }); continue }
      slots.take()
      together.enter(work)
      works.push(work)
    }
    if (back.length > 0) await putBack(back)
    return works
  }

  /** With what a person orders; null for one that goes back. */
  const workOf = async (loaded: LoadedDelivery, orders: readonly DeliveryEvent[]): Promise<Work | null> => {
    const { work, missing } = await made(loaded)
    work.orders = [...orders]
    if (missing.length === 0) {
      together.enter(work)
      return work
    }
    await putBack([{ work, missing, before: loaded.standing }])
    return null
  }

  const made = async (loaded: LoadedDelivery): Promise<{ readonly work: Work; readonly missing: readonly string[] }> => {
    const work = loadedWork(loaded, await planOf(loaded), boughtElsewhere(loaded))
    return { work, missing: recipientsOf(work.plan).filter((recipient) => !deps.endpoints.get(recipient)) }
  }

  const boughtElsewhere = ({ had = [] }: LoadedDelivery): ReadonlyMap<string, string> =>
    new Map(had.map((recipient) => [recipient, boughtBefore(policies, recipient)]))

  /**
   * Files are read at the start: this run need not look again, and a later one finds it due. At times that lie further apart than
   * it waits: at one of its own each, there would always be one for which it goes on. In one step for all: one each would wait for the disk each.
   */
  const putBack = async (all: readonly Unworkable[]): Promise<void> => {
    const now = clock.now()
    const apartMs = settings.waitMs + MISSING_MS
    const dueAt = (Math.floor(now / apartMs) + 2) * apartMs
    const steps = all.map(({ work, missing, before }) => {
      // What waits for a batch of it goes on to.
      const joins = before.state === 'waiting' && before.batch && missing.includes(before.recipient ?? '') ? before.recipient : null
      const standing = { state: 'waiting', dueAt, why: `there is no recipient file of ${missing.join(', ')} that can be read here: put it back or mend it (\`finalmile check\`), then unpause it or wait`, recipient: joins ?? missing[0] ?? null, batch: joins !== null } as const
      return { deliveryId: work.delivery.id, version: work.history.version, runId: settings.runId, events: [...interrupted(work.history, now), ...work.orders], standing }
    })
    const results = await ledger.append(steps)
    steps.forEach(({ events, standing }, i) => {
      const [work, result] = [all[i]?.work, results[i]]
      if (!work) return
      if (result?.kind === 'ok') tellStored(deps.observe, work, events, result.seq)
      tally.waiting(work.delivery.lead.id, standing)
    })
  }

  return { plans, planOf, adopt, workOf }
}
