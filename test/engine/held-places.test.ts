import { expect, it } from 'vitest'
import type { TransportSettings } from '../../src/definitions/transport-settings.ts'
import { createHeldPlaces } from '../../src/engine/held-places.ts'
import { createLane } from '../../src/engine/lane.ts'
import type { Ledger } from '../../src/ports.ts'
import { allTurns, createFakeClock } from '../world/fake-clock.ts'

/** A store that gives as many places as `free` says, and remembers what it was asked. */
const setUp = (free: () => number) => {
  const asked: { readonly wanted: number; readonly used: number }[] = []
  const holdPlaces: Ledger['holdPlaces'] = async (_recipient, _mode, _limit, each) => { asked.push(each); return Math.min(each.wanted, free()) }
  const places = createHeldPlaces({ holdPlaces } as Ledger, 'live', createFakeClock(0), (error) => { throw error })
  const lane = createLane({ connections: 4, concurrency: 4, inDoubtWindow: null, rate: null } as TransportSettings, null, places.held('a', 4))
  places.joins('a', lane)
  let inside = 0
  const come = (): void => { if (lane.enter(0)) inside += 1; else lane.park(come) }
  return { asked, places, lane, come, inside: () => inside }
}

it('whoever comes first asks at once, for all that came with it', async () => {
  const { asked, come, inside } = setUp(() => 4)
  come(); come()
  await allTurns()
  expect([asked, inside()]).toEqual([[{ wanted: 2, used: 0 }], 2])
})

it('places are given back when nobody needs them, and the store is left alone then', async () => {
  const { asked, places, lane, come } = setUp(() => 4)
  come()
  await allTurns()
  lane.leave(0)
  await places.renew()
  await allTurns()
  await places.renew()
  await allTurns()
  expect(asked).toEqual([{ wanted: 1, used: 0 }, { wanted: 0, used: 0 }])
})

it('where others hold them all it is asked for again by every renewal, and by nothing else', async () => {
  let free = 0
  const { asked, places, come, inside } = setUp(() => free)
  come()
  await allTurns()
  expect([asked.length, inside()]).toEqual([1, 0])
  await places.renew()
  await allTurns()
  expect([asked.length, inside()]).toEqual([2, 0])
  free = 1
  await places.renew()
  await allTurns()
  expect([asked.length, inside()]).toEqual([3, 1])
})

it('one that comes while the last place is given back asks for it again', async () => {
  const { asked, places, lane, come, inside } = setUp(() => 4)
  come()
  await allTurns()
  lane.leave(0)
  const renewed = places.renew()
  come()
  await renewed
  await allTurns()
  expect([asked.at(-1), inside()]).toEqual([{ wanted: 1, used: 0 }, 2])
})
