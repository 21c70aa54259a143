import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { endpointYaml } from '../engine/world.ts'
import { type Buyer } from '../world/buyer.ts'
import { createProject, leadsCsv, type Project, removeProjects } from './project.ts'
import { buyersOfTests } from '../world/buyers.ts'

const buyer = buyersOfTests()
afterEach(removeProjects)

const YES = { do: 'accept', price: '45.00' } as const
/** Test mode sends to `each`, so that `--clock` may be used. */
const tested = (each: Buyer, more = ''): string => endpointYaml('https://live.example', `Test Settings: {Endpoint: ${each.url}/leads}\n${more}`)
/** A command as if it were `clock`; every one is a process of its own on the same store. */
const at = async (project: Project, clock: string, ...args: readonly string[]) => {
  const { code, out, err } = await project.run(...args, '--test', '--clock', clock, '--out', 'out', '--json', '--wait', '0s')
  if (out === '') throw new Error(err)
  return { code, err, ...(JSON.parse(out) as { outcomes: Record<string, number>; alerts: unknown[] }) }
}
const deliver = async (project: Project, clock: string, to: string, leads: string) => {
  project.write('leads.csv', leads)
  return at(project, clock, 'deliver', 'leads.csv', '--to', to)
}
const reasons = (project: Project): Readonly<Record<string, string>> => Object.fromEntries(project.rows('out/results.csv').map((row) => [row.lead_id, `${row.outcome}: ${row.reason}`]))
const explained = async (project: Project, lead: string): Promise<string> => (await project.run('explain', lead)).out

describe('what a person does in a rehearsal', () => {
  it('happens at the time of --clock, so that the next run goes on with it', async () => {
    const unclear = { do: 'answer', status: 200, body: '{{{' } as const
    const a = await buyer({ script: [unclear, unclear, YES] })
    const project = createProject({ a: tested(a) })
    expect(await deliver(project, '2026-01-15T10:00:00Z', 'a', leadsCsv(2))).toMatchObject({ outcomes: { held: 2 } })
    const then = ['--test', '--clock', '2026-01-16T10:00:00Z']
    await project.run('review', 'retry', 'L1', ...then)
    await project.run('review', 'accept', 'L2', '--price', '4', ...then)
    expect(await at(project, '2026-01-16T10:01:00Z', 'resume')).toMatchObject({ outcomes: { accepted: 1 } })
    project.write('returns.csv', 'lead_id\nL2\n')
    await project.run('returns', 'returns.csv', '--test', '--clock', '2026-01-17T10:00:00Z')
    expect(await project.json('report', '--test')).toMatchObject({ days: { '2026-01-15': { leads: 0 }, '2026-01-16': { leads: 2 }, '2026-01-17': { returns: 1 } } })
    await project.run('pause', 'a', ...then)
    expect(await project.json('status', ...then)).toMatchObject({ at: expect.stringContaining('2026-01-16T10:00'), recipients: [{ paused: { at: expect.stringContaining('2026-01-16T10:00') } }] })
  })
})

describe('caps', () => {
  it('begin anew at the recipient\'s own midnight, on the day of 25 hours too', async () => {
    const a = await buyer({ script: YES })
    const project = createProject({ a: tested(a, 'Caps: 2 per day\nTimezone: America/New_York\n') })
    expect(await deliver(project, '2026-11-01T03:00:00Z', 'a', leadsCsv(7))).toMatchObject({ code: 0, outcomes: { accepted: 2, waiting: 5 } })
    expect(await explained(project, 'L7')).toContain('a: cap of 2 per day reached (America/New_York), opens 2026-11-01 00:00')
    await at(project, '2026-11-01T03:59:00Z', 'resume')
    expect(a.journal).toHaveLength(2)
    await at(project, '2026-11-01T04:00:00Z', 'resume')
    expect(a.journal).toHaveLength(4)
    // 24 hours after midnight it is still November 1 in New York.
    await at(project, '2026-11-02T04:30:00Z', 'resume')
    expect(a.journal).toHaveLength(4)
    expect(await explained(project, 'L7')).toContain('opens 2026-11-02 00:00')
    await at(project, '2026-11-02T05:00:00Z', 'resume')
    expect(a.journal).toHaveLength(6)
  })

  it('that are raised hold back no longer what waits, once a person says so at that time', async () => {
    const a = await buyer({ script: YES })
    const project = createProject({ a: tested(a, 'Caps: 1 per day\n') })
    await deliver(project, '2026-01-15T10:00:00Z', 'a', leadsCsv(3))
    project.write('recipients/a.yaml', `Recipient: a\n${tested(a, 'Caps: 9 per day\n')}`)
    expect((await project.run('unpause', 'a', '--test', '--clock', '2026-01-15T10:05:00Z')).err).toContain('2 leads are due now')
    expect(await at(project, '2026-01-15T10:06:00Z', 'resume')).toMatchObject({ outcomes: { accepted: 2 } })
  })

  it('pass a lead by where the pattern has another, with the reason in the ledger', async () => {
    const [a, b] = [await buyer({ script: YES }), await buyer({ script: YES })]
    const project = createProject({ a: tested(a, 'Caps: 1 per hour, 2 per month\n'), b: tested(b), sell: 'Pattern: Waterfall\nTry: [a, b]\n' })
    await deliver(project, '2026-11-24T10:30:00Z', 'sell', leadsCsv(3))
    expect([a.journal.length, b.journal.length]).toEqual([1, 2])
    expect(project.rows('out/ledger.csv').filter((row) => row.verdict === 'skipped').map((row) => `${row.recipient}: ${row.reason}`)).toEqual(Array(2).fill('a: a: cap of 1 per hour reached (UTC), opens 2026-11-24 11:00'))
    await deliver(project, '2026-11-24T11:00:00Z', 'sell', leadsCsv(1, 4))
    await deliver(project, '2026-11-24T12:00:00Z', 'sell', leadsCsv(1, 5))
    expect([a.journal.length, b.journal.length]).toEqual([2, 3])
    expect(await explained(project, 'L5')).toContain('cap of 2 per month reached (UTC), opens 2026-12-01 00:00')
  })

  it('in money close although only the answer tells the price, and check says what to write', async () => {
    const a = await buyer({ script: { ...YES, afterMs: 20 } })
    const project = createProject({ a: endpointYaml(a.url, 'Caps: $100 per month\n') })
    project.write('leads.csv', leadsCsv(8))
    expect((await project.run('check')).out).toContain('warning[cap-without-price]')
    const { code, out } = await project.run('deliver', 'leads.csv', '--to', 'a', '--yes', '--json', '--wait', '0s', '--concurrency', '8')
    expect(code).toBe(0)
    // The third sale carries it past its cap, which only its answer tells; none follows.
    expect(a.journal).toHaveLength(3)
    expect(JSON.parse(out)).toMatchObject({ outcomes: { accepted: 3, waiting: 5 } })
  })

  it('in money are kept exactly where the price is known, however many leads go at once', async () => {
    const a = await buyer({ script: { ...YES, afterMs: 20 } })
    const project = createProject({ a: endpointYaml(a.url, 'Caps: $100 per month\nPrice: $45\n') })
    project.write('leads.csv', leadsCsv(8))
    const { out } = await project.run('deliver', 'leads.csv', '--to', 'a', '--yes', '--json', '--wait', '0s', '--concurrency', '8')
    expect(JSON.parse(out)).toMatchObject({ revenue: '90.00', outcomes: { accepted: 2, waiting: 6 } })
    expect(a.journal).toHaveLength(2)
  })
})

describe('hours and days', () => {
  it('are of the lead\'s own place, and of business days', async () => {
    const a = await buyer({ script: YES })
    const project = createProject({ a: tested(a, 'Call Window: 9am-8pm\nDays: Mon-Fri\nTimezone: lead\n') })
    const leads = 'id,email,state,timezone\nNY,a@x.example,NY,\nCA,b@x.example,CA,\nHI,c@x.example,NY,Pacific/Honolulu\nXX,d@x.example,,\n'
    // Friday, 8:30 in New York.
    expect(await deliver(project, '2026-11-27T13:30:00Z', 'a', leads)).toMatchObject({ outcomes: { waiting: 4 } })
    expect(await explained(project, 'NY')).toMatch(/next: .*outside its window \(America\/New_York\), opens 2026-11-27 09:00/)
    expect(await explained(project, 'XX')).toMatch(/until a person acts – a: the lead's time zone is not known/)
    await at(project, '2026-11-27T14:00:00Z', 'resume')
    await at(project, '2026-11-27T17:00:00Z', 'resume')
    await at(project, '2026-11-27T19:00:00Z', 'resume')
    expect(a.journal.map((each) => JSON.parse(each.body).leadId)).toEqual(['NY', 'CA', 'HI'])
    // 20:00 on Friday is outside; Monday 9:00 is the next.
    await deliver(project, '2026-11-28T01:00:00Z', 'a', 'id,email,state\nLate,a@x.example,NY\n')
    expect(await explained(project, 'Late')).toContain('opens 2026-11-30 09:00')
  })
})

describe('leads that are not wanted', () => {
  it('are skipped, nothing is sent, and the reason says what was asked', async () => {
    const a = await buyer({ script: YES })
    const project = createProject({ a: tested(a, 'Accept When: lead.state in (CA, NY)\nRequirements:\n  - phone is mobile-capable\n  - TrustedForm within 3 days\n  - lead.age >= 18\n') })
    const certificate = 'https://cert.trustedform.com/0123456789abcdef'
    await deliver(project, '2026-11-24T12:00:00Z', 'a', `id,email,state,phone_1,age,trustedform_cert_url,received_at
good,a@x.example,CA,2125550100,30,${certificate},2026-11-24T11:00:00Z
state,a@x.example,TX,2125550101,30,${certificate},2026-11-24T11:00:00Z
phone,a@x.example,CA,8005550102,30,${certificate},2026-11-24T11:00:00Z
short,a@x.example,CA,123,30,${certificate},2026-11-24T11:00:00Z
bare,a@x.example,CA,2125550103,30,,2026-11-24T11:00:00Z
old,a@x.example,CA,2125550104,30,${certificate},2026-11-20T11:00:00Z
young,a@x.example,CA,2125550105,17,${certificate},2026-11-24T11:00:00Z
`)
    expect(reasons(project)).toEqual({
      good: 'accepted: ',
      state: 'skipped: a accepts only leads where lead.state in (CA, NY)',
      phone: 'skipped: a requires: phone is mobile-capable (the number is toll-free or premium)',
      short: 'skipped: a requires: phone is mobile-capable (the number cannot be dialled)',
      bare: 'skipped: a requires: TrustedForm within 3 days (the lead has no TrustedForm certificate)',
      old: expect.stringMatching(/^skipped: a requires: TrustedForm within 3 days \(its certificate is 4 days old, and may be 3 days at most\)$/),
      young: 'skipped: a requires: lead.age >= 18 (the lead does not)',
    })
    expect(a.journal).toHaveLength(1)
  })

  it('keep to consent and do-not-call as docs/patterns.md writes them, by the file of the day on which a lead that waited goes out', async () => {
    const a = await buyer({ script: { do: 'answer', status: 200, body: '{"status":"accepted","leadId":"B1"}' } })
    const [, recipe = ''] = /```yaml\nRecipient: Calls With Consent\n([^`]*)```/.exec(readFileSync(join(import.meta.dirname, '../../docs/patterns.md'), 'utf8')) ?? []
    const inTest = (text: string): string => `${text}Test Settings: {Endpoint: ${a.url}/leads}\nCall Window: 9am-8pm\nTimezone: America/Chicago\n`
    const project = createProject({ a: inTest(recipe) })
    const lead = (id: string, dnc: string, text = 'I agree'): string => `${id},512-555-0100,${dnc},${text},https://cert.trustedform.com/0123456789abcdef,203.0.113.5`
    await deliver(project, '2026-11-24T12:00:00Z', 'a', ['id,phone_1,dnc,consent_text,trustedform_cert_url,ip_address', lead('clean', 'clean'), lead('later', 'clean'), lead('listed', 'listed'), lead('unchecked', ''), lead('L-1007', 'clean'), lead('no text', 'clean', ''), ''].join('\n'))
    const unwanted = { listed: expect.stringMatching(/^skipped: .* accepts only leads where dnc = "clean"/), unchecked: expect.stringMatching(/^skipped/), 'L-1007': expect.stringMatching(/^skipped/), 'no text': expect.stringMatching(/^skipped: .* requires: consent_text exists/) }
    expect(reasons(project)).toEqual(unwanted)
    project.write('recipients/a.yaml', `Recipient: a\n${inTest(recipe)}`.replace('"L-1033"', '"L-1033", "later"'))
    await at(project, '2026-11-24T16:00:00Z', 'resume')
    expect(reasons(project)).toEqual({ clean: 'accepted: ', later: expect.stringMatching(/^skipped/) })
    expect(a.journal.map(({ body }) => JSON.parse(body))).toEqual([{ phone: '5125550100', consent: { certificate: 'https://cert.trustedform.com/0123456789abcdef', text: 'I agree', ip: '203.0.113.5' } }])
  })

  it('are asked of the source too, by its plain name and as --source says, which an empty cell does not hide', async () => {
    const a = await buyer({ script: YES })
    const project = createProject({ a: tested(a, 'Accept When: not source.name = "junk" and source.campaign = "77"\nRequirements: [tier = "gold"]\n') })
    project.write('leads.csv', 'id,email,source,tier\nL1,a@x.example,web,\nL2,b@x.example,junk,\nL3,c@x.example,web,silver\n')
    await at(project, '2026-11-24T12:00:00Z', 'deliver', 'leads.csv', '--to', 'a', '--source', 'campaign=77', '--source', 'tier=gold')
    expect(reasons(project)).toEqual({ L1: 'accepted: ', L2: expect.stringContaining('a accepts only leads where not source.name = "junk"'), L3: expect.stringContaining('a requires: tier = "gold"') })
  })

  it('business hours are waited for, a phone that was offered is not offered again within the look-back', async () => {
    const a = await buyer({ script: { do: 'reject' } })
    const project = createProject({ a: tested(a, 'Special Requirements: [Business hours only]\nTimezone: America/Chicago\nDuplicate Check: phone_1 within 30 days\n') })
    await deliver(project, '2026-11-24T14:00:00Z', 'a', 'id,email,phone_1\nL1,a@x.example,2125550100\n')
    expect(await explained(project, 'L1')).toContain('outside its window (America/Chicago), opens 2026-11-24 09:00')
    await at(project, '2026-11-24T15:00:00Z', 'resume')
    await deliver(project, '2026-11-25T16:00:00Z', 'a', 'id,email,phone_1\nL2,b@x.example,+1 (212) 555-0100\n')
    expect(reasons(project)).toEqual({ L2: 'skipped: a was offered a lead with the same phone_1 within 30 days' })
    await deliver(project, '2026-12-25T16:00:00Z', 'a', 'id,email,phone_1\nL3,b@x.example,2125550100\n')
    expect(a.journal.map((each) => JSON.parse(each.body).leadId)).toEqual(['L1', 'L3'])
  })

  it('minimum price and margin pass a buyer by', async () => {
    const [a, b, c] = [await buyer({ script: YES }), await buyer({ script: YES }), await buyer({ script: YES })]
    const project = createProject({ a: tested(a), b: tested(b), c: tested(c, 'Price: $31\n'), sell: 'Pattern: Waterfall\nMinimum Price: $25\nMinimum Margin: $10\nCost: $20\nTry:\n  - a ($24.99)\n  - b ($29)\n  - c\n' })
    await deliver(project, '2026-11-24T12:00:00Z', 'sell', leadsCsv(1))
    expect(project.rows('out/ledger.csv').map((row) => `${row.recipient} ${row.verdict} ${row.reason}`)).toEqual([
      'a skipped its price of USD 24.99 is below the minimum price of sell, USD 25.00',
      'b skipped its margin of USD 9.00 (price USD 29.00, cost USD 20.00) is below the minimum margin of sell, USD 10.00',
      'c accepted ',
    ])
  })
})

describe('circuit breaker', () => {
  it('opens at the 51st answer that cannot be read: a maintenance page with status 200 holds no more, and the others wait for its end', async () => {
    const a = await buyer({ script: { do: 'answer', status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>Back soon</h1>' } })
    const project = createProject({ a: tested(a, 'Concurrency: 1\n') })
    expect(await deliver(project, '2026-11-24T12:00:00Z', 'a', leadsCsv(70))).toMatchObject({ outcomes: { held: 51, waiting: 19 } })
    expect(await project.json('status', '--test')).toMatchObject({ recipients: [{ recipient: 'a', circuit: 'open' }] })
    // Its trial is held too, and it waits twice as long.
    expect(await at(project, '2026-11-24T12:06:00Z', 'resume')).toMatchObject({ outcomes: { held: 1, waiting: 18 } })
    await at(project, '2026-11-24T12:12:00Z', 'resume')
    expect(a.journal).toHaveLength(52)
    // Who knows that it works again need not wait.
    a.rescript(YES)
    expect((await project.run('unpause', 'a', '--test', '--clock', '2026-11-24T12:13:00Z')).err).toBe('open a for one lead; where that is answered, for all; 18 leads are due now: finalmile resume --test\n')
    expect(await at(project, '2026-11-24T12:13:00Z', 'resume')).toMatchObject({ outcomes: { accepted: 18 } })
  })

  it('opens at the 51st failure, persists, lets one trial through, and waits twice as long when it fails', async () => {
    const a = await buyer({ script: { do: 'answer', status: 500 } })
    const project = createProject({ a: tested(a, 'Retries: none\nConcurrency: 1\n') })
    expect(await deliver(project, '2026-11-24T12:00:00Z', 'a', leadsCsv(60))).toMatchObject({ outcomes: { failed: 51, waiting: 9 } })
    expect(a.journal).toHaveLength(51)
    expect(await explained(project, 'L60')).toMatch(/its circuit is open after too many failures or unreadable answers, until 2026-11-24 12:05/)
    expect((await project.run('status', '--test')).out).toMatch(/a +circuit open +2026-11-24 12:00:\d\d +too many attempts failed or were unreadable; the next lead is its trial/)
    expect(await project.json('status', '--test')).toMatchObject({ recipients: [{ recipient: 'a', circuit: 'open', circuit_until: expect.stringMatching(/^2026-11-24T12:05/) }] })
    await at(project, '2026-11-24T12:04:00Z', 'resume')
    expect(a.journal).toHaveLength(51)
    await at(project, '2026-11-24T12:06:00Z', 'resume')
    expect(a.journal).toHaveLength(52)
    // Ten minutes now, not five.
    await at(project, '2026-11-24T12:12:00Z', 'resume')
    expect(a.journal).toHaveLength(52)
    a.rescript(YES)
    expect(await at(project, '2026-11-24T12:17:00Z', 'resume')).toMatchObject({ outcomes: { accepted: 8 } })
  })
})

describe('pause', () => {
  it('a 401 pauses with one alert and the leads wait; unpause sends all', async () => {
    const a = await buyer({ script: { do: 'unauthorized' } })
    const project = createProject({ a: endpointYaml(a.url, 'Concurrency: 1\n') })
    project.write('leads.csv', leadsCsv(6))
    const first = await project.json('deliver', 'leads.csv', '--to', 'a', '--yes')
    expect(first).toMatchObject({ outcomes: { failed: 1, waiting: 5 } })
    expect(first.alerts).toHaveLength(1)
    expect(await explained(project, 'L6')).toMatch(/next: until a person acts – a is paused \(.*wrong token.*\); `finalmile unpause a` opens it/)
    a.rescript(YES)
    await project.run('resume', '--yes')
    expect(a.journal).toHaveLength(1)
    expect((await project.run('unpause', 'a')).code).toBe(0)
    expect(await project.json('resume', '--yes')).toMatchObject({ outcomes: { accepted: 5 } })
    const last = await project.run('deliver', 'leads.csv', '--to', 'a', '--yes', '--json', '--retry-failed')
    expect(JSON.parse(last.out)).toMatchObject({ outcomes: { accepted: 1 } })
  })

  it('says how the leads are taken up that failed before it was paused', async () => {
    const a = await buyer({ script: { do: 'unauthorized' } })
    const project = createProject({ a: endpointYaml(a.url) })
    project.write('leads.csv', leadsCsv(1))
    expect((await project.run('deliver', 'leads.csv', '--to', 'a', '--yes')).err).toMatch(/hint a: verify the credentials.*then `finalmile unpause a`; `deliver … --retry-failed` takes up the leads that failed/s)
    expect((await project.run('status')).out).toContain('a is sent nothing: finalmile unpause a opens it')
  })

  it('status tells how it is opened, where what waits for it was to be tried again at a time', async () => {
    const a = await buyer({ script: { do: 'limit', retryAfter: '100' } })
    const project = createProject({ a: endpointYaml(a.url) })
    project.write('leads.csv', leadsCsv(1))
    await project.run('deliver', 'leads.csv', '--to', 'a', '--yes', '--wait', '0s')
    await project.run('pause', 'a')
    expect((await project.run('status')).out).not.toContain('a person')
    expect((await project.run('status')).out).toMatch(/ tries a again.*\na is sent nothing: finalmile unpause a opens it\n/is)
  })

  it('When Closed: skip does not wait; wait holds a pattern back', async () => {
    const [a, b] = [await buyer({ script: YES }), await buyer({ script: YES })]
    const project = createProject({ a: endpointYaml(a.url, 'When Closed: skip\n'), b: endpointYaml(b.url), w: endpointYaml(a.url, 'When Closed: wait\n'), sell: 'Pattern: Waterfall\nTry: [w, b]\n' })
    project.write('leads.csv', leadsCsv(1))
    await project.run('pause', 'a')
    await project.run('pause', 'w')
    await project.run('deliver', 'leads.csv', '--to', 'a', '--yes', '--out', 'out')
    expect(reasons(project)).toEqual({ L1: expect.stringMatching(/^skipped: a is paused/) })
    expect(await project.json('deliver', 'leads.csv', '--to', 'sell', '--yes')).toMatchObject({ outcomes: { waiting: 1 } })
    expect([a.journal.length, b.journal.length]).toEqual([0, 0])
  })
})

describe('other addresses', () => {
  it('the backup endpoint takes over from one in trouble, not from one that refuses the data', async () => {
    const [main, backup] = [await buyer({ script: [{ do: 'answer', status: 503 }, { do: 'answer', status: 400, body: 'no phone' }] }), await buyer({ script: YES })]
    const project = createProject({ a: endpointYaml(main.url, `Backup Endpoint: ${backup.url}/leads\nRetries: none\nConcurrency: 1\n`) })
    project.write('leads.csv', leadsCsv(2))
    expect(await project.json('deliver', 'leads.csv', '--to', 'a', '--yes')).toMatchObject({ outcomes: { accepted: 1, failed: 1 } })
    expect([main.journal.length, backup.journal.length]).toEqual([2, 1])
    expect(backup.journal[0]?.key).toBe(main.journal[0]?.key)
  })

  it('the endpoint of the lead\'s region', async () => {
    const [west, east] = [await buyer({ script: YES }), await buyer({ script: YES })]
    const project = createProject({ a: `Endpoints:\n  - {When: lead.state = "CA", Use: ${west.url}/w}\n  - {Use: ${east.url}/e}\nField Mapping: {id: "{{lead.id}}"}\nResponse Parsing: {Success: status = "accepted"}\nPrice: $1\n` })
    project.write('leads.csv', leadsCsv(4))
    await project.run('deliver', 'leads.csv', '--to', 'a', '--yes')
    expect([west, east].map((each) => each.journal.map((one) => `${one.path} ${JSON.parse(one.body).id}`).sort())).toEqual([['/w L1', '/w L3'], ['/e L2', '/e L4']])
  })
})
