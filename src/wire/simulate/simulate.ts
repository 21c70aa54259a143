import { fractionOf, sha256 } from '../../base/hash.ts'
import type { PhaseName } from '../../core/plan.ts'
import type { EndpointDefinition } from '../../definitions/endpoint-definition.ts'
import { answerFor, type Answer, type Intent, type Read } from './answers.ts'
import { batchReply } from './batch.ts'
import type { Memory } from './memory.ts'
import { orderIn, type Order } from './orders.ts'
import { fieldsOf, rowsOf, type Field, type RequestFacts } from './request-fields.ts'
import type { Filling } from './slots.ts'
import { speechOf } from './services.ts'
import { faultsOf, identityOf } from './validate.ts'

export interface SimulationOptions {
  readonly seed: string
  readonly memory: Memory
  /** Ordered from outside; goes before what the lead orders. */
  readonly order?: Order | null
  /** What this buyer pays, as a decimal string: its own or its pattern's price. Null: something plausible. */
  readonly price?: string | null
}

/** What to answer, and how: `fault` says that no (whole) answer comes. */
export interface SimulatedReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly delayMs: number
  readonly fault: 'timeout' | 'reset' | null
  /** What it was meant to say, for logs. */
  readonly means: string
}

export type SimulatedBuyer = ReturnType<typeof createBuyer>

/** One simulated buyer: its language is learnt from the definition when it is made, so that an answer costs microseconds. */
export const createBuyer = (definition: EndpointDefinition, read: Read) => {
  const known = new Map<string, Answer>()
  const say = (intent: Intent, phase: PhaseName): Answer => {
    const key = `${phase} ${intent}`
    const before = known.get(key)
    if (before) return before
    const made = answerFor(intent, definition, phase, read)
    known.set(key, made)
    return made
  }
  return { definition, answer: (request: RequestFacts, phase: PhaseName, options: SimulationOptions): SimulatedReply => reply({ definition, say }, request, phase, options) }
}

interface Buyer { readonly definition: EndpointDefinition; say(intent: Intent, phase: PhaseName): Answer }

/** What a buyer decides about one lead. */
export interface Decision { readonly intent: Intent; readonly filling: (ids: Answer['ids']) => Filling }

const reply = (buyer: Buyer, request: RequestFacts, phase: PhaseName, options: SimulationOptions): SimulatedReply => {
  const { definition } = buyer
  const key = definition.idempotency ? (request.headers[definition.idempotency.header.toLowerCase()] ?? null) : null
  const speak = speechOf(definition.type)
  const fields = !speak && definition.batch && phase === 'post' ? null : fieldsOf(request, definition.bodyParameter)
  const rows = fields === null ? rowsOf(request) : null
  const order = options.order ?? orderIn(fields ?? rows?.flat() ?? [])
  const text = `${options.seed} ${definition.id} ${phase} ${(fields && identityOf(fields)) ?? sha256(request.body + request.url)}`
  const latencyMs = latency(definition.test?.latencyMs ?? 0, text)

  const trouble = order === null ? null : troubleOf(order, buyer, key ?? text, options.memory)
  if (trouble) return { delayMs: latencyMs, fault: null, headers: {}, body: '', status: 200, ...trouble }
  const delayMs = order?.kind === 'slow' ? latencyMs + SLOW_MS : latencyMs
  const service = speak?.(definition, request, (record, own) => decide(definition, record, phase, options, own, text, options.order ?? orderIn(record)))
  if (service) return { ...service, delayMs, fault: null }
  if (rows) {
    // The row's number keeps a person who stands twice in one batch apart from a repeated batch.
    const decisions = rows.map((row, i) => decide(definition, row, phase, options, key === null ? null : `${key} ${i}`, text, options.order ?? orderIn(row)))
    return { ...batchReply(definition, rows, decisions, (intent) => buyer.say(intent, 'post')), delayMs, fault: null, means: tally(decisions) }
  }
  const decision = decide(definition, fields ?? [], phase, options, key, text, order)
  const answer = buyer.say(decision.intent, phase)
  const filling = decision.filling(answer.ids)
  if (phase === 'ping' && decision.intent === 'accepted') options.memory.rememberBid(filling.id, filling.price)
  const filled = answer.fill(filling)
  const headers = answer.note === null ? filled.headers : { ...filled.headers, 'x-sandbox-note': answer.note }
  return { status: filled.status, headers, body: filled.body, delayMs, fault: null, means: decision.intent }
}

const SLOW_MS = 3_000
/** Around the latency that was asked for, the same for the same lead. */
const latency = (ms: number, text: string): number => ms === 0 ? 0 : Math.round(ms * (0.75 + fractionOf(`latency ${text}`) / 2))

const decide = (
  definition: EndpointDefinition, fields: readonly Field[], phase: PhaseName, options: SimulationOptions,
  key: string | null, fallback: string, order: Order | null,
): Decision => {
  const identity = identityOf(fields)
  const draw = identity === null && fields.length > 0 ? `${options.seed} ${definition.id} ${sha256(JSON.stringify(fields))}` : identity === null ? fallback : `${options.seed} ${definition.id} ${identity}`
  const faults = faultsOf(fields.filter((each) => !each.value.startsWith('sandbox+') || each.value.includes('@')))
  // A post that names its ping is paid what was bid.
  const bid = definition.ping && phase === 'post' ? fields.map((each) => options.memory.bidOf(each.value)).find((each) => each !== null) : null
  const agreed = bid ?? options.price ?? null
  const filling = (message: string) => (ids: Answer['ids']): Filling => ({ id: leadId(draw, ids), price: priceFor(phase, draw, agreed), message })
  switch (order?.kind) {
    case 'accept': return { intent: 'accepted', filling: filling('Lead accepted') }
    case 'reject': return { intent: 'rejected', filling: filling('Rejected as ordered') }
    case 'duplicate': return { intent: 'duplicate', filling: filling('Duplicate as ordered') }
    case 'invalid': return { intent: 'invalid', filling: filling('Invalid as ordered') }
    case 'unreadable': return { intent: 'unreadable', filling: filling('') }
    default:
  }
  if (faults.length > 0) return { intent: 'invalid', filling: filling(faults.join('; ')) }
  const asks = phase === 'post' && identity !== null
  if (asks && options.memory.knows(identity, key)) return { intent: 'duplicate', filling: filling('Duplicate: this person was bought before') }
  const test = definition.test
  const rate = test?.responses === 'simulated failure' ? 0 : test?.responses === 'simulated success' ? 1 : (test?.acceptRate ?? 1)
  if (fractionOf(`accept ${phase} ${draw}`) >= rate) return { intent: 'rejected', filling: filling(REASONS[Math.floor(fractionOf(`why ${draw}`) * REASONS.length)] ?? '') }
  if (asks) options.memory.buy(identity, key)
  return { intent: 'accepted', filling: filling('Lead accepted') }
}

const REASONS = ['Outside our buying area', 'Daily cap reached', 'Does not meet our criteria', 'No agent available']

const leadId = (draw: string, ids: Answer['ids']): string => {
  const hex = sha256(`id ${draw}`)
  return ids === 'number' ? String(1_000_000_000 + Number.parseInt(hex.slice(0, 7), 16)) : `SB${hex.slice(0, 10).toUpperCase()}`
}

/** A bid is the buyer's own idea, in half dollars from 15 to 60; a post pays what is agreed. */
const priceFor = (phase: PhaseName, draw: string, agreed: string | null): string =>
  agreed !== null && phase === 'post' ? agreed : (15 + Math.floor(fractionOf(`price ${draw}`) * 91) / 2).toFixed(2)

const troubleOf = (order: Order, buyer: Buyer, key: string, memory: Memory): (Partial<SimulatedReply> & { readonly means: string }) | null => {
  switch (order.kind) {
    case 'timeout': case 'reset': return { fault: order.kind, means: order.kind }
    case 'rate-limit': return { status: 429, headers: { 'content-type': 'application/json', 'retry-after': '1' }, body: '{"message":"Too many requests"}', means: 'rate-limit' }
    case 'status': return { status: order.status, headers: { 'content-type': 'application/json' }, body: `{"message":"${order.status} as ordered"}`, means: String(order.status) }
    case 'flaky': return memory.countTry(`${buyer.definition.id} ${key}`) === 1
      ? { status: 503, headers: { 'content-type': 'application/json' }, body: '{"message":"Try again"}', means: 'flaky' } : null
    default: return null
  }
}

const tally = (decisions: readonly Decision[]): string => {
  const counts = new Map<string, number>()
  for (const { intent } of decisions) counts.set(intent, (counts.get(intent) ?? 0) + 1)
  return [...counts].map(([intent, count]) => `${count} ${intent}`).join(', ')
}
