import { afterEach, describe, expect, it } from 'vitest'
import { endpointYaml } from '../engine/world.ts'
import { type Buyer, type BuyerOptions, startBuyer } from '../world/buyer.ts'
import { bookedCents } from '../world/journal.ts'
import { createProject, leadsCsv, removeProjects, waterfall } from './project.ts'

const buyers: Buyer[] = []
const buyer = async (options: BuyerOptions = {}): Promise<Buyer> => {
  const started = await startBuyer(options)
  buyers.push(started)
  return started
}
afterEach(async () => {
  await Promise.all(buyers.splice(0).map((each) => each.close()))
  removeProjects()
})
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

describe('a wait that the buyer asks for', () => {
  const inHours = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toUTCString()
  it.each<[string, string, number]>([
    ['an hour in seconds', '3600', 3_600], ['a date in two hours', inHours(2), 7_200], ['ten years', '315360000', 315_360_000],
  ])('%s: stands in the store, and no command sends before', async (_form, retryAfter, seconds) => {
    const a = await buyer({ script: { do: 'limit', retryAfter } })
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
