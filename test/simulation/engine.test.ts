import { describe, expect, it } from 'vitest'
import { problemsOfRuns } from './engine/play.ts'

const broken = async (seeds: Iterable<number>): Promise<readonly string[]> => {
  const found: string[] = []
  for (const seed of seeds) for (const problem of await problemsOfRuns(seed)) found.push(`npm run simulate -- --runs --seed ${seed}: ${problem}`)
  return found
}

/** `npm run simulate -- --runs` plays many more. */
describe('the engine, run after run on one store', () => {
  it.each([
    ['the members of a batch that a stop or a crash tore apart keep no run from ending', [173, 352, 356]],
    ['one lead of two targets is in one batch at a time, also while one waits to be repeated', [241, 635]],
    ['a pattern that waits for a batch and for another recipient works', [246, 270, 361, 379]],
    ['what is worth more than a whole cap is not waited for', [642]],
  ])('%s', async (_name, seeds) => { expect(await broken(seeds)).toEqual([]) }, 60_000)

  it('60 random ones break no rule', async () => { expect(await broken(Array.from({ length: 60 }, (_, i) => 1_000 + i))).toEqual([]) }, 60_000)
})
