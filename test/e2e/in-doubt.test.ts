import { afterEach, describe, expect, it } from 'vitest'
import { endpointYaml } from '../engine/world.ts'
import { bookedCents } from '../world/journal.ts'
import { createProject, leadsCsv, removeProjects, waterfall } from './project.ts'
import { buyersOfTests } from '../world/buyers.ts'

const buyer = buyersOfTests()
afterEach(removeProjects)
const QUICK = 'Retry Strategy:\n  Timeout Errors: {Retry: 3 times, Backoff: 20ms}\nCircuit Breaker: off\n'

describe('500 leads that a buyer processes before it resets the connection', () => {
  it('are sold exactly once each where it knows keys: the repeat brings the answer', async () => {
    const [a, b] = [await buyer({ script: { do: 'reset-after', price: '50.00' } }), await buyer()]
    const project = createProject({ a: endpointYaml(a.url, QUICK), b: endpointYaml(b.url), sell: waterfall('a', 'b') })
    project.write('leads.csv', leadsCsv(500))
    expect(await project.json('deliver', 'leads.csv', '--to', 'sell', '--yes')).toMatchObject({ outcomes: { accepted: 500 }, revenue: '25000.00', recipients: { a: { unknown: 500 } } })
    expect([bookedCents(a.journal), a.journal.length, b.journal.length]).toEqual([2_500_000n, 1_000, 0])
    expect(new Set(a.journal.map((each) => each.key)).size).toBe(500)
  })

  it('with On Unknown: hold are offered to nobody else, and all 500 are listed for a person', async () => {
    const [a, b] = [await buyer({ script: { do: 'reset-after' }, idempotent: false }), await buyer()]
    const project = createProject({ a: endpointYaml(a.url, 'Retries: none\nOn Unknown: hold\nCircuit Breaker: off\n'), b: endpointYaml(b.url), sell: waterfall('a', 'b') })
    project.write('leads.csv', leadsCsv(500))
    const { code, out } = await project.run('deliver', 'leads.csv', '--to', 'sell', '--yes', '--json')
    expect([code, JSON.parse(out)]).toMatchObject([3, { outcomes: { held: 500 }, revenue: '0.00' }])
    expect([a.journal.length, b.journal.length]).toEqual([500, 0])
    const listed = (await project.run('review', 'list', '--json')).out.trim().split('\n').map((line) => (JSON.parse(line) as { lead: string }).lead)
    expect([listed.length, new Set(listed).size]).toEqual([500, 500])
    // Neither the same command nor resume sends what a person has not ordered.
    await project.run('deliver', 'leads.csv', '--to', 'sell', '--yes', '--quiet')
    await project.run('resume', '--yes', '--quiet')
    expect([a.journal.length, b.journal.length]).toEqual([500, 0])
  })
})

describe('a sale that only the buyer knew of', () => {
  it('is booked once it is confirmed: where nobody else took the lead it settles it, where another did it is one more', async () => {
    const price = (body: string): string => (body.includes('"L1"') ? 'accepted' : 'rejected')
    const [a, b] = [await buyer({ script: { do: 'reset-after', price: '50.00' }, idempotent: false }), await buyer({ script: (request) => ({ do: 'answer', status: 200, body: `{"status":"${price(request.body)}","leadId":"B1","price":45}` }) })]
    const project = createProject({ a: endpointYaml(a.url, 'Retries: none\nCircuit Breaker: off\n'), b: endpointYaml(b.url), sell: waterfall('a', 'b') })
    project.write('leads.csv', leadsCsv(2))
    const sold = await project.run('deliver', 'leads.csv', '--to', 'sell', '--yes', '--json')
    expect(JSON.parse(sold.out)).toMatchObject({ outcomes: { accepted: 1, failed: 1 }, revenue: '45.00' })
    expect(sold.err).toContain('by the same command with --retry-failed; a buyer may have those that it did not answer: ask it first\n')
    expect((await project.run('report')).out).toContain('In doubt: no answer says whether 2 leads at a were bought; the buyer\'s own list does (finalmile reconcile a LIST)')
    project.write('list.csv', 'lead_id,price\nL1,50\nL2,50\n')
    const told = await project.run('reconcile', 'a', 'list.csv')
    expect(told).toMatchObject({ code: 3, out: expect.stringContaining('settles a doubt'), err: expect.stringContaining('`finalmile review accept LEAD --to a --price AMOUNT`') })
    expect((await project.run('explain', 'L1')).out).toContain('next: a may have it too: if so, `finalmile review accept L1 --to a --price …`')
    expect((await project.run('explain', 'L2')).out).toContain('if so, `finalmile review accept L2 --to a --price …`; if not, `finalmile deliver … --retry-failed` takes it up again')
    expect(await project.run('review', 'accept', 'L2', '--to', 'b', '--price', '50')).toMatchObject({ code: 2, err: expect.stringContaining('L2 is neither held nor in a pool, nor in doubt at b; nothing was changed') })
    for (const [lead, id] of [['L1', 'A2'], ['L2', 'A1']] as const) expect(await project.run('review', 'accept', lead, '--to', 'a', '--price', '50', '--buyer-lead-id', id)).toMatchObject({ code: 0, err: expect.stringContaining('1 lead accepted') })
    expect(await project.json('report')).toMatchObject({ revenue: '145.00', outcomes: { accepted: 2, failed: 0 }, open: { unsettled: 0, waiting_for: {}, in_doubt: {} }, recipients: { a: { revenue: '100.00' }, b: { revenue: '45.00' } } })
    const rows = (await project.run('export', 'results')).out
    expect(rows).toMatch(/L1,accepted,b,B1,95\.00,0\.00,95\.00,USD,2,"?bought by a as well, for \$50\.00, accepted in review"?,/)
    expect(rows).toMatch(/L2,accepted,a,A1,50\.00/)
    const ledger = (await project.run('export', 'ledger', '--jsonl')).out.trimEnd().split('\n').map((line) => JSON.parse(line) as { readonly revenue: string | null })
    expect(ledger.reduce((sum, { revenue }) => sum + Number(revenue ?? 0), 0)).toBe(145)
    expect(await project.run('reconcile', 'a', 'list.csv')).toMatchObject({ code: 0 })
    expect(await project.run('review', 'accept', 'L1', '--to', 'a', '--price', '50')).toMatchObject({ code: 2 })
    project.write('back.csv', 'lead_id,amount\nL1,20\n')
    expect(await project.run('returns', 'back.csv', '--from', 'a')).toMatchObject({ code: 0 })
    project.write('theirs.csv', 'buyer_lead_id,amount\nA2,5\n')
    expect(await project.json('returns', 'theirs.csv')).toMatchObject({ returned: 1, refused: [] })
    expect(await project.json('report')).toMatchObject({ revenue: '120.00', recipients: { a: { revenue: '75.00' } } })
  })
})

describe('a buyer that calls our own repeat a duplicate', () => {
  it('has the lead of an answer that was lost: its list says so, and a person books it', async () => {
    const a = await buyer({ idempotent: false, script: ({ n }) => (n === 1 ? { do: 'reset-after' } : { do: 'answer', status: 409, body: '{"status":"duplicate","leadId":"A7","message":"we have it"}' }) })
    const project = createProject({ a: endpointYaml(a.url, 'Price: $45.00\nRetry Strategy:\n  Timeout Errors: {Retry: 3 times, Backoff: 20ms}\n') })
    project.write('leads.csv', leadsCsv(1))
    expect(await project.json('deliver', 'leads.csv', '--to', 'a', '--yes')).toMatchObject({ outcomes: { duplicate: 1 }, revenue: '0.00' })
    expect((await project.run('report')).out).toContain('In doubt: no answer says whether 1 lead at a was bought')
    expect((await project.run('explain', 'L1')).out).toContain('next: a may have it: if so, `finalmile review accept L1 --to a --price …`\n')
    project.write('list.csv', 'lead_id,buyer_lead_id,price\nL1,A7,45\n')
    expect(await project.run('reconcile', 'a', 'list.csv')).toMatchObject({ code: 3, out: expect.stringContaining('settles a doubt'), err: expect.stringContaining('`finalmile review accept LEAD --to a --price AMOUNT`') })
    expect(await project.run('review', 'accept', 'L1', '--to', 'a', '--price', '45')).toMatchObject({ code: 0 })
    expect(await project.json('report')).toMatchObject({ revenue: '45.00', outcomes: { accepted: 1, duplicate: 0 }, open: { in_doubt: {} } })
    expect(await project.run('reconcile', 'a', 'list.csv')).toMatchObject({ code: 0 })
  })
})

describe('a batch that a buyer reads, and closes the connection', () => {
  const rowsIn = (body: string): readonly string[] => (JSON.parse(body) as { leadId: string }[]).map(({ leadId }) => leadId)
  const givenUp = async () => {
    const a = await buyer({ idempotent: false, script: ({ n, body }) => (n === 1 ? { do: 'reset-before' } : { do: 'answer', status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(rowsIn(body).map((id) => ({ status: 'accepted', leadId: `B-${id}`, price: 10 }))) }) })
    const project = createProject({ a: endpointYaml(a.url, 'Batch: {Accumulate: 3 leads or 2 seconds, Format: JSON array}\nRetries: 0\n') })
    const rows = leadsCsv(3).trimEnd().split('\n')
    project.write('leads.csv', [rows[0], ...rows.slice(1).toReversed()].join('\n'))
    project.write('part.csv', rows.slice(0, 3).join('\n'))
    const first = await project.run('deliver', 'leads.csv', '--to', 'a', '--yes')
    expect([first.code, rowsIn(a.journal[0]?.body ?? '')]).toEqual([3, expect.arrayContaining(['L1', 'L2', 'L3'])])
    return { a, project }
  }

  it('goes again by --retry-failed with all of its leads, as it went, and without one of them not at all', async () => {
    const { a, project } = await givenUp()
    const part = await project.run('deliver', 'part.csv', '--to', 'a', '--yes', '--retry-failed')
    expect([part.code, a.journal.length]).toEqual([3, 1])
    expect(part.err).toContain('hint 2 leads stay in doubt: a batch that nobody answered may have brought them, and it goes again, under its key, only with all of its leads: name them all (`finalmile explain LEAD` tells of each), or ask the buyer, and `finalmile review retry LEAD` sends what it does not have\n')
    expect(part.err).not.toContain('leads that failed go out again')
    expect((await project.run('explain', 'L2')).out).toContain('next: a may have it: if so, `finalmile review accept L2 --to a --price …`; if not, `finalmile review retry L2 --to a` sends it anew; `finalmile deliver … --retry-failed` repeats its batch, under its key, where all 3 leads of it are named\n')
    expect(await project.json('deliver', 'leads.csv', '--to', 'a', '--yes', '--retry-failed')).toMatchObject({ outcomes: { accepted: 3 }, revenue: '30.00' })
    expect(a.journal.map(({ key, body }) => ({ key, body }))).toEqual([{ key: a.journal[0]?.key, body: a.journal[0]?.body }, { key: a.journal[0]?.key, body: a.journal[0]?.body }])
    expect((await project.run('explain', 'L2')).out).toMatch(/reopened: --retry-failed, with all leads of batch b_\S+, which nobody answered\n/)
  })

  it('is sent anew in parts by review retry, by whom the buyer told that it does not have them', async () => {
    const { a, project } = await givenUp()
    expect(await project.run('review', 'retry', 'L1', 'L2', '--to', 'b')).toMatchObject({ code: 2, err: expect.stringContaining('L1, L2 are neither held nor in a pool, nor failed and in doubt at b; nothing was changed') })
    expect(await project.run('review', 'retry', 'L1', 'L2')).toMatchObject({ code: 0, err: expect.stringContaining('2 leads will be tried again; finalmile resume sends them') })
    expect(await project.json('resume', '--yes')).toMatchObject({ outcomes: { accepted: 2 }, revenue: '20.00' })
    expect(rowsIn(a.journal[1]?.body ?? '').toSorted()).toEqual(['L1', 'L2'])
    expect(a.journal[1]?.key).not.toBe(a.journal[0]?.key)
    expect(await project.run('review', 'retry', 'L1')).toMatchObject({ code: 2 })
  })
})

describe('a lead in a pool that a buyer may have', () => {
  it('is accepted for whom a person names, so that one sale is not booked with the pool and then with the buyer', async () => {
    const a = await buyer({ script: { do: 'reset-after', price: '50.00' }, idempotent: false })
    const project = createProject({ a: endpointYaml(a.url, 'Retries: none\n'), desk: 'Type: pool\n', sell: `${waterfall('a')}Finally: desk\n` })
    project.write('leads.csv', leadsCsv(2))
    expect(await project.json('deliver', 'leads.csv', '--to', 'sell', '--yes')).toMatchObject({ outcomes: { pooled: 2 } })
    expect((await project.run('explain', 'L1')).out).toContain('next: parked for a person; a may have it: if so, `finalmile review accept L1 --to a --price …`; if not, `finalmile review retry L1 --to sell` or `finalmile review drop L1 --to sell`')
    expect(await project.run('review', 'accept', 'L1', '--price', '50')).toMatchObject({ code: 2, err: expect.stringMatching(/L1 is in a pool, and a may have it[\s\S]*--to a, or --to desk for somebody else/) })
    for (const [lead, to] of [['L1', 'a'], ['L2', 'desk']] as const) expect(await project.run('review', 'accept', lead, '--price', '50', '--to', to)).toMatchObject({ code: 0 })
    expect(await project.json('report')).toMatchObject({ revenue: '100.00', recipients: { a: { revenue: '50.00' }, desk: { revenue: '50.00' } } })
  })
})

describe('a wait that the buyer asks for', () => {
  const inHours = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toUTCString()
  it.each<[string, () => string, number]>([
    ['an hour in seconds', () => '3600', 3_600], ['a date in two hours', () => inHours(2), 7_200], ['ten years', () => '315360000', 315_360_000],
  ])('%s: stands in the store, and no command sends before', async (_form, retryAfter, seconds) => {
    const a = await buyer({ script: { do: 'limit', retryAfter: retryAfter() } })
    const project = createProject({ a: endpointYaml(a.url) })
    project.write('leads.csv', leadsCsv(1))
    const { code } = await project.run('deliver', 'leads.csv', '--to', 'a', '--yes', '--quiet')
    expect(code).toBe(0)
    const status = await project.json('status')
    const [queue] = status.queues as readonly { next_at: string }[]
    const wait = (Date.parse(queue?.next_at ?? '') - Date.now()) / 1_000
    expect(wait).toBeGreaterThan(seconds - 60)
    expect(wait).toBeLessThan(seconds + 60)
    await project.run('resume', '--yes', '--quiet', '--wait', '10ms')
    expect(a.journal).toHaveLength(1)
  })

  it.each(['0', '-5', 'soon', inHours(-3)])('%s is no wait: the rule for retries holds', async (retryAfter) => {
    const a = await buyer({ script: [{ do: 'limit', retryAfter }, { do: 'accept' }] })
    const project = createProject({ a: endpointYaml(a.url) })
    project.write('leads.csv', leadsCsv(1))
    expect(await project.json('deliver', 'leads.csv', '--to', 'a', '--yes')).toMatchObject({ outcomes: { accepted: 1 } })
  })
})
