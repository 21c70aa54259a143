import { describe, expect, it } from 'vitest'
import { createDraws } from '../../../src/adapters/ledger/draws.ts'

describe('tickets', () => {
  it('that are asked for at once, or while others are drawn, are drawn together, each once and in order', async () => {
    const values = new Map<string, number>()
    const transactions: Record<string, number>[] = []
    const draw = createDraws(async (amounts) => {
      transactions.push(Object.fromEntries(amounts))
      await new Promise(setImmediate)
      for (const [name, amount] of amounts) values.set(name, (values.get(name) ?? 0) + amount)
      return new Map([...amounts.keys()].map((name) => [name, values.get(name) ?? 0]))
    })
    const first = Promise.all([draw('a'), draw('b'), draw('a')])
    await new Promise(setImmediate)
    const second = Promise.all([draw('a'), draw('a')])
    expect(await first).toEqual([0, 0, 1])
    expect(await second).toEqual([2, 3])
    expect(transactions).toEqual([{ a: 2, b: 1 }, { a: 2 }])
    expect(await draw('b')).toBe(1)
  })

  it('that could not be drawn are refused to all who asked, and the next are drawn', async () => {
    let broken = true
    const draw = createDraws(async (amounts) => {
      if (broken) throw new Error('the disk is full')
      return new Map([...amounts])
    })
    expect((await Promise.allSettled([draw('a'), draw('b')])).map((each) => each.status)).toEqual(['rejected', 'rejected'])
    broken = false
    expect(await draw('a')).toBe(0)
  })
})
