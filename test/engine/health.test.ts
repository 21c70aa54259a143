import { describe, expect, it } from 'vitest'
import { createHealth } from '../../src/engine/health.ts'
import { createLane, type Lane } from '../../src/engine/lane.ts'
import { T0 } from '../core/given.ts'
import { createFakeClock } from '../world/fake-clock.ts'

const settings = { connections: 2, concurrency: null, inDoubtWindow: null, rate: null } as unknown as Parameters<typeof createLane>[0]
const answers = () => Promise.resolve()
const watched = (taken: number, lanes: Readonly<Record<string, Lane>> = {}, ask: () => Promise<unknown> = answers) => {
  const clock = createFakeClock(T0)
  const told: (readonly [string | null, string])[] = []
  const health = createHealth(clock, () => taken, new Map(Object.entries(lanes)), ask, (recipient, text) => told.push([recipient, text]))
  const over = health.watch()
  return { clock, told, health, over }
}

describe('due work that does not move', () => {
  it('for a minute is told, with where it stands', async () => {
    const lane = createLane(settings, null)
    lane.enter(T0)
    const { clock, told, health, over } = watched(3, { a: lane })
    await clock.advance(74_000)
    expect(told).toEqual([])
    await clock.advance(2_000)
    expect(told).toEqual([['a', '3 leads are at work and nothing has moved for a minute; 1 request to it has no answer']])
    health.end()
    await over
  })

  it('blames the store where that does not answer, and no buyer whose answers wait to be recorded', async () => {
    const lane = createLane(settings, null)
    lane.enter(T0)
    const { clock, told } = watched(1, { a: lane }, () => new Promise(() => undefined))
    await clock.advance(79_000)
    expect(told).toEqual([])
    await clock.advance(2_000)
    expect(told).toEqual([[null, '1 lead is at work and nothing has moved for a minute; the store does not answer']])
  })

  it('without any request under way says so', async () => {
    const { clock, told } = watched(1)
    await clock.advance(76_000)
    expect(told).toEqual([[null, expect.stringContaining('no request is under way')]])
  })

  it.each<[string, number, (lane: Lane) => void]>([
    ['nothing is at work', 0, () => undefined],
    ['the buyer asked for the wait', 2, (lane) => { lane.hold(T0 + 300_000); lane.park(() => undefined); lane.park(() => undefined) }],
  ])('is not told where %s', async (_why, taken, make) => {
    const lane = createLane(settings, null)
    make(lane)
    const { clock, told } = watched(taken, { a: lane })
    await clock.advance(200_000)
    expect(told).toEqual([])
  })

  it('nor where the times of a rate over several processes keep them waiting', async () => {
    const shared = { opensAt: (now: number) => now + 100, take: () => undefined, giveBack: () => undefined, early: 0 }
    const lane = createLane({ ...settings, rate: { count: 1, perMs: 3_600_000 } }, null, null, undefined, shared)
    lane.park(() => undefined)
    const { clock, told } = watched(1, { a: lane })
    await clock.advance(200_000)
    expect(told).toEqual([])
  })

  it('nor where leads that waited for their time are taken up at the moment of a look', async () => {
    let taken = 0
    const clock = createFakeClock(T0)
    const told: string[] = []
    createHealth(clock, () => taken, new Map(), answers, (_recipient, text) => told.push(text)).watch()
    await clock.advance(299_999)
    taken = 1
    await clock.advance(2)
    taken = 0
    await clock.advance(100_000)
    expect(told).toEqual([])
    taken = 1
    await clock.advance(76_000)
    expect(told).not.toEqual([])
  })

  it('nor while anything moves, nor when the clock jumps', async () => {
    const { clock, told, health } = watched(5)
    for (let i = 0; i < 6; i++) {
      await clock.advance(50_000)
      health.moved()
    }
    expect(told).toEqual([])
  })
})
