import { DAY, HOUR, MINUTE } from '../../../src/base/time.ts'
import type { Lead } from '../../../src/core/lead.ts'
import type { LoadedDelivery } from '../../../src/ports.ts'
import { someLeads } from '../../engine/world.ts'
import type { Random } from '../random.ts'
import { createRandom } from '../random.ts'
import { brokenRules } from './rules.ts'
import type { Aftermath } from './rules.ts'
import { situationOf } from './situation.ts'
import type { Situation } from './situation.ts'
import type { Order } from './stage.ts'
import { Hang, createStage } from './stage.ts'
import type { StoreKind } from './stores.ts'

/** After so many runs that take up all that is due, nothing waits for a time any more. */
const MOST_ROUNDS = 40

/**
 * Random recipient files, and a few runs on one store one after the other: with the same leads to several targets, crashes,
 * Ctrl-C, people who pause, files that are gone; then `resume` until nothing waits for a time. Resolves to the rules broken.
 */
export const problemsOfRuns = async (seed: number, kind: StoreKind): Promise<readonly string[]> => (await playRuns(seed, kind)).problems

export const playRuns = async (seed: number, kind: StoreKind): Promise<{ readonly problems: readonly string[]; readonly after: Aftermath }> => {
  const random = createRandom(seed)
  const situation = situationOf(random)
  const stage = createStage(seed, situation, kind)
  const { clock, store } = stage
  const leads = someLeads(3 + random.below(10))
  const problems: string[] = []
  let again = false
  try {
    for (let i = 0, count = 1 + random.below(4); i < count; i++) {
      const order = orderOf(random, `run${i}`, situation, leads, clock.now(), i > 0)
      again ||= order.settings.again === true
      problems.push(...await stage.run(order))
      await clock.advance(random.pick([0, 1_000, 5 * MINUTE, HOUR, DAY]))
    }
    for (const recipient of Object.keys(situation.limits)) await stage.pause(recipient, false)
    for (let round = 0; round < MOST_ROUNDS; round++) {
      // A 401 pauses a recipient; a person opens it.
      for (const state of await store.recipientStates('live')) if (state.paused) await stage.pause(state.recipient, false)
      problems.push(...await stage.run({ id: `end${round}`, to: null, leads: [], settings: { waitMs: HOUR }, hands: [] }))
      const due = await store.nextDue({ mode: 'live' })
      if (due === null) break
      await clock.advance(Math.max(0, due - clock.now()))
    }
  } catch (error) {
    if (!(error instanceof Hang)) throw error
    problems.push(error.message)
  }
  const deliveries: LoadedDelivery[] = []
  for await (const { delivery } of store.deliveries({ mode: 'live' })) {
    const loaded = await store.load(delivery.id)
    if (loaded) deliveries.push(loaded)
  }
  const after: Aftermath = { situation, deliveries, arrivals: stage.arrivals, pauses: stage.pauses, again }
  return { problems: [...problems, ...brokenRules(after)], after }
}

/** The files, what the buyers got, and what the ledger says of each delivery: for who looks for a cause. */
export const storyOf = ({ situation, arrivals, deliveries, pauses }: Aftermath): string => {
  const at = (ms: number): string => new Date(ms).toISOString().slice(8, 23)
  return [
    ...Object.entries(situation.files).map(([name, text]) => `--- ${name}\n${text}`),
    ...arrivals.map((each) => `${at(each.at)} ${each.run} ${each.recipient} ${each.ping ? 'ping' : 'post'} ${each.leads} ${each.key.slice(0, 5)} ${each.act} bought ${each.sold}`),
    ...pauses.map(({ recipient, from, to }) => `${at(from)} ${recipient} paused until ${at(to)}`),
    ...deliveries.flatMap(({ delivery, standing, events }) => [`${delivery.id} ${JSON.stringify(standing)}`, ...events.map(({ event, runId }) => `    ${at(event.at)} ${runId} ${JSON.stringify({ ...event, at: undefined, key: undefined, requestHash: undefined, version: undefined })}`)]),
  ].join('\n')
}

const orderOf = (random: Random, id: string, { targets, limits }: Situation, leads: readonly Lead[], now: number, mayResume: boolean): Order => {
  const names = Object.keys(limits)
  const crash = random.chance(0.25) ? { append: 1 + random.below(25), durable: random.chance(0.5) } : undefined
  const stopAfterMs = crash === undefined && random.chance(0.2) ? random.below(20_000) : undefined
  const recipient = random.pick(names)
  const pausedAt = now + random.below(20_000)
  const hands = random.chance(0.3) ? [{ at: pausedAt, recipient, paused: true }, ...(random.chance(0.8) ? [{ at: pausedAt + random.below(MINUTE), recipient, paused: false }] : [])] : []
  const waitMs = random.pick([0, 30_000, 30_000, 10 * MINUTE])
  const more = { id, hands, ...(crash ? { crash } : {}), ...(stopAfterMs === undefined ? {} : { stopAfterMs }) }
  if (mayResume && random.chance(0.3)) return { ...more, to: null, leads: [], settings: { waitMs }, ...(random.chance(0.2) ? { without: random.pick(names) } : {}) }
  const some = leads.filter(() => random.chance(0.8))
  const [first] = some
  return {
    ...more, to: random.pick(targets), leads: first && random.chance(0.2) ? [...some, first] : some,
    settings: { waitMs, ...(random.chance(0.15) ? { take: 1 + random.below(4) } : {}), ...(random.chance(0.2) ? { retryFailed: true } : {}), ...(random.chance(0.07) ? { again: true } : {}) },
  }
}
