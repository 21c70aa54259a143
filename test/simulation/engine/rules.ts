import type { Money } from '../../../src/base/money.ts'
import { emptyHistory, evolve } from '../../../src/core/history.ts'
import { OUTCOMES } from '../../../src/core/outcome.ts'
import { addEvent, emptyReport } from '../../../src/core/report.ts'
import { leftOf, salesOf } from '../../../src/core/returns.ts'
import type { DeliveryEvent, EventOf } from '../../../src/core/event.ts'
import type { LoadedDelivery } from '../../../src/ports.ts'
import { NOTICED_MS } from './stage.ts'
import type { Arrival } from './buyers.ts'
import type { Limits, Situation } from './situation.ts'

/** What is left when all runs are over. */
export interface Aftermath {
  readonly situation: Situation
  readonly deliveries: readonly LoadedDelivery[]
  readonly arrivals: readonly Arrival[]
  readonly pauses: readonly { readonly recipient: string; readonly from: number; readonly to: number }[]
  /** Runs that crashed. */
  readonly died: ReadonlySet<string>
  /** What each run told of before it ended, for its ledger.csv. */
  readonly told: ReadonlyMap<string, ReadonlySet<number>>
  /** Someone ordered `--again`: buyers get leads under other keys. */
  readonly again: boolean
}

/** A sale in the ledger: by an answer, or `byHand`, in review. */
interface Sold { readonly name: string; readonly at: number; readonly surplus: boolean; readonly byHand: boolean }
interface Answer extends EventOf<'attemptFinished'> { readonly lead: string; readonly delivery: LoadedDelivery }
const at = (ms: number): string => new Date(ms).toISOString()

/** The promises, each counted at the buyers or in the ledger; what breaks one is told. */
export const brokenRules = (after: Aftermath): readonly string[] => {
  const answers = after.deliveries.flatMap((delivery) => delivery.events.flatMap(({ event }): readonly Answer[] => (event.type === 'attemptFinished' && event.phase === 'post' ? [{ ...event, lead: delivery.delivery.lead.id, delivery }] : [])))
  return [...after.deliveries.flatMap(ofDelivery), ...ofReport(after), ...ofTold(after), ...ofKeys(after), ...ofEach(after, doubtsIn(answers)), ...ofSales(after, answers), ...Object.entries(after.situation.limits).flatMap(([recipient, limits]) => ofLimits(recipient, limits, after, answers)), ...ofPauses(after)]
}

/** Every lead is settled by its events, or waits for a person and says why; no attempt is left open; what it earned is what its sales earned. */
const ofDelivery = ({ delivery: { id }, standing, events }: LoadedDelivery): readonly string[] => {
  const facts = events.map(({ event }) => event)
  const count = (type: string): number => facts.filter((event) => event.type === type).length
  const earned = facts.reduce((sum, event) => sum + (event.type === 'attemptFinished' && event.phase === 'post' && event.verdict.kind === 'accepted' && event.surplus !== true ? event.revenue?.amount ?? 0 : 0), 0) + byHand(facts).reduce((sum, { revenue }) => sum + (revenue?.amount ?? 0), 0)
    - facts.reduce((sum, event) => sum + (event.type === 'returned' ? event.amount.amount : 0), 0)
  return [
    ...(standing.state === 'working' ? [`${id} is still being worked`] : []),
    ...(standing.state === 'waiting' && (standing.dueAt !== null || standing.why === '') ? [`${id} still waits, until ${standing.dueAt === null ? 'a person comes' : at(standing.dueAt)}: ${standing.why}`] : []),
    ...(count('attemptStarted') === count('attemptFinished') ? [] : [`${id} has ${count('attemptStarted')} attempts and ${count('attemptFinished')} answers`]),
    ...(standing.state === 'settled' && facts.reduce(evolve, emptyHistory).settled === null ? [`${id} is settled, and not by its events`] : []),
    ...(standing.state === 'settled' && (standing.outcome === 'accepted' ? standing.revenue?.amount ?? 0 : 0) !== earned ? [`${id} is ${standing.outcome} with ${standing.revenue?.amount ?? 0}, its sales earned ${earned}`] : []),
  ]
}

/** The report's figures are what the deliveries say, in all and by recipient, whatever order it all came in. */
const ofReport = ({ deliveries }: Aftermath): readonly string[] => {
  const all = deliveries.flatMap(({ delivery, events }) => events.map(({ seq, event }) => ({ seq, event, context: { deliveryId: delivery.id, source: delivery.source } }))).sort((a, b) => a.seq - b.seq)
  const report = all.reduce((folded, { context, event }) => addEvent(folded, context, event), emptyReport('live'))
  const settled = deliveries.flatMap(({ standing }) => (standing.state === 'settled' ? standing : []))
  const sum = (amounts: readonly (Money | null)[]): number => amounts.reduce((total, each) => total + (each?.amount ?? 0), 0)
  const facts = deliveries.flatMap(({ events }) => events.map(({ event }) => event))
  const earnedOf = (recipient: string): number => sum(deliveries.flatMap(({ events }) => salesOf(events.map(({ event }) => event))).filter((each) => each.recipient === recipient).map(leftOf))
  const problems: string[] = []
  const compare = (what: string, reported: number, is: number): void => { if (reported !== is) problems.push(`the report says ${reported} ${what}, the deliveries ${is}`) }
  compare('revenue', report.total.revenue.get('USD')?.amount ?? 0, sum(settled.map(({ revenue }) => revenue)))
  compare('cost', report.total.cost.get('USD')?.amount ?? 0, sum(settled.map(({ cost }) => cost)))
  for (const kind of OUTCOMES) compare(kind, report.total.outcomes.get(kind) ?? 0, settled.filter(({ outcome }) => outcome === kind).length)
  for (const [recipient, figures] of report.by.recipient) compare(`sold to ${recipient}`, figures.sales.get('USD')?.amount ?? 0, earnedOf(recipient))
  compare('attempts', report.total.attempts, facts.filter(({ type }) => type === 'attemptFinished').length)
  return problems
}

/** A run that ends of itself has told of all that it recorded. */
const ofTold = ({ deliveries, told, died }: Aftermath): readonly string[] => deliveries.flatMap(({ delivery, events }) => events.flatMap(({ seq, runId, event }) => {
  const heard = told.get(runId)
  return heard === undefined || died.has(runId) || heard.has(seq) ? [] : `${runId} ended and had not told of ${event.type} of ${delivery.id}`
}))

/** What a person accepted in review. */
const byHand = (facts: readonly DeliveryEvent[]): readonly { readonly recipient: string | null; readonly revenue: Money | null; readonly at: number }[] => facts.flatMap((event, i) => {
  const before = facts[i - 1]
  if (event.type === 'reviewed' && event.sale) return { ...event.sale, at: event.at }
  return event.type === 'settled' && before?.type === 'reviewed' && before.decision === 'accept' && !before.sale ? { ...event.outcome, at: event.at } : []
})

/** One key for a lead at a recipient, one body for a key. */
const ofKeys = ({ arrivals, situation, again }: Aftermath): readonly string[] => {
  const problems: string[] = []
  const [keys, bodies] = [new Map<string, string>(), new Map<string, string>()]
  for (const { recipient, ping, key, body, leads } of arrivals) {
    if (ping) continue
    const lead = `${recipient} ${leads[0]}`
    if (!again && situation.limits[recipient]?.batch === undefined && (keys.get(lead) ?? key) !== key) problems.push(`${lead} came under two keys`)
    keys.set(lead, key)
    if ((bodies.get(`${recipient} ${key}`) ?? body) !== body) problems.push(`${recipient} got two bodies under the key ${key}`)
    bodies.set(`${recipient} ${key}`, body)
  }
  return problems
}

/** What no answer came to, for all that the ledger knows: it may be repeated, and nobody can tell what that brings at a buyer that knows no keys. */
const doubtsIn = (answers: readonly Answer[]): ReadonlySet<string> => new Set(answers.flatMap(({ verdict, recipient, lead }) => (verdict.kind === 'unknown' ? `${recipient} ${lead}` : [])))

/** A buyer gets a lead once at a time, through whatever targets, and no more once it is known to have it; what a process that died had sent nobody knows. */
const ofEach = ({ arrivals, died, again }: Aftermath, doubts: ReadonlySet<string>): readonly string[] => {
  if (again) return []
  const problems: string[] = []
  for (const [name, all] of sentOf(arrivals)) {
    const known = all.filter(({ run }) => !died.has(run))
    for (const [i, each] of known.entries()) {
      const before = known.slice(0, i)
      if (before.some(({ until }) => until !== null && until > each.at)) problems.push(`${name} was sent at ${at(each.at)} while it was on its way`)
      else if (before.some(({ told, until }) => until !== null && until < each.at && told.includes(leadOf(name))) && !doubts.has(name)) problems.push(`${name} was sent at ${at(each.at)}, though it was known to be bought`)
    }
  }
  return problems
}

/** Requests by recipient and lead, in their order. */
const sentOf = (arrivals: readonly Arrival[]): ReadonlyMap<string, readonly Arrival[]> => {
  const sent = new Map<string, Arrival[]>()
  for (const each of arrivals) if (!each.ping) for (const lead of each.leads) sent.set(`${each.recipient} ${lead}`, [...(sent.get(`${each.recipient} ${lead}`) ?? []), each])
  return sent
}
const leadOf = (name: string): string => name.slice(name.indexOf(' ') + 1)

/** What a buyer bought is in the ledger, once a person has settled the doubts; what the ledger sold was bought; nothing twice. */
const ofSales = ({ arrivals, deliveries, again, situation: { keyless } }: Aftermath, answers: readonly Answer[]): readonly string[] => {
  const problems: string[] = []
  const bought = Map.groupBy(arrivals.flatMap(({ recipient, sold, at: when }) => sold.map((lead) => ({ name: `${recipient} ${lead}`, when }))), ({ name }) => name)
  const accepted = Map.groupBy([
    ...answers.flatMap(({ verdict, recipient, lead, at: when, surplus }): readonly Sold[] => (verdict.kind === 'accepted' ? [{ name: `${recipient} ${lead}`, at: when, surplus: surplus === true, byHand: false }] : [])),
    ...deliveries.flatMap(({ delivery, events }) => byHand(events.map(({ event }) => event)).map(({ recipient, at: when }): Sold => ({ name: `${recipient} ${delivery.lead.id}`, at: when, surplus: false, byHand: true }))),
  ], ({ name }) => name)
  for (const [name, all] of accepted) {
    if (!bought.has(name) && !name.startsWith('pool ')) problems.push(`${name} was accepted by the ledger, and not by the buyer`)
    if (!again && all.filter(({ surplus }) => !surplus).length > 1) problems.push(`${name} is in the ledger as sold twice`)
  }
  const doubts = doubtsIn(answers)
  for (const [name, all] of bought) {
    if (keyless && doubts.has(name)) continue
    if (!accepted.has(name)) problems.push(`${name} was bought, and is not in the ledger`)
    const second = all.map(({ when }) => when).sort((a, b) => a - b)[1]
    if (second !== undefined && !again) problems.push(`${name} was bought ${all.length} times, again at ${at(second)}`)
  }
  return problems
}

const ofLimits = (recipient: string, { perDay, rate, concurrency, window, batch }: Limits, { arrivals, died, situation: { unrest: { storeMs } } }: Aftermath, answers: readonly Answer[]): readonly string[] => {
  const problems: string[] = []
  const posts = arrivals.filter((each) => each.recipient === recipient && !each.ping)
  if (window) for (const each of posts) {
    // It was decided to send it before the store had recorded that.
    const isIn = [each.at, each.at - storeMs].some((at) => { const hour = new Date(at).getUTCHours(); return hour >= window.from && hour < window.to })
    if (!isIn) problems.push(`${recipient} got ${each.leads} at ${at(each.at)}, outside its window`)
  }
  // What a process that died had sent is still under way, and no other knows.
  if (concurrency !== undefined) for (const each of posts) {
    if (each.flying > concurrency && !posts.some((other) => died.has(other.run) && other.at <= each.at && other.at > each.at - 30_000)) problems.push(`${recipient} got ${each.flying} at once at ${at(each.at)}, it takes ${concurrency}`)
  }
  if (rate) posts.forEach((each, i) => {
    const after = posts[i + rate.count]
    if (after && after.at - each.at < rate.perMs - 1 - storeMs) problems.push(`${recipient} got ${rate.count + 1} within ${after.at - each.at} ms at ${at(each.at)}, it takes ${rate.count} in ${rate.perMs}`)
  })
  if (perDay !== undefined && batch === undefined) {
    const days = Map.groupBy(answers.filter((each) => each.recipient === recipient && each.verdict.kind === 'accepted'), (each) => at(startOf(each)).slice(0, 10))
    for (const [day, all] of days) {
      const leads = new Set(all.map(({ lead }) => lead))
      if (leads.size > perDay) problems.push(`${recipient} took ${leads.size} on ${day}, its cap is ${perDay}`)
    }
  }
  return problems
}

const startOf = ({ delivery, path, attempt, at: answeredAt }: Answer): number =>
  delivery.events.findLast(({ event }) => event.type === 'attemptStarted' && event.path === path && event.attempt === attempt)?.event.at ?? answeredAt

/** Another process hears of a pause within a second. */
const ofPauses = ({ arrivals, pauses, situation: { unrest: { storeMs } } }: Aftermath): readonly string[] => pauses.flatMap(({ recipient, from, to }) =>
  arrivals.filter((each) => each.recipient === recipient && !each.ping && each.at > from + NOTICED_MS + 3 * storeMs && each.at < to).map((each) => `${recipient} got ${each.leads} at ${at(each.at)}, paused since ${at(from)}`))
