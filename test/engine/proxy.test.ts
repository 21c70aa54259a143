import { afterEach, describe, expect, it } from 'vitest'
import { startBuyer } from '../world/buyer.ts'
import { startProxy } from '../world/proxy.ts'
import { createWorld, endpointYaml, someLeads } from './world.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => { await Promise.all(open.splice(0).map((each) => each.close())) })
const closing = <T extends { close(): Promise<void> }>(each: T): T => { open.push(each); return each }

describe('a proxy that fails', () => {
  it('is its own trouble: the class says so, and the circuit of the buyer behind it stays closed', async () => {
    const proxy = closing(await startProxy({ does: 'refuse' }))
    const world = createWorld({ a: endpointYaml('https://127.0.0.1:9', `Proxy: ${proxy.url}\nRetries: none\n`) })
    await world.run('a', someLeads(70))
    const verdicts = await Promise.all(['L1', 'L70'].map(async (id) => (await world.events(id)).flatMap((each) => (each.type === 'attemptFinished' ? [each.verdict] : []))))
    expect(verdicts.flat()).toMatchObject([{ kind: 'failed', class: 'proxy', retry: true }, { kind: 'failed', class: 'proxy', retry: true }])
    expect(proxy.asked.length).toBeGreaterThanOrEqual(70)
    expect((await world.ledger.recipientStates('live')).every((each) => each.circuit === null)).toBe(true)
  })

  it('while a buyer that fails behind a good one opens its circuit', async () => {
    const buyer = closing(await startBuyer({ script: { do: 'answer', status: 503 } }))
    const proxy = closing(await startProxy())
    const world = createWorld({ a: endpointYaml(buyer.url, `Proxy: ${proxy.url}\nRetries: none\nConcurrency: 1\n`) })
    await world.run('a', someLeads(60))
    expect(await world.standing('L60')).toMatchObject({ state: 'waiting', why: expect.stringContaining('circuit') })
    expect(buyer.journal).toHaveLength(51)
  })
})
