import { describe, expect, it } from 'vitest'
import { buyersOfTests } from '../world/buyers.ts'
import { createWorld, endpointYaml, someLeads } from './world.ts'

const buyer = buyersOfTests()

describe('a buyer that hangs', () => {
  it('does not hold up the leads of the others, however many queue for it', async () => {
    const [good, dead] = [await buyer({ script: { do: 'accept' } }), await buyer({ script: { do: 'hang' } })]
    const turn = createWorld({
      good: endpointYaml(good.url), dead: endpointYaml(dead.url, 'Timeout: 60 seconds\nRetries: none\nConnections: 2\nCircuit Breaker: off\n'),
      turn: 'Pattern: Round Robin\nTry: [good, dead]\n',
    })
    const run = turn.run('turn', someLeads(3_000))
    // 1,500 leads queue for the dead one, four times what is in memory otherwise.
    while (good.journal.length < 1_500) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(dead.journal.length).toBeLessThanOrEqual(4)
    turn.stop.abort()
    const dropping = setInterval(() => dead.dropConnections(), 20)
    expect((await run).interrupted).toBe(true)
    clearInterval(dropping)
  }, 60_000)
})
