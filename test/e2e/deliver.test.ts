import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { endpointYaml } from '../engine/world.ts'
import { createProject, leadsCsv, removeProjects, waterfall } from './project.ts'
import { buyersOfTests } from '../world/buyers.ts'

const buyer = buyersOfTests()
afterEach(removeProjects)

describe('a single recipient', () => {
  it('gets every lead once; the files and the summary agree with what it bought', async () => {
    const a = await buyer({ script: (request) => (JSON.parse(request.body).leadId === 'L2' ? { do: 'reject', message: 'not in my state' } : { do: 'accept', price: '12.50' }) })
    const project = createProject({ a: endpointYaml(a.url) })
    project.write('leads.csv', leadsCsv(5))
    const { code, out, err } = await project.run('deliver', 'leads.csv', '--to', 'a', '--yes', '--out', 'out', '--cost', '$2', '--json')
    expect([code, err]).toEqual([0, expect.stringContaining('5 leads')])
    expect(JSON.parse(out)).toMatchObject({ mode: 'live', to: 'a', leads: 5, outcomes: { accepted: 4, rejected: 1 }, revenue: '50.00', cost: '10.00', margin: '40.00', recipients: { a: { attempts: 5, success_rate: 0.8 } } })
    expect(JSON.parse(project.read('out/summary.json'))).toEqual(JSON.parse(out))
    expect(project.rows('out/results.csv').map((row) => [row.lead_id, row.outcome, row.revenue, row.reason])).toEqual(expect.arrayContaining([['L1', 'accepted', '12.50', ''], ['L2', 'rejected', '0.00', 'not in my state']]))
    const ledger = project.rows('out/ledger.csv')
    expect(ledger).toHaveLength(5)
    expect(new Set(ledger.map((row) => row.idempotency_key))).toEqual(new Set(a.journal.map((each) => each.key)))
  })

  it.each([
    ['by a template', 'Idempotency: "{{lead.id}}-{{delivery_attempt}}"\n'],
    ['in a header', 'Headers: {Idempotency-Key: "{{lead.id}}-{{delivery_attempt}}"}\n'],
    ['in batches', 'Idempotency: "{{lead.id}}-{{delivery_attempt}}"\nBatch: {Accumulate: 1 leads or 100ms, Format: JSON array}\n'],
  ])('under a key of the author\'s own, %s, the ledger names the key that the buyer saw', async (_where, more) => {
    const a = await buyer()
    const project = createProject({ a: endpointYaml(a.url, more) })
    project.write('leads.csv', leadsCsv(2))
    await project.run('deliver', 'leads.csv', '--to', 'a', '--yes', '--out', 'out')
    expect(a.journal.map((each) => each.key).sort()).toEqual(['L1-1', 'L2-1'])
    expect(project.rows('out/ledger.csv').map((row) => row.idempotency_key).sort()).toEqual(['L1-1', 'L2-1'])
  })

  it('the same command again sends nothing; --again orders a new delivery under a new key', async () => {
    const a = await buyer()
    const project = createProject({ a: endpointYaml(a.url) })
    project.write('leads.csv', leadsCsv(3))
    const deliver = ['deliver', 'leads.csv', '--to', 'a', '--yes'] as const
    await project.run(...deliver)
    expect(await project.json(...deliver)).toMatchObject({ leads: 0, already_settled: 3, revenue: '0.00' })
    expect(a.journal).toHaveLength(3)
    expect(await project.json(...deliver, '--again')).toMatchObject({ leads: 3, revenue: '135.00' })
    expect(new Set(a.journal.map((each) => each.key)).size).toBe(6)
  })

  it('a lead that failed is taken up again only where that is ordered', async () => {
    const a = await buyer({ script: [{ do: 'answer', status: 400, body: 'no phone' }, { do: 'accept' }] })
    const project = createProject({ a: endpointYaml(a.url) })
    project.write('leads.csv', leadsCsv(1))
    const deliver = ['deliver', 'leads.csv', '--to', 'a', '--yes'] as const
    const first = await project.run(...deliver, '--json', '--out', 'out')
    expect([first.code, JSON.parse(first.out)]).toMatchObject([3, { outcomes: { failed: 1 } }])
    expect(project.rows('out/results.csv')).toMatchObject([{ outcome: 'failed', reason: 'no phone' }])
    expect(await project.json(...deliver)).toMatchObject({ leads: 0, already_settled: 1 })
    expect((await project.run(...deliver, '--retry-failed')).code).toBe(0)
    expect((await project.json('report')).revenue).toBe('45.00')
  })
})

describe('a waterfall', () => {
  it('goes on at a rejection and an error, sells once, and parks in the pool what nobody took', async () => {
    const a = await buyer({ script: (request) => (JSON.parse(request.body).leadId === 'L1' ? { do: 'accept', price: '50.00' } : { do: 'reject' }) })
    const b = await buyer({ script: (request) => (JSON.parse(request.body).leadId === 'L2' ? { do: 'accept', price: '40.00' } : { do: 'answer', status: 400 }) })
    const project = createProject({ a: endpointYaml(a.url), b: endpointYaml(b.url), remediation: 'Type: pool\n', sell: `${waterfall('a', 'b')}Finally: remediation\n` })
    project.write('leads.csv', leadsCsv(4))
    const { code, out } = await project.run('deliver', 'leads.csv', '--to', 'sell', '--yes', '--json', '--out', 'out')
    expect([code, JSON.parse(out)]).toMatchObject([0, { outcomes: { accepted: 2, pooled: 2 }, revenue: '90.00' }])
    expect([a.journal.length, b.journal.length]).toEqual([4, 3])
    expect(project.rows('out/ledger.csv').filter((row) => row.lead_id === 'L3').map((row) => [row.path, row.recipient, row.verdict])).toEqual([['/0', 'a', 'rejected'], ['/1', 'b', 'failed']])
    const review = (await project.run('review', 'list', '--json')).out.trim().split('\n').map((line): unknown => JSON.parse(line))
    expect(review).toMatchObject([{ lead: 'L3', outcome: 'pooled' }, { lead: 'L4', outcome: 'pooled' }])
    // Nothing that is sold or parked is sent again without being told so.
    await project.run('resume', '--yes')
    await project.run('deliver', 'leads.csv', '--to', 'sell', '--yes')
    expect([a.journal.length, b.journal.length]).toEqual([4, 3])
    expect((await project.run('review', 'retry', 'L3')).code).toBe(0)
    b.rescript({ do: 'accept', price: '33.00' })
    expect(await project.json('resume', '--yes')).toMatchObject({ leads: 1, revenue: '33.00' })
  })
})

it('a pooled lead that all have refused is not said to be tried again: who said no stands', async () => {
  const a = await buyer({ script: { do: 'reject' } })
  const project = createProject({ a: endpointYaml(a.url), remediation: 'Type: pool\n', sell: `${waterfall('a')}Finally: remediation\n` })
  project.write('leads.csv', leadsCsv(1))
  await project.run('deliver', 'leads.csv', '--to', 'sell', '--yes')
  const { code, err } = await project.run('review', 'retry', 'L1')
  expect(code).toBe(3)
  expect(err).toContain('L1: a said no and is not asked again, so that it stays in remediation; `finalmile deliver FILE --to BUYER` offers it to another, --again with the same target asks anew')
  expect(err).toContain('! 0 leads will be tried again')
  expect(await project.json('resume', '--yes')).toMatchObject({ leads: 0 })
  a.rescript({ do: 'accept', price: '33.00' })
  expect(await project.json('deliver', 'leads.csv', '--to', 'sell', '--yes', '--again')).toMatchObject({ revenue: '33.00' })
})

it('--verbose tells each fact as it happens, on stderr alone', async () => {
  const a = await buyer({ script: (request) => (JSON.parse(request.body).leadId === 'L1' ? { do: 'accept', price: '50.00' } : { do: 'reject' }) })
  const project = createProject({ a: endpointYaml(a.url) })
  project.write('leads.csv', leadsCsv(2))
  const { out, err } = await project.run('deliver', 'leads.csv', '--to', 'a', '--yes', '--verbose')
  expect(out).toBe('')
  expect(err).toMatch(/^\d\d:\d\d:\d\d\.\d{3} {2}L1 {2}→ a, post, attempt 1 {2}key /m)
  expect(err).toMatch(/ L1 {2}✓ a: accepted \$50\.00 as \S+ \(HTTP 200, [\d.]+ m?s\)$/m)
  expect(err).toMatch(/ L2 {2}settled: rejected by a/)
  expect((await project.run('deliver', 'leads.csv', '--to', 'a', '--yes', '--again')).err).not.toContain('settled: ')
})

describe('a held lead', () => {
  it('is sent again to the same buyer, with the same key, when a person orders it, and only then', async () => {
    const a = await buyer({ script: { do: 'answer', status: 200, body: '{{{' }, idempotent: false })
    const project = createProject({ a: endpointYaml(a.url) })
    project.write('leads.csv', leadsCsv(2))
    expect((await project.run('deliver', 'leads.csv', '--to', 'a', '--yes', '--out', 'out')).code).toBe(3)
    await project.run('resume', '--yes')
    expect(a.journal).toHaveLength(2)
    expect((await project.run('review', 'retry', 'L2')).code).toBe(0)
    a.rescript({ do: 'accept', price: '33.00' })
    expect(await project.json('resume', '--yes')).toMatchObject({ leads: 1, revenue: '33.00' })
    expect([a.journal.length, new Set(a.journal.map((each) => each.key)).size]).toEqual([3, 2])
  })
})

describe('resume from cron', () => {
  it('leaves no folder behind where nothing was due, and one where something was', async () => {
    const a = await buyer({ script: { do: 'answer', status: 503, headers: { 'retry-after': '4' } } })
    const project = createProject({ a: endpointYaml(a.url) })
    project.write('leads.csv', leadsCsv(1))
    await project.run('deliver', 'leads.csv', '--to', 'a', '--yes', '--wait', '0s', '--out', 'out')
    const idle = await project.run('resume', '--yes', '--wait', '0s')
    expect([idle.code, idle.err.includes('ledger.csv'), existsSync(join(project.folder, 'runs')) ? readdirSync(join(project.folder, 'runs')) : []]).toEqual([0, false, []])
    await project.run('resume', '--yes', '--wait', '0s', '--out', 'asked')
    expect(readdirSync(join(project.folder, 'asked')).sort()).toEqual(['ledger.csv', 'results.csv', 'summary.json'])
    a.rescript({ do: 'accept', price: '33.00' })
    expect(await project.json('resume', '--yes', '--wait', '60s')).toMatchObject({ leads: 1, revenue: '33.00' })
    expect(readdirSync(join(project.folder, 'runs'))).toHaveLength(1)
    // Who gave a file finds its files, though nothing was left to do.
    expect(await project.json('deliver', 'leads.csv', '--to', 'a', '--yes')).toMatchObject({ leads: 0, already_settled: 1 })
    expect(readdirSync(join(project.folder, 'runs'))).toHaveLength(2)
  })
})

describe('what a resume leaves alone', () => {
  it('is told where a recipient is paused, and where what waits is a rehearsal', async () => {
    const a = await buyer()
    const project = createProject({ a: endpointYaml(a.url, 'Call Window: 9am-5pm\nDays: Mon-Fri\nTimezone: UTC\n') })
    project.write('leads.csv', leadsCsv(1))
    await project.run('deliver', 'leads.csv', '--to', 'a', '--test', '--clock', '2026-11-28T10:00:00Z', '--wait', '0s')
    expect((await project.run('resume', '--test', '--clock', '2026-11-28T10:00:00Z')).err).not.toMatch(/rehearsals|live deliveries wait|paused/)
    expect((await project.run('resume', '--yes')).err).toContain('rehearsals wait: add --test')
    expect((await project.run('resume', '--yes')).err).not.toContain('paused')
    await project.run('pause', 'a')
    expect((await project.run('resume', '--yes')).err).toMatch(/paused.*\ba\b|\ba\b.*paused/)
  })
})

describe('leads whose recipient has lost its file', () => {
  it('wait, every view says what to do, and unpause wakes them', async () => {
    const a = await buyer({ script: { do: 'answer', status: 503 } })
    const project = createProject({ a: endpointYaml(a.url) })
    project.write('leads.csv', leadsCsv(1))
    await project.run('deliver', 'leads.csv', '--to', 'a', '--yes', '--wait', '0s')
    const text = project.read('recipients/a.yaml')
    rmSync(join(project.folder, 'recipients/a.yaml'))
    const told = 'there is no recipient file of a that can be read here: put it back or mend it (`finalmile check`), then unpause it or wait'
    expect((await project.run('resume', '--yes', '--wait', '9s')).err).toContain(told)
    await project.run('unpause', 'a')
    // cron mails nothing else, and would leave them for ever.
    expect(await project.run('resume', '--yes', '--quiet', '--recipients', 'recipients')).toMatchObject({ code: 0, err: expect.stringMatching(/^waiting 1 lead, in \d+ min.*: there is no recipient file of a .* \(`finalmile check --recipients recipients`\)/) })
    expect((await project.run('status')).out).toContain(told)
    expect((await project.run('explain', 'L1')).out).toContain(told)
    project.write('recipients/a.yaml', `${text}Nonsense: yes\n`)
    await project.run('unpause', 'a')
    expect((await project.run('resume', '--yes', '--wait', '9s')).err).toContain(told)
    project.write('recipients/a.yaml', text)
    a.rescript({ do: 'accept', price: '33.00' })
    expect((await project.run('unpause', 'a')).err).toContain('1 lead is due now')
    expect(await project.json('resume', '--yes')).toMatchObject({ leads: 1, revenue: '33.00' })
  })

  it('are taken up by a later resume once it is back', async () => {
    const project = createProject({ a: endpointYaml('https://a.example', 'Call Window: 9am-5pm') })
    const text = project.read('recipients/a.yaml')
    project.write('leads.csv', leadsCsv(1))
    const at = (time: string): readonly string[] => ['--test', '--wait', '0s', '--clock', `2026-11-24T${time}:00Z`]
    await project.run('deliver', 'leads.csv', '--to', 'a', ...at('08:00'))
    rmSync(join(project.folder, 'recipients/a.yaml'))
    await project.run('resume', ...at('09:01'))
    project.write('recipients/a.yaml', text)
    expect(await project.json('resume', ...at('09:11'))).toMatchObject({ leads: 1, outcomes: { waiting: 0 } })
  })
})

describe('leads whose pattern names recipients that this target does not reach', () => {
  const refuse = { do: 'reject' } as const

  it('go on to them after a batch that two targets share', async () => {
    const [rows, b] = [await buyer({ script: { do: 'rows', acts: ['reject'], price: '1.00' } }), await buyer({ script: { do: 'accept', price: '33.00' } })]
    const project = createProject({
      bulk: endpointYaml(rows.url, 'Batch: {Accumulate: 2 leads, Format: JSON array, Match: id = lead.id}\n'), b: endpointYaml(b.url),
      first: 'Pattern: Waterfall\nTry: [bulk, b]\n', second: 'Pattern: Fallback\nTry: [bulk]\n',
    })
    project.write('one.csv', leadsCsv(1))
    project.write('two.csv', leadsCsv(1, 2))
    expect(await project.json('deliver', 'one.csv', '--to', 'first', '--yes', '--wait', '0s')).toMatchObject({ outcomes: { waiting: 1 } })
    expect(await project.json('deliver', 'two.csv', '--to', 'second', '--yes', '--wait', '0s')).toMatchObject({ outcomes: { accepted: 1, rejected: 1 }, revenue: '33.00' })
    expect(b.journal.map(({ body }) => body)).toEqual([expect.stringContaining('"L1"')])
  })

  it('are retried there after the pattern has changed, in a rehearsal too', async () => {
    const [a, b] = [await buyer({ script: refuse }), await buyer({ script: { do: 'answer', status: 500 } })]
    const project = createProject({ a: endpointYaml(a.url, `Test Settings: {Endpoint: ${a.url}/test}\n`), b: endpointYaml(b.url, `Retries: 0\nTest Settings: {Endpoint: ${b.url}/test}\n`), sell: waterfall('a', 'b') })
    project.write('leads.csv', leadsCsv(1))
    const retried = (...more: readonly string[]) => project.json('deliver', 'leads.csv', '--to', 'sell', '--yes', '--wait', '0s', '--retry-failed', ...more)
    expect(await retried()).toMatchObject({ outcomes: { failed: 1 } })
    expect(await retried('--test')).toMatchObject({ outcomes: { failed: 1 } })
    project.write('recipients/sell.yaml', `Recipient: sell\n${waterfall('a')}`)
    b.rescript({ do: 'accept', price: '33.00' })
    expect(await retried()).toMatchObject({ outcomes: { accepted: 1 }, revenue: '33.00' })
    expect(await retried('--test')).toMatchObject({ outcomes: { accepted: 1 } })
    expect(b.journal.map(({ path }) => path)).toEqual(['/leads', '/test', '/leads', '/test'])
  })

  it('wait where such a recipient has no file any more, and are sold once it is back', async () => {
    const [a, b] = [await buyer({ script: refuse }), await buyer({ script: { do: 'answer', status: 500 } })]
    const project = createProject({ a: endpointYaml(a.url), b: endpointYaml(b.url, 'Retries: 0\n'), sell: waterfall('a', 'b') })
    project.write('leads.csv', leadsCsv(1))
    await project.run('deliver', 'leads.csv', '--to', 'sell', '--yes')
    const text = project.read('recipients/b.yaml')
    rmSync(join(project.folder, 'recipients/b.yaml'))
    project.write('recipients/sell.yaml', `Recipient: sell\n${waterfall('a')}`)
    const again = await project.run('deliver', 'leads.csv', '--to', 'sell', '--yes', '--retry-failed', '--wait', '0s')
    expect([again.code, again.err]).toEqual([0, expect.stringContaining('there is no recipient file of b')])
    project.write('recipients/b.yaml', text)
    b.rescript({ do: 'accept', price: '33.00' })
    await project.run('unpause', 'b')
    expect(await project.json('resume', '--yes')).toMatchObject({ leads: 1, revenue: '33.00' })
  })
})

describe('leads as they come', () => {
  it('that cannot be read from standard input exit 2: nothing was sent', async () => {
    const a = await buyer()
    const project = createProject({ a: endpointYaml(a.url) })
    const { code, err } = await project.piped('id,id\nL1,L2\n', 'deliver', '-', '--to', 'a', '--yes')
    expect([code, err.includes('error'), a.journal.length]).toEqual([2, true, 0])
  })

  it('bad rows are set aside with file, line and reason, and the others go on', async () => {
    const a = await buyer()
    const project = createProject({ a: endpointYaml(a.url) })
    project.write('leads.csv', 'id,email\nL1,a@example.com\nL2,b@example.com,extra,cells\n\nL4,"cut off"here,\nL5,e@example.com\n')
    const { code, err, out } = await project.run('deliver', 'leads.csv', '--to', 'a', '--yes', '--out', 'out', '--json')
    const bad = project.rows('out/bad-rows.csv')
    expect(code).toBe(0)
    expect(bad.map((row) => row.line)).toEqual(['3', '5'])
    expect(bad.every((row) => row.reason !== '' && row.file?.endsWith('leads.csv'))).toBe(true)
    expect(err).toContain('leads.csv:3')
    expect(JSON.parse(out)).toMatchObject({ leads: 2, bad_rows: 2 })
    expect(a.journal.map((each) => JSON.parse(each.body).leadId)).toEqual(['L1', 'L5'])
  })

  it.each([
    ['JSON Lines', '{"id":"J1","email":"j@example.com"}\n{"id":"J2","email":"k@example.com"}\n'],
    ['a JSON array', '[{"id":"J1","email":"j@example.com"},{"id":"J2","email":"k@example.com"}]'],
    ['CSV with semicolons and a BOM', '\ufeffid;email\r\nJ1;j@example.com\r\nJ2;k@example.com\r\n'],
  ])('standard input: %s', async (_format, text) => {
    const a = await buyer()
    const project = createProject({ a: endpointYaml(a.url) })
    expect((await project.piped(text, 'deliver', '-', '--to', 'a', '--yes')).code).toBe(0)
    expect(a.journal.map((each): unknown => JSON.parse(each.body))).toEqual(expect.arrayContaining([{ leadId: 'J1', email: 'j@example.com' }, { leadId: 'J2', email: 'k@example.com' }]))
  })
})

describe('exit codes', () => {
  it('3 for a file in which not one row is a lead; 0 where others are, were before, or there is no row at all', async () => {
    const a = await buyer()
    const project = createProject({ a: endpointYaml(a.url) })
    project.write('bad.csv', 'id,email\nL1,a,b,c\nL2,a,b,c\n')
    project.write('known.csv', 'id,email\nL1,a@example.com\nL2,a,b,c\n')
    project.write('none.csv', 'id,email\n')
    const codeOf = async (file: string): Promise<number | null> => (await project.run('deliver', file, '--to', 'a', '--yes')).code
    expect([await codeOf('bad.csv'), await codeOf('known.csv'), await codeOf('known.csv'), await codeOf('none.csv')]).toEqual([3, 0, 0, 0])
  })

  it('0 for waiting: a retry that is not due within --wait is left, and resume finds it', async () => {
    const a = await buyer({ script: [{ do: 'limit', retryAfter: '1' }, { do: 'accept' }] })
    const project = createProject({ a: endpointYaml(a.url) })
    project.write('leads.csv', leadsCsv(1))
    const first = await project.run('deliver', 'leads.csv', '--to', 'a', '--yes', '--wait', '100ms', '--json')
    expect([first.code, JSON.parse(first.out)]).toMatchObject([0, { outcomes: { waiting: 1 } }])
    expect(first.err).toMatch(/waits?|waiting/)
    expect(await project.json('resume', '--yes', '--wait', '5s')).toMatchObject({ outcomes: { accepted: 1, waiting: 0 } })
    const [early, late] = a.journal
    expect((late?.at ?? 0) - (early?.at ?? 0)).toBeGreaterThanOrEqual(990)
  })

  it('3 for held: an answer that cannot be read is no success and no second sale', async () => {
    const [a, b] = [await buyer({ script: { do: 'answer', status: 200, body: '<html>busy</html>' } }), await buyer()]
    const project = createProject({ a: endpointYaml(a.url), b: endpointYaml(b.url), sell: waterfall('a', 'b') })
    project.write('leads.csv', leadsCsv(1))
    const { code, out } = await project.run('deliver', 'leads.csv', '--to', 'sell', '--yes', '--json')
    expect([code, JSON.parse(out)]).toMatchObject([3, { outcomes: { held: 1 }, revenue: '0.00' }])
    expect(b.journal).toEqual([])
  })

  it('4 where an alert threshold is missed', async () => {
    const a = await buyer({ cycle: true, script: [{ do: 'reject' }, { do: 'accept' }] })
    const project = createProject({ a: endpointYaml(a.url, 'Alert When: success rate < 90%\n') })
    project.write('leads.csv', leadsCsv(40))
    const { code, out } = await project.run('deliver', 'leads.csv', '--to', 'a', '--yes', '--json')
    expect(code).toBe(4)
    expect(JSON.parse(out).alerts).toMatchObject([{ kind: 'threshold', recipient: 'a' }])
  })

  it('2 where nothing could be sent: no store, no runs folder, no request', async () => {
    const a = await buyer()
    const project = createProject({ a: endpointYaml(a.url, 'Headers:\n  X-Key: ${NOT_SET_ANYWHERE}\n') })
    project.write('leads.csv', leadsCsv(1))
    const { code, out, err } = await project.run('deliver', 'leads.csv', '--to', 'a', '--yes')
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain('NOT_SET_ANYWHERE')
    expect(['runs', '.finalmile'].map((each) => existsSync(join(project.folder, each)))).toEqual([false, false])
    expect(a.journal).toEqual([])
  })
})

it('init, then a rehearsal, in a folder that had nothing', async () => {
  const project = createProject({})
  expect((await project.run('init', 'shop')).code).toBe(0)
  const shop = { ...project, folder: join(project.folder, 'shop') }
  const { finalmileHere } = await import('../cli/here.ts')
  const { code, out } = await finalmileHere(['deliver', 'leads.csv', '--to', 'auto-waterfall', '--test', '--out', 'first', '--json'], { cwd: shop.folder })
  expect([code, JSON.parse(out)]).toMatchObject([0, { mode: 'test', leads: 6, revenue: '0.00' }])
  for (const file of ['ledger.csv', 'results.csv', 'summary.json']) expect(existsSync(join(shop.folder, 'first', file))).toBe(true)
})

it('init leaves a README whose commands tell what they say, in the order printed', async () => {
  const project = createProject({})
  await project.run('init', 'shop')
  const { finalmileHere } = await import('../cli/here.ts')
  const commands = [...project.read('shop/README.md').matchAll(/^finalmile ([^#\n]+)/gm)].map((match) => (match[1] ?? '').trim().split(/\s+/))
  const told = new Map<string, string>()
  for (const command of commands) {
    const { code, out } = await finalmileHere(command, { cwd: join(project.folder, 'shop') })
    expect([command, code]).toEqual([command, 0])
    told.set(command[0] ?? '', out)
  }
  expect(told.get('report')).toMatch(/^6 leads.*\n[\s\S]*It would have been \$[1-9]/)
})
