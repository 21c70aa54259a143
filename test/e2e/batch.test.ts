import { parse } from 'csv-parse/sync'
import { afterEach, describe, expect, it } from 'vitest'
import { endpointYaml } from '../engine/world.ts'
import { createProject, leadsCsv, removeProjects, waterfall } from './project.ts'
import { buyersOfTests } from '../world/buyers.ts'

const buyer = buyersOfTests()
afterEach(removeProjects)

const recipient = (url: string, batch: string): string => `Settings:
  Endpoint: ${url}/bulk
Field Mapping:
  ref: {{lead.id}}
  email: {{lead.email}}
Response Parsing:
  Success: status = "ok"
  Lead ID: id
  Price: price
  Message: why
Batch: {${batch}}
`
/** Buys what has an even number. */
const judged = (refs: readonly string[]) => refs.map((ref) => (Number(ref.slice(1)) % 2 === 0 ? { ref, status: 'ok', id: `B-${ref}`, price: 10 } : { ref, status: 'no', why: `${ref} is odd` }))
const answer = (rows: unknown) => ({ do: 'answer', status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ results: rows }) }) as const

const FORMATS: readonly (readonly [string, (body: string) => readonly string[]])[] = [
  ['JSON array', (body) => (JSON.parse(body) as { ref: string }[]).map((each) => each.ref)],
  ['CSV', (body) => (parse(body, { columns: true }) as { ref: string }[]).map((each) => each.ref)],
  ['XML', (body) => [...body.matchAll(/<ref>(\w+)<\/ref>/g)].map((match) => match[1] ?? '')],
]

describe('a batch', () => {
  it.each(FORMATS)('as %s: each row has the verdict that its Match names, in whatever order they come', async (format, refsOf) => {
    const a = await buyer({ script: ({ body }) => answer(judged(refsOf(body)).toReversed()) })
    const project = createProject({ a: recipient(a.url, `Accumulate: 4 leads or 200ms, Format: ${format}, Results: results, Match: ref = lead.id`) })
    project.write('leads.csv', leadsCsv(6))
    const { code, out } = await project.run('deliver', 'leads.csv', '--to', 'a', '--yes', '--out', 'out', '--json')
    expect([code, JSON.parse(out)]).toMatchObject([0, { outcomes: { accepted: 3, rejected: 3 }, revenue: '30.00' }])
    expect(a.journal.map(({ body }) => refsOf(body).length)).toEqual([4, 2])
    const results = project.rows('out/results.csv')
    for (const row of results) expect([row.lead_id, row.outcome, row.outcome === 'accepted' ? row.buyer_lead_id : row.reason]).toEqual(Number(row.lead_id?.slice(1)) % 2 === 0 ? [row.lead_id, 'accepted', `B-${row.lead_id}`] : [row.lead_id, 'rejected', `${row.lead_id} is odd`])
    expect(new Set(project.rows('out/ledger.csv').map((row) => row.idempotency_key)).size).toBe(2)
  })

  it.each<[string, string]>([
    ['an address of the lead\'s', 'Settings: {Endpoint: "URL/{{lead.state}}/bulk"}\n'],
    ['endpoints by the lead', 'Endpoints:\n  - {When: lead.state = "CA", Use: "URL/CA/bulk"}\n  - {Use: "URL/NY/bulk"}\n'],
    ['a header of the lead\'s', 'Settings: {Endpoint: URL/bulk}\nHeaders: {X-State: "{{lead.state}}", X-Request-ID: "{{lead.id}}", X-Idempotency-Key: "{{lead.id}}-{{delivery_attempt}}", X-At: "{{now}}"}\n'],
    ['a field beside the leads', 'Settings: {Endpoint: URL/bulk, Body Parameter: leads, Extra Fields: {st: "{{lead.state}}"}}\n'],
    ['credentials of the lead\'s', 'Settings: {Endpoint: URL/bulk}\nAuth: {Username: "{{lead.state}}", Password: p}\n'],
  ])('leads that differ in what a request says once go in requests of their own: %s', async (_what, settings) => {
    const said: string[] = []
    const a = await buyer({ script: ({ path, headers, body }) => {
      const text = body.startsWith('[') ? body : new URLSearchParams(body).get('leads') ?? ''
      const refs = FORMATS[0]![1](text)
      const state = /\b(CA|NY)\b/.exec(`${path} ${headers['x-state']} ${body.startsWith('[') ? '' : body} ${atob(String(headers['authorization'] ?? '').replace('Basic ', ''))}`)?.[1]
      said.push(`${state}: ${refs.join(' ')}`)
      return answer(judged(refs))
    } })
    const project = createProject({ a: recipient('', 'Accumulate: 4 leads or 200ms, Format: JSON array, Results: results, Match: ref = lead.id').replace(/^Settings:\n.*\n/, settings.replaceAll('URL', a.url)) })
    project.write('leads.csv', 'id,email,state\nL1,a@x.example,CA\nL2,b@x.example,NY\nL3,c@x.example,CA\nL4,d@x.example,NY\n')
    expect((await project.run('deliver', 'leads.csv', '--to', 'a', '--yes', '--out', 'out')).code).toBe(0)
    expect(said.toSorted()).toEqual(['CA: L1 L3', 'NY: L2 L4'])
  })

  it('by position where there is no Match', async () => {
    const a = await buyer({ script: () => answer([{ status: 'no', why: 'first' }, { status: 'ok', id: 'B', price: 7 }, { status: 'no', why: 'third' }]) })
    const project = createProject({ a: recipient(a.url, 'Accumulate: 3 leads or 5 minutes, Format: JSON array, Results: results') })
    project.write('leads.csv', leadsCsv(3))
    await project.run('deliver', 'leads.csv', '--to', 'a', '--yes', '--out', 'out')
    expect(project.rows('out/results.csv').toSorted((x, y) => (x.lead_id ?? '') < (y.lead_id ?? '') ? -1 : 1).map((row) => [row.outcome, row.reason])).toEqual([['rejected', 'first'], ['accepted', ''], ['rejected', 'third']])
  })

  it.each<[string, readonly unknown[]]>([
    ['a row short', judged(['L1', 'L2'])], ['a row long', judged(['L1', 'L2', 'L3', 'L9'])],
    ['two rows for one, which contradict each other', [...judged(['L1', 'L2']), { ref: 'L2', status: 'no', why: 'taken' }]], ['rows of others', judged(['X1', 'X2', 'X3'])], ['none', []],
  ])('an answer with %s is never taken for more than it says', async (_what, rows) => {
    const a = await buyer({ script: () => answer(rows) })
    const project = createProject({ a: recipient(a.url, 'Accumulate: 3 leads or 5 minutes, Format: JSON array, Results: results, Match: ref = lead.id') })
    project.write('leads.csv', leadsCsv(3))
    await project.run('deliver', 'leads.csv', '--to', 'a', '--yes', '--out', 'out')
    const said = JSON.stringify(rows)
    for (const row of project.rows('out/results.csv')) {
      const named = said.split(`"${row.lead_id}"`).length - 1
      expect([row.lead_id, row.outcome]).toEqual([row.lead_id, named === 1 ? (row.lead_id === 'L2' ? 'accepted' : 'rejected') : 'held'])
    }
    expect(a.journal).toHaveLength(1)
  })

  it('is repeated in the order in which it went, that of joining: a buyer that knows its key answers by position, from memory', async () => {
    const refsOf = FORMATS[0]![1]
    const first = await buyer({ script: ({ body }) => ({ do: 'reject', afterMs: body.includes('"L1"') ? 200 : 0 }) })
    const bulk = await buyer({ script: [{ do: 'answer', status: 503 }, answer(judged(['L2', 'L1']))] })
    const project = createProject({
      first: endpointYaml(first.url), sell: waterfall('first', 'bulk'),
      bulk: recipient(bulk.url, 'Accumulate: 2 leads or 5 minutes, Format: JSON array, Results: results'),
    })
    project.write('leads.csv', leadsCsv(2))
    await project.run('deliver', 'leads.csv', '--to', 'sell', '--yes', '--wait', '0s')
    expect(await project.json('resume', '--yes', '--out', 'out')).toMatchObject({ outcomes: { accepted: 1, rejected: 1 } })
    expect(bulk.journal.map(({ key, body }) => [key, refsOf(body)])).toEqual(Array(2).fill([bulk.journal[0]?.key, ['L2', 'L1']]))
    expect(project.rows('out/results.csv').map((row) => [row.lead_id, row.outcome]).toSorted()).toEqual([['L1', 'rejected'], ['L2', 'accepted']])
  })

  it('of 100 leads or 5 minutes: what does not fill one waits, is told so, and goes with the leads of the next run', async () => {
    const refsOf = FORMATS[0]![1]
    const a = await buyer({ script: ({ body }) => answer(judged(refsOf(body))) })
    const project = createProject({ a: recipient(a.url, 'Accumulate: 100 leads or 5 minutes, Format: JSON array, Results: results, Match: ref = lead.id') })
    project.write('leads.csv', leadsCsv(250))
    project.write('more.csv', leadsCsv(60, 251))
    const first = await project.json('deliver', 'leads.csv', '--to', 'a', '--yes')
    expect(first).toMatchObject({ outcomes: { accepted: 100, rejected: 100, waiting: 50 } })
    const status = await project.json('status')
    expect(status).toMatchObject({ waiting: 50, queues: [{ recipient: 'a', leads: 50, batch: true }] })
    const inMs = Date.parse((status.queues as { next_at: string }[])[0]?.next_at ?? '') - Date.now()
    expect(inMs).toBeGreaterThan(270_000)
    expect(inMs).toBeLessThanOrEqual(300_000)
    expect(await project.json('resume', '--yes')).toMatchObject({ leads: 0 })
    expect(await project.json('deliver', 'more.csv', '--to', 'a', '--yes')).toMatchObject({ outcomes: { waiting: 10 } })
    expect(a.journal.map(({ body }) => refsOf(body).length)).toEqual([100, 100, 100])
    expect(new Set(a.journal.flatMap(({ body }) => refsOf(body))).size).toBe(300)
  })

  it('with a Schedule leaves at its time in the recipient\u2019s zone', async () => {
    const project = createProject({ a: `${recipient('https://buyer.example', 'Accumulate: 100 leads or 5 minutes, Format: CSV, Schedule: 30 6 * * *')}Timezone: America/New_York\n` })
    project.write('leads.csv', leadsCsv(3))
    expect(await project.json('deliver', 'leads.csv', '--to', 'a', '--test', '--clock', '2026-11-24T11:00:00Z')).toMatchObject({ outcomes: { waiting: 3 } })
    expect(await project.json('resume', '--test', '--clock', '2026-11-24T11:29:00Z')).toMatchObject({ leads: 0 })
    const due = await project.json('resume', '--test', '--clock', '2026-11-24T11:30:01Z')
    expect(due).toMatchObject({ leads: 3, outcomes: { waiting: 0 }, recipients: { a: { attempts: 3 } } })
  })
})
