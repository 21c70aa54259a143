import { expect, it } from 'vitest'
import { createMemoryLedger } from '../world/memory-ledger.ts'
import { createDoubted } from '../../src/engine/doubted.ts'
import { createEnqueue } from '../../src/engine/enqueue.ts'
import { createKnownLeads } from '../../src/engine/known-leads.ts'
import { takeIn } from '../../src/engine/intake.ts'
import type { RunDeps, RunSettings } from '../../src/engine/settings.ts'
import { createSlots } from '../../src/engine/slots.ts'
import type { Surroundings } from '../../src/engine/surroundings.ts'
import { createTakeUp } from '../../src/engine/take-up.ts'
import { createTally } from '../../src/engine/tally.ts'
import { sendTo, T0 } from '../core/given.ts'
import { createFakeClock } from '../world/fake-clock.ts'
import { someLeads } from './world.ts'

it('orders a lead again once, in however many chunks of the file it stands', async () => {
  const ledger = createMemoryLedger()
  const deps = { ledger, clock: createFakeClock(T0), observe: () => undefined } as unknown as RunDeps
  const settings = { runId: 'r', mode: 'live', again: true, source: {}, vars: {}, cost: null, currency: 'USD', receivedField: null } as unknown as RunSettings
  const tally = createTally(settings, deps)
  const around = { settings, deps, facts: { policies: new Map(), recipients: new Map(), elsewhere: new Map() } } as unknown as Surroundings
  const doubted = createDoubted(around, tally)
  const slots = createSlots(1)
  const known = createKnownLeads(around, createTakeUp(settings, deps, new Map(), slots, tally), slots, tally, doubted, () => undefined)
  const enqueue = createEnqueue(settings, deps, tally, known, doubted)
  const chunk = () => someLeads(1).map((lead) => takeIn(lead, 1, 'a', sendTo('a'), 'p', settings, T0))
  for (const _ of ['taken in', 'ordered again', 'and no more', 'nor now']) await enqueue(chunk(), async () => null)
  expect((await ledger.ofLead('L1')).map(({ delivery }) => delivery.number)).toEqual([1, 2])
})
