import { generateKeyPairSync } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { createMemoryLedger } from '../world/memory-ledger.ts'
import type { Lead } from '../../src/core/lead.ts'
import type { Ledger } from '../../src/ports.ts'
import { T0 } from '../core/given.ts'
import { startSalesforce, type Salesforce, type SalesforceOptions, type Trouble } from '../world/crm/salesforce.ts'
import { createWorld } from './world.ts'

const open: Salesforce[] = []
afterEach(async () => { await Promise.all(open.splice(0).map((each) => each.close())) })

const organisation = async (options: SalesforceOptions = {}): Promise<Salesforce> => {
  const made = await startSalesforce({ now: () => T0, ...options })
  open.push(made)
  return made
}

const CLIENT = 'Auth:\n  Client ID: client-id\n  Client Secret: client-secret-1\n'
const MAPPING = `Field Mapping:
  FirstName: {{lead.first_name}}
  LastName: {{lead.last_name}}
  Company: {{default lead.company "Individual"}}
  Email: {{lead.email}}
  Lead_Score__c: {{lead.score}}
`
const yaml = (url: string, more = '', auth = CLIENT, mapping = MAPPING): string => `Type: salesforce.create_lead\nSettings:\n  Endpoint: ${url}\n${auth}${mapping}${more}`
const lead = (id: string, fields: Record<string, string | number> = {}): Lead => ({ id, fields: { id, first_name: 'Mary', last_name: `O'Brien ${id}`, email: `${id.toLowerCase()}@example.com`, score: 80, ...fields } })

const deliver = async (service: Salesforce, leads: readonly Lead[], more = '', { auth = CLIENT, mapping = MAPPING, ledger = createMemoryLedger() as Ledger } = {}) => {
  const world = createWorld({ crm: yaml(service.url, more, auth, mapping) }, ledger)
  await world.run('crm', leads)
  const verdicts = async (id: string) => (await world.events(id)).flatMap((each) => (each.type === 'attemptFinished' ? [each.verdict] : []))
  return { world, ledger, verdicts, alerts: () => world.seen.flatMap((each) => (each.kind === 'alert' ? [each.text] : [])) }
}
const posts = (service: Salesforce) => service.asked.filter((each) => each.path.includes('/sobjects'))

describe('one lead', () => {
  it('is made with a token of client credentials, as Salesforce documents it', async () => {
    const service = await organisation()
    const { world } = await deliver(service, [lead('L1')], 'Options:\n  Assignment Rules: false\n  Duplicate Check: true\n  Trigger Workflows: true\n')
    const id = '00Q000000000000001'
    expect(await world.standing('L1')).toMatchObject({ state: 'settled', outcome: 'accepted', buyerLeadId: id })
    expect(service.leads.get(id)).toEqual({ Id: id, FirstName: 'Mary', LastName: "O'Brien L1", Company: 'Individual', Email: 'l1@example.com', Lead_Score__c: 80 })
    expect(service.asked.map((each) => [each.method, each.path])).toEqual([['POST', '/services/oauth2/token'], ['POST', '/services/data/v68.0/sobjects/Lead']])
    expect(service.asked[0]?.text).toBe('grant_type=client_credentials&client_id=client-id&client_secret=client-secret-1')
    expect(service.asked[1]?.headers).toMatchObject({ authorization: 'Bearer 00D!session-1', 'sforce-auto-assign': 'FALSE', 'sforce-duplicate-rule-header': 'allowSave=false' })
    expect(service.asked[1]?.headers['idempotency-key']).toBeUndefined()
  })

  it.each([
    ['JWT', 'Auth:\n  Type: JWT\n', {}],
    ['an audience of its own', 'Auth:\n  Type: JWT\n  Audience: https://test.salesforce.com\n', { outcome: 'failed' }],
  ])('signs in by %s', async (_, auth, { outcome = 'accepted' }: { outcome?: string }) => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } })
    const service = await organisation({ publicKey })
    const { world, verdicts } = await deliver(service, [lead('L1')], '', { auth: `${auth}  Client ID: client-id\n  Username: integration@acme.example\n  Private Key: "${privateKey.trim().replaceAll('\n', '\\n')}"\n` })
    expect(await world.standing('L1')).toMatchObject({ outcome })
    expect(await verdicts('L1')).toMatchObject([outcome === 'accepted' ? { kind: 'accepted' } : { kind: 'failed', class: 'auth', reason: expect.stringContaining('audience is invalid') }])
  })

  it('is made or updated by its external id, which a repeat after no answer makes no second record of', async () => {
    const service = await organisation()
    const mapping = `${MAPPING}  Lead_Id__c: {{lead.id}}\n`
    service.meet('reset')
    const { world, verdicts } = await deliver(service, [lead('L1')], 'External ID: Lead_Id__c\n', { mapping })
    expect(await verdicts('L1')).toMatchObject([{ kind: 'unknown' }, { kind: 'accepted', reason: 'updated', buyerLeadId: '00Q000000000000001' }])
    expect(service.leads.size).toBe(1)
    expect(posts(service)[0]).toMatchObject({ method: 'PATCH', path: '/services/data/v68.0/sobjects/Lead/Lead_Id__c/L1' })
    expect(posts(service)[0]?.text).not.toContain('Lead_Id__c')
    expect(await world.standing('L1')).toMatchObject({ outcome: 'accepted' })
  })

  it('with an ambiguous external id fails and changes none', async () => {
    const service = await organisation()
    const mapping = `${MAPPING}  Status: New\n`
    await deliver(service, [lead('L1'), lead('L2')], '', { mapping })
    const { verdicts } = await deliver(service, [lead('L3')], 'External ID: Status\n', { mapping })
    expect(await verdicts('L3')).toMatchObject([{ kind: 'failed', class: 'invalid_data', retry: false, reason: expect.stringContaining('several records') }])
    expect(service.leads.size).toBe(2)
  })

  it('without a value for its external id is not sent', async () => {
    const service = await organisation()
    const { verdicts } = await deliver(service, [lead('L1')], 'External ID: Lead_Id__c\n', { mapping: `${MAPPING}  Lead_Id__c: {{lead.nothing}}\n` })
    expect(await verdicts('L1')).toMatchObject([{ kind: 'failed', class: 'invalid_data', reason: expect.stringContaining('Lead_Id__c') }])
    expect(posts(service)).toEqual([])
  })
})

const error = (status: number, errorCode: string, message: string, headers: Record<string, string> = {}): Trouble => ({ status, body: [{ errorCode, message, fields: [] }], headers })

describe('errors', () => {
  it.each<[string, Record<string, string | number>, object]>([
    ['a field that is required', { last_name: '' }, { kind: 'failed', class: 'invalid_data', retry: false, reason: 'REQUIRED_FIELD_MISSING: Required fields are missing: [LastName]' }],
    ['an e-mail address that is none', { email: 'nobody' }, { kind: 'failed', class: 'invalid_data', retry: false, reason: 'INVALID_EMAIL_ADDRESS: Email: invalid email address: nobody' }],
  ])('%s is a fault of the data', async (_, fields, expected) => {
    const { verdicts } = await deliver(await organisation(), [lead('L1', fields)])
    expect(await verdicts('L1')).toMatchObject([expected])
  })

  it('a duplicate that a rule finds is one, and its record is named', async () => {
    const { world, verdicts } = await deliver(await organisation(), [lead('L1'), lead('L2', { email: 'l1@example.com' })], 'Concurrency: 1\n')
    expect(await verdicts('L2')).toMatchObject([{ kind: 'duplicate', class: 'duplicate', reason: 'DUPLICATES_DETECTED: Use one of these records?', buyerLeadId: '00Q000000000000001' }])
    expect(await world.standing('L2')).toMatchObject({ outcome: 'duplicate', revenue: null })
  })

  it('Duplicate Check: no saves it all the same', async () => {
    const service = await organisation()
    const { verdicts } = await deliver(service, [lead('L1'), lead('L2', { email: 'l1@example.com' })], 'Options:\n  Duplicate Check: no\n')
    expect([...await verdicts('L1'), ...await verdicts('L2')]).toMatchObject([{ kind: 'accepted' }, { kind: 'accepted' }])
  })

  it('a row that is locked is tried again, although it comes as a 400', async () => {
    const service = await organisation()
    service.lock("O'Brien L1", 2)
    const { world, verdicts } = await deliver(service, [lead('L1')])
    expect(await verdicts('L1')).toMatchObject([{ kind: 'failed', class: 'server_error', retry: true, reason: expect.stringContaining('UNABLE_TO_LOCK_ROW') }, { kind: 'failed' }, { kind: 'accepted' }])
    expect(world.clock.now()).toBeGreaterThan(T0 + 2_000)
  })

  it.each<[string, Trouble, object, string | null]>([
    ['a value that is unique and taken', error(400, 'DUPLICATE_VALUE', 'duplicate value found: Lead_Id__c'), { kind: 'duplicate' }, null],
    ['several at once', { status: 400, body: [{ errorCode: 'STRING_TOO_LONG', message: 'First Name: data value too large', fields: ['FirstName'] }, { errorCode: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', message: 'bad value for restricted picklist field', fields: ['Status'] }] }, { kind: 'failed', class: 'invalid_data', retry: false, reason: 'STRING_TOO_LONG: First Name: data value too large; INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST: bad value for restricted picklist field' }, null],
    ['rights that are missing', error(403, 'INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id'), { kind: 'failed', class: 'auth', retry: false, alert: true, pause: true }, 'auth'],
    ['an API that is switched off', error(403, 'API_DISABLED_FOR_ORG', 'API is not enabled for this Organization or Partner'), { kind: 'failed', class: 'auth', alert: true, pause: true }, 'auth'],
    ['an object that is not there', error(404, 'NOT_FOUND', 'The requested resource does not exist'), { kind: 'failed', class: 'invalid_data', retry: false, alert: true }, 'invalid_data'],
    ['a page of maintenance', { status: 503, body: '<html><body>Down for maintenance</body></html>', headers: { 'content-type': 'text/html' } }, { kind: 'failed', class: 'server_error', retry: true }, null],
    ['a lock that a trigger met', error(400, 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'LeadTrigger: execution of AfterInsert caused by: System.DmlException: Update failed. First exception on row 0; first error: UNABLE_TO_LOCK_ROW, unable to obtain exclusive access to this record: []'), { kind: 'failed', class: 'server_error', retry: true }, null],
    ['a trigger that refuses it', error(400, 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'LeadTrigger: Phone must be real'), { kind: 'failed', class: 'invalid_data', retry: false }, null],
    ['a gateway that says when', { status: 503, body: [{ errorCode: 'SERVER_UNAVAILABLE', message: 'busy', fields: [] }], headers: { 'retry-after': '7' } }, { kind: 'failed', class: 'rate_limited', retry: true, retryAfterMs: 7_000 }, null],
    ['an answer that is none', { status: 201, body: '' }, { kind: 'unconfirmed' }, null],
    ['a success without an id', { status: 201, body: { success: true, errors: [] } }, { kind: 'unconfirmed' }, null],
  ])('%s', async (_, trouble, expected, alert) => {
    const service = await organisation()
    service.meet(trouble)
    const { verdicts, alerts } = await deliver(service, [lead('L1')])
    expect((await verdicts('L1'))[0]).toMatchObject(expected)
    expect(alerts().some((each) => alert !== null && each.startsWith(alert))).toBe(alert !== null)
  })

  it('a version that is retired is told to a person', async () => {
    const { verdicts, alerts } = await deliver(await organisation(), [lead('L1')], 'API Version: v30.0\n')
    expect(await verdicts('L1')).toMatchObject([{ kind: 'failed', class: 'invalid_data', retry: false, alert: true }])
    expect(alerts()).toHaveLength(1)
  })

  it('an allocation that is used up keeps the leads for an hour, with an alert, and nothing is paused', async () => {
    const service = await organisation({ allocation: 1 })
    const { world, verdicts, ledger, alerts } = await deliver(service, [lead('L1'), lead('L2')], 'Concurrency: 1\n')
    expect(await verdicts('L2')).toMatchObject([{ kind: 'failed', class: 'rate_limited', retry: true, retryAfterMs: 3_600_000, alert: true, reason: expect.stringContaining('allocation') }])
    expect(await world.standing('L2')).toMatchObject({ state: 'waiting' })
    expect(alerts()).toHaveLength(1)
    expect((await ledger.recipientStates('live'))[0]).toMatchObject({ paused: null, closedUntil: expect.any(Number) })
  })

  it('too many calls at once are repeated in a minute', async () => {
    const service = await organisation()
    service.meet(error(403, 'REQUEST_LIMIT_EXCEEDED', 'ConcurrentPerOrgLongTxn Limit exceeded.', { 'Sforce-Limit-Info': 'api-usage=18/5000' }))
    const { verdicts } = await deliver(service, [lead('L1')], 'Retries: 3\n')
    expect((await verdicts('L1'))[0]).toMatchObject({ kind: 'failed', class: 'rate_limited', retryAfterMs: 60_000 })
  })
})

describe('the token', () => {
  it('of a session that ends in the middle is renewed once, and no lead is lost or made twice', async () => {
    const service = await organisation()
    const { world } = await deliver(service, [lead('L1'), lead('L2')])
    service.expire()
    await world.run('crm', [lead('L3'), lead('L4'), lead('L5')])
    expect(service.tokens).toHaveLength(2)
    expect(service.leads.size).toBe(5)
  })

  it('is kept in the store, sealed: the next run asks for none', async () => {
    const service = await organisation()
    const { ledger } = await deliver(service, [lead('L1')])
    expect(await ledger.sealedToken('crm', 'live')).not.toContain('session')
    await deliver(service, [lead('L2')], '', { ledger })
    expect(service.tokens).toHaveLength(1)
    service.expire()
    const { verdicts } = await deliver(service, [lead('L3')], '', { ledger })
    expect(service.tokens).toHaveLength(2)
    expect(await verdicts('L3')).toMatchObject([{ kind: 'failed', renew: true }, { kind: 'accepted' }])
  })

  it('that is refused twice pauses the recipient, and no third is asked for', async () => {
    const service = await organisation()
    const expired = error(401, 'INVALID_SESSION_ID', 'Session expired or invalid')
    service.meet(expired, expired, expired)
    const { world, alerts, ledger } = await deliver(service, [lead('L1')])
    expect(service.tokens).toHaveLength(2)
    expect(posts(service)).toHaveLength(2)
    expect(alerts()).toHaveLength(1)
    expect((await ledger.recipientStates('live'))[0]?.paused).not.toBeNull()
    expect(await world.standing('L1')).toMatchObject({ outcome: 'failed' })
  })

  it.each(['This session is not valid for use with the REST API', 'Connected app is not attached to Agent'])('is not renewed where "%s"', async (message) => {
    const service = await organisation()
    service.meet(error(401, 'INVALID_SESSION_ID', message))
    const { verdicts } = await deliver(service, [lead('L1')])
    expect(service.tokens).toHaveLength(1)
    expect(await verdicts('L1')).toMatchObject([{ kind: 'failed', class: 'auth', pause: true, alert: true }])
  })

  it('that is refused to wrong credentials pauses the recipient, in the words of the token host', async () => {
    const { verdicts, alerts } = await deliver(await organisation(), [lead('L1')], '', { auth: 'Auth:\n  Client ID: client-id\n  Client Secret: other\n' })
    expect((await verdicts('L1'))[0]).toMatchObject({ kind: 'failed', class: 'auth', pause: true, reason: expect.stringContaining('invalid_client') })
    expect(alerts()).toHaveLength(1)
  })
})

describe('a batch', () => {
  const BATCH = 'Batch:\n  Accumulate: 5 minutes\n'
  it('is one call with a verdict for each row', async () => {
    const service = await organisation()
    service.lock("O'Brien L4", 1)
    const { world, verdicts } = await deliver(service, [lead('L1'), lead('L2', { last_name: '' }), lead('L3', { email: 'l1@example.com' }), lead('L4')], BATCH)
    await world.clock.advance(300_000)
    await world.run(null, null)
    expect([...await verdicts('L1'), ...await verdicts('L2'), ...await verdicts('L3')]).toMatchObject([
      { kind: 'accepted', buyerLeadId: '00Q000000000000001' }, { kind: 'failed', class: 'invalid_data', retry: false, reason: expect.stringContaining('REQUIRED_FIELD_MISSING') }, { kind: 'duplicate' },
    ])
    // The row that was locked joins the next batch.
    await world.clock.advance(400_000)
    await world.run(null, null)
    expect(await verdicts('L4')).toMatchObject([{ kind: 'failed', class: 'server_error', retry: true }, { kind: 'accepted' }])
    expect(JSON.parse(posts(service)[0]?.text ?? '')).toMatchObject({ allOrNone: false, records: [{ attributes: { type: 'Lead' }, LastName: "O'Brien L1" }, {}, {}, {}] })
    expect(posts(service).map((each) => each.path)).toEqual(['/services/data/v68.0/composite/sobjects', '/services/data/v68.0/composite/sobjects'])
  })

  it('holds 200 at the most, and goes again as it was after its session ended', async () => {
    const service = await organisation()
    const { world } = await deliver(service, Array.from({ length: 200 }, (_, i) => lead(`L${i + 1}`)), 'Batch:\n  Accumulate: 200 leads or 5 minutes\n')
    expect(posts(service)).toHaveLength(1)
    service.expire()
    await world.run('crm', Array.from({ length: 250 }, (_, i) => lead(`M${i + 1}`)))
    const sizes = posts(service).map((each) => (JSON.parse(each.text) as { records: unknown[] }).records.length)
    expect(sizes).toEqual([200, 200, 200])
    expect(service.tokens).toHaveLength(2)
    expect(service.leads.size).toBe(400)
  })

  it('by external id keeps equal ids apart, and a lead without one fails alone', async () => {
    const service = await organisation()
    const { world, verdicts } = await deliver(service, [lead('L1', { ext: 'A' }), lead('L2', { ext: 'a' }), lead('L3', { ext: 'B' }), lead('L4', { ext: '' })], `External ID: Lead_Id__c\n${BATCH}Concurrency: 1\n`, { mapping: `${MAPPING}  Lead_Id__c: {{lead.ext}}\n` })
    await world.clock.advance(300_000)
    await world.run(null, null)
    expect(await verdicts('L4')).toMatchObject([{ kind: 'failed', class: 'invalid_data', reason: expect.stringContaining('Lead_Id__c') }])
    expect(posts(service).map((each) => [each.method, each.path, (JSON.parse(each.text) as { records: unknown[] }).records.length])).toEqual([
      ['PATCH', '/services/data/v68.0/composite/sobjects/Lead/Lead_Id__c', 2], ['PATCH', '/services/data/v68.0/composite/sobjects/Lead/Lead_Id__c', 1],
    ])
    expect(service.leads.size).toBe(2)
  })
})
