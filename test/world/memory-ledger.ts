import type { Instant } from '../../src/base/time.ts'
import { openBatches } from '../../src/core/batch.ts'
import { deliveryIdOf } from '../../src/core/delivery-id.ts'
import type { Mode } from '../../src/core/event.ts'
import { takersOf } from '../../src/core/had.ts'
import { emptyHistory, evolve } from '../../src/core/history.ts'
import { OUTCOMES } from '../../src/core/outcome.ts'
import type { OutcomeKind } from '../../src/core/outcome.ts'
import { refusedClaim } from '../../src/core/claim.ts'
import { buyersIn } from '../../src/core/sale.ts'
import { aloneLimits } from '../../src/adapters/ledger/alone-limits.ts'
import { putOffUntil } from '../../src/adapters/ledger/put-off.ts'
import { moneyTold, nameOf, withoutPersonalData } from '../../src/adapters/ledger/purge.ts'
import { standsAs } from '../../src/adapters/ledger/rows.ts'
import type { Delivery, DueQuery, Ledger, LoadedDelivery, Queue, RecipientState, Standing, Step, StepResult, StoredEvent } from '../../src/ports.ts'

interface Kept { delivery: Delivery; runId: string; standing: Standing; events: StoredEvent[]; purged: boolean }

/** The ledger in memory: the plain meaning of the port, that the stores are judged by. It has no lease and survives nothing. */
export const createMemoryLedger = (): Ledger => {
  const kept = new Map<string, Kept>()
  const sales = new Set<string>()
  const counters = new Map<string, number>()
  const permits = new Map<string, Instant>()
  const plans = new Map<string, string>()
  const states = new Map<string, RecipientState>()
  const tokens = new Map<string, string>()
  let seq = 0

  const saleOf = (delivery: Delivery, recipient: string): string => JSON.stringify([delivery.mode, delivery.lead.id, recipient, delivery.number])
  const loaded = (each: Kept): LoadedDelivery => structuredClone({ delivery: each.delivery, runId: each.runId, standing: each.standing, events: each.events })

  const appendOne = (step: Step): StepResult => {
    const known = kept.get(step.deliveryId)
    if (step.create) {
      if (known) return { kind: 'exists', standing: known.standing, number: highest(step.create) }
      const had = step.informed ? [] : hadBy(step.create)
      if (had.length > 0) return { kind: 'had', recipients: had }
    }
    const delivery = step.create ?? known?.delivery
    if (!delivery || (known?.events.length ?? 0) !== step.version) return { kind: 'conflict' }
    const refused = refusedClaim(step.claims ?? [], step.events.at(-1)?.at ?? step.at ?? 0, (name) => counters.get(name) ?? 0, (name) => permits.get(name) ?? 0)
    if (refused) return { kind: 'refused', claim: refused }
    const sold = buyersIn(step.events).map((recipient) => saleOf(delivery, recipient))
    if (sold.some((sale) => sales.has(sale)) || new Set(sold).size < sold.length) return { kind: 'booked' }

    for (const sale of sold) sales.add(sale)
    for (const claim of step.claims ?? []) {
      if (claim.kind === 'cap') counters.set(claim.counter, (counters.get(claim.counter) ?? 0) + claim.amount)
      else permits.set(claim.name, claim.until)
    }
    const first = seq + 1
    const events = step.events.map((event): StoredEvent => ({ seq: ++seq, runId: step.runId, event: structuredClone(event) }))
    if (known) {
      known.events.push(...events)
      known.standing = step.standing
      known.runId = step.runId
    } else kept.set(step.deliveryId, { delivery: structuredClone(delivery), runId: step.runId, standing: step.standing, events, purged: false })
    return { kind: 'ok', seq: first }
  }

  const highest = (wanted: Delivery): number => {
    let number = wanted.number
    while (kept.has(deliveryIdOf({ ...wanted, leadId: wanted.lead.id, number: number + 1 }))) number += 1
    return number
  }

  const hadBy = (delivery: Delivery): readonly string[] => [...new Set([...boughtBy(delivery), ...heldAt(delivery), ...takenBeside(delivery)])]

  const takenBeside = ({ mode, lead, number, to }: Delivery): readonly string[] => [...kept.values()].flatMap(({ delivery, events }) =>
    (delivery.mode === mode && delivery.lead.id === lead.id && delivery.number === number && delivery.to !== to ? takersOf(events.map(({ event }) => event).reduce(evolve, emptyHistory)) : []))

  const boughtBy = (delivery: Delivery): readonly string[] => [...sales].flatMap((sale) => {
    const [mode, leadId, recipient, number] = JSON.parse(sale) as [Mode, string, string, number]
    return mode === delivery.mode && leadId === delivery.lead.id && number === delivery.number ? recipient : []
  })

  const heldAt = ({ mode, lead, number, to }: Delivery): readonly string[] => [...kept.values()].flatMap(({ delivery, standing }) =>
    (delivery.mode === mode && delivery.lead.id === lead.id && delivery.number === number && delivery.to !== to && standing.state === 'settled' && standing.outcome === 'held' && standing.recipient !== null ? standing.recipient : []))

  const matches = (each: Kept, query: { mode: Mode; runId?: string; to?: string }): boolean =>
    each.delivery.mode === query.mode && (query.runId === undefined || each.runId === query.runId) && (query.to === undefined || each.delivery.to === query.to)

  const waiting = (query: Omit<DueQuery, 'now' | 'limit'>) =>
    [...kept.values()].flatMap((each) => (each.standing.state === 'waiting' && matches(each, query) ? [{ each, dueAt: each.standing.dueAt }] : []))

  const take = (chosen: readonly Kept[]): readonly LoadedDelivery[] => chosen.map((each) => {
    const before = loaded(each)
    const own = buyersIn(before.events.map(({ event }) => event))
    const had = hadBy(each.delivery).filter((recipient) => !own.includes(recipient))
    each.standing = { state: 'working' }
    return had.length === 0 ? before : { ...before, had }
  })

  const isIn = ({ events }: Kept, to: string | null): boolean => batchesOf(events).some(({ recipient }) => recipient === to)

  /** Another delivery of the lead that is in a batch of the recipient's: on its way, left by a crash, or to be repeated; of two that would put each other off for ever the first goes. */
  const onItsWay = (own: Kept, recipient: string | null): Kept | null => {
    const { id, mode, number, lead } = own.delivery
    const all = [...kept.values()]
    const waitsFor = ({ standing }: Kept): boolean => standing.state === 'waiting' && standing.batch === true && isIn(own, standing.recipient)
    return all.find((other, i) => other.standing.state !== 'settled' && other.delivery.id !== id && other.delivery.mode === mode && other.delivery.number === number
      && other.delivery.lead.id === lead.id && isIn(other, recipient) && !(all.indexOf(own) < i && waitsFor(other))) ?? null
  }

  const untilAfter = (other: Kept, now: Instant, runId: string | undefined): Instant | null =>
    putOffUntil(now, other.standing.state === 'waiting' ? other.standing.dueAt : now, other.standing.state === 'waiting' && (runId === undefined || other.runId === runId))

  const batchesOf = (events: readonly StoredEvent[]) => openBatches(events.map(({ event }) => event).reduce(evolve, emptyHistory))

  const putOff = (each: Kept, { now, runId }: DueQuery): boolean => {
    const other = each.standing.state === 'waiting' && each.standing.batch ? onItsWay(each, each.standing.recipient) : null
    if (other && each.standing.state === 'waiting') each.standing = { ...each.standing, dueAt: untilAfter(other, now, runId) }
    return other !== null
  }

  const change = (recipient: string, mode: Mode, more: Partial<RecipientState>): void => {
    const key = `${mode} ${recipient}`
    states.set(key, { ...(states.get(key) ?? { recipient, mode, paused: null, closedUntil: null, circuit: null }), ...more })
  }

  return {
    shared: false,
    append: async (steps) => steps.map(appendOne),
    known: async ({ mode, to, leadIds }) => new Map(leadIds.flatMap((leadId) => {
      const found = kept.get(deliveryIdOf({ mode, to, leadId, number: 1 }))
      return found ? [[leadId, { kind: 'exists' as const, standing: found.standing, number: highest(found.delivery) }]] : []
    })),
    startRun: async (_run, plan) => { if (plan) plans.set(plan.hash, plan.json) },
    finishRun: async () => undefined,
    takeDue: async (query) => take(waiting(query)
      .filter(({ each, dueAt }) => dueAt !== null && dueAt <= query.now && !putOff(each, query))
      .sort((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0)).slice(0, query.limit).map(({ each }) => each)),
    takeBatch: async ({ mode, recipient, limit, atLeast = 1 }) => {
      const found = [...kept.values()]
        .filter((each) => each.delivery.mode === mode && each.standing.state === 'waiting' && each.standing.batch && each.standing.recipient === recipient)
        .sort((a, b) => (a.events.at(-1)?.seq ?? 0) - (b.events.at(-1)?.seq ?? 0)).slice(0, limit)
      return found.length < atLeast ? [] : take(found.filter((each) => onItsWay(each, recipient) === null))
    },
    onTheirWay: async ({ recipient, deliveryIds, now, runId }) => new Map(deliveryIds.flatMap((id) => {
      const own = kept.get(id)
      const other = own && onItsWay(own, recipient)
      return other ? [[id, untilAfter(other, now, runId)] as const] : []
    })),
    siblings: async (deliveryIds) => {
      const asked = deliveryIds.flatMap((id) => kept.get(id) ?? [])
      return [...kept.values()].filter(({ delivery }) => asked.some((each) => each.delivery.id !== delivery.id && each.delivery.mode === delivery.mode && each.delivery.number === delivery.number && each.delivery.lead.id === delivery.lead.id)).map(loaded)
    },
    ofBatch: async (mode, batchId) => {
      const found = [...kept.values()].filter(({ delivery, standing, events }) => delivery.mode === mode && standing.state !== 'settled' && batchesOf(events).some(({ batch }) => batch === batchId))
      const times = found.flatMap(({ standing }) => (standing.state === 'waiting' ? [standing.dueAt] : []))
      return { count: found.length, dueAt: times.includes(null) ? null : Math.max(0, ...times.map(Number)) }
    },
    ...aloneLimits,
    accumulating: async (mode) => {
      const counts = new Map<string, number>()
      for (const { delivery, standing } of kept.values()) {
        if (delivery.mode === mode && standing.state === 'waiting' && standing.batch && standing.recipient !== null) counts.set(standing.recipient, (counts.get(standing.recipient) ?? 0) + 1)
      }
      return counts
    },
    foldCircuit: async (recipient, mode, fold) => {
      const circuit = fold(states.get(`${mode} ${recipient}`)?.circuit ?? null)
      change(recipient, mode, { circuit })
      return circuit
    },
    takeAbandoned: async () => [],
    takeOne: async (deliveryId, seen) => {
      const found = kept.get(deliveryId)
      return found && !found.purged && found.standing.state !== 'working' && (seen === undefined || standsAs(found.standing, seen)) ? (take([found])[0] ?? null) : null
    },
    draw: async (counter) => {
      const value = counters.get(counter) ?? 0
      counters.set(counter, value + 1)
      return value
    },
    nextDue: async (query) => waiting(query).reduce<Instant | null>((first, { dueAt }) => (dueAt === null ? first : first === null ? dueAt : Math.min(first, dueAt)), null),
    load: async (deliveryId) => { const found = kept.get(deliveryId); return found ? loaded(found) : null },
    ofLead: async (leadId) => [...kept.values()].filter((each) => each.delivery.lead.id === leadId).map(loaded),
    async *events(filter) {
      const all = [...kept.values()].flatMap((each) => (filter.mode === undefined || each.delivery.mode === filter.mode ? each.events.map((stored) => ({ stored, delivery: each.delivery })) : []))
      for (const { stored, delivery } of all.sort((a, b) => a.stored.seq - b.stored.seq)) {
        if (filter.runId === undefined || stored.runId === filter.runId) yield structuredClone({ ...stored, deliveryId: delivery.id, leadId: delivery.lead.id, mode: delivery.mode, source: delivery.source })
      }
    },
    async *deliveries(filter) {
      for (const each of [...kept.values()]) {
        const { standing } = each
        if (filter.mode !== undefined && each.delivery.mode !== filter.mode) continue
        if (filter.runId !== undefined && each.runId !== filter.runId) continue
        if (filter.state !== undefined && standing.state !== filter.state) continue
        if (filter.outcomes && !(standing.state === 'settled' && filter.outcomes.includes(standing.outcome))) continue
        yield structuredClone({ delivery: each.delivery, standing, runId: each.runId })
      }
    },
    queues: async ({ dueBefore = 0, ...query }) => {
      const groups = Map.groupBy(waiting(query).map(({ each }) => each.standing as Extract<Standing, { state: 'waiting' }>), ({ recipient, why, batch }) => JSON.stringify([recipient, why, batch]))
      return [...groups.values()].map((all): Queue => {
        const times = all.flatMap(({ dueAt }) => dueAt ?? [])
        const { recipient, why, batch } = all[0] as (typeof all)[number]
        return { recipient, why, batch, leads: all.length, nextAt: times.length === 0 ? null : Math.min(...times), overdue: times.filter((at) => at < dueBefore).length }
      }).sort((a, b) => b.leads - a.leads)
    },
    counts: async (mode) => {
      const settled = Object.fromEntries(OUTCOMES.map((each) => [each, 0])) as Record<OutcomeKind, number>
      const counts = { working: 0, waiting: 0, settled }
      for (const { delivery, standing } of kept.values()) {
        if (delivery.mode !== mode) continue
        if (standing.state === 'settled') settled[standing.outcome] += 1
        else counts[standing.state] += 1
      }
      return counts
    },
    planOf: async (hash) => plans.get(hash) ?? null,
    recipientStates: async (mode) => [...states.values()].filter((each) => each.mode === mode),
    setPaused: async (recipient, mode, paused) => change(recipient, mode, { paused }),
    setClosedUntil: async (recipient, mode, closedUntil) => change(recipient, mode, { closedUntil: closedUntil === null ? null : Math.max(closedUntil, states.get(`${mode} ${recipient}`)?.closedUntil ?? 0) }),
    setCircuit: async (recipient, mode, circuit) => change(recipient, mode, { circuit }),
    sealedToken: async (recipient, mode) => tokens.get(`${mode} ${recipient}`) ?? null,
    setSealedToken: async (recipient, mode, sealed) => { if (sealed === null) tokens.delete(`${mode} ${recipient}`); else tokens.set(`${mode} ${recipient}`, sealed) },
    wake: async (recipient, mode, now) => {
      const found = [...kept.values()].filter(({ delivery, standing }) => delivery.mode === mode && standing.state === 'waiting' && (standing.recipient === recipient || standing.dueAt === null))
      for (const each of found) if (each.standing.state === 'waiting') each.standing = { ...each.standing, dueAt: now }
      return found.length
    },
    purge: async ({ olderThanMs, now }) => {
      const found = [...kept.values()].filter(({ standing, purged }) => !purged && standing.state === 'settled' && standing.at <= now - olderThanMs)
      for (const each of found) {
        const events = each.events.map(({ event }) => event)
        const name = nameOf(each.delivery, events)
        each.delivery = { ...each.delivery, lead: { id: name.leadId, fields: {} } }
        each.events = each.events.map((stored) => ({ ...stored, event: withoutPersonalData(stored.event, name) }))
        if (each.standing.state === 'settled') each.standing = { ...each.standing, reason: moneyTold(events) }
        each.purged = true
      }
      return found.length
    },
    holdsLease: () => true,
    keepLease: async () => undefined,
    close: async () => undefined,
  }
}
