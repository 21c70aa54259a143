import { describe, expect, it } from 'vitest'
import { grantStarts } from '../../src/core/rate.ts'
import type { Given, Rate } from '../../src/core/rate.ts'
import type { TransportSettings } from '../../src/definitions/transport-settings.ts'
import { createHeldStarts } from '../../src/engine/held-starts.ts'
import { createLane } from '../../src/engine/lane.ts'
import type { Ledger } from '../../src/ports.ts'
import { createFakeClock } from '../world/fake-clock.ts'
import type { FakeClock } from '../world/fake-clock.ts'

/** Of recipient a, whose places to start come from `starts`. */
const laneOf = (starts: ReturnType<typeof createHeldStarts>, rate: Rate, connections = 4) => {
  const lane = createLane({ connections, concurrency: null, inDoubtWindow: null, rate } as TransportSettings, null, null, undefined, starts.of('a', rate))
  starts.joins('a', lane)
  return lane
}

/** A store that several share, and that takes 10 ms to answer; the adapter's own is tested in test/adapters/ledger. */
const storeOf = (clock: FakeClock) => {
  let given: Given = []
  let asked = 0
  const ledger = {
    holdStarts: async (_recipient: string, _mode: string, rate: Rate, { fromMs, withinMs, wanted }: { fromMs: number; withinMs: number; wanted: number }) => {
      asked += 1
      const grant = grantStarts(given, rate, { from: clock.now() + fromMs, until: clock.now() + withinMs, wanted })
      given = grant.given
      await clock.sleep(10)
      return { inMs: grant.starts.map((at) => at - clock.now() + 0), nextInMs: grant.next === null ? null : grant.next - clock.now() }
    },
  } as unknown as Ledger
  return { ledger, asked: () => asked }
}

/** A process with so many leads for recipient `a`, each durable after `durableMs`; `left` takes the times at which they leave. */
const work = (ledger: Ledger, clock: FakeClock, rate: Rate, leads: number, left: { push(at: number): unknown }, { durableMs = () => 5, stopping = () => false }: { durableMs?: (lead: number) => number; stopping?: () => boolean } = {}): void => {
  const starts = createHeldStarts(ledger, 'live', clock, stopping, (error) => { throw error })
  const lane = laneOf(starts, rate)
  const begin = (lead: number): void => {
    if (!lane.enter(clock.now())) return lane.park(() => begin(lead))
    clock.sleep(durableMs(lead)).then(() => starts.leaves('a')).then(() => {
      left.push(clock.now())
      return clock.sleep(10)
    }).then(() => lane.leave(clock.now())).catch((error: unknown) => { throw error })
  }
  for (let lead = 0; lead < leads; lead++) begin(lead)
}
const most = (times: readonly number[], ms: number): number => times.reduce((max, end) => Math.max(max, times.filter((at) => at > end - ms && at <= end).length), 0)

describe('a rate over several processes', () => {
  const rate = { count: 100, perMs: 1_000 }

  it('is never exceeded by all of them together, and nine tenths of it are used', async () => {
    const clock = createFakeClock(1_000_000)
    const { ledger, asked } = storeOf(clock)
    const left: number[] = []
    for (let process = 0; process < 3; process++) work(ledger, clock, rate, 300, left)
    await clock.advance(10_500)
    expect(left).toHaveLength(900)
    expect(most(left, 1_000)).toBeLessThanOrEqual(100)
    expect(asked()).toBeLessThan(350)
  })

  it('sets no alarm once the run is over, when the times that it asked for come', async () => {
    const clock = createFakeClock(1_000_000)
    const { ledger } = storeOf(clock)
    const perHour = { count: 1, perMs: 3_600_000 }
    const starts = createHeldStarts(ledger, 'live', clock, () => false, (error) => { throw error })
    const lane = laneOf(starts, perHour)
    const others = ledger.holdStarts('a', 'live', perHour, { fromMs: 0, withinMs: 1, wanted: 1 })
    await clock.advance(10)
    await others
    lane.enter(clock.now())
    lane.park(() => undefined)
    await clock.advance(5)
    starts.end()
    await clock.advance(20)
    expect(clock.sleeping()).toBe(0)
  })

  it('holds where starts are durable too late for their time: they leave with the next', async () => {
    const clock = createFakeClock(1_000_000)
    const { ledger } = storeOf(clock)
    const left: number[] = []
    for (let process = 0; process < 2; process++) work(ledger, clock, rate, 150, left, { durableMs: (lead) => (lead % 7 === 0 ? 450 : 5) })
    await clock.advance(12_000)
    expect(left).toHaveLength(300)
    expect(most(left, 1_000)).toBeLessThanOrEqual(100)
  })

  it('asks for nothing that it cannot use: a lane that is held leaves the rate to the others', async () => {
    const clock = createFakeClock(1_000_000)
    const { ledger, asked } = storeOf(clock)
    let slept = 0
    const starts = createHeldStarts(ledger, 'live', { ...clock, sleep: (...args) => { slept += 1; return clock.sleep(...args) } }, () => false, (error) => { throw error })
    const lane = laneOf(starts, rate)
    let entered = 0
    const begin = (): void => { if (lane.enter(clock.now())) entered += 1; else lane.park(begin) }
    for (let lead = 0; lead < 40; lead++) begin()
    await clock.advance(5)
    lane.hold(clock.now() + 5_000)
    await clock.advance(4_000)
    expect([entered, asked()]).toEqual([0, 1])
    expect(slept).toBeLessThan(20)
    await clock.advance(1_005)
    lane.drain('free', clock.now())
    await clock.advance(15)
    expect(asked()).toBe(2)
    expect(entered).toBeGreaterThan(0)
  })

  it('lets leads in at times that it holds from before, when they come, also where those they were for are gone', async () => {
    const clock = createFakeClock(1_000_000)
    const { ledger } = storeOf(clock)
    const twenty = { count: 20, perMs: 1_000 }
    const starts = createHeldStarts(ledger, 'live', clock, () => false, (error) => { throw error })
    const lane = laneOf(starts, twenty, 20)
    for (let lead = 0; lead < 16; lead++) if (!lane.enter(clock.now())) lane.park(() => undefined)
    await clock.advance(20)
    lane.drain('all', clock.now())
    await clock.advance(15)
    let entered = 0
    const begin = (): void => { if (lane.enter(clock.now())) entered += 1; else lane.park(begin) }
    for (let lead = 0; lead < 8; lead++) begin()
    expect(entered).toBeLessThan(8)
    await clock.advance(300)
    expect(entered).toBe(8)
  })

  it('one whose process was stopped past its time takes the next instead', async () => {
    const clock = createFakeClock(1_000_000)
    const { ledger } = storeOf(clock)
    const left: number[] = []
    work(ledger, clock, { count: 1, perMs: 3_600_000 }, 1, left)
    await clock.advance(50)
    clock.step(600_000)
    await clock.advance(3_000_000)
    expect(left).toHaveLength(0)
    await clock.advance(700_000)
    expect(left).toHaveLength(1)
  })

  it('goes on where the clock of one process is set back two hours, and is not exceeded', async () => {
    const clock = createFakeClock(10_000_000)
    const { ledger } = storeOf(clock)
    const left: number[] = []
    let back = 0
    const here = { ...clock, now: () => clock.now() - back }
    work(ledger, here, rate, 400, { push: () => left.push(clock.now()) })
    await clock.advance(1_000)
    expect(left.length).toBeLessThan(150)
    back = 7_200_000
    await clock.advance(5_000)
    expect(left).toHaveLength(400)
    expect(most(left, 1_000)).toBeLessThanOrEqual(100)
  })

  it('gives a time back that a lead took in vain, to the next', async () => {
    const clock = createFakeClock(1_000_000)
    const { ledger, asked } = storeOf(clock)
    const hourly = { count: 1, perMs: 3_600_000 }
    const starts = createHeldStarts(ledger, 'live', clock, () => false, (error) => { throw error })
    const lane = laneOf(starts, hourly)
    const entered: string[] = []
    const begin = (name: string): void => { if (lane.enter(clock.now())) entered.push(name); else lane.park(() => begin(name)) }
    begin('refused')
    begin('next')
    await clock.advance(20)
    expect(entered).toEqual(['refused'])
    lane.yield(clock.now())
    expect([entered, asked()]).toEqual([['refused', 'next'], 1])
  })

  it('those that wait for their time take no connection: a rate is used that has more starts on the way than connections', async () => {
    const clock = createFakeClock(1_000_000)
    const { ledger } = storeOf(clock)
    const left: number[] = []
    work(ledger, clock, { count: 400, perMs: 1_000 }, 1_500, left, { durableMs: () => 200 })
    await clock.advance(5_000)
    expect(left).toHaveLength(1_500)
  })

  it('lets a single lead leave at once, and asks for nothing where nobody waits', async () => {
    const clock = createFakeClock(1_000_000)
    const { ledger, asked } = storeOf(clock)
    const left: number[] = []
    work(ledger, clock, rate, 1, left)
    await clock.advance(250)
    expect(left).toHaveLength(1)
    await clock.advance(60_000)
    expect(asked()).toBe(1)
  })

  it('one that is late for a time does not wait an hour for another where its process is to end', async () => {
    const clock = createFakeClock(1_000_000)
    const { ledger } = storeOf(clock)
    const left: number[] = []
    let stops = false
    work(ledger, clock, { count: 1, perMs: 3_600_000 }, 1, left, { durableMs: () => 5_000, stopping: () => stops })
    await clock.advance(10_000)
    expect(left).toHaveLength(0)
    stops = true
    await clock.advance(2_000)
    expect(left).toHaveLength(1)
  })
})
