import type { Exists, Standing, Step } from '../ports.ts'
import type { Doubted } from './doubted.ts'
import type { KnownLeads } from './known-leads.ts'
import { triedAgain } from './recover.ts'
import type { RunDeps, RunSettings } from './settings.ts'
import type { Tally } from './tally.ts'
import { tellStored, type Work } from './work.ts'

/** Takes leads in for whoever works this store, and sends nothing. */
export const createEnqueue = (settings: RunSettings, deps: RunDeps, tally: Tally, { mayRetry, orderedAgain, compare }: Pick<KnownLeads, 'mayRetry' | 'orderedAgain' | 'compare'>, doubted: Doubted) => {
  const { ledger, clock } = deps

  const append = async (works: readonly Work[]): Promise<readonly (readonly [Work, Exists])[]> => {
    const standing = { state: 'waiting', dueAt: clock.now(), why: 'taken in, to be worked by whoever works this store', recipient: null, batch: false } as const
    // Who had the lead before is asked again by the worker that takes it up.
    const results = await ledger.append(works.map((work): Step => ({
      deliveryId: work.delivery.id, version: work.history.version, runId: settings.runId, events: work.orders, standing, ...(work.stored ? {} : { create: work.delivery, informed: true }),
    })))
    const known: (readonly [Work, Exists])[] = []
    results.forEach((result, i) => {
      const work = works[i]
      if (!work) return
      if (result.kind === 'ok') {
        tellStored(deps.observe, work, work.orders, result.seq)
        tally.waiting(work.delivery.lead.id, standing)
      }
      else if (result.kind === 'exists') known.push([work, result])
      else tally.alreadySettled(work.delivery.lead.id)
    })
    return known
  }

  const knownLead = async ([work, known]: readonly [Work, Exists], load: (deliveryId: string, seen: Standing) => Promise<Work | null>): Promise<Work | null> => {
    const { lead } = work.delivery
    const { standing } = known
    const another = await orderedAgain(work, known)
    if (another) return another
    const retry = await mayRetry(work, standing)
    if (retry && await doubted.keeps(work)) return null
    const again = retry ? await load(work.delivery.id, standing) : null
    if (again) {
      again.orders = [triedAgain(clock.now())]
      return again
    }
    await compare(work)
    if (standing.state === 'waiting') tally.stillWaiting(lead.id, standing)
    else tally.alreadySettled(lead.id)
    return null
  }

  return async (works: readonly Work[], load: (deliveryId: string, seen: Standing) => Promise<Work | null>): Promise<void> => {
    const again: Work[] = []
    for (const each of await append(works)) {
      const work = await knownLead(each, load)
      if (work) again.push(work)
    }
    // Another process ordered one at the same time: one order is enough.
    if (again.length > 0) for (const [{ delivery }] of await append(again)) tally.alreadySettled(delivery.lead.id)
  }
}
