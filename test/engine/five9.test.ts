import { afterEach, describe, expect, it } from 'vitest'
import type { Lead } from '../../src/core/lead.ts'
import { readSnippets } from '../definitions/snippets.ts'
import { load } from '../definitions/loading.ts'
import { startFive9, type Five9, type Five9Options } from '../world/dialers/five9.ts'
import { startBuyer } from '../world/buyer.ts'
import { createWorld, type World } from './world.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => { await Promise.all(open.splice(0).map((each) => each.close())) })
const closing = <T extends { close(): Promise<void> }>(each: T): T => { open.push(each); return each }

const file = (five9: Five9, more = '', mapping = ''): string => `Type: five9.add_to_list
Settings:
  Endpoint: ${five9.url}
  Domain: Acme Sales
  List: New Leads
Auth: {Username: api, Password: "s3cret"}
Field Mapping:
  number1: {{lead.phone_1}}
  number2: {{lead.phone_2}}
  first_name: {{lead.first_name}}
  account_number: {{lead.id}}
${mapping}${more}`

const lead = (id: string, fields: Readonly<Record<string, unknown>> = {}): Lead => ({ id, fields: { id, first_name: "Mary O'Brien", phone_1: '(415) 555-0101', timezone: 'America/Los_Angeles', ...fields } })

/** A Tuesday, 09:00 in New York and 06:00 in Los Angeles. */
const MORNING = Date.UTC(2026, 10, 24, 14)

const deliver = async (options: Five9Options, leads: readonly Lead[] = [lead('L1')], more = '', mapping = '') => {
  const five9 = closing(await startFive9({ credentials: 'api:s3cret', ...options }))
  const world = createWorld({ dialer: file(five9, more, mapping) }, undefined, MORNING)
  await world.run('dialer', leads)
  return { five9, world, standing: await world.standing('L1') }
}
const verdicts = async (world: World, id = 'L1') => (await world.events(id)).flatMap((each) => (each.type === 'attemptFinished' ? [each.verdict] : []))

describe('five9.add_to_list', () => {
  it('adds the lead to the list, with digits only and the names that Web2Campaign asks for', async () => {
    const { five9, standing } = await deliver({})
    expect(standing).toMatchObject({ state: 'settled', outcome: 'accepted', reason: 'The request was successfully processed' })
    expect(five9.inList('New Leads')).toEqual(['4155550101'])
    expect(Object.fromEntries(five9.asked[0]?.parameters ?? [])).toEqual({
      F9domain: 'Acme Sales', F9list: 'New Leads', F9key: 'number1', F9retResults: '1', number1: '4155550101', first_name: "Mary O'Brien", account_number: 'L1',
    })
    expect(five9.asked[0]).toMatchObject({ method: 'POST', path: '/web2campaign/AddToList', headers: { 'content-type': 'application/x-www-form-urlencoded' } })
  })

  it('sends the ten digits of a number that has its country code with it', async () => {
    const { five9 } = await deliver({}, [lead('L1', { phone_1: '+1 (415) 555-0199' })])
    expect(five9.inList('New Leads')).toEqual(['4155550199'])
  })

  it('a number that is in the list is a duplicate (603), one that the CRM knows is accepted (602)', async () => {
    const { world, five9 } = await deliver({ lists: ['New Leads', 'Other'] }, [lead('L1'), lead('L2')], 'Concurrency: 1\n')
    expect(await verdicts(world, 'L2')).toMatchObject([{ kind: 'duplicate', reason: 'The record is in the list already, it was not added' }])
    const other = createWorld({ dialer: file(five9).replace('List: New Leads', 'List: Other') }, undefined, MORNING)
    await other.run('dialer', [lead('L3')])
    expect(await verdicts(other, 'L3')).toMatchObject([{ kind: 'accepted', reason: 'The record existed and was added to the list' }])
  })

  it('is tried again after 715, too many requests', async () => {
    const { five9, world } = await deliver({ busy: 2 })
    expect((await verdicts(world)).map((each) => ('class' in each ? each.class : each.kind))).toEqual(['rate_limited', 'rate_limited', 'accepted'])
    expect(five9.asked).toHaveLength(3)
  })

  it.each([
    ['716, a disabled domain', { disabled: true }, 'Domain is disabled'],
    ['718, an unknown domain', { domain: 'Other' }, 'Domain is not found'],
    ['401', { credentials: 'api:other' }, 'Unauthorized'],
  ])('is paused, and somebody told, after %s', async (_, options, reason) => {
    const { world, five9 } = await deliver(options, [lead('L1'), lead('L2')], 'Concurrency: 1\n')
    expect(await verdicts(world)).toMatchObject([{ kind: 'failed', class: 'auth', retry: false, pause: true, alert: true, reason }])
    expect(five9.asked).toHaveLength(1)
    expect(await world.standing('L2')).toMatchObject({ state: 'waiting', why: expect.stringContaining('paused') })
  })

  it.each([
    ['714', lead('L1', { phone_1: '555' }), '', { kind: 'failed', class: 'invalid_data', retry: false, reason: 'Value has a wrong format' }],
    ['713', lead('L1', { first_name: 'x'.repeat(200) }), '', { kind: 'failed', class: 'invalid_data', retry: false }],
    ['712', lead('L1'), 'Record Key: salesforce_id\n', { kind: 'failed', class: 'invalid_data', retry: false, reason: 'Key field is invalid' }],
  ])('is not tried again after %s', async (_, given, more, expected) => {
    const { world, five9 } = await deliver({}, [given], more)
    expect(await verdicts(world)).toMatchObject([expected])
    expect(five9.asked).toHaveLength(1)
  })

  it('a page without F9errCode holds the lead: a 200 alone proves nothing', async () => {
    const buyer = closing(await startBuyer({ script: { do: 'answer', status: 200, headers: { 'content-type': 'text/html' }, body: '<html><body>Scheduled maintenance</body></html>' } }))
    const world = createWorld({ dialer: `Type: five9.add_to_list\nEndpoint: ${buyer.url}\nDomain: d\nList: l\nField Mapping:\n  number1: {{lead.phone_1}}\n` })
    await world.run('dialer', [lead('L1')])
    expect(await world.standing('L1')).toMatchObject({ state: 'settled', outcome: 'held', reason: expect.stringContaining('F9errCode') })
  })

  it('several keys repeat F9key; Update CRM and Call ASAP go with it', async () => {
    const { five9 } = await deliver({}, [lead('L1')], 'Record Key: [number1, account_number]\nUpdate CRM: yes\nOptions:\n  Call ASAP: yes\n')
    expect(five9.asked[0]?.parameters.getAll('F9key')).toEqual(['number1', 'account_number'])
    expect(five9.asked[0]?.body).toContain('F9updateCRM=1&F9CallASAP=1')
  })

  it('a Call Window holds the lead until it opens where the lead lives', async () => {
    const { five9, world, standing } = await deliver({}, [lead('L1'), lead('L2', { timezone: 'America/New_York', phone_1: '2125550101' })], 'Options:\n  Call Window: 9am-8pm\n  Timezone: {{lead.timezone}}\n')
    expect(standing).toMatchObject({ state: 'waiting', why: expect.stringMatching(/outside its window \(America\/Los_Angeles\)/) })
    expect(five9.inList('New Leads')).toEqual(['2125550101'])
    await world.clock.advance(3 * 3_600_000)
    await world.run(null, null)
    expect(five9.inList('New Leads')).toEqual(['2125550101', '4155550101'])
  })

  it('with Schedule Calls the lead goes at once, and Five9 is told when to call', async () => {
    const { five9, world } = await deliver({}, [lead('L1'), lead('L2', { timezone: 'America/New_York', phone_1: '2125550101' }), lead('L3', { timezone: 'nowhere', phone_1: '123' })], 'Options:\n  Call Window: 9am-8pm\n  Timezone: {{lead.timezone}}\n  Schedule Calls: yes\n  Call ASAP: yes\n')
    const told = Object.fromEntries(five9.asked.map(({ parameters }) => [parameters.get('number1'), ['F9TimeToCall', 'F9TimeFormat', 'F9CallASAP'].map((name) => parameters.get(name))]))
    expect(told).toEqual({ '4155550101': ['2026-11-24 09:00:00 -0800', 'yyyy-MM-dd HH:mm:ss Z', null], '2125550101': [null, null, '1'] })
    expect(five9.inList('New Leads')).toHaveLength(2)
    expect(await world.standing('L3')).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('time zone is not known') })
  })
})

describe('where five9.add_to_list goes', () => {
  const definition = (more: string) => {
    const found = load({ r: `Recipient: R\nType: five9.add_to_list\nDomain: d\nList: l\nField Mapping:\n  number1: {{digits lead.phone_1}}\n${more}` }).catalogue.recipients.get('r')
    if (found?.kind !== 'endpoint') throw new Error('no endpoint')
    return found.definition
  }
  it('by itself, and with the host or the whole address replaced, in tests too', () => {
    expect(definition('').url?.text).toBe('https://api.five9.com/web2campaign/AddToList')
    expect(definition('Endpoint: https://api.five9.eu/\n').url?.text).toBe('https://api.five9.eu/web2campaign/AddToList')
    expect(definition('Endpoint: https://gate.example/five9\n').url?.text).toBe('https://gate.example/five9')
    expect(definition('Backup Endpoint: https://b.example\n').backupUrl?.text).toBe('https://b.example/web2campaign/AddToList')
    expect(definition('Test Settings: {Endpoint: https://t.example}\n').test?.endpoint?.text).toBe('https://t.example/web2campaign/AddToList')
  })
})

describe('check says of five9.add_to_list', () => {
  const said = (text: string) => load({ r: `Recipient: R\nType: five9.add_to_list\n${text}` }).said
  const GOOD = 'Domain: d\nList: l\nField Mapping:\n  number1: {{digits lead.phone_1}}\n'
  it('nothing, where nothing is wrong', () => {
    expect(said(GOOD)).toEqual([])
    expect(said('Field Mapping:\n  F9domain: d\n  F9list: "{{lead.state}}"\n  {{#if lead.phone_1}}\n  number1: {{digits lead.phone_1}}\n  {{/if}}\n')).toEqual([])
  })
  it('a misspelt Domain once', () => { expect(said(GOOD.replace('Domain', 'Domian'))).toEqual([expect.stringMatching(/unknown-key.*did you mean "Domain"/)]) })
  it.each([
    ['no Domain', GOOD.replace('Domain: d\n', ''), /has no Domain/],
    ['no List', GOOD.replace('List: l\n', ''), /has no List/],
    ['no number1', GOOD.replace('number1', 'phone'), /maps no number1/],
    ['a time without its format', `${GOOD}  F9TimeToCall: "2026-11-24"\n`, /must come together \(code 710\)/],
    ['a redirect', `${GOOD}  F9retURL: https://a.example\n`, /F9retURL/],
    ['another format', `${GOOD}Format: JSON\n`, /takes a form/],
    ['a batch', `${GOOD}Batch: {Accumulate: 10 leads}\n`, /one record in a request/],
    ['Schedule Calls without a time zone', `${GOOD}Schedule Calls: yes\nCall Window: 9am-8pm\n`, /needs a Timezone/],
    ['Schedule Calls without a window', `${GOOD}Schedule Calls: yes\n`, /needs a Call Window/],
  ])('%s', (_, text, message) => { expect(said(text)).toEqual([expect.stringMatching(message)]) })
})

describe("the guide's Dialer Integration", () => {
  const start = async (script: Parameters<typeof startBuyer>[0] = {}) => {
    const dialer = closing(await startBuyer(script))
    const text = (readSnippets().find((each) => each.title === 'Dialer Integration')?.text ?? '').replace(/^Recipient:.*\n/m, '').replace('https://api.five9.com', dialer.url)
    return { dialer, world: createWorld({ dialer: text }, undefined, MORNING) }
  }
  const west = lead('L1', { phone_1: '4155550101', score: 88 })
  const east = lead('L2', { phone_1: '2125550101', score: 40, timezone: 'America/New_York', phone_2: '2125550102' })

  it('posts JSON to the campaign, and holds a lead whose window is shut', async () => {
    const { dialer, world } = await start()
    await world.run('dialer', [west, east], { vars: { campaign_id: '1200' } })
    expect(dialer.journal.map((each) => [each.method, each.path, JSON.parse(each.body)])).toEqual([
      ['POST', '/campaigns/1200/leads', { number1: '2125550101', number2: '2125550102', first_name: "Mary O'Brien", account_number: 'L2', priority: '2' }],
    ])
    expect(await world.standing('L1')).toMatchObject({ state: 'waiting', why: expect.stringContaining('America/Los_Angeles') })
    await world.clock.advance(3 * 3_600_000)
    await world.run(null, null)
    expect(JSON.parse(dialer.journal[1]?.body ?? '')).toMatchObject({ number1: '4155550101', priority: '1' })
  })

  it('Max Attempts: 3 is the most requests for one lead; without it the retry rules decide', async () => {
    const failing = { script: { do: 'answer', status: 503 } } as const
    const limited = await start(failing)
    await limited.world.run('dialer', [east], { vars: { campaign_id: '1200' } })
    expect(limited.dialer.journal).toHaveLength(3)
    expect(await limited.world.standing('L2')).toMatchObject({ outcome: 'failed', attempts: 3 })
    const dialer = closing(await startBuyer(failing))
    const free = createWorld({ dialer: `Type: webhook.post\nURL: ${dialer.url}\n` }, undefined, MORNING)
    await free.run('dialer', [east])
    expect(dialer.journal).toHaveLength(4)
  })
})
