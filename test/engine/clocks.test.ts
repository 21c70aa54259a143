import { describe, expect, it } from 'vitest'
import { createWorld, endpointYaml, someLeads } from './world.ts'
import { buyersOfTests } from '../world/buyers.ts'

const buyer = buyersOfTests()
const HOUR = 3_600_000
const outcomes = async (world: ReturnType<typeof createWorld>) => (await world.ledger.counts('live')).settled.accepted
const startTimes = async (world: ReturnType<typeof createWorld>, leads: number): Promise<readonly number[]> =>
  (await Promise.all(someLeads(leads).map(({ id }) => world.events(id)))).flat().flatMap((event) => (event.type === 'attemptStarted' ? [event.at] : []))

describe('a clock that is set two hours', () => {
  it.each([['on', 2 * HOUR], ['back', -2 * HOUR]])('%s while leads wait for their retries loses nothing and sends nothing twice', async (_way, step) => {
    const a = await buyer({ script: [...Array.from({ length: 20 }, () => ({ do: 'answer', status: 503 }) as const), { do: 'accept' }] })
    const world = createWorld({ a: endpointYaml(a.url, 'Circuit Breaker: off\n') })
    const run = world.run('a', someLeads(20))
    while (a.journal.length < 20) await new Promise((resolve) => setTimeout(resolve, 5))
    world.clock.step(step)
    await run
    // Set back, a retry comes two hours later: late, and never lost.
    await world.clock.advance(2 * HOUR + 60_000)
    await world.run(null, null)
    expect([await outcomes(world), a.journal.length, new Set(a.journal.map((each) => each.key)).size]).toEqual([20, 40, 20])
  })

  it.each([['on', 2 * HOUR], ['back', -2 * HOUR]])('%s never sends outside the window', async (_way, step) => {
    const a = await buyer({ script: { do: 'accept', afterMs: 3 } })
    const at = (text: string): number => Date.parse(text)
    const start = at('2026-11-24T19:30:00Z')
    const world = createWorld({ a: endpointYaml(a.url, 'Call Window: 9am-8pm\nTimezone: UTC\nConcurrency: 1\n') }, undefined, start)
    const run = world.run('a', someLeads(60))
    while (a.journal.length < 10) await new Promise((resolve) => setTimeout(resolve, 1))
    world.clock.step(step)
    await run
    await world.clock.advance(Math.max(0, Date.parse('2026-11-25T09:00:01Z') - world.clock.now()))
    await world.run('a', someLeads(60))
    await world.run(null, null)
    expect(await outcomes(world)).toBe(60)
    for (const each of await startTimes(world, 60)) {
      const hour = new Date(each).getUTCHours()
      expect(hour >= 9 && hour < 20, new Date(each).toISOString()).toBe(true)
    }
  })
})

describe('a Rate, where the clock is set back two hours', () => {
  const rated = async () => {
    const a = await buyer()
    return { a, world: createWorld({ a: endpointYaml(a.url).replace('/leads\n', '/leads\n  Rate: 5 per second\n') }) }
  }

  it('within a run is shut no longer than it says', async () => {
    const { a, world } = await rated()
    const run = world.run('a', someLeads(15))
    while (a.journal.length < 5) await new Promise((resolve) => setTimeout(resolve, 1))
    world.clock.step(-2 * HOUR)
    const set = world.clock.now()
    await run
    expect([await outcomes(world), world.clock.now() - set < 10_000]).toEqual([15, true])
  })

  it('between two runs is shut no longer than it says', async () => {
    const { world } = await rated()
    await world.run('a', someLeads(5))
    world.clock.step(-2 * HOUR)
    const set = world.clock.now()
    await world.run('a', someLeads(10, 6))
    expect([await outcomes(world), world.clock.now() - set < 10_000]).toEqual([15, true])
  })
})

describe('a night in which the clocks change', () => {
  it.each([
    ['spring: the hour from 2 to 3 is missing', '2026-03-08T06:50:00Z', '2026-03-08T13:00:00Z'],
    ['autumn: the hour from 1 to 2 comes twice', '2026-11-01T04:50:00Z', '2026-11-01T14:00:00Z'],
    ['the day before a leap day', '2028-02-28T23:50:00-05:00', '2028-02-29T14:00:00Z'],
  ])('%s: leads wait for 9 in the morning by the wall clock, no sooner and no later', async (_night, now, opens) => {
    const a = await buyer()
    const world = createWorld({ a: endpointYaml(a.url, 'Call Window: 9am-8pm\nTimezone: America/New_York\n') }, undefined, Date.parse(now))
    await world.run('a', someLeads(3))
    const standing = await world.standing('L1')
    expect([a.journal.length, standing?.state === 'waiting' ? new Date(standing.dueAt ?? 0).toISOString() : standing?.state]).toEqual([0, new Date(opens).toISOString()])
  })
})

describe('a circuit', () => {
  it('opens over what a buyer refuses as invalid, too: each is a failure', async () => {
    const a = await buyer({ script: { do: 'answer', status: 400 } })
    const world = createWorld({ a: endpointYaml(a.url, 'Concurrency: 1\n') })
    await world.run('a', someLeads(60))
    expect(a.journal).toHaveLength(51)
  })

  it('opens over half of 100, keeps still, lets one trial through, waits twice as long each time, and outlives the process', async () => {
    const a = await buyer({ script: { do: 'answer', status: 500 } })
    const world = createWorld({ a: endpointYaml(a.url, 'Retries: none\nConcurrency: 1\nCircuit Breaker: {Error Rate: "> 50%", Over: 100 attempts, Wait: 5 minutes, Maximum Wait: 15 minutes}\n') })
    const MINUTE = 60_000
    await world.run('a', someLeads(200), { waitMs: 1_000 })
    expect(a.journal).toHaveLength(51)
    expect(world.seen.filter((each) => each.kind === 'alert' && each.text.includes('circuit opened'))).toHaveLength(1)
    // Each run below is another process: what it knows of the circuit comes from the store.
    let trials = 51
    for (const [minutes, tried] of [[4, 0], [1.1, 1], [9, 0], [1.1, 1], [14, 0], [1.1, 1], [14, 0], [1.1, 1]] as const) {
      await world.clock.advance(minutes * MINUTE)
      await world.run(null, null, { waitMs: 1_000 })
      trials += tried
      expect([minutes, a.journal.length]).toEqual([minutes, trials])
    }
    a.rescript({ do: 'accept' })
    await world.clock.advance(16 * MINUTE)
    await world.run(null, null, { waitMs: 1_000 })
    expect(await outcomes(world)).toBe(200 - trials)
  })
  it('tries again after its own wait where that is shorter than what a trial is given', async () => {
    let asked = 0
    const a = await buyer({ script: () => (++asked <= 8 ? { do: 'answer', status: 500 } : { do: 'accept' }) })
    const world = createWorld({ a: endpointYaml(a.url, 'Timeout: 10 seconds\nRetries: none\nConcurrency: 1\nCircuit Breaker: {Error Rate: "> 50%", Over: 10 attempts, Wait: 2s, Maximum Wait: 1 minute}\n') })
    await world.run('a', someLeads(12), { waitMs: 60_000 })
    const times = (await startTimes(world, 12)).toSorted((x, y) => x - y)
    const [opened = 0, first = 0, second = 0, third = 0] = times.slice(5)
    expect([first - opened, second - first, third - second].map((ms) => Math.round(ms / 1000))).toEqual([2, 4, 8])
    expect(await outcomes(world)).toBe(4)
  })
})
