import { describe, expect, it } from 'vitest'
import type { EndpointDefinition } from '../../src/definitions/types.ts'
import { createPaces } from '../../src/engine/pace.ts'

const recipient = { id: 'a', transport: { rate: { count: 4, perMs: 1_000 } } } as EndpointDefinition
const untilOf = (paces: ReturnType<typeof createPaces>, now: number): number => {
  const claim = paces.claim(recipient, now)
  return claim?.kind === 'permit' ? claim.until : 0
}

describe('permits of a rate', () => {
  it('are kept for the rate\'s own length by who is alone, however slow its disk', () => {
    const paces = createPaces('live', false)
    expect(untilOf(paces, 5_000)).toBe(6_000)
    paces.granted('a', 300)
    expect(untilOf(paces, 7_000)).toBe(8_000)
  })

  it('are kept longer over several processes, as much as a start was late of late: no two sends of one permit are closer than the length', () => {
    const paces = createPaces('live', true)
    expect(untilOf(paces, 0)).toBe(1_250)
    // Claimed at 0, sent at 350: whoever comes next on this permit may send at once.
    paces.granted('a', 350)
    expect(untilOf(paces, 1_300) - 1_300 - 350).toBeGreaterThanOrEqual(1_000)
    for (let i = 0; i < 1_000; i++) paces.granted('a', 2)
    expect(untilOf(paces, 5_000)).toBe(6_052)
  })

  it('of short lengths are kept a quarter and a twentieth longer at first', () => {
    expect((createPaces('live', true).claim({ id: 'b', transport: { rate: { count: 1, perMs: 100 } } } as EndpointDefinition, 0) as { until: number }).until).toBe(130)
  })
})
