import { afterEach, describe, expect, it } from 'vitest'
import { createMemoryLedger } from '../world/memory-ledger.ts'
import { money } from '../../src/base/money.ts'
import type { Lead } from '../../src/core/lead.ts'
import type { Ledger } from '../../src/ports.ts'
import { T0 } from '../core/given.ts'
import { failed, limited, startHubspot, type Hubspot, type HubspotOptions } from '../world/crm/hubspot.ts'
import { createWorld } from './world.ts'

const open: Hubspot[] = []
afterEach(async () => { await Promise.all(open.splice(0).map((each) => each.close())) })

const portal = async (options: HubspotOptions = {}): Promise<Hubspot> => {
  const made = await startHubspot(options)
  open.push(made)
  return made
}

const LISTS = 'Lists:\n  Add to: "New Leads - {{lead.product_interest}}"\n  Workflow: "Welcome Series - {{lead.state}}"\n'
const yaml = (url: string, more = '', lists = ''): string => `Type: hubspot.create_or_update_contact
Settings:
  Endpoint: ${url}
  Portal ID: 12345678
Auth: Bearer pat-na1-secret
Field Mapping:
  email: {{lead.email}}
  firstname: {{lead.first_name}}
  lead_score: {{lead.score}}
  lead_source: {{source.name}}
${lists}${more}`
const lead = (id: string, fields: Record<string, string | number | boolean> = {}): Lead => ({ id, fields: { id, first_name: 'Mary', email: `${id.toLowerCase()}@example.com`, score: 80, product_interest: 'auto', state: 'CA', 'source.name': 'search', ...fields } })

const deliver = async (service: Hubspot, leads: readonly Lead[], { lists = '', more = '', ledger = createMemoryLedger() as Ledger } = {}) => {
  const world = createWorld({ crm: yaml(service.url, more, lists) }, ledger)
  await world.run('crm', leads)
  /** `post accepted`, `list failed` … in order. */
  const attempts = async (id: string) => (await world.events(id)).flatMap((each) => (each.type === 'attemptFinished' ? [`${each.phase} ${each.verdict.kind}`] : []))
  const verdicts = async (id: string) => (await world.events(id)).flatMap((each) => (each.type === 'attemptFinished' ? [each.verdict] : []))
  return { world, ledger, attempts, verdicts, alerts: () => world.seen.flatMap((each) => (each.kind === 'alert' ? [each.text] : [])) }
}
const asked = (service: Hubspot, path: string) => service.asked.filter((each) => each.path.includes(path))

it('rows that cannot be made are recorded together, and not one after the other for the disk', async () => {
  const service = await portal()
  const ledger = createMemoryLedger()
  let [underWay, most] = [0, 0]
  const append: Ledger['append'] = async (steps) => {
    most = Math.max(most, ++underWay)
    await new Promise((resolve) => setImmediate(resolve))
    underWay -= 1
    return ledger.append(steps)
  }
  const leads = Array.from({ length: 80 }, (_, i) => lead(`L${i}`, i % 2 === 0 ? { email: '' } : {}))
  const { world } = await deliver(service, leads, { more: 'Batch:\n  Accumulate: 80 leads or 5 minutes\n', ledger: { ...ledger, append: (steps) => (steps.some(({ events }) => events.some((each) => each.type === 'attemptFinished' && each.verdict.kind === 'failed')) ? append(steps) : ledger.append(steps)) } })
  expect(most).toBe(40)
  expect((await world.ledger.counts('live')).settled).toMatchObject({ accepted: 40, failed: 40 })
})

describe('one contact', () => {
  it('is made by an upsert of one, with texts only', async () => {
    const service = await portal()
    const { world, verdicts } = await deliver(service, [lead('L1')])
    expect(await world.standing('L1')).toMatchObject({ outcome: 'accepted', buyerLeadId: '50001', reason: 'created' })
    expect(JSON.parse(service.asked[0]?.text ?? '')).toEqual({ inputs: [{ id: 'l1@example.com', idProperty: 'email', objectWriteTraceId: 'L1', properties: { email: 'l1@example.com', firstname: 'Mary', lead_score: '80', lead_source: 'search' } }] })
    expect(service.asked.map((each) => [each.method, each.path])).toEqual([['POST', '/crm/objects/2026-09/contacts/batch/upsert']])
    const { verdicts: again } = await deliver(service, [lead('L1', { first_name: 'Maria' })])
    expect([...await verdicts('L1'), ...await again('L1')]).toMatchObject([{ kind: 'accepted', reason: 'created' }, { kind: 'accepted', reason: 'updated', buyerLeadId: '50001' }])
    expect(service.contacts.get('l1@example.com')?.properties['firstname']).toBe('Maria')
  })

  it('also by the third generation of the API', async () => {
    const service = await portal({ generations: ['v3'] })
    const { world } = await deliver(service, [lead('L1')], { lists: LISTS, more: 'API Version: v3\n' })
    expect(await world.standing('L1')).toMatchObject({ outcome: 'accepted', reason: 'created' })
    expect(service.asked.map((each) => each.path)).toEqual([
      '/crm/v3/objects/contacts/batch/upsert', '/crm/v3/lists/object-type-id/0-1/name/New%20Leads%20-%20auto', '/crm/v3/lists/512/memberships/add',
      '/automation/v3/workflows', '/automation/v2/workflows/10900/enrollments/contacts/l1%40example.com',
    ])
  })

  it('that somebody else makes meanwhile is updated', async () => {
    const service = await portal()
    service.race('l1@example.com')
    const { world, verdicts } = await deliver(service, [lead('L1')], { more: 'Retries: none\n' })
    expect(await verdicts('L1')).toMatchObject([{ kind: 'failed', class: 'duplicate', instead: 'update', reason: 'Contact already exists. Existing ID: 50001' }, { kind: 'accepted', buyerLeadId: '50001' }])
    expect(asked(service, '/contacts').map((each) => [each.method, each.path, each.query.get('idProperty')])).toEqual([['POST', '/crm/objects/2026-09/contacts/batch/upsert', null], ['PATCH', '/crm/objects/2026-09/contacts/l1%40example.com', 'email']])
    expect(service.contacts.get('l1@example.com')?.properties['lead_score']).toBe('80')
    expect(world.clock.now()).toBe(T0)
  })

  it('without an address is not sent', async () => {
    const service = await portal()
    const { verdicts } = await deliver(service, [lead('L1', { email: '' })])
    expect(await verdicts('L1')).toMatchObject([{ kind: 'failed', class: 'invalid_data', reason: expect.stringContaining('e-mail') }])
    expect(service.asked).toEqual([])
  })

  it.each<[string, Parameters<Hubspot['meet']>[1], object, string | null]>([
    ['ten seconds are waited where that limit is met', limited('TEN_SECONDLY_ROLLING'), { kind: 'failed', class: 'rate_limited', retry: true, retryAfterMs: 10_000 }, null],
    ['the limit of a day is waited for long, with an alert', limited('DAILY'), { kind: 'failed', class: 'rate_limited', retry: true, retryAfterMs: 3_600_000, alert: true }, 'rate_limited'],
    ['a record that is locked is tried again', failed(423, 'LOCKED', 'locked'), { kind: 'failed', class: 'server_error', retry: true }, null],
    ['an account that is moved says for how long', { status: 477, body: { status: 'error', message: 'migration in progress' }, headers: { 'retry-after': '20' } }, { kind: 'failed', class: 'server_error', retry: true, retryAfterMs: 20_000 }, null],
    ['trouble of the service is tried again', { status: 524, body: '<html>timeout</html>', headers: { 'content-type': 'text/html' } }, { kind: 'failed', class: 'server_error', retry: true }, null],
    ['scopes that are missing pause it', failed(403, 'MISSING_SCOPES', 'scopes'), { kind: 'failed', class: 'auth', pause: true, alert: true }, 'auth'],
    ['a validation rule of the portal is a fault of the data', failed(400, 'VALIDATION_ERROR', 'Property values were not valid: phone is required'), { kind: 'failed', class: 'invalid_data', retry: false, reason: 'Property values were not valid: phone is required' }, null],
    ['an answer without a contact is no success', { status: 200, body: { status: 'COMPLETE', results: [] } }, { kind: 'unconfirmed' }, null],
    ['nor is an empty one', { status: 200, body: '' }, { kind: 'unconfirmed' }, null],
  ])('%s', async (_, trouble, expected, alert) => {
    const service = await portal()
    service.meet('/upsert', trouble)
    const { verdicts, alerts } = await deliver(service, [lead('L1')])
    expect((await verdicts('L1'))[0]).toMatchObject(expected)
    expect(alerts().some((each) => alert !== null && each.startsWith(alert))).toBe(alert !== null)
  })

  it('that is locked for a while keeps no other waiting', async () => {
    const service = await portal()
    service.meet('/upsert', { status: 423, body: { status: 'error', message: 'locked' }, headers: { 'retry-after': '20' } })
    const { world } = await deliver(service, [lead('L1'), lead('L2')], { more: 'Concurrency: 1\n' })
    const soldAt = async (id: string) => { const standing = await world.standing(id); return standing?.state === 'settled' ? standing.at - T0 : null }
    expect([await soldAt('L1'), await soldAt('L2')]).toEqual([20_000, 0])
  })

  it('with a wrong token pauses the recipient; a property that is not there is named', async () => {
    const service = await portal({ token: 'another' })
    const { verdicts, ledger } = await deliver(service, [lead('L1')])
    expect(await verdicts('L1')).toMatchObject([{ kind: 'failed', class: 'auth', pause: true }])
    expect((await ledger.recipientStates('live'))[0]?.paused).not.toBeNull()
    const { verdicts: other } = await deliver(await portal(), [lead('L1')], { more: 'Include All Fields: yes\n' })
    expect(await other('L1')).toMatchObject([{ kind: 'failed', class: 'invalid_data', reason: expect.stringContaining('does not exist') }])
  })
})

describe('what follows the contact', () => {
  it('is its list and its workflow, each found by name once, each an attempt of its own', async () => {
    const service = await portal()
    const { world, attempts, verdicts } = await deliver(service, [lead('L1'), lead('L2'), lead('L3')], { lists: LISTS })
    expect(await attempts('L1')).toEqual(['post accepted', 'list accepted', 'workflow accepted'])
    expect((await verdicts('L1'))[1]).toMatchObject({ reason: 'joined the list' })
    expect(await world.standing('L1')).toMatchObject({ outcome: 'accepted', attempts: 3, reason: 'created' })
    expect(new Set(service.members('512')).size).toBe(3)
    expect(new Set(service.enrolled(10900))).toEqual(new Set(['l1@example.com', 'l2@example.com', 'l3@example.com']))
    expect([asked(service, '/name/').length, asked(service, '/automation/v3').length]).toEqual([1, 1])
    const [put] = asked(service, '/memberships/add')
    expect([put?.method, Array.isArray(JSON.parse(put?.text ?? ''))]).toEqual(['PUT', true])
  })

  it('may be given by id, and then nothing is looked up', async () => {
    const service = await portal()
    const { attempts } = await deliver(service, [lead('L1')], { lists: 'Lists:\n  Add to: 512\n  Workflow: 10900\n' })
    expect(await attempts('L1')).toEqual(['post accepted', 'list accepted', 'workflow accepted'])
    expect(service.asked).toHaveLength(3)
  })

  it('is tried again by itself where it may pass, and the contact is not made again', async () => {
    const service = await portal()
    service.meet('/memberships/add', limited('TEN_SECONDLY_ROLLING'), 'reset', failed(502, 'GATEWAY', 'bad gateway'))
    const { world, attempts } = await deliver(service, [lead('L1')], { lists: LISTS })
    expect(await attempts('L1')).toEqual(['post accepted', 'list failed', 'list unknown', 'list failed', 'list accepted', 'workflow accepted'])
    expect(asked(service, '/upsert')).toHaveLength(1)
    expect(service.members('512')).toEqual(['50001'])
    expect(await world.standing('L1')).toMatchObject({ outcome: 'accepted', reason: 'created' })
    expect(world.clock.now()).toBeGreaterThanOrEqual(T0 + 10_000)
  })

  it('whose list cannot be looked up for a moment asks for it again with its retry', async () => {
    const service = await portal()
    service.meet('/object-type-id/', failed(502, 'GATEWAY', 'bad gateway'))
    const { attempts } = await deliver(service, [lead('L1')], { lists: LISTS })
    expect(await attempts('L1')).toEqual(['post accepted', 'list failed', 'list accepted', 'workflow accepted'])
  })

  it('that is taken up again keeps what was returned since, and what a person accepted beside the sale', async () => {
    const service = await portal({ lists: [] })
    const { world, ledger } = await deliver(service, [lead('L1')], { lists: LISTS, more: 'Price: $20\n' })
    const { delivery, events, standing } = (await ledger.ofLead('L1'))[0]!
    const at = world.clock.now()
    await ledger.append([{ deliveryId: delivery.id, version: events.length, runId: 'r', standing, events: [
      { type: 'returned', at, path: '/', recipient: 'crm', buyerLeadId: '50001', amount: money(80_000), reason: null, ref: '1' },
      { type: 'reviewed', at, decision: 'accept', note: null, sale: { path: '/', recipient: 'b', buyerLeadId: null, revenue: money(50_000) } },
    ] }])
    const mended = await portal()
    await createWorld({ crm: yaml(mended.url, 'Price: $20\n', LISTS) }, ledger).run('crm', [lead('L1')], { retryFailed: true })
    expect(await world.standing('L1')).toMatchObject({ outcome: 'accepted', revenue: money(200_000 - 80_000 + 50_000) })
  })

  it('that fails for good leaves the lead sold, told to a person; --retry-failed takes up that step alone', async () => {
    const service = await portal({ lists: [] })
    const { world, attempts, alerts, ledger } = await deliver(service, [lead('L1')], { lists: LISTS })
    expect(await attempts('L1')).toEqual(['post accepted', 'list failed', 'workflow accepted'])
    expect(await world.standing('L1')).toMatchObject({ state: 'settled', outcome: 'accepted', buyerLeadId: '50001', reason: 'its list step failed: HubSpot has no list named "New Leads - auto"' })
    expect(alerts().join('\n')).toContain('--retry-failed')

    // Nothing is taken up where nobody asks for it.
    await world.run('crm', [lead('L1')])
    expect(await attempts('L1')).toHaveLength(3)

    const mended = await portal()
    const other = createWorld({ crm: yaml(mended.url, '', LISTS) }, ledger)
    mended.meet('/memberships/add', { status: 200, body: { recordsIdsAdded: ['50001'], recordIdsRemoved: [], recordIdsMissing: [] } })
    await other.run('crm', [lead('L1')], { retryFailed: true })
    expect(await attempts('L1')).toEqual(['post accepted', 'list failed', 'workflow accepted', 'list accepted'])
    expect(await other.standing('L1')).toMatchObject({ outcome: 'accepted', reason: 'created', buyerLeadId: '50001' })
    expect(asked(mended, '/upsert')).toEqual([])
    expect(mended.enrolled(10900)).toEqual([])

    // And nothing is open any more.
    await other.run('crm', [lead('L1')], { retryFailed: true })
    expect(await attempts('L1')).toHaveLength(4)
  })

  it.each<[string, HubspotOptions, RegExp]>([
    ['a list that HubSpot fills itself', { lists: [{ id: '7', name: 'New Leads - auto', processingType: 'DYNAMIC' }] }, /dynamic/],
    ['a scope that the token lacks, without a pause', { lacks: ['crm.lists.write'] }, /required scopes/],
  ])('%s fails the step alone', async (_, options, reason) => {
    const service = await portal(options)
    const { world, verdicts, ledger, alerts } = await deliver(service, [lead('L1')], { lists: LISTS })
    expect((await verdicts('L1'))[1]).toMatchObject({ kind: 'failed', retry: false, alert: true, reason: expect.stringMatching(reason) })
    expect(await world.standing('L1')).toMatchObject({ outcome: 'accepted' })
    expect((await ledger.recipientStates('live')).every((each) => each.paused === null)).toBe(true)
    expect(alerts().length).toBeGreaterThan(0)
  })

  it('that fails for every lead does not stop the contacts: the circuit stays closed', async () => {
    const service = await portal({ lists: [], workflows: [] })
    const { ledger } = await deliver(service, Array.from({ length: 60 }, (_, i) => lead(`L${i + 1}`)), { lists: 'Lists:\n  Add to: 9\n  Workflow: 9\n', more: 'Circuit Breaker: {Error Rate: "> 50%", Over: 20 attempts, Wait: 5 minutes}\n' })
    expect(service.contacts.size).toBe(60)
    expect((await ledger.recipientStates('live')).every((each) => each.circuit === null)).toBe(true)
  })

  it('whose service fails does: the portal itself is in trouble', async () => {
    const service = await portal()
    service.meet('/memberships/add', ...Array.from({ length: 20 }, () => failed(502, 'GATEWAY', 'bad gateway')))
    const { ledger } = await deliver(service, Array.from({ length: 20 }, (_, i) => lead(`L${i + 1}`)), { lists: LISTS, more: 'Circuit Breaker: {Error Rate: "> 40%", Over: 20 attempts, Wait: 5 minutes}\n' })
    expect((await ledger.recipientStates('live')).map((each) => each.circuit)).toEqual([expect.stringContaining('open')])
  })

  it('a workflow that is not among the contact-based ones is told', async () => {
    const service = await portal({ workflows: [] })
    const { world, attempts } = await deliver(service, [lead('L1')], { lists: LISTS })
    expect(await attempts('L1')).toEqual(['post accepted', 'list accepted', 'workflow failed'])
    expect(await world.standing('L1')).toMatchObject({ outcome: 'accepted', reason: expect.stringContaining('no contact-based workflow named "Welcome Series - CA"') })
  })

  it('goes on where a process ended: only the step that was open is repeated', async () => {
    const service = await portal()
    const ledger = createMemoryLedger()
    const { world, attempts } = await deliver(service, [lead('L1')], { lists: LISTS, ledger, more: 'Retry Strategy:\n  Rate Limit:\n    Retry: 10\n' })
    expect(await attempts('L1')).toHaveLength(3)
    service.meet('/memberships/add', limited('DAILY'))
    await world.run('crm', [lead('L2')])
    expect(await world.standing('L2')).toMatchObject({ state: 'waiting' })
    expect(await attempts('L2')).toEqual(['post accepted', 'list failed'])
    await world.clock.advance(3_600_001)
    await createWorld({ crm: yaml(service.url, '', LISTS) }, ledger, world.clock.now()).run(null, null)
    expect(await attempts('L2')).toEqual(['post accepted', 'list failed', 'list accepted', 'workflow accepted'])
    expect(asked(service, '/upsert')).toHaveLength(2)
  })
})

describe('a batch', () => {
  const batch = async (service: Hubspot, leads: readonly Lead[], lists = '') => {
    const given = await deliver(service, leads, { lists, more: 'Batch:\n  Accumulate: 5 minutes\nConcurrency: 1\n' })
    await given.world.clock.advance(300_000)
    await given.world.run(null, null)
    return given
  }
  const sizes = (service: Hubspot) => asked(service, '/upsert').map((each) => (JSON.parse(each.text) as { inputs: unknown[] }).inputs.length)

  it.each([['with our trace ids', true], ['without them', false]])('of contacts that fare differently is split, %s', async (_, traces) => {
    const service = await portal({ traces })
    const { verdicts } = await batch(service, [lead('L1'), lead('L2', { email: 'no address' }), lead('L3'), lead('L4', { email: '' })])
    expect(sizes(service)).toEqual([3])
    expect((await Promise.all(['L1', 'L2', 'L3', 'L4'].map(verdicts))).flat()).toMatchObject([
      { kind: 'accepted', buyerLeadId: '50001' }, { kind: 'failed', class: 'invalid_data', retry: false, reason: expect.stringContaining('no address is invalid') }, { kind: 'accepted', buyerLeadId: '50002' }, { kind: 'failed', class: 'invalid_data' },
    ])
  })

  it('holds 100 at the most, and never two of one address', async () => {
    const service = await portal()
    const { world } = await batch(service, [...Array.from({ length: 150 }, (_, i) => lead(`L${i + 1}`)), lead('M1', { email: 'L1@Example.com' })])
    expect(sizes(service).every((each) => each <= 100)).toBe(true)
    for (const each of asked(service, '/upsert')) {
      const ids = (JSON.parse(each.text) as { inputs: { id: string }[] }).inputs.map(({ id }) => id.toLowerCase())
      expect(new Set(ids).size).toBe(ids.length)
    }
    expect(service.contacts.size).toBe(150)
    expect(await world.standing('M1')).toMatchObject({ outcome: 'accepted', reason: 'updated' })
  })

  it('that conflicts as a whole is asked for one by one', async () => {
    const service = await portal()
    service.race('l2@example.com')
    const { world, attempts } = await batch(service, [lead('L1'), lead('L2'), lead('L3')])
    expect(await attempts('L1')).toEqual(['post failed', 'post accepted'])
    expect(sizes(service)).toEqual([3, 1, 1, 1])
    for (const id of ['L1', 'L2', 'L3']) expect(await world.standing(id)).toMatchObject({ outcome: 'accepted' })
  })

  it('is followed by the steps of each of its leads', async () => {
    const service = await portal()
    const { attempts } = await batch(service, [lead('L1'), lead('L2')], LISTS)
    expect([await attempts('L1'), await attempts('L2')]).toEqual([['post accepted', 'list accepted', 'workflow accepted'], ['post accepted', 'list accepted', 'workflow accepted']])
    expect(sizes(service)).toEqual([2])
    expect(service.members('512')).toHaveLength(2)
  })
})
