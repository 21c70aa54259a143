import { describe, expect, it } from 'vitest'
import { createTurns } from '../../src/adapters/turns.ts'

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

describe('turns', () => {
  it('let so many of one name run at once, first come, first served; one that fails gives its place on', async () => {
    const inTurn = createTurns()
    let running = 0
    let most = 0
    const begun: number[] = []
    const task = (i: number) => async (): Promise<number> => {
      begun.push(i)
      most = Math.max(most, ++running)
      await pause(5)
      running -= 1
      if (i === 1) throw new Error('one that fails')
      return i
    }
    const ended = await Promise.allSettled(Array.from({ length: 7 }, (_, i) => inTurn('a', 2, task(i))))
    expect([most, begun]).toEqual([2, [0, 1, 2, 3, 4, 5, 6]])
    expect(ended.map((each) => each.status)).toEqual(['fulfilled', 'rejected', ...Array.from({ length: 5 }, () => 'fulfilled')])
    // All places are free again.
    most = 0
    await Promise.all([7, 8, 9].map((i) => inTurn('a', 2, task(i))))
    expect(most).toBe(2)
  })

  it('of other names do not wait for them', async () => {
    const inTurn = createTurns()
    const slow = inTurn('a', 1, () => pause(50))
    let done = false
    await inTurn('b', 1, async () => { done = true })
    expect(done).toBe(true)
    await slow
  })
})
