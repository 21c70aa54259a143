import { money, negative } from '../../../src/base/money.ts'
import { DAY, HOUR, MINUTE } from '../../../src/base/time.ts'
import type { DeliveryEvent } from '../../../src/core/event.ts'
import { emptyHistory, evolve } from '../../../src/core/history.ts'
import type { Lead } from '../../../src/core/lead.ts'
import { decideReview, mayHaveIt } from '../../../src/core/review.ts'
import { decideReturn, salesOf } from '../../../src/core/returns.ts'
import type { Review } from '../../../src/core/review.ts'
import { standingOf, withBeside } from '../../../src/engine/work.ts'
import type { LoadedDelivery, Standing } from '../../../src/ports.ts'
import { someLeads } from '../../engine/world.ts'
import type { Random } from '../random.ts'
import { createRandom } from '../random.ts'
import { brokenRules } from './rules.ts'
import type { Aftermath } from './rules.ts'
import { RICH, UNEVEN, situationOf } from './situation.ts'
import type { Situation } from './situation.ts'
import type { Order, Stage } from './stage.ts'
import { Hang, createStage } from './stage.ts'
import { STILL, unrestOf } from './unrest.ts'
import type { StoreKind } from './stores.ts'

/** After so many runs that take up all that is due, nothing waits for a time any more. */
const MOST_ROUNDS = 100

/**
 * Random recipient files, and a few runs on one store one after the other: with the same leads to several targets, crashes,
 * Ctrl-C, people who pause, files that are gone; then `resume` until nothing waits for a time. Then a person decides what is
 * held or in doubt, the leads come once more, it is `resume` again, and a person settles what is left. Resolves to the rules broken.
 */
export const problemsOfRuns = async (seed: number, kind: StoreKind): Promise<readonly string[]> => (await playRuns(seed, kind)).problems

export const playRuns = async (seed: number, kind: StoreKind): Promise<{ readonly problems: readonly string[]; readonly after: Aftermath }> => {
  const random = createRandom(seed)
  const unrest = seed >= UNEVEN ? unrestOf(createRandom(seed + 4)) : STILL
  const situation = { ...situationOf(random, seed >= RICH, unrest), keyless: seed >= RICH && createRandom(seed + 3).chance(0.3) }
  const stage = await createStage(seed, situation, kind)
  const { clock, store } = stage
  const leads = someLeads(unrest === STILL ? 3 + random.below(10) : 8 + random.below(16))
  const problems: string[] = []
  let again = false
  /** Some only take in. */
  const takings = createRandom(seed + 2)
  const taking = (order: Order): Order => (seed >= RICH && order.to !== null && takings.chance(0.15) ? { ...order, settings: { ...order.settings, enqueue: true } } : order)
  const play = async (...given: readonly Order[]): Promise<void> => {
    const orders = given.map(taking)
    again ||= orders.some(({ settings }) => settings.again === true)
    problems.push(...await stage.run(...orders))
  }
  /** Where several may work a store, two often do. */
  const workers = createRandom(seed + 1)
  /** Each second of a wait asks a store that several share. */
  const waitMs = kind === 'PostgreSQL' ? MINUTE : HOUR
  const resumers = (): readonly string[] => (kind === 'PostgreSQL' && workers.chance(0.5) ? ['', 'b'] : [''])
  const beside = (now: number, mayResume: boolean, name: string): readonly Order[] => (kind === 'PostgreSQL' && workers.chance(0.5) ? [orderOf(workers, name, situation, leads, now, mayResume)] : [])
  try {
    for (let i = 0, count = (unrest === STILL ? 1 : 2) + random.below(4); i < count; i++) {
      await play(orderOf(random, `run${i}`, situation, leads, clock.now(), i > 0), ...beside(clock.now(), i > 0, `beside${i}`))
      await clock.advance(random.pick(unrest === STILL ? [0, 1_000, 5 * MINUTE, HOUR, DAY] : [0, 0, 1_000, 20_000, 5 * MINUTE, HOUR]))
    }
    problems.push(...await untilQuiet(stage, situation, 'end', resumers(), waitMs))
    await review(stage, random, 0.7, true)
    if (seed >= RICH) await giveBack(stage, random)
    await play(orderOf(random, 'later', situation, leads, clock.now(), true), ...beside(clock.now(), true, 'besideLater'))
    problems.push(...await untilQuiet(stage, situation, 'last', resumers(), waitMs))
    await review(stage, random, 1, false)
  } catch (error) {
    if (!(error instanceof Hang)) throw error
    problems.push(error.message)
  }
  const deliveries: LoadedDelivery[] = []
  for await (const { delivery } of store.deliveries({ mode: 'live' })) {
    const loaded = await store.load(delivery.id)
    if (loaded) deliveries.push(loaded)
  }
  await stage.close()
  const after: Aftermath = { situation, deliveries, arrivals: stage.arrivals, pauses: stage.pauses, died: stage.died, told: stage.told, again }
  return { problems: [...problems, ...brokenRules(after)], after }
}

/** `resume` until nothing waits for a time any more; what is paused is opened. */
const untilQuiet = async ({ store, clock, pause, run }: Stage, situation: Situation, name: string, resumers: readonly string[], waitMs: number): Promise<readonly string[]> => {
  const problems: string[] = []
  for (const recipient of Object.keys(situation.limits)) await pause(recipient, false)
  for (let round = 0; round < MOST_ROUNDS; round++) {
    // A 401 pauses a recipient; a person opens it.
    for (const state of await store.recipientStates('live')) if (state.paused) await pause(state.recipient, false)
    problems.push(...await run(...resumers.map((resumer) => ({ id: `${name}${round}${resumer}`, to: null, leads: [], settings: { waitMs }, hands: [] }))))
    const due = await store.nextDue({ mode: 'live' })
    // What the last round paused is opened in the next.
    if (due === null && (await store.recipientStates('live')).every(({ paused }) => paused === null)) break
    await clock.advance(Math.max(0, (due ?? 0) - clock.now()))
  }
  return problems
}

/**
 * A person looks at what is held, in a pool or in doubt, asks the buyers, and decides: true to what they bought, but for
 * what is sold from the pool. `decides`: the chance that a lead is decided at all; `mayRetry`: what is not bought may be tried again.
 */
const review = async ({ store, clock, begin, arrivals }: Stage, random: Random, decides: number, mayRetry: boolean): Promise<void> => {
  const process = await begin()
  const record = async (id: string, how: (events: readonly DeliveryEvent[], standing: Standing) => Review | null): Promise<void> => {
    const loaded = await store.load(id)
    const events = (loaded?.events ?? []).map(({ event }) => event)
    const decision = loaded && how(events, loaded.standing)
    if (!loaded || !decision) return
    const { events: decided, settled, besides } = decideReview(events, null, decision, clock.now())
    const standing: Standing = settled ? standingOf(events.concat(decided).reduce(evolve, emptyHistory), 0, [], settled)
      : besides && loaded.standing.state === 'settled' ? withBeside(loaded.standing, besides, 'bought as well')
        : { state: 'waiting', dueAt: clock.now(), why: 'a person ordered it to be tried again', recipient: null, batch: false }
    // Booked already through another target: there is nothing to add.
    await process.append([{ deliveryId: id, version: events.length, runId: 'review', events: decided, standing }])
  }
  const sold = (buyer: string | null): Review => ({ decision: 'accept', note: null, buyer, revenue: money(70_000), buyerLeadId: null })
  for await (const { delivery: { id, lead } } of store.deliveries({ mode: 'live', state: 'settled' })) {
    const hasBought = (buyer: string | null): boolean => arrivals.some((each) => each.recipient === buyer && each.sold.includes(lead.id))
    if (!random.chance(decides)) continue
    for (const buyer of mayHaveIt(((await store.load(id))?.events ?? []).map(({ event }) => event))) await record(id, (events) => (mayHaveIt(events).includes(buyer) && hasBought(buyer) ? sold(buyer) : null))
    await record(id, (_events, standing) => {
      if (standing.state !== 'settled' || (standing.outcome !== 'held' && standing.outcome !== 'pooled')) return null
      if (standing.outcome === 'pooled' && random.chance(0.3)) return sold(standing.recipient)
      return { decision: mayRetry ? random.pick(['retry', 'drop']) : 'drop', note: null }
    })
  }
}

/** Buyers give some sales back, whole or in part. */
const giveBack = async ({ store, clock, begin }: Stage, random: Random): Promise<void> => {
  const process = await begin()
  for await (const { delivery: { id }, standing } of store.deliveries({ mode: 'live', state: 'settled', outcomes: ['accepted'] })) {
    const events = ((await store.load(id))?.events ?? []).map(({ event }) => event)
    const [sale] = salesOf(events)
    if (!sale || standing.state !== 'settled' || random.chance(0.7)) continue
    const decided = decideReturn(salesOf(events), { recipient: sale.recipient, buyerLeadId: null, amount: random.chance(0.5) ? null : '1', currency: null, reason: null, ref: 'r', returnedAt: null }, clock.now(), null)
    if (decided.kind === 'return') await process.append([{ deliveryId: id, version: events.length, runId: 'returns', events: [decided.event], standing: withBeside(standing, negative(decided.event.amount), 'returned') }])
  }
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

const orderOf = (random: Random, id: string, { targets, limits, unrest }: Situation, leads: readonly Lead[], now: number, mayResume: boolean): Order => {
  const names = Object.keys(limits)
  const uneven = unrest !== STILL
  const ofAnswers = uneven && random.chance(0.7)
  const crash = random.chance(uneven ? 0.4 : 0.25) ? { append: 1 + random.below(ofAnswers ? 12 : 25), durable: random.chance(0.5), ofAnswers } : undefined
  const stopAfterMs = crash === undefined && random.chance(0.2) ? random.below(20_000) : undefined
  const recipient = random.pick(names)
  const pausedAt = now + random.below(20_000)
  const hands = random.chance(0.3) ? [{ at: pausedAt, recipient, paused: true }, ...(random.chance(0.8) ? [{ at: pausedAt + random.below(MINUTE), recipient, paused: false }] : [])] : []
  const waitMs = random.pick([0, 30_000, 30_000, 10 * MINUTE])
  const stopAtAppend = uneven && crash === undefined && stopAfterMs === undefined && random.chance(0.15) ? 1 + random.below(25) : undefined
  const more = { id, hands, ...(crash ? { crash } : {}), ...(stopAfterMs === undefined ? {} : { stopAfterMs }), ...(stopAtAppend === undefined ? {} : { stopAtAppend }) }
  if (mayResume && random.chance(uneven ? 0.5 : 0.3)) return { ...more, to: null, leads: [], settings: { waitMs }, ...(random.chance(0.2) ? { without: random.pick(names) } : {}) }
  const some = leads.filter(() => random.chance(0.8))
  return {
    ...more, to: random.pick(targets), leads: rowsOf(random, some, unrest.fileMs > 0),
    settings: { waitMs, ...(random.chance(uneven ? 0.4 : 0.15) ? { take: 1 + random.below(4) } : {}), ...(uneven && random.chance(0.6) ? { atOnce: 2 + random.below(5) } : {}), ...(random.chance(0.2) ? { retryFailed: true } : {}), ...(random.chance(0.07) ? { again: true } : {}) },
  }
}

/** The rows of a file; one that is read slowly has many of its leads again while they are under way. */
const rowsOf = (random: Random, leads: readonly Lead[], slowly: boolean): readonly Lead[] => {
  if (slowly) return leads.flatMap((lead, i) => { const before = leads[random.below(i + 1)]; return before && random.chance(0.5) ? [lead, before, before] : lead })
  const [first] = leads
  return first && random.chance(0.2) ? [...leads, first] : leads
}
