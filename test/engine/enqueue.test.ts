import { expect, it } from 'vitest'
import { createMemoryLedger } from '../world/memory-ledger.ts'
import type { Lead } from '../../src/core/lead.ts'
import { createDoubted } from '../../src/engine/doubted.ts'
import { createEnqueue } from '../../src/engine/enqueue.ts'
import { createKnownLeads } from '../../src/engine/known-leads.ts'
import { takeIn } from '../../src/engine/intake.ts'
import type { RunDeps, RunSettings } from '../../src/engine/settings.ts'
import { createSlots } from '../../src/engine/slots.ts'
import type { Surroundings } from '../../src/engine/surroundings.ts'
import { createTakeUp } from '../../src/engine/take-up.ts'
import { createTally } from '../../src/engine/tally.ts'
import { createTogether } from '../../src/engine/together.ts'
import type { Ledger, Standing } from '../../src/ports.ts'
import { sendTo, T0 } from '../core/given.ts'
import { createFakeClock } from '../world/fake-clock.ts'
import { someLeads } from './world.ts'

const enqueuing = (ledger: Ledger, more: Partial<RunSettings>) => {
  const deps = { ledger, clock: createFakeClock(T0), observe: () => undefined } as unknown as RunDeps
  const settings = { mode: 'live', to: {}, again: false, source: {}, vars: {}, cost: null, currency: 'USD', receivedField: null, ...more } as unknown as RunSettings
  const tally = createTally(settings, deps)
  const around = { settings, deps, facts: { policies: new Map(), recipients: new Map(), elsewhere: new Map() } } as unknown as Surroundings
  const doubted = createDoubted(around, tally)
  const slots = createSlots(1)
  const known = createKnownLeads(around, createTakeUp(settings, deps, new Map(), slots, tally, createTogether(settings, new Map())), slots, tally, doubted, () => undefined)
  const enqueue = createEnqueue(settings, deps, tally, known, doubted)
  const takeLeads = (leads: readonly Lead[]) => enqueue(leads.map((lead) => takeIn(lead, 1, 'a', sendTo('a'), 'p', settings, T0)), async () => null)
  return { tally, takeLeads, take: (count: number) => takeLeads(someLeads(count)) }
}

it('counts as waiting what it takes in and what it finds taken in, each lead once', async () => {
  const ledger = createMemoryLedger()
  const first = enqueuing(ledger, { runId: 'one' })
  for (const leads of [2, 3]) await first.take(leads)
  expect(await first.tally.end(false)).toMatchObject({ leads: 3, waiting: [{ count: 3 }] })
  const second = enqueuing(ledger, { runId: 'two' })
  for (const leads of [4, 4]) await second.take(leads)
  expect(await second.tally.end(false)).toMatchObject({ leads: 4, alreadySettled: 0, waiting: [{ count: 4, why: 'taken in, to be worked by whoever works this store' }] })
})

it('orders a lead again once, when it is through with what was ordered before, in however many chunks of the file it stands', async () => {
  const ledger = createMemoryLedger()
  const numbers = async () => (await ledger.ofLead('L1')).map(({ delivery }) => delivery.number)
  await enqueuing(ledger, { runId: 'before' }).take(1)
  const { take } = enqueuing(ledger, { runId: 'r', again: true })
  await take(1)
  expect(await numbers()).toEqual([1])
  const [waiting] = await ledger.ofLead('L1')
  const standing: Standing = { state: 'settled', at: T0, outcome: 'accepted', recipient: 'a', buyerLeadId: null, revenue: null, cost: null, attempts: 1, reason: null }
  await ledger.append([{ deliveryId: waiting!.delivery.id, version: waiting!.events.length, runId: 'r', events: [], standing }])
  for (const _ of ['ordered again', 'and no more']) await take(1)
  expect(await numbers()).toEqual([1, 2])
  const [, second] = await ledger.ofLead('L1')
  await ledger.append([{ deliveryId: second!.delivery.id, version: second!.events.length, runId: 'r', events: [], standing }])
  await take(1)
  expect(await numbers()).toEqual([1, 2])
})

it('tells of other people and other data under the id of a lead that is known, as deliver does', async () => {
  const ledger = createMemoryLedger()
  const one = enqueuing(ledger, { runId: 'one' })
  const [lead] = someLeads(1)
  await one.take(1)
  await one.takeLeads([{ id: lead!.id, fields: { ...lead!.fields, zip: '94110' } }])
  await one.takeLeads([{ id: lead!.id, fields: { id: lead!.id, email: 'another@example.com' } }])
  expect(await one.tally.end(false)).toMatchObject({ leads: 1, twice: ['L1'], somebodyElse: ['L1'] })
})
