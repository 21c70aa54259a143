import { describe, expect, it } from 'vitest'
import { problemsOf } from './invariants.ts'
import { scenarioOf } from './scenario.ts'

/** `npm run simulate` runs many more, and shrinks what it finds. */
describe('simulation', () => {
  it('1,500 random plans with faults, late answers and crashes break no rule', () => {
    const broken: string[] = []
    for (let seed = 1; seed <= 1_500; seed++) for (const problem of problemsOf(scenarioOf(seed))) broken.push(`npm run simulate -- --seed ${seed}: ${problem}`)
    expect(broken).toEqual([])
  }, 60_000)
  it('a seed gives the same scenario again', () => { expect(scenarioOf(7)).toEqual(scenarioOf(7)) })
})
