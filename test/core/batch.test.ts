import { describe, expect, it } from 'vitest'
import { batchesOf, keptApart } from '../../src/core/batch.ts'

const groups = (text: string, most: number) => keptApart([...text], (each) => (each === '.' ? null : each), most).map((each) => each.join(''))

describe('keptApart', () => {
  it.each<[string, string, number, readonly string[]]>([
    ['nothing makes no group', '', 3, []],
    ['as many as fit go together', 'abcdefg', 3, ['abc', 'def', 'g']],
    ['equal keys never do', 'aba', 100, ['ab', 'a']],
    ['three equal ones make three groups', 'aaabc', 100, ['abc', 'a', 'a']],
    ['what is between fills up', 'aabbc', 3, ['abc', 'ab']],
    ['no key equals none', '....', 2, ['..', '..']],
    ['order is kept', 'cabac', 10, ['cab', 'ac']],
  ])('%s', (_, text, most, expected) => { expect(groups(text, most)).toEqual(expected) })
  it('is quick with many', () => {
    const many = Array.from({ length: 20_000 }, (_, i) => `k${i % 9_000}`)
    const made = keptApart(many, (each) => each, 100)
    expect(made.every((each) => new Set(each).size === each.length && each.length <= 100)).toBe(true)
    expect(made.flat()).toHaveLength(20_000)
  })
})

describe('batchesOf', () => {
  it.each<[string, string, number, readonly string[]]>([
    ['what is alike goes together, in the order in which it came', 'abBAaB', 100, ['aAa', 'bBB']],
    ['and no more than fit', 'aaabAa', 2, ['aa', 'aA', 'a', 'b']],
  ])('%s', (_, text, most, expected) => { expect(batchesOf([...text], (each) => each.toLowerCase(), () => null, most).map((each) => each.join(''))).toEqual(expected) })
  it('equal keys are kept apart among what is alike', () => {
    expect(batchesOf(['x1', 'y1', 'x1', 'x2'], (each) => each[0] ?? '', (each) => each[1] ?? null, 100)).toEqual([['x1', 'x2'], ['x1'], ['y1']])
  })
})
