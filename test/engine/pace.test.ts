import { describe, expect, it } from 'vitest'
import type { EndpointDefinition } from '../../src/definitions/endpoint-definition.ts'
import { createPaces } from '../../src/engine/pace.ts'

const recipient = { id: 'a', transport: { rate: { count: 2, perMs: 1_000 } } } as EndpointDefinition
const permitOf = (paces: ReturnType<typeof createPaces>, now: number): unknown => {
  const claim = paces.claim(recipient, now)
  return claim?.kind === 'permit' ? [claim.name, claim.until] : claim
}

describe('permits of a rate', () => {
  it('are as many as the rate counts, each kept for its length and a twelfth', () => {
    const paces = createPaces('live')
    expect([permitOf(paces, 5_000), permitOf(paces, 5_001), permitOf(paces, 6_000)]).toEqual([['rate:live:a:0', 6_084], ['rate:live:a:1', 6_085], ['rate:live:a:0', 7_084]])
  })

  it('hold the lane only where all of them are another\'s', () => {
    const paces = createPaces('live')
    paces.claim(recipient, 0)
    expect([paces.denied('a', 0), paces.denied('a', 0)]).toEqual([null, 500])
    paces.denied('a', 0)
    paces.granted('a')
    expect(paces.denied('a', 0)).toBeNull()
  })

  it('of many are each taken once by a process, and one after it finds a free one soon', () => {
    const many = { id: 'a', transport: { rate: { count: 5_000, perMs: 86_400_000 } } } as EndpointDefinition
    const names = (now: number, count: number): readonly string[] => {
      const paces = createPaces('live')
      return Array.from({ length: count }, () => { const claim = paces.claim(many, now); return claim?.kind === 'permit' ? claim.name : '' })
    }
    expect(new Set(names(1, 5_000)).size).toBe(5_000)
    const taken = new Set(names(1, 2_500))
    for (const now of [2, 3_000, 60_000, 3_600_000]) expect(names(now, 50).findIndex((each) => !taken.has(each))).toBeGreaterThan(-1)
  })

  it('of many hold the lane for a moment after a hundred that were another\'s', () => {
    const paces = createPaces('live')
    paces.claim({ id: 'a', transport: { rate: { count: 5_000, perMs: 86_400_000 } } } as EndpointDefinition, 0)
    const until = Array.from({ length: 100 }, () => paces.denied('a', 0))
    expect([until.slice(0, 99).every((each) => each === null), until[99]]).toEqual([true, 172_800])
  })

  it('none where there is no rate', () => {
    expect(createPaces('live').claim({ id: 'b', transport: { rate: null } } as EndpointDefinition, 0)).toBeNull()
  })
})
