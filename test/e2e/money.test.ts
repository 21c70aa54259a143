import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { endpointYaml } from '../engine/world.ts'
import { type Buyer, startBuyer } from '../world/buyer.ts'
import { createProject, leadsCsv, type Project, removeProjects } from './project.ts'

let buyer: Buyer | null = null
afterEach(async () => {
  await buyer?.close()
  removeProjects()
})

/** Three leads sold for $45 each. */
const sold = async (): Promise<Project> => {
  buyer = await startBuyer()
  const project = createProject({ acme: endpointYaml(buyer.url) })
  project.write('leads.csv', leadsCsv(3))
  await project.run('deliver', 'leads.csv', '--to', 'acme', '--yes', '--cost', '10')
  return project
}
const revenueOf = async (project: Project): Promise<unknown> => (await project.json('report')).revenue

describe("a lead's cost", () => {
  it('that cannot be read is told with its line, once for a file, and the lead is sold', async () => {
    buyer = await startBuyer()
    const project = createProject({ acme: endpointYaml(buyer.url) })
    project.write('leads.csv', 'id,email,cost\nL1,a@example.com,2.50\nL2,b@example.com,"12,5"\nL3,c@example.com,0.33333\nL4,d@example.com,\n')
    const { code, err } = await project.run('deliver', 'leads.csv', '--to', 'acme', '--yes', '--out', 'out')
    expect(code).toBe(0)
    expect(err).toContain('`cost` of 2 leads is no amount of money, the first "12,5": counted as if they named none')
    expect(err).toContain('leads.csv:3:1')
    expect(project.rows('out/results.csv').map((row) => row.cost)).toEqual(['2.50', '0.00', '0.00', '0.00'])
  })

  it('and --cost without a currency are in that of the recipient, so that the margin comes out', async () => {
    buyer = await startBuyer()
    const project = createProject({ acme: `${endpointYaml(buyer.url)}\nCurrency: EUR\n` })
    project.write('leads.csv', 'id,email,cost\nL1,a@example.com,2.50\nL2,b@example.com,\n')
    expect((await project.run('deliver', 'leads.csv', '--to', 'acme', '--yes', '--cost', '3', '--out', 'out')).code).toBe(0)
    expect(project.rows('out/results.csv').map((row) => [row.cost, row.margin, row.currency])).toEqual([['2.50', '42.50', 'EUR'], ['3.00', '42.00', 'EUR']])
    expect(await project.json('report')).toMatchObject({ currency: 'EUR', revenue: '90.00', cost: '5.50', margin: '84.50' })
  })
})

describe('where nothing was earned', () => {
  it('figures are in the currency of the recipients, in the run, the export and the report alike', async () => {
    buyer = await startBuyer({ script: { do: 'reject' } })
    const project = createProject({ acme: `${endpointYaml(buyer.url)}\nCurrency: EUR\n` })
    project.write('leads.csv', leadsCsv(1))
    await project.run('deliver', 'leads.csv', '--to', 'acme', '--yes', '--out', 'out')
    expect(project.rows('out/results.csv')).toMatchObject([{ outcome: 'rejected', currency: 'EUR' }])
    expect((await project.run('export', 'results')).out).toBe(project.read('out/results.csv'))
    const euros = { currency: 'EUR', revenue: '0.00' }
    expect(await project.json('report')).toMatchObject({ ...euros, recipients: { acme: euros }, sources: { '(none)': euros } })
    for (const by of ['recipient', 'source', 'day']) {
      expect((await project.run('report', '--by', by)).out).not.toContain('$')
      expect((await project.run('report', '--by', by, '--csv')).out).toContain('EUR')
    }
  })
})

describe("a buyer's returns", () => {
  it('are taken off the revenue once, in report, ledger and results', async () => {
    const project = await sold()
    project.write('returns.csv', 'Lead ID,Amount,Reason\nL1, ,bad phone\nL2,($20.00),\n')
    expect(await project.json('returns', 'returns.csv', '--from', 'acme', '--dry-run')).toMatchObject({ returned: 2, amounts: { USD: '65.00' }, dry_run: true })
    expect(await revenueOf(project)).toBe('135.00')
    expect(await project.json('returns', 'returns.csv', '--from', 'acme')).toMatchObject({ returned: 2, already_returned: 0, refused: [] })
    expect(await project.json('returns', 'returns.csv', '--from', 'acme')).toMatchObject({ returned: 0, already_returned: 2 })
    expect(await project.json('report')).toMatchObject({ revenue: '70.00', returned: '65.00', cost: '30.00', margin: '40.00', recipients: { acme: { revenue: '70.00', returns: 2, accepted: 3 } } })
    const exported = async (what: string): Promise<readonly Record<string, unknown>[]> =>
      (await project.run('export', what, '--jsonl')).out.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)
    const ledger = await exported('ledger')
    expect(ledger.reduce((sum, row) => sum + Number(row.revenue ?? 0), 0)).toBe(70)
    expect(ledger.at(-1)).toMatchObject({ lead_id: 'L2', verdict: 'returned', revenue: '-20.00' })
    expect((await exported('results')).map((row) => [row.lead_id, row.outcome, row.revenue, row.reason])).toEqual([
      ['L1', 'accepted', '0.00', 'returned $45.00: bad phone'], ['L2', 'accepted', '25.00', 'returned $20.00'], ['L3', 'accepted', '45.00', null],
    ])
    expect((await project.run('explain', 'L1')).out).toContain('returned by acme: $45.00 – bad phone')
  })

  it('of one file count once, whether the buyer is named or not and whichever column names the lead', async () => {
    const project = await sold()
    project.write('returns.csv', 'lead_id,confirm,amount\nL1,,5.00\n')
    expect(await project.json('returns', 'returns.csv')).toMatchObject({ returned: 1 })
    for (const more of [['--from', 'acme'], ['--lead-id', 'lead_id'], ['--lead-id', 'lead_id', '--from', 'Acme']]) {
      expect(await project.json('returns', 'returns.csv', ...more)).toMatchObject({ returned: 0, already_returned: 1 })
    }
    expect(await revenueOf(project)).toBe('130.00')
  })

  it('name a lead by the id of the buyer too, under whatever column; where two leads are meant by one, nothing is booked', async () => {
    const project = await sold()
    const [first, second] = (await project.run('export', 'results', '--jsonl')).out.trimEnd().split('\n').map((line) => String((JSON.parse(line) as Record<string, unknown>).buyer_lead_id))
    project.write('returns.csv', `lead_id,amount\n${first},5\n`)
    expect(await project.json('returns', 'returns.csv')).toMatchObject({ returned: 1, refused: [], amounts: { USD: '5.00' } })
    expect((await project.run('explain', 'L1')).out).toContain('returned by acme: $5.00')
    project.write('more.csv', `id\n${second}\n`)
    await project.run('deliver', 'more.csv', '--to', 'acme', '--yes')
    project.write('both.csv', `lead_id,amount\n${second},5\n`)
    expect(await project.json('returns', 'both.csv')).toMatchObject({ returned: 0, refused: [{ reason: expect.stringContaining('one lead has this id with us, another with the buyer') }] })
    expect(await project.json('returns', 'both.csv', '--buyer-lead-id', 'lead_id')).toMatchObject({ returned: 1 })
    expect((await project.run('explain', 'L2')).out).toContain('returned by acme: $5.00')
  })

  it('of ids that a spreadsheet would run are known as results.csv and the files of buyers have them, with the quote before them', async () => {
    buyer = await startBuyer()
    const project = createProject({ acme: endpointYaml(buyer.url) })
    project.write('leads.csv', 'id,email\n-NxA,a@b.example\n')
    await project.run('deliver', 'leads.csv', '--to', 'acme', '--yes', '--out', 'out')
    expect(project.read('out/results.csv')).toContain("\n'-NxA,accepted")
    project.write('returns.csv', "lead_id,price\n'-NxA,45\n")
    expect(await project.run('reconcile', 'acme', 'returns.csv')).toMatchObject({ code: 0 })
    expect(await project.json('returns', 'returns.csv')).toMatchObject({ returned: 1, refused: [] })
    expect((await project.run('explain', "'-NxA")).out).toContain('returned by acme: $45.00')
  })

  it('that cannot be booked are told with their line, the others are booked', async () => {
    const project = await sold()
    project.write('returns.csv', 'lead_id,amount\nL1,50\nL2,\nL9,\nL3,much\n,4\n')
    const { code, err } = await project.run('returns', 'returns.csv')
    expect(code).toBe(3)
    expect(err).toMatch(/returns\.csv:2: L1: more is returned than the USD 45\.00/)
    expect(err).toMatch(/returns\.csv:4: L9: no lead of this id/)
    expect(err).toMatch(/returns\.csv:5: L3: "much" is no amount of money/)
    expect(err).toMatch(/not booked .*returns\.csv:6: the row names no lead\n/)
    expect(await revenueOf(project)).toBe('90.00')
  })

  it('of rows that cannot be read alone are told in the exit code, the others are booked', async () => {
    const project = await sold()
    project.write('returns.csv', 'lead_id,amount\nL1,5,a,b,c\nL2,5\n')
    expect(await project.run('returns', 'returns.csv')).toMatchObject({ code: 3, err: expect.stringMatching(/bad row .*returns\.csv:2[\s\S]*✓ 1 return booked/) })
    expect(await project.run('returns', 'returns.csv')).toMatchObject({ code: 3, err: expect.stringContaining('0 returns booked; 1 had been booked before') })
  })

  it('are of the Refund Amount beside what the lead cost the buyer; where no column names amounts, that is told', async () => {
    const project = await sold()
    project.write('returns.csv', 'Lead ID,Price,Refund Amount\nL1,45.00,5.00\n')
    expect(await project.run('returns', 'returns.csv')).toMatchObject({ code: 0, err: expect.stringMatching(/^✓ 1 return booked, \$5\.00 taken off/) })
    project.write('bare.csv', 'Lead ID,Betrag\nL2,5\n')
    expect((await project.run('returns', 'bare.csv', '--dry-run')).err).toBe('note the file names no amounts (a column amount, refund, credit, price or payout): each return is the whole sale\n✓ 1 return would be booked, $45.00 taken off the revenue\n')
    project.write('list.csv', 'Lead ID,Betrag\nL1,5\n')
    expect((await project.run('reconcile', 'acme', 'list.csv')).err).toContain('note the list names no prices (a column amount, refund, credit, price or payout): only who has which lead was compared\n')
  })

  it('of hundreds of rows, several for one sale among them, are booked as they would be one by one', async () => {
    const project = await sold()
    project.write('more.csv', leadsCsv(450))
    await project.run('deliver', 'more.csv', '--to', 'acme', '--yes')
    const rows = Array.from({ length: 450 }, (_, i) => `L${i + 1},20,first\nL${i + 1},20,second\nL${i + 1},20,third\n`)
    project.write('returns.csv', `lead_id,amount,reason\n${rows.join('')}`)
    for (const more of [['--dry-run'], []]) {
      const told = await project.json('returns', 'returns.csv', ...more) as { refused: readonly { line: number; reason: string }[] }
      expect(told).toMatchObject({ returned: 900, already_returned: 0, amounts: { USD: '18000.00' } })
      expect(told.refused.map((each) => each.line)).toEqual(Array.from({ length: 450 }, (_, i) => 3 * i + 4))
      expect(told.refused[0]?.reason).toBe('more is returned than the USD 5.00 that are left of it')
    }
    expect(await revenueOf(project)).toBe('2250.00')
    expect(await project.json('returns', 'returns.csv')).toMatchObject({ returned: 0, already_returned: 900 })
  })

  it('with a date that names no zone are the same return wherever the file is taken in again; a word is no date', async () => {
    const project = await sold()
    project.write('returns.csv', 'lead_id,date\nL1,11/24/2026 3:15 PM\nL2,row 12\n')
    const zone = process.env['TZ']
    const taken = []
    for (const TZ of ['America/New_York', 'Asia/Tokyo']) {
      process.env['TZ'] = TZ
      taken.push(await project.json('returns', 'returns.csv'))
    }
    if (zone === undefined) delete process.env['TZ']
    else process.env['TZ'] = zone
    expect(taken).toMatchObject([{ returned: 1, already_returned: 0 }, { returned: 0, already_returned: 1, refused: [expect.objectContaining({ reason: '"row 12" is no date: expected such as 2026-11-24, 11/24/2026 or 24.11.2026' })] }])
  })

  it('are as old as their return is, whenever the list says that they were sold', async () => {
    const project = await sold()
    project.write('late.csv', `lead_id,sold_at,date\nL1,${new Date().toISOString()},2099-01-01\n`)
    expect(await project.json('returns', 'late.csv', '--within', '30d')).toMatchObject({ returned: 0, refused: [{ reason: 'it comes later than --within allows after the sale' }] })
  })

  it("are found by the buyer's own ids; a file without ids is refused", async () => {
    const project = await sold()
    const bought = (await project.run('export', 'results', '--jsonl')).out.split('\n').filter(Boolean).map((line) => JSON.parse(line) as { buyer_lead_id: string })
    project.write('theirs.csv', `Buyer Lead ID\n${bought[2]?.buyer_lead_id}\n`)
    expect(await project.json('returns', 'theirs.csv')).toMatchObject({ returned: 1, amounts: { USD: '45.00' } })
    project.write('none.csv', 'name\nAnn\n')
    const { code, err } = await project.run('returns', 'none.csv')
    expect([code, err]).toEqual([2, expect.stringContaining('has no column that names a lead')])
  })

  it('of a lead that was sold to several through targets of their own are booked with the buyer that is named, and with nobody where none is', async () => {
    const project = await sold()
    project.write('recipients/bright.yaml', `Recipient: Bright\n${endpointYaml(buyer?.url ?? '')}`)
    await project.run('deliver', 'leads.csv', '--to', 'bright', '--yes', '--again')
    project.write('returns.csv', 'lead_id\nL1\n')
    const unnamed = await project.json('returns', 'returns.csv')
    expect(unnamed).toMatchObject({ returned: 0, refused: [{ reason: 'it was sold to acme and bright: name the buyer in a column "recipient" or with --from' }] })
    for (const from of ['acme', 'bright']) expect(await project.json('returns', 'returns.csv', '--from', from)).toMatchObject({ returned: 1, refused: [] })
    for (const from of ['acme', 'bright']) expect(await project.json('returns', 'returns.csv', '--from', from)).toMatchObject({ returned: 0, already_returned: 1, refused: [] })
    expect(await project.json('report')).toMatchObject({ returned: '90.00', recipients: { acme: { returns: 1, revenue: '90.00' }, bright: { returns: 1, revenue: '90.00' } } })
  })

  it('of a lead that one buyer took twice, ordered again, are of the one sale and then of the other, and count once', async () => {
    const project = await sold()
    await project.run('deliver', 'leads.csv', '--to', 'acme', '--yes', '--again')
    project.write('returns.csv', 'lead_id,date,reason\nL1,2026-11-24,wrong number\nL1,2026-11-25,not interested\n')
    expect(await project.json('returns', 'returns.csv', '--dry-run')).toMatchObject({ returned: 2, already_returned: 0, amounts: { USD: '90.00' } })
    expect(await project.json('returns', 'returns.csv')).toMatchObject({ returned: 2, already_returned: 0 })
    expect(await project.json('returns', 'returns.csv')).toMatchObject({ returned: 0, already_returned: 2 })
    expect(await revenueOf(project)).toBe('180.00')
  })

  it('name the buyer in a column as --from does, by its id or its name', async () => {
    const project = await sold()
    project.write('recipients/acme.yaml', `Recipient: Acme Insurance\n${endpointYaml(buyer?.url ?? '')}`)
    project.write('returns.csv', 'lead_id,recipient\nL1,acme insurance\nL2,ACME\nL3,Bright\n')
    expect(await project.json('returns', 'returns.csv')).toMatchObject({ returned: 2, refused: [{ lead_id: 'L3', reason: 'it was sold to acme, not to Bright' }] })
  })

  it('stay out of the results of the run that sold: those are as its own file and its report say', async () => {
    const project = await sold()
    const [id = ''] = readdirSync(join(project.folder, 'runs'))
    const before = (await project.run('export', 'results', '--run', id)).out
    project.write('returns.csv', 'lead_id,amount\nL1,5\n')
    await project.run('returns', 'returns.csv')
    expect((await project.run('export', 'results', '--run', id)).out).toBe(before)
    expect(before.trim().split('\n').toSorted()).toEqual(project.read(`runs/${id}/results.csv`).trim().split('\n').toSorted())
    expect((await project.run('export', 'results')).out).toMatch(/L1,accepted,acme,[^,]*,40\.00/)
  })

  it('and lists of a buyer whose file is gone are taken by its id, as the store knows it; a name that nobody knows is not', async () => {
    const project = await sold()
    rmSync(join(project.folder, 'recipients/acme.yaml'))
    project.write('returns.csv', 'lead_id,amount\nL1,5\n')
    expect(await project.json('returns', 'returns.csv', '--from', 'acme')).toMatchObject({ returned: 1 })
    project.write('list.csv', 'lead_id,price\nL1,40\nL2,45\nL3,45\n')
    expect(await project.run('reconcile', 'acme', 'list.csv')).toMatchObject({ code: 0, err: expect.stringContaining('3 lines agree') })
    expect(await project.run('unpause', 'acme')).toMatchObject({ code: 0 })
    for (const args of [['returns', 'returns.csv', '--from', 'acne'], ['reconcile', 'acne', 'list.csv'], ['unpause', 'acne']]) expect(await project.run(...args)).toMatchObject({ code: 2, err: expect.stringContaining('no recipient "acne"') })
  })

  it('of one of several sales in several currencies come off the report, and off the result where it is in theirs', async () => {
    buyer = await startBuyer({ script: { do: 'answer', status: 200, body: '{"status":"accepted","leadId":"B1"}' } })
    const endpoint = endpointYaml(buyer.url).replace(/^ *Price:.*\n/m, '')
    const project = createProject({ acme: `${endpoint}\nPrice: $45\n`, maple: `${endpoint}\nPrice: 30 CAD\n`, both: 'Pattern: Simultaneous\nSend To: [acme, maple]\nAccept: all\n' })
    project.write('leads.csv', leadsCsv(1))
    await project.run('deliver', 'leads.csv', '--to', 'both', '--yes')
    project.write('returns.csv', 'lead_id,recipient,amount,currency\nL1,maple,5,CAD\nL1,acme,5,CAD\nL1,acme,5,usd\n')
    expect(await project.json('returns', 'returns.csv')).toMatchObject({ returned: 2, amounts: { USD: '5.00', CAD: '5.00' }, refused: [{ line: 3, reason: 'the return is in CAD, the sale in USD' }] })
    expect(await project.json('report')).toMatchObject({ by_currency: { USD: { revenue: '40.00' }, CAD: { revenue: '25.00' } } })
    const [result] = (await project.run('export', 'results', '--jsonl')).out.split('\n').filter(Boolean).map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(result).toMatchObject({ revenue: '40.00', currency: 'USD', reason: 'it earned CAD 30.00 as well; returned 5.00 CAD; returned $5.00' })
  })

  it('whose currency is none, or not that of the amount beside it, are refused', async () => {
    const project = await sold()
    project.write('returns.csv', 'lead_id,amount,currency\nL1,5,dollars\nL2,€5,USD\nL3,$5,USD\n')
    expect(await project.json('returns', 'returns.csv')).toMatchObject({
      returned: 1, refused: [{ lead_id: 'L1', reason: '"dollars" is no currency, such as USD' }, { lead_id: 'L2', reason: '"€5" is in EUR, its column says USD' }],
    })
  })

  it("are found by the buyer's own id, also where another buyer numbers its leads alike", async () => {
    buyer = await startBuyer({ script: { do: 'answer', status: 200, body: '{"status":"accepted","leadId":"1001","price":45}' } })
    const project = createProject({ acme: endpointYaml(buyer.url), bright: endpointYaml(buyer.url) })
    for (const [i, to] of ['acme', 'bright'].entries()) {
      project.write(`${to}.csv`, leadsCsv(1, i + 1))
      await project.run('deliver', `${to}.csv`, '--to', to, '--yes')
    }
    project.write('returns.csv', 'buyer_lead_id\n1001\n')
    expect(await project.json('returns', 'returns.csv')).toMatchObject({ returned: 0, refused: [{ reason: expect.stringContaining('several leads were sold under this id') }] })
    expect(await project.json('returns', 'returns.csv', '--from', 'bright')).toMatchObject({ returned: 1, refused: [] })
    expect(await project.json('report')).toMatchObject({ recipients: { acme: { revenue: '45.00' }, bright: { returns: 1, revenue: '0.00' } } })
  })
})

describe('a sale through one target that ends a doubt at another', () => {
  it('is one with the buyer: its list agrees, and its return is booked by the id that both have', async () => {
    buyer = await startBuyer({ script: ({ n }) => (n === 1 ? { do: 'reset-after', price: '45.00' } : { do: 'accept', price: '45.00' }) })
    const project = createProject({ acme: endpointYaml(buyer.url, 'Retry Strategy:\n  Timeout Errors: {Retry: 3 times, Backoff: 400ms}\n'), both: 'Pattern: Waterfall\nTry: [acme]\n' })
    project.write('leads.csv', leadsCsv(1))
    await project.run('deliver', 'leads.csv', '--to', 'acme', '--yes', '--wait', '0s')
    await project.run('deliver', 'leads.csv', '--to', 'both', '--yes')
    await project.run('resume', '--yes')
    const ledger = (await project.run('export', 'ledger', '--jsonl')).out.trimEnd().split('\n').map((line) => JSON.parse(line) as { class: string; buyer_lead_id: string })
    expect(ledger.map((row) => row.class)).toEqual(['timeout', null, 'surplus'])
    const id = ledger[1]?.buyer_lead_id ?? ''
    expect(ledger[2]?.buyer_lead_id).toBe(id)
    project.write('list.csv', 'lead_id,price\nL1,45\n')
    expect(await project.run('reconcile', 'acme', 'list.csv')).toMatchObject({ code: 0, err: expect.stringContaining('1 line agrees, 0 differences') })
    expect((await project.run('explain', 'L1')).out).not.toContain('may have it')
    project.write('returns.csv', `buyer_lead_id,amount\n${id},10\n`)
    expect(await project.json('returns', 'returns.csv')).toMatchObject({ returned: 1, refused: [] })
    expect(await revenueOf(project)).toBe('35.00')
  })
})

describe('a sale that a person confirms', () => {
  const held = async (more = ''): Promise<Project> => {
    buyer = await startBuyer({ script: { do: 'answer', status: 200, body: '{{{' } })
    const project = createProject({ acme: endpointYaml(buyer.url, more), other: endpointYaml(buyer.url, more) })
    project.write('leads.csv', leadsCsv(2))
    await project.run('deliver', 'leads.csv', '--to', 'acme', '--yes')
    return project
  }

  it("is in the recipient's currency where its price names none, and counts once however often it is named", async () => {
    const project = await held('Currency: EUR\n')
    expect(await project.run('review', 'accept', 'L1', 'L1', '--price', '10')).toMatchObject({ code: 0, err: expect.stringContaining('1 lead accepted, €10.00 booked') })
    expect(await project.run('review', 'accept', 'L2', '--price', '5 GBP')).toMatchObject({ code: 0 })
    expect(await project.json('report')).toMatchObject({ by_currency: { EUR: { revenue: '10.00' }, GBP: { revenue: '5.00' } } })
    const ledger = (await project.run('export', 'ledger', '--jsonl')).out.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(ledger.slice(-2)).toMatchObject([
      { lead_id: 'L1', recipient: 'acme', attempt: 0, verdict: 'accepted', reason: 'accepted in review', revenue: '10.00', currency: 'EUR' },
      { lead_id: 'L2', recipient: 'acme', attempt: 0, verdict: 'accepted', revenue: '5.00', currency: 'GBP' },
    ])
  })

  it('is a sale: no other target brings the lead there again, and it is booked once', async () => {
    const project = await held()
    project.write('recipients/both.yaml', 'Recipient: both\nPattern: Waterfall\nTry: [acme, other]\n')
    expect(await project.run('review', 'accept', 'L1', '--price', '10')).toMatchObject({ code: 0 })
    await project.run('deliver', 'leads.csv', '--to', 'both', '--yes')
    const keysOf = (lead: string): readonly (string | null)[] => (buyer?.journal ?? []).flatMap(({ body, key }) => (body.includes(`"${lead}"`) ? [key] : []))
    // Once to acme, which may have bought L2 too, and once to the other.
    for (const lead of ['L1', 'L2']) {
      expect(keysOf(lead)).toHaveLength(2)
      expect(new Set(keysOf(lead)).size).toBe(2)
    }
    expect(await project.run('review', 'accept', 'L2', '--price', '10', '--to', 'acme')).toMatchObject({ code: 0 })
    expect(await revenueOf(project)).toBe('20.00')
  })

  it('is told apart in the exit code where another of them could not be booked', async () => {
    const project = await held('Retries: none\nCircuit Breaker: off\n')
    project.write('recipients/both.yaml', 'Recipient: both\nPattern: Waterfall\nTry: [acme]\n')
    // The buyer answers neither target, and may have the lead from either.
    project.write('more.csv', leadsCsv(2, 3))
    buyer?.rescript({ do: 'reset-before' })
    for (const to of ['acme', 'both']) await project.run('deliver', 'more.csv', '--to', to, '--yes')
    expect(await project.run('review', 'accept', 'L4', '--price', '10', '--to', 'both')).toMatchObject({ code: 0 })
    const reviewed = await project.run('review', 'accept', 'L3', 'L4', '--price', '10', '--to', 'acme', '--json')
    expect(reviewed).toMatchObject({ code: 3, err: expect.stringMatching(/L4: acme has bought it already[\s\S]*! 1 lead accepted/) })
    expect(reviewed.out.trim().split('\n').map((line): unknown => JSON.parse(line))).toEqual([
      { lead: 'L3', to: 'acme', recipient: 'acme', decision: 'accept', done: true }, { lead: 'L4', to: 'acme', recipient: 'acme', decision: 'accept', done: false },
    ])
    expect(await revenueOf(project)).toBe('20.00')
  })

  it('can be of a lead that was purged, which is not sent again: nothing of it is left', async () => {
    const project = await held()
    await project.run('purge', '--older-than', '0d', '--yes')
    expect(await project.run('review', 'retry', 'L1')).toMatchObject({ code: 2, err: expect.stringMatching(/L1 was purged[\s\S]*--again/) })
    await project.run('resume', '--yes')
    expect(buyer?.journal).toHaveLength(2)
    expect(await project.run('review', 'accept', 'L1', '--price', '10')).toMatchObject({ code: 0 })
    expect(await revenueOf(project)).toBe('10.00')
    expect(await project.run('deliver', 'leads.csv', '--to', 'acme', '--again', '--yes')).toMatchObject({ code: 3 })
    expect(buyer?.journal.slice(2).map(({ body }) => body)).toEqual([expect.stringContaining('@example.com'), expect.stringContaining('@example.com')])
  })

  it('takes of a lead that is held twice, as it was ordered again, the last for the one that is named', async () => {
    const project = await held()
    expect(await project.run('deliver', 'leads.csv', '--to', 'acme', '--again', '--yes')).toMatchObject({ code: 3 })
    expect(await project.run('review', 'accept', 'L1', '--price', '9')).toMatchObject({ code: 2, err: expect.stringMatching(/L1 waits for a person in 2 deliveries, to acme: each would be a sale[\s\S]*--to acme/) })
    for (const price of ['9', '4']) expect(await project.run('review', 'accept', 'L1', '--to', 'acme', '--price', price)).toMatchObject({ code: 0, err: expect.stringContaining('1 lead accepted') })
    expect((await project.run('explain', 'L1')).out).toMatch(/\(live\)[^]*settled: accepted by acme for \$4\.00[^]*delivery 2[^]*for \$9\.00/)
    expect(await project.run('review', 'accept', 'L1', '--to', 'acme', '--price', '9')).toMatchObject({ code: 2 })
  })

  it('is what reconcile names where the buyer has a lead whose answer could not be read, and not where it was refused', async () => {
    const project = await held()
    project.write('list.csv', 'lead_id,price\nL1,10.00\n')
    expect(await project.run('reconcile', 'acme', 'list.csv')).toMatchObject({ code: 3, out: expect.stringContaining('they have it, we do not'), err: expect.stringContaining('`finalmile review accept LEAD --to acme --price AMOUNT`') })
    await project.run('review', 'drop', 'L1', 'L2')
    project.write('leads.csv', leadsCsv(1, 9))
    await buyer?.close()
    buyer = await startBuyer({ script: { do: 'reject' } })
    project.write('recipients/acme.yaml', endpointYaml(buyer.url))
    await project.run('deliver', 'leads.csv', '--to', 'acme', '--yes')
    project.write('list.csv', 'lead_id,price\nL9,10.00\n')
    expect((await project.run('reconcile', 'acme', 'list.csv')).err).not.toContain('review accept')
  })

  it('has one id of the buyer for one lead, and none where nothing is sold', async () => {
    const project = await held()
    expect(await project.run('review', 'accept', 'L1', 'L2', '--price', '10', '--buyer-lead-id', 'A1')).toMatchObject({ code: 2, err: expect.stringContaining('several are named') })
    expect(await project.run('review', 'drop', 'L1', '--price', '10')).toMatchObject({ code: 2, err: expect.stringContaining('review drop books none') })
    expect((await project.run('review', 'list', '--json')).out.trim().split('\n')).toHaveLength(2)
  })

  it('of a lead that several may have bought needs to be named', async () => {
    const project = await held()
    await project.run('deliver', 'leads.csv', '--to', 'other', '--yes')
    expect(await project.run('review', 'accept', 'L1', '--price', '10')).toMatchObject({ code: 2, err: expect.stringMatching(/L1 waits for a person in 2 deliveries, to acme and other[\s\S]*--to acme/) })
    expect(await revenueOf(project)).toBe('0.00')
    project.write('recipients/other.yaml', `Recipient: Other Buyers\n${endpointYaml(buyer?.url ?? '')}`)
    expect(await project.run('review', 'accept', 'L1', '--price', '10', '--to', 'other buyers')).toMatchObject({ code: 0 })
    expect(await project.json('report')).toMatchObject({ revenue: '10.00', recipients: { other: { revenue: '10.00' }, acme: { revenue: '0.00' } } })
  })
})

describe('an acceptance without the price that the buyer is to name', () => {
  const noPrice = (...leads: readonly string[]) => ({ do: 'answer', status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(leads.length === 0 ? { status: 'accepted', leadId: 'B' } : leads.map((id) => ({ id, status: 'accepted', leadId: `B-${id}` }))) }) as const
  const priced = 'Pattern: Waterfall\nTry: ["acme ($50)"]\n'
  const outcomesOf = async (project: Project) => (await project.run('export', 'results', '--jsonl')).out.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>).map((row) => [row.lead_id, row.outcome, row.revenue]).toSorted()

  it('is held by resume as by deliver, whatever price another pattern names', async () => {
    buyer = await startBuyer({ script: [noPrice(), { do: 'answer', status: 503 }, noPrice()] })
    const project = createProject({ acme: endpointYaml(buyer.url), sell: priced })
    project.write('one.csv', leadsCsv(1))
    project.write('two.csv', leadsCsv(1, 2))
    await project.run('deliver', 'one.csv', '--to', 'acme', '--yes')
    await project.run('deliver', 'two.csv', '--to', 'acme', '--yes', '--wait', '0s')
    expect((await project.run('resume', '--yes')).code).toBe(3)
    expect(await outcomesOf(project)).toEqual([['L1', 'held', '0.00'], ['L2', 'held', '0.00']])
  })

  it('earns what the pattern named on the day the lead came, also where it names none today', async () => {
    buyer = await startBuyer({ script: [{ do: 'answer', status: 503 }, noPrice()] })
    const project = createProject({ acme: endpointYaml(buyer.url), sell: priced })
    project.write('one.csv', leadsCsv(1))
    await project.run('deliver', 'one.csv', '--to', 'sell', '--yes', '--wait', '0s')
    project.write('recipients/sell.yaml', 'Recipient: sell\nPattern: Waterfall\nTry: [acme]\n')
    await project.run('resume', '--yes')
    expect(await outcomesOf(project)).toEqual([['L1', 'accepted', '50.00']])
  })

  it('in a batch is read for each lead by its own pattern', async () => {
    buyer = await startBuyer({ script: noPrice('L1', 'L2') })
    const project = createProject({ acme: endpointYaml(buyer.url, 'Batch: {Accumulate: 2 leads, Format: JSON array, Match: id = lead.id}\n'), sell: priced })
    project.write('one.csv', leadsCsv(1))
    project.write('two.csv', leadsCsv(1, 2))
    await project.run('deliver', 'one.csv', '--to', 'sell', '--yes', '--wait', '0s')
    await project.run('deliver', 'two.csv', '--to', 'acme', '--yes', '--wait', '0s')
    expect(await outcomesOf(project)).toEqual([['L1', 'accepted', '50.00'], ['L2', 'held', '0.00']])
  })
})

describe('report of one run', () => {
  it('is there where all its leads wait, and says no where there was no such run', async () => {
    const project = createProject({ acme: endpointYaml('http://127.0.0.1:9', 'Batch: {Accumulate: 100 leads or 5 minutes, Format: JSON array}\n') })
    project.write('leads.csv', leadsCsv(3))
    const { run_id: id } = await project.json('deliver', 'leads.csv', '--to', 'acme', '--yes', '--wait', '0s')
    expect(await project.json('report', '--run', String(id))).toMatchObject({ run_id: id, leads: 0, revenue: '0.00' })
    expect(await project.run('report', '--run', 'r-none')).toMatchObject({ code: 2, err: expect.stringContaining('no facts of a run "r-none"') })
  })
})

describe('export', () => {
  it('as JSON is JSON Lines, by --json as by --jsonl; of a run that there is none of it says so', async () => {
    const project = await sold()
    const lines = await project.run('export', 'results', '--jsonl')
    expect(lines.out.split('\n')[0]).toMatch(/^\{"lead_id":"L1",/)
    expect(await project.run('export', 'results', '--json')).toEqual(lines)
    await project.run('deliver', 'leads.csv', '--to', 'acme', '--test')
    const counts = await Promise.all([[], ['--live'], ['--test']].map(async (only) => (await project.run('export', 'results', '--jsonl', ...only)).out.trimEnd().split('\n').length))
    expect(counts).toEqual([6, 3, 3])
    expect((await project.run('export', 'ledger', '--live')).out).not.toContain(',test,')
    expect(await project.run('export', 'results', '--run', 'r-none')).toMatchObject({ code: 2, out: '', err: expect.stringContaining('no facts of a run "r-none"') })
  })
})

describe('reconcile', () => {
  it('agrees where both sides say the same, and exits 3 with every difference', async () => {
    const project = await sold()
    project.write('same.csv', 'lead_id,price\nL1,45\nL2,$45.00\nL3,45.00\n')
    expect(await project.run('reconcile', 'Acme', 'same.csv')).toMatchObject({ code: 0, out: '', err: '✓ 3 lines agree, 0 differences\n' })
    project.write('other.csv', 'lead_id,price,status\nL1,40,accepted\nL3,,rejected\nX1,45,accepted\n')
    const { code, out } = await project.run('reconcile', 'acme', 'other.csv', '--json')
    expect(code).toBe(3)
    expect(out.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>).map((each) => [each.finding, each.lead_id, each.line])).toEqual([
      ['price differs', 'L1', 2], ['price differs', 'L3', 3], ['unknown to us', 'X1', 4], ['we have it, they do not', 'L2', null],
    ])
    project.write('words.csv', 'lead_id,status\nL1,Rejected: wrong state\nL2,No answer\nL3,Not accepted\n')
    expect((await project.run('reconcile', 'acme', 'words.csv', '--csv')).out).toMatch(/^price differs,L1,.*\nagrees,L2,.*\nprice differs,L3,/m)
    project.write('theirs.csv', 'Confirmation ID,price\nX9,45\n')
    expect(await project.run('reconcile', 'acme', 'theirs.csv', '--csv')).toMatchObject({ code: 3, out: expect.stringContaining('\nunknown to us,,X9,') })
  })

  it('tells prices in other currencies as that, what only begins like a no, and rows that cannot be read', async () => {
    const project = await sold()
    project.write('abroad.csv', 'lead_id,price,currency,status\nL1,45,EUR,Call returned\nL2,45,USD,Sold\nL3,45,USD,false\n')
    const { out, err } = await project.run('reconcile', 'acme', 'abroad.csv', '--csv')
    expect(out).toMatch(/^price differs,L1,[^,]*,sold,45\.00,45 EUR,USD,.*,2\nagrees,L2,[^,]*,sold,45\.00,45,USD,.*\nprice differs,L3,[^,]*,sold,45\.00,0\.00,USD,/m)
    expect(err).toContain('1 line agrees, 2 differences: 2 price differs\n')
    project.write('cut.csv', 'lead_id,price\nL1,45\nL2,45\nL3,45\nL4,1,2,3\n')
    expect(await project.run('reconcile', 'acme', 'cut.csv')).toMatchObject({ code: 3, out: '', err: expect.stringMatching(/bad row.*cut\.csv:5.*\n.*3 lines agree, 0 differences/s) })
  })
})

describe('purge', () => {
  it('removes what is personal from every file of the store, and leaves the figures', async () => {
    const project = await sold()
    const holds = (): boolean => readdirSync(join(project.folder, '.finalmile')).some((name) => readFileSync(join(project.folder, '.finalmile', name)).includes('lead1@example.com'))
    expect(holds()).toBe(true)
    expect((await project.run('purge', '--older-than', '1d', '--yes')).err).toContain('0 deliveries')
    expect(holds()).toBe(true)
    expect(await project.json('purge', '--older-than', '0d', '--yes')).toEqual({ purged: 3 })
    expect(holds()).toBe(false)
    expect(await revenueOf(project)).toBe('135.00')
    expect(await project.json('deliver', 'leads.csv', '--to', 'acme', '--yes')).toMatchObject({ leads: 0, already_settled: 3 })
  })

  it('needs to be told how old', async () => {
    expect(await (await sold()).run('purge', '--yes')).toMatchObject({ code: 2, err: expect.stringContaining('--older-than') })
  })
})
