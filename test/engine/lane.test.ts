import { expect, it } from 'vitest'
import { createLane } from '../../src/engine/lane.ts'
import { cpuMsOf } from '../world/cpu.ts'

const settings = { connections: 1, concurrency: 1, inDoubtWindow: null, rate: null } as unknown as Parameters<typeof createLane>[0]

it('lets nobody in before a hold is over, nor more than a rate allows, not even who has not queued', () => {
  const lane = createLane({ ...settings, connections: 9, concurrency: 9, rate: { count: 2, perMs: 1_200 } }, null)
  lane.hold(500)
  lane.hold(300)
  expect([lane.enter(499), lane.enter(500), lane.enter(500), lane.enter(1_799), lane.enter(1_800)]).toEqual([false, true, true, false, true])
})

it('keeps a rate of a day, whose starts are many, and does not look through them for each lead', () => {
  const lane = createLane({ ...settings, connections: 9, concurrency: 9, rate: { count: 20_000, perMs: 86_400_000 } }, null)
  const starts = (from: number, tries: number): number => {
    let entered = 0
    for (let now = from; now < from + tries; now++) if (lane.enter(now)) { entered += 1; lane.leave(now) }
    return entered
  }
  let entered: readonly number[] = []
  expect(cpuMsOf(() => { entered = [starts(0, 40_000), starts(86_400_000, 10), starts(86_401_000, 40_000)] })).toBeLessThan(2_000)
  expect(entered).toEqual([20_000, 0, 20_000])
})

it('counts a start from its own time, whatever an answer that is told of late says of the time', () => {
  const lane = createLane({ ...settings, concurrency: 2, connections: 2, rate: { count: 1, perMs: 1_200 } }, null)
  lane.enter(1_000)
  lane.park(() => undefined)
  lane.drain('free', 900)
  expect([lane.enter(2_200), lane.enter(2_300)]).toEqual([false, true])
})

it('counts a start of a rate from when it left, where the disk took its time before', () => {
  const lane = createLane({ ...settings, connections: 9, concurrency: 9, rate: { count: 2, perMs: 1_200 } }, null)
  lane.enter(0)
  lane.enter(0)
  lane.setsOut(400)
  lane.setsOut(500)
  expect([lane.enter(1_699), lane.enter(1_700), lane.enter(1_799), lane.enter(1_800)]).toEqual([false, true, false, true])
  lane.yield(1_800)
  lane.setsOut(1_810)
  expect([lane.enter(1_810), lane.enter(1_810), lane.enter(3_109), lane.enter(3_110)]).toEqual([true, false, false, true])
})

it('says when its rate may open while all places are busy too, and nothing where it has none', () => {
  const lane = createLane({ ...settings, rate: { count: 2, perMs: 1_200 } }, null)
  lane.enter(0)
  lane.park(() => undefined)
  expect([lane.opensAt(100), lane.opensAt(1_290)]).toEqual([1_300, 1_310])
  const plain = createLane(settings, null)
  plain.enter(0)
  plain.park(() => undefined)
  expect(plain.opensAt(100)).toBeNull()
})

it('has no more places than the command was told, however many of the recipient\'s this process holds', () => {
  const lane = createLane({ ...settings, connections: 9, concurrency: 9 }, 1, { count: () => 9, wanted: () => undefined })
  expect([lane.enter(0), lane.enter(0)]).toEqual([true, false])
})

it.each([['without a Concurrency', null, null], ['with one', 9, null], ['with one over several processes', 9, { count: () => 9, wanted: () => undefined }]])('lets no more be in doubt at once than In Doubt Window says, %s', (_how, concurrency, held) => {
  const lane = createLane({ ...settings, connections: 9, concurrency, inDoubtWindow: 2 }, null, held)
  expect([lane.enter(0), lane.enter(0), lane.enter(0)]).toEqual([true, true, false])
})

it('is opened by nobody\'s clock where the times of a rate over several processes keep it shut: they call by themselves', () => {
  const shared = { opensAt: (now: number) => now + 100, take: () => undefined, giveBack: () => undefined, early: 0 }
  const lane = createLane({ ...settings, rate: { count: 1, perMs: 1_000 } }, null, null, undefined, shared)
  lane.park(() => undefined)
  expect([lane.opensAt(0), lane.slowed(0)]).toEqual([null, true])
  lane.hold(500)
  expect([lane.opensAt(0), lane.slowed(0)]).toEqual([500, true])
})

it('calls back one after the other those that leave their place again at once, and none from within another', () => {
  const lane = createLane(settings, null)
  lane.enter(0)
  let [inside, deepest, called] = [0, 0, 0]
  for (let lead = 0; lead < 100; lead++) {
    lane.park(() => {
      inside += 1
      deepest = Math.max(deepest, inside)
      if (lane.enter(0)) called += 1
      lane.leave(0)
      inside -= 1
    })
  }
  lane.leave(0)
  expect([called, deepest, lane.parked, lane.underWay]).toEqual([100, 1, 0, 0])
})
