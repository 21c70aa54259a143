import { book } from '../../src/core/booking.ts'
import type { Claim } from '../../src/core/claim.ts'
import { capClaims } from '../../src/core/caps.ts'
import type { Circuit } from '../../src/core/circuit.ts'
import { beginTrial, closedCircuit, stepCircuit } from '../../src/core/circuit.ts'
import { decide } from '../../src/core/decide.ts'
import type { DeliveryEvent } from '../../src/core/event.ts'
import type { RecipientFacts } from '../../src/core/gate.ts'
import type { History } from '../../src/core/history.ts'
import { emptyHistory, evolve } from '../../src/core/history.ts'
import type { Lead } from '../../src/core/lead.ts'
import { buyersIn } from '../../src/core/sale.ts'
import type { Send } from '../../src/core/step.ts'
import { earliest } from '../../src/base/time.ts'
import { shareOrder } from '../../src/core/strategies/share.ts'
import type { Verdict } from '../../src/core/verdict.ts'
import { idempotencyKeyOf } from '../../src/engine/identity.ts'
import { interrupted } from '../../src/engine/recover.ts'
import { standingOf } from '../../src/engine/work.ts'
import type { Standing } from '../../src/ports.ts'
import { createBuyers, verdictOf } from './buyers.ts'
import type { Bought } from './buyers.ts'
import { checkSend } from './invariants.ts'
import type { Crash, Scenario } from './scenario.ts'
import { START } from './scenario.ts'

/** One lead's durable record. */
export interface Filed { readonly lead: Lead; readonly events: DeliveryEvent[]; standing: Standing }
export interface Outcome { readonly filed: readonly Filed[]; readonly bought: readonly Bought[]; readonly problems: readonly string[]; readonly trace: readonly string[]; readonly now: number; readonly appends: number }

interface Work { readonly filed: Filed; readonly index: number; history: History; inbox: { send: Send; key: string; verdict: Verdict }[]; orders: DeliveryEvent[]; elsewhere: Map<string, string>; surplus: boolean; wakeAt: number | null; begun: boolean }
interface Due { readonly at: number; readonly order: number; readonly run: () => void }

const TURNS = 4_000
const HORIZON = START + 1_500 * 86_400_000

class Crashed extends Error {}

/** The shell in a page: what the engine does, without waiting for anything; the core is the real one. Stops when nothing is due. */
export const simulate = (scenario: Scenario, crashes: readonly Crash[] = scenario.crashes, traced = false): Outcome => {
  const { plan } = scenario
  const policies = new Map(scenario.policies.map((each) => [each.recipient, each]))
  const buyers = createBuyers(scenario)
  const problems: string[] = []
  const trace: string[] = []
  const queue: Due[] = []
  let order = 0
  let now = START
  let epoch = 0
  let appends = 0
  let turns = 0

  // What the store keeps.
  const counters = new Map<string, number>()
  const permits = new Map<string, number>()
  const sales = new Set<string>()
  const pausedBy = new Map<string, string>()
  const closedUntil = new Map<string, number>()
  const circuits = new Map<string, Circuit>()
  // What the process knows.
  let processes = Array.from({ length: scenario.processes }, newProcess)

  const say = (text: () => string): void => { if (traced) trace.push(`+${String(now - START).padStart(8)} ms  ${text()}`) }
  const at = (time: number, run: () => void): void => { queue.push({ at: Math.max(time, now), order: order++, run }) }
  const learn = ({ facts }: Process, recipient: string, more: Partial<RecipientFacts>): void => { facts.set(recipient, { ...(facts.get(recipient) ?? { paused: null, closedUntil: null }), ...more }) }
  const of = (work: Work): Process => processes[work.index % processes.length] ?? newProcess()
  const laneOf = (process: Process, recipient: string): Lane => {
    const known = process.lanes.get(recipient) ?? { underWay: 0, unrecorded: 0, tight: false, parked: [] }
    process.lanes.set(recipient, known)
    return known
  }

  const works: Work[] = scenario.leads.map(({ id, fields }, index) => workOf({ lead: { id, fields: { id, ...fields } }, events: [], standing: { state: 'working' } }, index))

  /** Every append goes through here, and may be the last thing a process does. */
  const append = (work: Work, events: readonly DeliveryEvent[], standing: Standing, claims: readonly Claim[]): 'ok' | Claim | 'booked' => {
    const crash = crashes.find((each) => each.append === appends)
    appends += 1
    if (crash?.when === 'before') throw new Crashed('before an append was durable')
    const within = new Map<string, number>()
    for (const claim of claims) {
      const name = claim.kind === 'cap' ? claim.counter : claim.name
      const before = within.get(name) ?? 0
      if (claim.kind === 'cap' && (counters.get(name) ?? 0) + before + claim.amount > claim.limit) return claim
      if (claim.kind === 'permit' && (before > 0 || (permits.get(name) ?? 0) > now)) return claim
      within.set(name, before + (claim.kind === 'cap' ? claim.amount : 1))
    }
    const sold = buyersIn(events).map((recipient) => `${work.filed.lead.id} ${recipient}`)
    if (sold.some((sale) => sales.has(sale)) || new Set(sold).size < sold.length) return 'booked'
    for (const sale of sold) sales.add(sale)
    for (const claim of claims) {
      if (claim.kind === 'cap') counters.set(claim.counter, (counters.get(claim.counter) ?? 0) + claim.amount)
      else permits.set(claim.name, claim.until)
    }
    work.filed.events.push(...events)
    work.filed.standing = standing
    if (traced) for (const event of events) say(() => `${work.filed.lead.id} ${told(event)}`)
    if (crash?.when === 'after') throw new Crashed('after an append, before what it allowed')
    return 'ok'
  }

  const turn = (work: Work): void => {
    if (++turns > TURNS) { if (turns === TURNS + 1) problems.push(`bounded steps: more than ${TURNS} turns`); return }
    if (work.filed.standing.state === 'settled') return
    const process = of(work)
    const { facts } = process
    const came: DeliveryEvent[] = [...work.orders]
    let history = came.reduce(evolve, work.history)
    const answers = work.inbox
    work.inbox = []
    for (const { send, key, verdict } of answers) {
      const policy = policies.get(send.recipient)
      if (!policy) throw new Error('no policy')
      const booking = send.phase !== 'post' || (work.surplus && verdict.kind === 'accepted') ? { revenue: null, surplus: send.phase === 'post' } : book(plan, send.path, history, verdict, policy)
      const event: DeliveryEvent = { type: 'attemptFinished', at: now, path: send.path, recipient: send.recipient, phase: send.phase, attempt: send.attempt, key, verdict, revenue: booking.revenue, httpStatus: null, durationMs: 0, ...(booking.surplus ? { surplus: true } : {}) }
      came.push(event)
      history = evolve(history, event)
    }
    const decideFrom = (from: History) => decide({ plan, lead: work.filed.lead, deliveryId: `live:1:t:${work.filed.lead.id}`, mode: 'live', history: from, now, facts: { policies, recipients: facts, elsewhere: work.elsewhere } })
    let decision = decideFrom(history)
    const drawn: DeliveryEvent[] = []
    while (decision.draws.length > 0) {
      drawn.push(...decision.events)
      let after = decision.history
      for (const draw of decision.draws) {
        const ticket = scenario.steady ? work.index : (counters.get(draw.counter) ?? 0)
        counters.set(draw.counter, ticket + 1)
        const chose: DeliveryEvent = { type: 'chose', at: now, path: draw.path, choice: { kind: 'order', order: shareOrder(draw.weights, ticket), why: 'its share' } }
        drawn.push(chose)
        after = evolve(after, chose)
      }
      decision = decideFrom(after)
    }
    // As the engine: no start without a place on the lane, nor while a cap's places may yet come free.
    const [going, parked]: [Send[], Send[]] = [[], []]
    for (const send of decision.sends) {
      const lane = laneOf(process, send.recipient)
      if (lane.tight || lane.underWay >= (scenario.lanes[send.recipient] ?? Infinity)) parked.push(send)
      else { lane.underWay += 1; lane.unrecorded += 1; going.push(send) }
    }
    const starts = going.map((send): { send: Send; key: string; event: DeliveryEvent } => {
      const key = idempotencyKeyOf('live', send.recipient, work.filed.lead.id, 1, send.phase)
      return { send, key, event: { type: 'attemptStarted', at: now, path: send.path, recipient: send.recipient, phase: send.phase, attempt: send.attempt, key, requestHash: key, version: null, ...(send.target === 'endpoint' ? {} : { target: send.target }) } }
    })
    const settled = decision.events.find((event) => event.type === 'settled') ?? null
    const events = [...came, ...drawn, ...decision.events, ...starts.map(({ event }) => event)]
    const after = starts.reduce((folded, { event }) => evolve(folded, event), decision.history)
    const standing = standingOf(after, after.flying + parked.length, decision.waits, settled)
    const caps = capClaims(policies, plan, work.history, after, 'live')
    const claims = [...starts.flatMap(({ send }) => send.claims), ...caps]
    if (events.length > 0 || standing.state === 'waiting') {
      const result = append(work, events, standing, claims)
      if (result !== 'ok') {
        for (const send of going) { const lane = laneOf(process, send.recipient); lane.underWay -= 1; lane.unrecorded -= 1; resume(lane) }
        work.inbox.unshift(...answers)
        if (result === 'booked') work.surplus = true
        else if (result.kind === 'permit' && result.name.startsWith('seen:')) work.elsewhere.set(result.recipient, 'seen before')
        else refused(process, result)
        return turn(work)
      }
      work.orders = []
      for (const claim of claims) granted(process, claim)
    }
    work.history = after
    for (const { send } of answers) recordedAt(process, send.recipient)
    for (const send of parked) park(process, send.recipient, work)
    for (const { send, key } of starts) perform(work, send, key)
    const crash = crashes.find((each) => each.append === appends - 1)
    if (crash?.when === 'sent' && starts.length > 0) throw new Crashed('after a send')
    wakeAt(work, earliest(decision.waits.map((wait) => wait.until)))
  }

  /** One timer a lead, as the store has one due time for it: two for one turn would double with every turn. */
  const wakeAt = (work: Work, until: number | null): void => {
    work.wakeAt = until === null ? null : Math.max(until, now + 1)
    if (work.wakeAt === null) return
    const [mine, due] = [epoch, work.wakeAt]
    at(due, () => { if (mine === epoch && work.wakeAt === due) turn(work) })
  }

  /** An answer is recorded: perhaps a place of a cap came free. */
  const recordedAt = (process: Process, recipient: string): void => {
    const lane = laneOf(process, recipient)
    lane.unrecorded -= 1
    lane.tight = false
    resume(lane)
  }
  const resume = (lane: Lane): void => { const mine = epoch; for (const work of lane.parked.splice(0)) at(now, () => { if (mine === epoch) turn(work) }) }
  const park = (process: Process, recipient: string, work: Work): void => {
    const lane = laneOf(process, recipient)
    lane.parked.push(work)
    if (!lane.tight && lane.underWay < (scenario.lanes[recipient] ?? Infinity)) resume(lane)
  }

  const granted = (process: Process, claim: Claim): void => {
    const known = process.facts.get(claim.recipient)
    if (claim.kind === 'permit' && claim.name.startsWith('trial:') && known?.circuit) setCircuit(process, claim.recipient, beginTrial(known.circuit, now, claim.until - now))
    if (claim.kind === 'cap' && claim.amount < 0 && known?.full?.has(claim.counter)) { learn(process, claim.recipient, { full: new Set([...known.full].filter((each) => each !== claim.counter)) }); wakeAll() }
  }
  const refused = (process: Process, claim: Claim): void => {
    const known = process.facts.get(claim.recipient)
    const lane = laneOf(process, claim.recipient)
    if (claim.kind === 'cap' && lane.unrecorded > 0) lane.tight = true
    else if (claim.kind === 'cap') learn(process, claim.recipient, { full: new Set([...(known?.full ?? []), claim.counter]) })
    else if (known?.circuit) setCircuit(process, claim.recipient, beginTrial(known.circuit, now, (permits.get(claim.name) ?? claim.until) - now))
  }
  const setCircuit = (process: Process, recipient: string, circuit: Circuit): void => {
    learn(process, recipient, { circuit })
    if (circuit.kind === 'closed') circuits.delete(recipient)
    else circuits.set(recipient, circuit)
  }

  const perform = (work: Work, send: Send, key: string): void => {
    // Another process hears of a pause within a second.
    const known = processes.length === 1 ? { paused: pausedBy.has(send.recipient), closedUntil: closedUntil.get(send.recipient) ?? 0 } : { paused: of(work).facts.get(send.recipient)?.paused != null, closedUntil: of(work).facts.get(send.recipient)?.closedUntil ?? 0 }
    problems.push(...checkSend(scenario, { lead: work.filed.lead, send, now, ...known }))
    const reaction = buyers.meet(send.recipient, send.phase, work.filed.lead.id, key, now)
    say(() => `${work.filed.lead.id} -> ${send.recipient} ${send.phase} #${send.attempt}${send.target === 'backup' ? ' backup' : ''} meets ${reaction.kind}`)
    const mine = epoch
    at(now + (reaction.kind === 'silent' ? send.timeoutMs : reaction.ms), () => {
      if (mine !== epoch) return
      const verdict = send.phase === 'post' && reaction.kind === 'bid' ? verdictOf({ kind: 'reject', ms: 0 }, key) : verdictOf(reaction, key)
      const lane = laneOf(of(work), send.recipient)
      lane.underWay -= 1
      resume(lane)
      answered(of(work), send.recipient, verdict)
      work.inbox.push({ send, key, verdict })
      turn(work)
    })
  }

  const answered = (process: Process, recipient: string, verdict: Verdict): void => {
    const policy = policies.get(recipient)
    if (policy?.circuit) {
      const before = process.facts.get(recipient)?.circuit ?? closedCircuit
      const after = stepCircuit(before, verdict, now, policy.circuit)
      if (after.kind === before.kind) learn(process, recipient, { circuit: after })
      else { setCircuit(process, recipient, after); say(() => `${recipient}'s circuit is ${after.kind}`); if (after.kind === 'closed') wakeAll() }
    }
    if (verdict.kind !== 'failed') return
    if (verdict.pause) { pausedBy.set(recipient, '401'); learn(process, recipient, { paused: { reason: '401' } }); tellOthers() }
    if (verdict.retryAfterMs !== undefined && verdict.retryAfterMs > (policy?.retry.rate_limited?.maxWaitMs ?? 0)) {
      closedUntil.set(recipient, Math.max(closedUntil.get(recipient) ?? 0, now + verdict.retryAfterMs))
      learn(process, recipient, { closedUntil: closedUntil.get(recipient) ?? null })
      tellOthers()
    }
  }

  /** What the store knows of pauses and closings, as every process hears it within a second. */
  const refresh = (): void => {
    for (const process of processes) for (const { recipient } of scenario.policies) learn(process, recipient, { paused: pausedBy.has(recipient) ? { reason: pausedBy.get(recipient) ?? '' } : null, closedUntil: closedUntil.get(recipient) ?? null })
    // Whoever is parked decides again: its recipient may have closed.
    for (const process of processes) for (const lane of process.lanes.values()) resume(lane)
  }
  const tellOthers = (): void => { if (processes.length > 1) { const mine = epoch; at(now + 1_000, () => { if (mine === epoch) refresh() }) } }

  const wakeAll = (): void => { for (const each of works) { const mine = epoch; if (each.begun && each.filed.standing.state === 'waiting') at(now, () => { if (mine === epoch) turn(each) }) } }

  /** A new process on the same store. */
  const restart = (why: string): void => {
    epoch += 1
    say(() => `--- crash ${why} ---`)
    processes = Array.from({ length: scenario.processes }, newProcess)
    for (const process of processes) {
      for (const [recipient, reason] of pausedBy) learn(process, recipient, { paused: { reason } })
      for (const [recipient, until] of closedUntil) learn(process, recipient, { closedUntil: until })
      for (const [recipient, circuit] of circuits) learn(process, recipient, { circuit })
    }
    for (const work of works) {
      if (!work.begun) continue
      Object.assign(work, { ...workOf(work.filed, work.index), begun: true })
      if (work.filed.events.length === 0) work.orders = [receivedOf(work)]
      else work.orders = [...interrupted(work.history, now)]
      const mine = epoch
      at(now + 1, () => { if (mine === epoch) turn(work) })
    }
  }

  const receivedOf = (work: Work): DeliveryEvent => ({ type: 'received', at: now, receivedAt: scenario.leads[work.index]?.receivedAt ?? now, planHash: 'p', cost: null })

  for (const [i, { at: begins }] of scenario.leads.entries()) at(begins, () => {
    const work = works[i]
    if (!work || work.begun) return
    work.begun = true
    work.orders = [receivedOf(work)]
    turn(work)
  })
  for (const hand of scenario.hands) at(hand.at, () => {
    say(() => `a person ${hand.paused ? 'pauses' : 'opens'} ${hand.recipient}`)
    if (hand.paused) pausedBy.set(hand.recipient, 'a person')
    else { pausedBy.delete(hand.recipient); closedUntil.delete(hand.recipient) }
    if (processes.length === 1 || !hand.paused) refresh()
    else tellOthers()
    if (!hand.paused) wakeAll()
  })

  for (;;) {
    let first = -1
    for (let i = 0; i < queue.length; i++) {
      const each = queue[i]
      const best = queue[first]
      if (each && (!best || each.at < best.at || (each.at === best.at && each.order < best.order))) first = i
    }
    const [due] = first < 0 ? [] : queue.splice(first, 1)
    if (!due) break
    if (due.at > HORIZON) { problems.push('always settles or says until when: not within 1,500 days'); break }
    now = due.at
    try { due.run() } catch (error) {
      if (!(error instanceof Crashed)) { problems.push(`no error of ours: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`); break }
      restart(error.message)
    }
  }
  return { filed: works.map(({ filed }) => filed), bought: buyers.bought, problems, trace, now, appends }
}

interface Lane { underWay: number; unrecorded: number; /** a cap's claim was refused, and an answer may free a place */ tight: boolean; readonly parked: Work[] }
/** What one process knows and has under way. */
interface Process { readonly facts: Map<string, RecipientFacts>; readonly lanes: Map<string, Lane> }
const newProcess = (): Process => ({ facts: new Map(), lanes: new Map() })

const workOf = (filed: Filed, index: number): Work => ({ filed, index, history: filed.events.reduce(evolve, emptyHistory), inbox: [], orders: [], elsewhere: new Map(), surplus: false, wakeAt: null, begun: false })

const told = (event: DeliveryEvent): string => {
  switch (event.type) {
    case 'chose': return `chose ${event.path} ${event.choice.kind === 'pass' ? `pass: ${event.choice.reason}` : event.choice.kind === 'order' ? `order ${event.choice.order.join(' ')}` : 'queue'}`
    case 'attemptStarted': return `started ${event.path} ${event.recipient} ${event.phase} #${event.attempt}`
    case 'attemptFinished': return `finished ${event.path} ${event.recipient} ${event.phase} #${event.attempt}: ${event.verdict.kind}${event.surplus ? ' surplus' : ''}${event.revenue ? ` $${event.revenue.amount / 10_000}` : ''}`
    case 'settled': return `settled ${event.outcome.kind} ${event.outcome.recipient ?? '-'}${event.outcome.revenue ? ` $${event.outcome.revenue.amount / 10_000}` : ''}: ${event.outcome.reason ?? ''}`
    default: return event.type
  }
}
