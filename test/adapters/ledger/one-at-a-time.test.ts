import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openPostgresLedger } from '../../../src/adapters/ledger/postgres.ts'
import { deliveryIdOf } from '../../../src/core/delivery-id.ts'
import type { DeliveryEvent } from '../../../src/core/event.ts'
import type { Verdict } from '../../../src/core/verdict.ts'
import type { Delivery, Ledger, Standing, Step } from '../../../src/ports.ts'
import { T0, accepted, received, rejected, tried } from '../../core/given.ts'
import { createWorld, endpointYaml, someLeads } from '../../engine/world.ts'
import { buyersOfTests } from '../../world/buyers.ts'
import { freshStore } from '../../world/postgres.ts'

const buyer = buyersOfTests()
const working: Standing = { state: 'working' }
const due: Standing = { state: 'waiting', dueAt: T0, why: 'taken in', recipient: null, batch: false }
const delivery = (leadId: string, to: string): Delivery =>
  ({ id: deliveryIdOf({ mode: 'live', to, leadId, number: 1 }), mode: 'live', to, number: 1, lead: { id: leadId, fields: { id: leadId } }, receivedAt: T0, source: {}, vars: {}, cost: null, planHash: 'p' })
const takenIn = (of: Delivery): Step => ({ deliveryId: of.id, version: 0, create: of, runId: 'r', events: [received()], standing: due, informed: true })
const started = tried('/', 'shared', 1, null)
const sends = ({ id }: Delivery): Step => ({ deliveryId: id, version: 1, runId: 'r', once: ['shared'], events: started, standing: working })
const takenInAndSent = (of: Delivery): Step => ({ deliveryId: of.id, version: 0, create: of, runId: 'r', once: ['shared'], events: [received(), ...started], standing: working })
const answered = ({ id }: Delivery, verdict: Verdict, surplus = false): Step => ({
  deliveryId: id, version: 2, runId: 'r', standing: { ...due, dueAt: null },
  events: tried('/', 'shared', 1, verdict).slice(1).map((event): DeliveryEvent => (surplus && event.type === 'attemptFinished' ? { ...event, surplus } : event)),
})
const kinds = async (ledger: Ledger, ...steps: readonly Step[]): Promise<readonly string[]> => (await ledger.append(steps)).map(({ kind }) => kind)

describe('a lead of two targets, each worked by another worker', { timeout: 120_000 }, () => {
  let store: Awaited<ReturnType<typeof freshStore>>
  let [one, two]: Ledger[] = []
  const workers = (): readonly [Ledger, Ledger] => { if (!one || !two) throw new Error('no workers'); return [one, two] }
  beforeAll(freshStore, 90_000)
  beforeEach(async () => {
    store = await freshStore()
    one = await openPostgresLedger({ url: store.url, use: 'write' })
    two = await openPostgresLedger({ url: store.url, use: 'write' })
  }, 90_000)
  afterEach(async () => {
    await Promise.all([one?.close(), two?.close()])
    await store.drop()
  })

  it.each([['rejected', rejected, false, 'ok'], ['accepted', accepted, false, 'had'], ['accepted second to another', accepted, true, 'had']] as const)('is not sent while the other worker sends it; %s, it goes or not', async (_name, verdict, surplus, then) => {
    const [one, two] = workers()
    const [a, b] = [delivery('L1', 'a'), delivery('L1', 'b')]
    await one.append([takenIn(a), takenIn(b)])
    await one.takeOne(a.id)
    await two.takeOne(b.id)
    expect(await kinds(one, sends(a))).toEqual(['ok'])
    expect(await two.append([sends(b)])).toEqual([{ kind: 'busy', recipients: ['shared'] }])
    expect(await kinds(two, { ...sends(b), once: ['other'], events: tried('/', 'other', 1, null) })).toEqual(['ok'])
    expect(await kinds(one, answered(a, verdict, surplus))).toEqual(['ok'])
    expect(await kinds(two, { ...sends(b), version: 2 })).toEqual([then])
  })

  it('is not sent as it is taken in, while the other worker works it', async () => {
    const [one, two] = workers()
    expect(await kinds(one, takenInAndSent(delivery('L1', 'a')), takenInAndSent(delivery('L2', 'a')))).toEqual(['ok', 'ok'])
    expect(await kinds(two, takenInAndSent(delivery('L1', 'b')), takenInAndSent(delivery('L3', 'b')))).toEqual(['busy', 'ok'])
    expect(await kinds(two, takenIn(delivery('L1', 'b')))).toEqual(['ok'])
  })

  it('goes once where both take it in, or send it, in one moment', async () => {
    const [one, two] = workers()
    const leads = Array.from({ length: 100 }, (_, i) => `L${i}`)
    const both = (step: (of: Delivery) => Step, names: readonly string[]) => Promise.all([kinds(one, ...names.map((lead) => step(delivery(lead, 'a')))), kinds(two, ...names.map((lead) => step(delivery(lead, 'b'))))])
    const once = ([ofOne, ofTwo]: readonly (readonly string[])[]): readonly string[] => [...new Set(ofOne?.map((kind, i) => [kind, ofTwo?.[i]].sort().join()))]
    expect(once(await both(takenInAndSent, leads))).toEqual(['busy,ok'])
    const more = leads.map((lead) => `more ${lead}`)
    await one.append(more.flatMap((lead) => [takenIn(delivery(lead, 'a')), takenIn(delivery(lead, 'b'))]))
    await Promise.all(more.flatMap((lead) => [one.takeOne(delivery(lead, 'a').id), two.takeOne(delivery(lead, 'b').id)]))
    expect(once(await both(sends, more))).toEqual(['busy,ok'])
  })

  it('waits in both where both take it in in one moment while the buyer is closed, and is taken up in both', async () => {
    const [one, two] = workers()
    for (let moment = 0; moment < 10; moment++) {
      const leads = Array.from({ length: 10 }, (_, i) => `L${moment}${i}`)
      await Promise.all([kinds(one, ...leads.map((lead) => takenIn(delivery(lead, 'a')))), kinds(two, ...leads.map((lead) => takenIn(delivery(lead, 'b'))))])
    }
    const due = async (ledger: Ledger): Promise<number> => (await ledger.takeDue({ mode: 'live', now: T0, limit: 100 })).length
    expect([await due(one), await due(two), await due(one)]).toEqual([100, 100, 0])
  })

  it('comes to a buyer that knows no keys once, by two runs that each take up what is due to their target', async () => {
    const [one, two] = workers()
    const shared = await buyer({ script: { do: 'accept', price: '10.00', afterMs: 30 }, idempotent: false })
    const last = await buyer({ idempotent: false })
    const files = { shared: endpointYaml(shared.url), last: endpointYaml(last.url), fall: 'Pattern: Waterfall\nTry:\n  - shared\n  - last\n' }
    const worlds = [createWorld(files, one), createWorld(files, two)] as const
    await worlds[0].run('shared', someLeads(40), { enqueue: true, runId: 'run1' })
    await worlds[0].run('fall', someLeads(40), { enqueue: true, runId: 'run2' })
    await Promise.all([worlds[0].run('shared', null, { runId: 'run1' }), worlds[1].run('fall', null, { runId: 'run2' })])
    expect(shared.journal.map(({ body }) => (JSON.parse(body) as { leadId: string }).leadId).sort()).toEqual(someLeads(40).map(({ id }) => id).sort())
    // Through the waterfall too, and then by the direct order no more: that is passed by.
    const { accepted, skipped } = (await one.counts('live')).settled
    expect(accepted + skipped).toBe(80)
  })
})
