import { expect, it } from 'vitest'
import { createLane } from '../../src/engine/lane.ts'

const settings = { connections: 1, concurrency: 1, inDoubtWindow: null, rate: null } as unknown as Parameters<typeof createLane>[0]

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
