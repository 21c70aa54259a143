import { afterEach, describe, expect, it } from 'vitest'
import { endpointYaml } from '../engine/world.ts'
import type { Buyer, BuyerOptions } from '../world/buyer.ts'
import { buyersOfTests } from '../world/buyers.ts'
import { startMailServer } from '../world/mail-server.ts'
import { createProject, leadsCsv, type Project, removeProjects } from './project.ts'

const buyer = buyersOfTests()
const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()))
  removeProjects()
})

const YES = { do: 'accept', price: '45.00' } as const
const NO = { do: 'reject', message: 'not in my state' } as const
const inEuro = (price: string) => ({ do: 'answer', status: 200, body: JSON.stringify({ status: 'accepted', leadId: 'E1', price: `${price} EUR` }) }) as const
const BROKEN = { do: 'answer', status: 500, body: 'out of order' } as const
const NO_RETRIES = 'Retries: none\n'
/** `lead_id: outcome recipient revenue`, in the order of the leads. */
const results = (project: Project, out = 'out'): readonly string[] =>
  project.rows(`${out}/results.csv`).map((row) => `${row.lead_id}: ${row.outcome} ${row.recipient} ${row.revenue}`).sort()
const deliver = async (project: Project, to: string, leads = leadsCsv(1), ...more: readonly string[]) => {
  project.write('leads.csv', leads)
  const { code, out, err } = await project.run('deliver', 'leads.csv', '--to', to, '--yes', '--out', 'out', '--json', ...more)
  if (out === '') throw new Error(err)
  return { code, err, ...(JSON.parse(out) as { outcomes: Record<string, number>; revenue: string }) }
}

describe('Fallback', () => {
  it('goes on at an error only: production, backup, manual review; a rejection is an answer and ends it', async () => {
    const byLead = (broken: readonly string[]): BuyerOptions => ({ script: (request) => { const id = JSON.parse(request.body).leadId; return broken.includes(id) ? BROKEN : id === 'L4' ? NO : YES } })
    const [production, backup] = [await buyer(byLead(['L2', 'L3'])), await buyer(byLead(['L3']))]
    const project = createProject({
      production: endpointYaml(production.url, NO_RETRIES), backup: endpointYaml(backup.url, NO_RETRIES), review: 'Type: pool\n',
      safe: 'Pattern: Fallback\nTry:\n  - production ($45)\n  - backup ($45)\nFinally: review\n',
    })
    expect(await deliver(project, 'safe', leadsCsv(4))).toMatchObject({ code: 0, outcomes: { accepted: 2, rejected: 1, pooled: 1 }, revenue: '90.00' })
    expect(results(project)).toEqual(['L1: accepted production 45.00', 'L2: accepted backup 45.00', 'L3: pooled review 0.00', 'L4: rejected production 0.00'])
    expect(backup.journal.map((each) => JSON.parse(each.body).leadId).sort()).toEqual(['L2', 'L3'])
  })

  it('degrades the format: custom JSON, then a plain webhook, then an e-mail', async () => {
    const [custom, hook, mail] = [await buyer({ script: BROKEN }), await buyer({ script: (request) => (request.body.includes('L2') ? BROKEN : { do: 'answer', status: 200, body: 'ok' }) }), await startMailServer()]
    open.push(mail)
    const project = createProject({
      custom: endpointYaml(custom.url, NO_RETRIES),
      hook: `Type: webhook.post\nSettings: {URL: ${hook.url}/hook}\n${NO_RETRIES}`,
      desk: `Type: email\nEndpoint: smtp://127.0.0.1:${mail.port}\nFrom: leads@seller.example\nTo: desk@seller.example\nField Mapping:\n  Email: {{lead.email}}\n`,
      degrade: 'Pattern: Fallback\nTry: [custom, hook, desk]\n',
    })
    expect(await deliver(project, 'degrade', leadsCsv(2))).toMatchObject({ outcomes: { accepted: 2 } })
    expect(results(project)).toEqual(['L1: accepted hook 0.00', 'L2: accepted desk 0.00'])
    expect(JSON.parse(hook.journal[0]!.body)).toMatchObject({ id: 'L1', email: 'lead1@example.com', state: 'CA' })
    expect(mail.mails).toHaveLength(1)
    expect(project.rows('out/ledger.csv').filter((row) => row.lead_id === 'L2').map((row) => `${row.path} ${row.recipient} ${row.verdict}`)).toEqual(['/0 custom failed', '/1 hook failed', '/2 desk accepted'])
  })
})

describe('Simultaneous', () => {
  const three = async (accept: string, acts: readonly [BuyerOptions, BuyerOptions, BuyerOptions]) => {
    const [a, b, c] = [await buyer(acts[0]), await buyer(acts[1]), await buyer(acts[2])]
    return createProject({ a: endpointYaml(a.url), b: endpointYaml(b.url), c: endpointYaml(c.url), all: `Pattern: Simultaneous\nSend To:\n  - a ($45)\n  - b ($40)\n  - c ($30)\nAccept: ${accept}\n` })
  }
  it('first responder: one sale is booked, a later acceptance is surplus without revenue, in the ledger, the report and explain', async () => {
    const project = await three('first responder', [{ script: { do: 'accept', price: '45.00', afterMs: 250 } }, { script: { do: 'accept', price: '40.00' } }, { script: NO }])
    expect(await deliver(project, 'all')).toMatchObject({ outcomes: { accepted: 1 }, revenue: '40.00' })
    expect(project.rows('out/ledger.csv').map((row) => `${row.recipient} ${row.verdict} ${row.class} ${row.revenue}`).sort()).toEqual(['a accepted surplus ', 'b accepted  40.00', 'c rejected  '])
    expect(JSON.stringify(await project.json('report'))).toContain('"surplus":1')
    expect((await project.run('explain', 'L1')).out).toContain('surplus, sold already')
  })
  it('all: every acceptance is a sale', async () => {
    const project = await three('all', [{ script: YES }, { script: { do: 'accept', price: '40.00' } }, { script: NO }])
    expect(await deliver(project, 'all')).toMatchObject({ outcomes: { accepted: 1 }, revenue: '85.00' })
  })
  it('all, in several currencies: each is counted in its own', async () => {
    const project = await three('all', [{ script: YES }, { script: inEuro('40.00') }, { script: inEuro('30.00') }])
    const told = await deliver(project, 'all')
    expect(told).toMatchObject({ outcomes: { accepted: 1 }, revenue: null, by_currency: { EUR: { revenue: '70.00' }, USD: { revenue: '45.00' } } })
    expect((await project.json('report')).by_currency).toMatchObject({ EUR: { revenue: '70.00' }, USD: { revenue: '45.00' } })
    expect(project.rows('out/results.csv')).toMatchObject([{ revenue: expect.stringMatching(/^(45|70)\.00$/), reason: expect.stringMatching(/it earned (EUR 70|USD 45)\.00 as well$/) }])
  })
  it('up to 2: the third to accept is surplus', async () => {
    const project = await three('up to 2', [{ script: YES }, { script: { do: 'accept', price: '40.00' } }, { script: { do: 'accept', price: '30.00', afterMs: 250 } }])
    expect(await deliver(project, 'all')).toMatchObject({ outcomes: { accepted: 1 }, revenue: '85.00' })
    expect(project.rows('out/ledger.csv').filter((row) => row.class === 'surplus').map((row) => row.recipient)).toEqual(['c'])
  })
})

/** A bidder whose post shows the ping's id and bid. */
const bidder = (url: string, parsing: string, more = ''): string => `Settings: {Endpoint: ${url}/post}
Field Mapping:
  ping_id: {{ping.id}}
  email: {{lead.email}}
Response Parsing:
  Success: status = "accepted"
  Lead ID: leadId
${parsing}Ping:
  Endpoint: ${url}/ping
  Fields: state
  Response Parsing: {Bid: bid, Ping ID: id}
${more}`

describe('Ping/Post', () => {
  const bid = (price: string, afterMs = 0) => ({ do: 'bid', price, afterMs }) as const
  it('asks all at once, with the ping\'s own fields only; posts to the highest with its ping id; on refusal to the next', async () => {
    const [low, high, mid] = [await buyer({ pings: bid('38', 500), script: YES }), await buyer({ pings: bid('52', 500), script: NO }), await buyer({ pings: bid('45', 500), script: { do: 'answer', status: 200, body: '{"status":"accepted","leadId":"M-7"}' } })]
    const project = createProject({ low: bidder(low.url, ''), high: bidder(high.url, ''), mid: bidder(mid.url, ''), auction: 'Pattern: Ping/Post\nBuyers: [low, high, mid]\nPing Timeout: 10 seconds\nMinimum Bid: $20\n' })
    expect(await deliver(project, 'auction')).toMatchObject({ outcomes: { accepted: 1 }, revenue: '45.00' })
    const pings = [low, high, mid].map((each) => each.journal[0]!)
    expect(pings.map((each) => JSON.parse(each.body))).toEqual([{ state: 'CA' }, { state: 'CA' }, { state: 'CA' }])
    // One after the other the last would come a second after the first.
    expect(Math.max(...pings.map((each) => each.at)) - Math.min(...pings.map((each) => each.at))).toBeLessThan(500)
    expect([low.journal.length, high.journal.length, mid.journal.length]).toEqual([1, 2, 2])
    expect(JSON.parse(mid.journal[1]!.body)).toEqual({ ping_id: 'B1', email: 'lead1@example.com' })
    expect(project.rows('out/ledger.csv').map((row) => `${row.recipient} ${row.phase} ${row.verdict}`)).toEqual(expect.arrayContaining(['high ping bid', 'high post rejected', 'mid post accepted']))
    const told = (await project.run('explain', 'L1')).out
    expect(told).toContain('order of auction: high, mid, low (bids, highest first)')
  })
  it('ties go by list order; a bid below the floor is not used; the post\'s own price goes before the bid', async () => {
    const [first, second, below] = [await buyer({ pings: bid('30'), script: { do: 'accept', price: '33.00' } }), await buyer({ pings: bid('30'), script: YES }), await buyer({ pings: bid('19.99'), script: YES })]
    const project = createProject({ first: bidder(first.url, '  Price: price\n'), second: bidder(second.url, ''), below: bidder(below.url, ''), auction: 'Pattern: Ping/Post\nBuyers: [below, first, second]\nMinimum Bid: $20\n' })
    expect(await deliver(project, 'auction')).toMatchObject({ revenue: '33.00' })
    expect([first, second, below].map((each) => each.journal.length)).toEqual([2, 1, 1])
  })
  it('a late bid is recorded and not used; without any at the floor it is rejected, with that reason', async () => {
    const [late, low] = [await buyer({ pings: bid('90', 700), script: YES }), await buyer({ pings: bid('10'), script: YES })]
    const project = createProject({ late: bidder(late.url, ''), low: bidder(low.url, ''), auction: 'Pattern: Ping/Post\nBuyers: [late, low]\nPing Timeout: 300ms\nMinimum Bid: $20\n' })
    expect(await deliver(project, 'auction')).toMatchObject({ outcomes: { rejected: 1 }, revenue: '0.00' })
    expect(project.rows('out/results.csv')).toMatchObject([{ outcome: 'rejected', reason: expect.stringContaining('no bid at the minimum') }])
    expect(project.rows('out/ledger.csv').filter((row) => row.recipient === 'late')).toMatchObject([{ phase: 'ping', verdict: 'bid', reason: 'late: the auction was decided without it' }])
    expect((await project.run('explain', 'L1')).out).toContain('no answer in time from late')
    expect([late.journal.length, low.journal.length]).toEqual([1, 1])
  })
})

describe('Round Robin and Weighted', () => {
  it('give exact shares over many runs of the command, and the others get what one refuses', async () => {
    const [a, b, c] = [await buyer({ script: YES }), await buyer({ script: NO }), await buyer({ script: YES })]
    const project = createProject({ a: endpointYaml(a.url), b: endpointYaml(b.url), c: endpointYaml(c.url), shares: 'Pattern: Weighted\nTry:\n  - a (60%)\n  - b (30%)\n  - c (10%)\n' })
    for (let n = 0; n < 5; n++) await deliver(project, 'shares', leadsCsv(4, n * 4 + 1), '--concurrency', '4')
    const ledger = (await project.run('export', 'ledger')).out.trim().split('\n').slice(1).map((line) => line.split(','))
    const first = new Map(ledger.toSorted((x, y) => Number(x[0]) - Number(y[0])).toReversed().map((row) => [row[3], row[5]]))
    expect(['a', 'b', 'c'].map((name) => [...first.values()].filter((each) => each === name).length)).toEqual([12, 6, 2])
    expect(b.journal).toHaveLength(6)
    expect(a.journal.length + c.journal.length).toBe(20)
  })
  it('stay exact where a list grows and is delivered again and again: what was settled takes no turn', async () => {
    const [a, b, c] = [await buyer({ script: YES }), await buyer({ script: YES }), await buyer({ script: YES })]
    const project = createProject({ a: endpointYaml(a.url), b: endpointYaml(b.url), c: endpointYaml(c.url), turns: 'Pattern: Round Robin\nTry: [a, b, c]\n' })
    for (let n = 1; n <= 6; n++) await deliver(project, 'turns', leadsCsv(n))
    expect([a, b, c].map((each) => each.journal.length)).toEqual([2, 2, 2])
  })
  it('nest: a waterfall of an auction and of turns taken', async () => {
    const [bids, x, y] = [await buyer({ pings: { do: 'bid', price: '5' }, script: YES }), await buyer({ script: YES }), await buyer({ script: YES })]
    const project = createProject({
      bids: bidder(bids.url, ''), x: endpointYaml(x.url), y: endpointYaml(y.url),
      auction: 'Pattern: Ping/Post\nBuyers: [bids]\nMinimum Bid: $20\n', turns: 'Pattern: Round Robin\nTry: [x, y]\n', all: 'Pattern: Waterfall\nTry: [auction, turns]\n',
    })
    expect(await deliver(project, 'all', leadsCsv(4))).toMatchObject({ outcomes: { accepted: 4 }, revenue: '180.00' })
    expect([bids, x, y].map((each) => each.journal.length)).toEqual([4, 2, 2])
    expect(project.rows('out/ledger.csv').filter((row) => row.lead_id === 'L1').map((row) => row.path)).toEqual(['/0/0', expect.stringMatching(/^\/1\/[01]$/)])
  })
})

describe('Exclusive Window, over two days and many processes', () => {
  it('offers to each window in its time, survives restarts, and cron runs in between send nothing', async () => {
    const [alone, p, q, bulk] = [await buyer({ script: NO }), await buyer({ script: NO }), await buyer({ script: (request) => (request.body.includes('L2') ? NO : YES) }), await buyer({ script: { do: 'accept', price: '15.00' } })]
    const tested = (each: Buyer): string => endpointYaml('https://live.example', `Test Settings: {Endpoint: ${each.url}/leads}\n`)
    const project = createProject({ alone: tested(alone), p: tested(p), q: tested(q), bulk: tested(bulk), windows: 'Pattern: Exclusive Window\nWindows:\n  Hour 0-24: alone ($75)\n  Hour 24-48: [p, q]\n  Hour 48+: bulk ($15)\n' })
    project.write('leads.csv', 'id,email,received_at\nL1,a@example.com,2026-11-24T09:00:00Z\nL2,b@example.com,2026-11-24T09:00:00Z\n')
    const counts = () => [alone, p, q, bulk].map((each) => each.journal.length)
    const at = async (clock: string, ...args: readonly string[]) => project.run(...args, '--test', '--clock', clock, '--out', 'out', '--json', '--wait', '0s')

    expect(JSON.parse((await at('2026-11-24T10:00:00Z', 'deliver', 'leads.csv', '--to', 'windows')).out)).toMatchObject({ outcomes: { waiting: 2 } })
    expect(counts()).toEqual([2, 0, 0, 0])
    expect((await project.run('explain', 'L1')).out).toMatch(/next: .*waits for its next window, p and q, which opens 2026-11-25 09:00 UTC/)
    await at('2026-11-25T08:59:30Z', 'resume')
    expect(counts()).toEqual([2, 0, 0, 0])
    await at('2026-11-25T09:00:01Z', 'resume')
    expect(counts()).toEqual([2, 2, 2, 0])
    expect(results(project)).toContain('L1: accepted q 0.00')
    await at('2026-11-26T08:59:30Z', 'resume')
    expect(counts()).toEqual([2, 2, 2, 0])
    expect(JSON.parse((await at('2026-11-26T09:05:00Z', 'resume')).out)).toMatchObject({ outcomes: { accepted: 1 }, test_revenue: '15.00' })
    expect(counts()).toEqual([2, 2, 2, 1])
    await at('2026-11-30T09:05:00Z', 'resume')
    expect(counts()).toEqual([2, 2, 2, 1])
  })
  it('sets a lead aside whose age cannot be read, and sells it once it is mended; where age decides nothing it is sold, and told', async () => {
    const [fresh, old] = [await buyer({ script: YES }), await buyer({ script: YES })]
    const project = createProject({ fresh: endpointYaml(fresh.url), old: endpointYaml(old.url), windows: 'Pattern: Exclusive Window\nWindows:\n  Hour 0-24: fresh ($75)\n  Hour 24+: old ($15)\n' })
    const leads = (received: string): string => `id,email,received_at\nL1,a@example.com,${received}\nL2,b@example.com,\n`
    const windows = await deliver(project, 'windows', leads('24/11/2025 15:15'))
    expect(windows).toMatchObject({ code: 0, outcomes: { accepted: 1 } })
    expect(windows.err).toContain('leads.csv:2: `received_at` is no date: got "24/11/2025 15:15", expected such as')
    expect(project.rows('out/bad-rows.csv')).toMatchObject([{ file: expect.stringMatching(/leads\.csv$/), line: '2', raw: 'L1,a@example.com,24/11/2025 15:15' }])
    await deliver(project, 'windows', leads('11/24/2025 3:15 PM'))
    expect([fresh, old].map((each) => each.journal.length)).toEqual([1, 1])
    const alone = await deliver(project, 'old', 'id,email,received_at\nL3,c@example.com,soon\nL4,d@example.com,never\n')
    expect(alone).toMatchObject({ outcomes: { accepted: 2 } })
    expect(alone.err).toContain('`received_at` of 2 leads is no date, the first "soon": counted as received when finalmile first saw them\n')
    expect(alone.err).toContain('leads.csv:2:1\n')
  })

  it('says in plan and explain by their names who was passed by', async () => {
    const bulk = await buyer({ script: YES })
    const project = createProject({ a: endpointYaml(bulk.url), b: endpointYaml(bulk.url), bulk: endpointYaml(bulk.url), windows: 'Pattern: Exclusive Window\nWindows:\n  Hour 0-24: a\n  Hour 24-48: [a, b]\n  Hour 48+: bulk\n' })
    await deliver(project, 'windows', 'id,email,received_at\nL1,a@example.com,2020-01-01\n')
    for (const told of [await project.run('plan', 'leads.csv', '--to', 'windows'), await project.run('explain', 'L1')]) {
      expect(told.out).toContain('passed by a: its window closed 2020-01-02 00:00 UTC')
      expect(told.out).toContain('passed by a and b: its window closed 2020-01-03 00:00 UTC')
    }
  })

  it('tells of leads that say they come only later', async () => {
    const [fresh, old] = [await buyer({ script: YES }), await buyer({ script: YES })]
    const project = createProject({ fresh: endpointYaml(fresh.url), old: endpointYaml(old.url), windows: 'Pattern: Exclusive Window\nWindows:\n  Hour 0-24: fresh ($75)\n  Hour 24+: old ($15)\n' })
    const told = await deliver(project, 'windows', 'id,email,received_at\nL1,a@example.com,2999-01-01\nL2,b@example.com,2020-01-01\n')
    expect(told).toMatchObject({ outcomes: { accepted: 1, waiting: 1 } })
    expect(told.err).toContain('`received_at` of 1 lead lies ahead, the first "2999-01-01": its windows open only then')
  })

  it('refuses --received that names no column, before anything is sent', async () => {
    const fresh = await buyer({ script: YES })
    const project = createProject({ fresh: endpointYaml(fresh.url) })
    project.write('leads.csv', 'id,email,created\nL1,a@example.com,2026-11-24\n')
    expect(await project.run('deliver', 'leads.csv', '--to', 'fresh', '--yes', '--received', 'creatd')).toMatchObject({ code: 2, err: expect.stringContaining('no column `creatd`, which --received names') })
    project.write('leads.json', '[{"id":"L1","email":"a@example.com"}]')
    expect((await project.run('plan', 'leads.json', '--to', 'fresh', '--received', 'creatd')).err).toContain('1 lead without `creatd`, which --received names: counted as received when finalmile first saw it')
    expect(fresh.journal).toEqual([])
  })
})
