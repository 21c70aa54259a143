import { afterEach, describe, expect, it } from 'vitest'
import { createHttpTransport } from '../../src/adapters/http/transport.ts'
import { startSandbox } from '../../src/adapters/sandbox/sandbox.ts'
import { testDefinition } from '../../src/cli/recipients/test-mode.ts'
import { createMemoryLedger } from '../world/memory-ledger.ts'
import type { DeliveryEvent } from '../../src/core/event.ts'
import type { Plan } from '../../src/core/plan.ts'
import type { Policy } from '../../src/core/policy.ts'
import type { EndpointDefinition } from '../../src/definitions/endpoint-definition.ts'
import type { Catalogue } from '../../src/definitions/recipient.ts'
import { parseResponseCode } from '../../src/definitions/fields/response-codes.ts'
import { runDeliveries } from '../../src/engine/run.ts'
import type { RunEvent } from '../../src/engine/settings.ts'
import { compileEndpoint } from '../../src/wire/compile.ts'
import { noGuard, policy, T0 } from '../core/given.ts'
import { buildDefinition, buildParsing, buildPing, is, mapping, path, place, textOf } from '../wire/build-definition.ts'
import { counted, movingOn } from './world.ts'
import { createFakeClock } from '../world/fake-clock.ts'
import { startTokenBuyer, type TokenAct, type TokenBuyer } from '../world/token-buyer.ts'

const open: TokenBuyer[] = []
const buyerThat = async (...args: Parameters<typeof startTokenBuyer>): Promise<TokenBuyer> => {
  const buyer = await startTokenBuyer(...args)
  open.push(buyer)
  return buyer
}
afterEach(async () => { await Promise.all(open.splice(0).map((each) => each.close())) })

const oauth = (url: string) => ({ kind: 'oauth2' as const, tokenUrl: textOf(`${url}/token`), clientId: textOf('me'), clientSecret: textOf('client-secret-1'), scope: null })

const recipientOf = (url: string, given: Partial<EndpointDefinition> = {}): EndpointDefinition => buildDefinition({
  id: 'a', name: 'A', url: textOf(`${url}/leads`), auth: oauth(url), mapping: mapping({ id: '{{lead.id}}' }),
  parsing: buildParsing({ success: is('status', 'accepted'), leadId: path('leadId') }), ...given,
})

/** A run of its own on a shared store, the clock moving on by itself. */
const world = (definition: EndpointDefinition, more: Partial<Policy> = {}, plan: Plan | null = null) => {
  const clock = createFakeClock(T0)
  const ledger = createMemoryLedger()
  const seen: RunEvent[] = []
  const rules = policy('a', { batch: null, ...more })
  const about = { buyer: null, contact: null, documentation: null, notes: null, requirements: [] }
  const endpoint = { kind: 'endpoint' as const, id: 'a', name: 'A', file: 'a.yaml', policy: rules, definition }
  const pattern = plan && { kind: 'pattern' as const, id: 'p', name: 'P', title: null, file: 'p.yaml', about, plan, test: null }
  const catalogue: Catalogue = { recipients: new Map<string, typeof endpoint | NonNullable<typeof pattern>>([['a', endpoint], ...(pattern ? [['p', pattern] as const] : [])]), secrets: new Set() }
  const compiled = compileEndpoint(definition, { hasPriceFallback: true })
  if (!compiled.endpoint) throw new Error(compiled.diagnostics.map((each) => each.message).join('\n'))
  const endpoints = new Map([['a', compiled.endpoint]])
  let runs = 0
  const run = async (ids: readonly string[] | null, waitMs = 30_000) => {
    const { transport, underWay } = counted(createHttpTransport({ now: clock.now }))
    const end = runDeliveries({
      runId: `r${++runs}`, mode: 'live', to: ids === null ? null : pattern ?? endpoint, catalogue, waitMs, concurrency: null, again: false, retryFailed: false, source: {}, vars: {}, cost: null, currency: 'USD', receivedField: null, watch: false,
    }, ids === null ? null : (async function* () { yield { leads: ids.map((id) => ({ lead: { id, fields: { id } } })) } })(), {
      ledger, transport, clock, endpoints, notify: { notify: () => Promise.resolve() }, observe: (event) => { seen.push(event) }, signal: new AbortController().signal,
    })
    try {
      return await movingOn(clock, end, underWay)
    } finally {
      await transport.close()
    }
  }
  const events = async (id: string): Promise<readonly DeliveryEvent[]> => ((await ledger.ofLead(id)).at(-1)?.events ?? []).map(({ event }) => event)
  return {
    clock, ledger, seen, run, events,
    outcome: async (id: string) => { const standing = (await ledger.ofLead(id)).at(-1)?.standing; return standing?.state === 'settled' ? standing.outcome : standing?.state },
    verdicts: async (id: string) => (await events(id)).flatMap((each) => (each.type === 'attemptFinished' ? [each.verdict] : [])),
    alerts: () => seen.flatMap((each) => (each.kind === 'alert' ? [each.text] : [])),
    paused: async () => (await ledger.recipientStates('live')).find((each) => each.recipient === 'a')?.paused ?? null,
    /** Everything that was stored or told, as text. */
    record: async () => JSON.stringify([seen, await Promise.all((await names(ledger)).map((id) => ledger.ofLead(id))), await ledger.recipientStates('live')], (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
  }
}
const names = async (ledger: ReturnType<typeof createMemoryLedger>): Promise<string[]> => {
  const ids: string[] = []
  for await (const { delivery } of ledger.deliveries({ mode: 'live' })) ids.push(delivery.lead.id)
  return ids
}
const leads = (count: number, from = 1): string[] => Array.from({ length: count }, (_, i) => `L${from + i}`)

describe('a token', () => {
  it('is asked for once for many leads, with client credentials in a form', async () => {
    const buyer = await buyerThat()
    const it = world(recipientOf(buyer.url))
    expect(await it.run(leads(200))).toMatchObject({ leads: 200, waiting: [] })
    expect(buyer.asked).toEqual(['grant_type=client_credentials&client_id=me&client_secret=client-secret-1'])
    expect(new Set(buyer.posts.map((each) => each.authorization))).toEqual(new Set(['Bearer secret-token-1']))
    expect(await it.outcome('L200')).toBe('accepted')
    expect((await it.events('L7')).map((each) => each.type)).toEqual(['received', 'attemptStarted', 'attemptFinished', 'settled'])
  })

  it('is not asked for where the recipient has none', async () => {
    const buyer = await buyerThat([{}], () => ({ status: 200, body: { status: 'accepted', leadId: 'B' } }))
    await world(recipientOf(buyer.url, { auth: null })).run(leads(3))
    expect(buyer.asked).toEqual([])
  })

  it('is renewed when its time is over, and not before', async () => {
    const buyer = await buyerThat([{ expiresIn: 3 }])
    // One at a time: the clock passes two seconds between the attempts, by a rate.
    const definition = recipientOf(buyer.url)
    const it = world({ ...definition, transport: { ...definition.transport, rate: { count: 1, perMs: 2_000 } } })
    await it.run(leads(4))
    expect(buyer.posts.map((each) => each.authorization.slice(-1))).toEqual(['1', '1', '2', '2'])
    expect(buyer.posts.every((each) => each.status === 200)).toBe(true)
  })

  it('that never lasts does not make a request for every lead at once', async () => {
    const buyer = await buyerThat([{ expiresIn: 0 }])
    const it = world(recipientOf(buyer.url))
    await it.run(leads(50))
    expect(buyer.asked.length).toBeLessThan(5)
    expect(await it.outcome('L50')).toBe('accepted')
  })

  it('is never in the ledger, an alert or an error, even where the buyer repeats it', async () => {
    const buyer = await buyerThat()
    const it = world(recipientOf(buyer.url))
    buyer.accept([])
    await it.run(leads(3))
    expect(buyer.posts.length).toBeGreaterThan(1)
    const record = await it.record()
    expect(record).toContain('is not valid')
    expect(record).not.toContain('secret-token')
    expect(record).not.toContain('client-secret-1')
  })
})

describe('a 401', () => {
  it('once: the attempt is repeated at once with a new token, and nothing is paused', async () => {
    const buyer = await buyerThat()
    const it = world(recipientOf(buyer.url), { retry: {} })
    buyer.accept(['secret-token-2'])
    await it.run(['L1'])
    expect(buyer.posts.map((each) => each.status)).toEqual([401, 200])
    expect(new Set(buyer.posts.map((each) => each.key)).size).toBe(1)
    expect(buyer.asked).toHaveLength(2)
    expect(await it.verdicts('L1')).toMatchObject([{ kind: 'failed', class: 'auth', retry: true, renew: true }, { kind: 'accepted' }])
    expect((await it.events('L1')).flatMap((each) => (each.type === 'attemptStarted' ? [each.attempt] : []))).toEqual([1, 2])
    expect(it.clock.now()).toBe(T0)
    expect([await it.paused(), it.alerts()]).toEqual([null, []])
  })

  it('of many leads asks for one new token', async () => {
    const buyer = await buyerThat()
    const it = world(recipientOf(buyer.url))
    buyer.accept(['secret-token-2'])
    await it.run(leads(60))
    expect(buyer.asked).toHaveLength(2)
    for (const id of leads(60)) expect(await it.outcome(id)).toBe('accepted')
  })

  it('twice: the recipient is paused, with an alert, and no third token is asked for', async () => {
    const buyer = await buyerThat()
    const it = world(recipientOf(buyer.url))
    buyer.accept([])
    await it.run(['L1'])
    expect(buyer.posts.map((each) => each.status)).toEqual([401, 401])
    expect(buyer.asked).toHaveLength(2)
    expect(await it.verdicts('L1')).toMatchObject([{ renew: true }, { class: 'auth', retry: false, pause: true }])
    expect(await it.outcome('L1')).toBe('failed')
    expect(await it.paused()).not.toBeNull()
    expect(it.alerts()).toHaveLength(1)
  })

  it('does not count as a retry', async () => {
    const buyer = await buyerThat([{}], (n) => (n === 1 ? { status: 401, body: {} } : n < 5 ? { status: 503, body: {} } : null))
    const it = world(recipientOf(buyer.url))
    await it.run(['L1'])
    expect(buyer.posts.map((each) => each.status)).toEqual([401, 503, 503, 503, 200])
    expect(await it.outcome('L1')).toBe('accepted')
  })

  it.each([403, 400])('%i asks for no new token', async (status) => {
    const buyer = await buyerThat([{}], () => ({ status, body: { message: 'no' } }))
    await world(recipientOf(buyer.url)).run(['L1'])
    expect([buyer.asked.length, buyer.posts.length]).toEqual([1, 1])
  })

  it('in the words of a service that says 200 is one too, where Response Codes takes it for Auth failed', async () => {
    const buyer = await buyerThat([{}], (n) => (n === 1 ? { status: 200, body: { success: false, errors: [{ code: '602', message: 'Access token expired' }] } } : null))
    const parsed = parseResponseCode('200 + errors[0].code = 602', 'Auth failed', place, place)
    if (!parsed.ok) throw new Error(parsed.diagnostic.message)
    const it = world(recipientOf(buyer.url, { responseCodes: [parsed.value] }))
    await it.run(['L1'])
    expect([buyer.asked.length, buyer.posts.map((each) => each.authorization)]).toEqual([2, ['Bearer secret-token-1', 'Bearer secret-token-2']])
    expect([await it.outcome('L1'), await it.paused(), it.alerts()]).toEqual(['accepted', null, []])
  })

  it('without a token in use pauses at once, as ever', async () => {
    const buyer = await buyerThat()
    const it = world(recipientOf(buyer.url, { auth: { kind: 'bearer', token: textOf('fixed') } }))
    await it.run(['L1'])
    expect(buyer.posts).toHaveLength(1)
    expect(await it.paused()).not.toBeNull()
  })
})

describe('a token host', () => {
  const down: readonly [string, TokenAct, string][] = [
    ['that breaks off', 'reset', 'timeout'],
    ['with trouble', { status: 503, body: { message: 'maintenance' } }, 'server_error'],
    ['that asks for patience', { status: 429, body: {} }, 'rate_limited'],
  ]
  it.each(down)('%s is tried again, in words of its own', async (_, act, failure) => {
    const buyer = await buyerThat([act, act, {}])
    const it = world(recipientOf(buyer.url))
    await it.run(['L1'])
    expect(await it.verdicts('L1')).toMatchObject([
      { kind: 'failed', class: failure, retry: true, reason: expect.stringMatching(/^token request: /) }, { kind: 'failed', class: failure }, { kind: 'accepted' },
    ])
    expect(buyer.posts).toHaveLength(1)
    expect(await it.paused()).toBeNull()
  })

  it('that stays down fails the lead when its retries are used up; nothing was sent to the buyer', async () => {
    const buyer = await buyerThat([{ status: 500 }])
    const it = world(recipientOf(buyer.url))
    await it.run(leads(20))
    expect(buyer.posts).toEqual([])
    expect(await it.outcome('L20')).toBe('failed')
    expect((await it.verdicts('L1'))).toHaveLength(4)
    // Leads that fail together ask together.
    expect(buyer.asked.length).toBeLessThanOrEqual(4 * 20)
  })

  it('that refuses the credentials pauses the recipient once; the other leads wait and lose nothing', async () => {
    const buyer = await buyerThat([{ status: 401, body: { error: 'invalid_client', error_description: 'secret client-secret-1 is wrong' } }, {}])
    const it = world(recipientOf(buyer.url))
    await it.run(leads(30))
    expect([buyer.asked.length, buyer.posts.length]).toEqual([1, 0])
    const outcomes = await Promise.all(leads(30).map((id) => it.outcome(id)))
    expect(outcomes.filter((each) => each === 'failed')).toHaveLength(1)
    expect(outcomes.filter((each) => each === 'waiting')).toHaveLength(29)
    expect(it.alerts()).toHaveLength(1)
    expect(it.alerts()[0]).toMatch(/invalid_client/)
    expect(await it.record()).not.toContain('client-secret-1')
  })
})

describe('test mode', () => {
  it.each<[string, EndpointDefinition['auth']]>([
    ['OAuth2', oauth('https://login.buyer.example')],
    ['a token request', { kind: 'token-request', url: textOf('https://login.buyer.example/session'), method: 'POST', fields: mapping({ user: 'u' }), token: path('data.session.id'), use: textOf('Session {{token}}') }],
    ['a token request in XML', { kind: 'token-request', url: textOf('https://login.buyer.example/session'), method: 'GET', fields: null, token: path('//Ticket'), use: textOf('Bearer {{token}}') }],
  ])('the sandbox hands out the token of %s and takes the leads', async (_, auth) => {
    const live = recipientOf('https://buyer.example', { auth })
    const { endpoint } = compileEndpoint(live, { hasPriceFallback: true })
    if (!endpoint) throw new Error('no endpoint')
    const seen: string[] = []
    const sandbox = await startSandbox({ endpoints: [endpoint], onRequest: ({ phase, status }) => { seen.push(`${phase} ${status}`) } })
    try {
      const it = world(testDefinition(live, sandbox))
      await it.run(leads(5))
      expect(seen).toEqual(['token 200', ...Array.from({ length: 5 }, () => 'post 200')])
      expect(await it.outcome('L5')).toBe('accepted')
      expect(await it.record()).not.toContain('sandbox-token')
    } finally {
      await sandbox.close()
    }
  })
})

describe('batches and pings', () => {
  it('a batch carries the token, and goes again as it was after a 401', async () => {
    const buyer = await buyerThat([{}], (n) => (n === 1 ? { status: 401, body: {} } : { status: 200, body: [1, 2, 3].map((i) => ({ status: 'accepted', leadId: `B${i}` })) }))
    const it = world(recipientOf(buyer.url, { batch: { format: 'json', results: null, match: null } }), { batch: { maxLeads: 3, maxWaitMs: 1_000, schedule: null } })
    await it.run(leads(3))
    expect(buyer.posts.map((each) => [each.authorization, each.status])).toEqual([['Bearer secret-token-1', 401], ['Bearer secret-token-2', 200]])
    expect(new Set(buyer.posts.map((each) => each.key)).size).toBe(1)
    expect(await it.outcome('L3')).toBe('accepted')
  })

  it('a batch without a token is not sent', async () => {
    const buyer = await buyerThat([{ status: 500 }, {}], () => ({ status: 200, body: [1, 2].map((i) => ({ status: 'accepted', leadId: `B${i}` })) }))
    const it = world(recipientOf(buyer.url, { batch: { format: 'json', results: null, match: null } }), { batch: { maxLeads: 2, maxWaitMs: 1_000, schedule: null } })
    await it.run(leads(2))
    expect(await it.verdicts('L1')).toMatchObject([{ kind: 'failed', class: 'server_error', reason: expect.stringMatching(/^token request: /) }, { kind: 'accepted' }])
    expect(buyer.posts).toHaveLength(1)
  })

  it('a ping whose token was refused is asked again within its time', async () => {
    const buyer = await buyerThat([{}], (n) => (n === 1 ? { status: 401, body: {} } : n === 2 ? { status: 200, body: { bid: 20, id: 'P1' } } : { status: 200, body: { status: 'accepted', leadId: 'B1' } }))
    const definition = recipientOf(buyer.url, { ping: buildPing({ bid: path('bid'), pingId: path('id') }, { endpoint: textOf(`${buyer.url}/ping`), mapping: mapping({ s: 'x' }) }) })
    const it = world(definition, {}, { kind: 'auction', pattern: 'Ping/Post', guard: noGuard, bidders: [{ kind: 'send', recipient: 'a', price: null }], windowMs: 5_000, floor: null })
    await it.run(['L1'])
    expect(buyer.posts.map((each) => each.path)).toEqual(['/ping', '/ping', '/leads'])
    expect(await it.outcome('L1')).toBe('accepted')
  })
})

