import { afterEach, describe, expect, it } from 'vitest'
import { finalmileHere } from '../cli/here.ts'
import { endpointYaml } from '../engine/world.ts'
import { createProject, leadsCsv, removeProjects } from './project.ts'
import { buyersOfTests } from '../world/buyers.ts'

const buyer = buyersOfTests()
afterEach(removeProjects)

describe('status', () => {
  it('tells why a recipient is closed, for how long, and how many leads wait for it', async () => {
    const busy = await buyer({ script: { do: 'limit', retryAfter: '7200' } })
    const broken = await buyer({ script: { do: 'answer', status: 500 } })
    const project = createProject({ busy: endpointYaml(busy.url), broken: endpointYaml(broken.url, 'Retries: 0\nCircuit Breaker: {Over: 2 attempts, Wait: 3 hours}\n') })
    project.write('leads.csv', leadsCsv(5))
    for (const to of ['busy', 'broken']) await project.run('deliver', 'leads.csv', '--to', to, '--yes', '--wait', '0s', '--concurrency', '1')
    const { out } = await project.run('status')
    expect(out).toMatch(/^busy +closed for \d h.* +it asked for a longer wait$/m)
    expect(out).toMatch(/^broken +circuit open for \d h.* +\d\d\d\d-\S+ \S+ +too many attempts failed or were unreadable; then one lead is its trial$/m)
    expect(out).toMatch(/^busy +4 +in \d h.* +busy asked for a longer wait$/m)
    expect(await project.json('status')).toMatchObject({ recipients: expect.arrayContaining([
      { recipient: 'busy', paused: null, closed_until: expect.stringMatching(/Z$/), circuit: null, circuit_until: null },
      { recipient: 'broken', paused: null, closed_until: null, circuit: 'open', circuit_until: expect.stringMatching(/Z$/) },
    ]) })
    expect((await project.run('status', '--clock', new Date(Date.now() + 4 * 3_600_000).toISOString())).out).toMatch(/^broken +circuit open +\S+ \S+ +too many attempts failed or were unreadable; the next lead is its trial$/m)
  })
})

describe('a live send on a terminal', () => {
  it.each<[string, string, number, number]>([['no', 'n', 2, 0], ['nothing', '', 2, 0], ['yes', 'Yes', 0, 1]])('is sent where a person says so: %s', async (_what, answer, code, sent) => {
    const a = await buyer({})
    const project = createProject({ a: endpointYaml(a.url) })
    project.write('leads.csv', leadsCsv(1))
    const ended = await finalmileHere(['deliver', 'leads.csv', '--to', 'a'], { cwd: project.folder, answers: [answer] })
    expect([ended.code, a.journal.length, ended.err.includes('Nothing was sent.')]).toEqual([code, sent, sent === 0])
  })
})

describe('plan', () => {
  it('of a batch shows its request when it is full, and what is left at the end', async () => {
    const project = createProject({ b: endpointYaml('https://b.example', 'Batch: {Accumulate: 2 leads, Format: CSV}\n') })
    project.write('leads.csv', leadsCsv(3))
    const { out } = await project.run('plan', 'leads.csv', '--to', 'b')
    expect(out.split('\n').filter((each) => /^(lead|▸|▹)/.test(each))).toEqual([
      'lead L1 → b', '▹ joins a batch of b', 'lead L2 → b', '▹ joins a batch of b', '▸ b (batch of 2 leads)', 'lead L3 → b', '▹ joins a batch of b', '▸ b (batch of 1 lead)',
    ])
    expect((await project.run('plan', 'leads.csv', '--to', 'b', '--json')).out.trim().split('\n').map((each) => (JSON.parse(each) as { lead: string }).lead)).toEqual(['L1', 'L3'])
  })
})

describe('returns', () => {
  it('of a lead that is sold and still offered to others wait until it is settled', async () => {
    const [sold, busy] = [await buyer({}), await buyer({ script: { do: 'answer', status: 500 } })]
    const project = createProject({ sold: endpointYaml(sold.url), busy: endpointYaml(busy.url, 'Retry Strategy:\n  Server Errors: {Retry: 3 times, Backoff: 1h}\n'), both: 'Pattern: Simultaneous\nSend To: [sold, busy]\nAccept: all\n' })
    project.write('leads.csv', leadsCsv(1))
    project.write('returns.csv', 'lead_id\nL1\n')
    await project.run('deliver', 'leads.csv', '--to', 'both', '--yes', '--wait', '0s')
    expect(await project.run('returns', 'returns.csv')).toMatchObject({ code: 3, err: expect.stringContaining('L1: its delivery is not settled yet') })
  })
})
