import { describe, expect, it } from 'vitest'
import type { EndpointDefinition } from '../../../src/definitions/endpoint-definition.ts'
import { createReader } from '../../../src/wire/read.ts'
import { replyOf } from '../../../src/wire/simulate/answers.ts'
import { createMemory } from '../../../src/wire/simulate/memory.ts'
import { parseOrder } from '../../../src/wire/simulate/orders.ts'
import type { SimulationOptions } from '../../../src/wire/simulate/simulate.ts'
import { createBuyer } from '../../../src/wire/simulate/simulate.ts'
import { buildDefinition, buildParsing, buildPing, codeRow, is, mapping, matches, or, path, place } from '../build-definition.ts'

const sample = (text: string) => ({ text, means: null, place })
const good = { email: 'test@example.com', phone_1: '5555551234', state: 'CA' }
const bad = { email: 'invalid-email', phone_1: '123', state: 'XX' }

/** As its Test Settings have it: this share of what it is asked, from 0 to 1. */
const taking = (definition: EndpointDefinition, acceptRate: number): EndpointDefinition => ({ ...definition, test: { endpoint: null, responses: null, acceptRate, latencyMs: null } })

/** Asks one buyer, and reads the answer by the buyer's own rules. */
const ask = (definition: EndpointDefinition, lead: Readonly<Record<string, unknown>>, given: Partial<SimulationOptions> = {}, phase: 'post' | 'ping' = 'post', key = 'k1') => {
  const reader = createReader(definition)
  const reply = createBuyer(definition, reader.read).answer(
    { method: 'POST', url: '/r/x', headers: { 'content-type': 'application/json', 'idempotency-key': key }, body: JSON.stringify(lead) },
    phase, { seed: 's', memory: createMemory(), ...given },
  )
  return { reply, verdict: reader.read(replyOf(reply), phase) }
}

const LANGUAGES: readonly (readonly [string, EndpointDefinition])[] = [
  ['JSON', buildDefinition({ parsing: buildParsing({ success: is('status', 'accepted'), leadId: path('response.leadId'), price: path('response.price') }) })],
  ['JSON with every rule', buildDefinition({ parsing: buildParsing({ success: is('s', 'A'), rejected: is('s', 'R'), duplicate: is('s', 'D'), error: is('s', 'E'), leadId: path('id'), message: path('errors.*.text') }) })],
  ['JSON, a boolean', buildDefinition({ parsing: buildParsing({ success: is('success', true), leadId: path('data.lead_id'), message: path('text') }) })],
  ['JSON, code 0', buildDefinition({ parsing: buildParsing({ success: is('code', 0), message: path('message') }) })],
  ['XML', buildDefinition({ parsing: buildParsing({ success: is('//result', 'accepted'), leadId: path('//id'), price: path('//amount'), message: path('//error') }) })],
  ['XML by dotted paths', buildDefinition({ parsing: buildParsing({ format: 'xml', success: is('result.status', 'accepted'), leadId: path('result.buyer.id'), price: path('result.@price'), message: path('result.errors[0].error') }) })],
  ['HTML', buildDefinition({ parsing: buildParsing({ success: is('css(h1.status)', 'Thank you'), leadId: path('css(#ref)'), message: path('css(p.why)') }) })],
  ['HTML attributes', buildDefinition({ parsing: buildParsing({ format: 'html', success: is('css(#code @value)', '0'), duplicate: is('css(#code @value)', '603'), message: path('css(#desc @value)') }) })],
  ['text', buildDefinition({ parsing: buildParsing({ format: 'text', success: matches('body', '^OK\\|'), leadId: path('regex(^OK\\|(\\S+))') }) })],
  ['text, an id of digits', buildDefinition({ parsing: buildParsing({ format: 'text', success: or(is('body', 'SUCCESS', 'contains')), leadId: path('regex(id=(\\d+))') }) })],
  ['response codes', buildDefinition({ responseCodes: [codeRow(200, 'success', { when: is('body', 'OK', 'contains') }), codeRow(200, 'duplicate', { when: is('body', 'DUP', 'contains') }), codeRow(400, 'invalid-data')] })],
  ['a sample', buildDefinition({ parsing: buildParsing({ success: is('status', 'ok'), leadId: path('id'), price: path('price') }), samples: [sample('{"status":"ok","id":"X9","price":"$12.50"}'), sample('{"status":"no"}')] })],
]

describe.each(LANGUAGES)('a simulated buyer that speaks %s', (_, definition) => {
  it('accepts the Success Path lead', () => {
    const { reply, verdict } = ask(definition, good)
    expect(verdict).toMatchObject({ kind: 'accepted' })
    if (definition.parsing.leadId) expect(verdict.buyerLeadId).toMatch(/^(SB[0-9A-F]{10}|\d{10})$/)
    expect(reply.headers).not.toHaveProperty('x-sandbox-note')
  })

  it('answers the Validation Failures lead with 400 and every field that is wrong', () => {
    const { reply, verdict } = ask(definition, bad)
    expect(reply.status).toBe(400)
    expect(verdict).toMatchObject({ kind: 'failed', class: 'invalid_data', retry: false })
    for (const field of Object.keys(bad)) expect(reply.body).toContain(`${field}: `)
  })

  it('rejects, knows duplicates, and is unreadable where that is ordered', () => {
    expect(ask(taking(definition, 0), good).verdict.kind).toBe('rejected')
    expect(ask(definition, good, { order: parseOrder('duplicate') }).verdict.kind).toBe('duplicate')
    expect(ask(definition, { ...good, email: 'sandbox+reject@example.com' }).verdict.kind).toBe('rejected')
    expect(ask(definition, { ...good, email: 'sandbox+unreadable@example.com' }).verdict.kind).toBe('unconfirmed')
  })
})

describe('what a simulated buyer decides', () => {
  const definition = LANGUAGES[0]?.[1] ?? buildDefinition()

  it('is the same for the same seed and lead, and the shares come out', () => {
    const kinds = (seed: string) => Array.from({ length: 400 }, (_, i) => ask(taking(definition, 0.3), { email: `lead${i}@example.com` }, { seed }).reply.means)
    expect(kinds('a')).toEqual(kinds('a'))
    expect(kinds('a')).not.toEqual(kinds('b'))
    expect(kinds('a').filter((each) => each === 'accepted').length / 400).toBeCloseTo(0.3, 1)
  })

  it('buys a person once; the same key gets the same answer', () => {
    const memory = createMemory()
    const first = ask(definition, good, { memory }, 'post', 'a')
    expect(ask(definition, good, { memory }, 'post', 'a').reply).toEqual(first.reply)
    expect(ask(definition, good, { memory }, 'post', 'b').verdict.kind).toBe('duplicate')
    expect(ask(definition, { ...good, email: 'other@example.com' }, { memory }, 'post', 'c').verdict.kind).toBe('accepted')
  })

  it('a person who was rejected is not remembered', () => {
    const memory = createMemory()
    ask(taking(definition, 0), good, { memory }, 'post', 'a')
    expect(ask(definition, good, { memory }, 'post', 'b').verdict.kind).toBe('accepted')
  })

  it.each([
    ['timeout', { fault: 'timeout' }], ['reset', { fault: 'reset' }], ['503', { status: 503 }], ['429', { status: 429, headers: { 'retry-after': '1' } }], ['slow', { status: 200, delayMs: 3000 }],
  ])('sandbox+%s@ orders it', (word, wanted) => {
    expect(ask(definition, { ...good, email: `sandbox+${word}@example.com` }).reply).toMatchObject(wanted)
  })

  it('sandbox+flaky@ fails once and then goes through', () => {
    const memory = createMemory()
    const lead = { ...good, email: 'sandbox+flaky@example.com' }
    expect(ask(definition, lead, { memory }).reply.status).toBe(503)
    expect(ask(definition, lead, { memory }).verdict.kind).toBe('accepted')
  })

  it('an unknown word orders nothing', () => {
    expect(ask(definition, { ...good, email: 'sandbox+tea@example.com' }).verdict.kind).toBe('accepted')
  })

  it('refuses, and takes its time, as the Test Settings say', () => {
    const test = { endpoint: null, responses: 'simulated failure', acceptRate: null, latencyMs: 40 } as const
    const { reply, verdict } = ask({ ...definition, test }, good)
    expect(verdict.kind).toBe('rejected')
    expect(reply.delayMs).toBeGreaterThanOrEqual(30)
    expect(reply.delayMs).toBeLessThanOrEqual(50)
  })

  it('a post pays the agreed price', () => {
    expect(ask(definition, good, { price: '45.00' }).reply.body).toContain('45.00')
  })

  it('a ping is answered with a bid, or none', () => {
    const bidder = { ...definition, ping: buildPing({ success: is('status', 'bid'), bid: path('price'), pingId: path('id') }) }
    const ping = { state: 'CA', loan_amount: 5000 }
    expect(ask(bidder, ping, {}, 'ping').verdict).toMatchObject({ kind: 'bid', price: { currency: 'USD' } })
    expect(ask(taking(bidder, 0), ping, {}, 'ping').verdict.kind).toBe('rejected')
  })

  it('a post that names its ping is paid what was bid', () => {
    const bidder = { ...definition, ping: buildPing({ success: is('status', 'bid'), bid: path('price'), pingId: path('id') }) }
    const memory = createMemory()
    const bid = ask(bidder, { state: 'CA' }, { memory }, 'ping').verdict
    if (bid.kind !== 'bid') throw new Error('no bid')
    expect(ask(bidder, { ...good, tx: bid.pingId }, { memory, price: '1.00' }).verdict).toMatchObject({ kind: 'accepted', price: bid.price })
  })

  it('says in a header where a recipient has no words for it', () => {
    const { reply } = ask(taking(buildDefinition(), 0), good)
    expect(reply.headers['x-sandbox-note']).toMatch(/no way to say no/)
  })

  it('answers a batch with a row for each lead, found again by the id', () => {
    const batched = {
      ...definition, mapping: mapping({ ref: '{{lead.id}}', email: '{{lead.email}}' }),
      batch: { format: 'json', results: path('results'), match: { result: 'key', lead: 'lead.id' } } as const,
    }
    const leads = [{ ref: 'L1', email: 'a@example.com' }, { ref: 'L2', email: 'bad' }, { ref: 'L3', email: 'sandbox+reject@example.com' }]
    const reader = createReader(batched)
    const reply = createBuyer(batched, reader.read).answer({ method: 'POST', url: '/', headers: {}, body: JSON.stringify(leads) }, 'post', { seed: 's', memory: createMemory() })
    const verdicts = reader.readBatch(replyOf(reply), leads.map((each) => ({ id: each.ref, fields: { id: each.ref } })))
    expect(verdicts.map((each) => each.kind)).toEqual(['accepted', 'rejected', 'rejected'])
    expect(verdicts[1]?.reason).toBeTypeOf('string')
  })
})
