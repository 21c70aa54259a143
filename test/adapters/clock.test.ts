import { expect, it } from 'vitest'
import { systemClock } from '../../src/adapters/clock.ts'

it('tells the machine\u2019s time', () => {
  const before = Date.now()
  const now = systemClock.now()
  expect(now >= before && now <= Date.now()).toBe(true)
})

it('sleeps, not at all for nothing, and no longer than its signal', async () => {
  await systemClock.sleep(1)
  await systemClock.sleep(0)
  await systemClock.sleep(-5)
  const controller = new AbortController()
  const long = systemClock.sleep(2 ** 33, controller.signal)
  controller.abort()
  await long
  await systemClock.sleep(2 ** 33, controller.signal)
})
