import { expect, it } from 'vitest'
import { createMemoryLedger } from '../world/memory-ledger.ts'
import { createRecipientFacts } from '../../src/engine/recipient-facts.ts'
import type { Ledger } from '../../src/ports.ts'
import { accepted, broken, policy } from '../core/given.ts'

/** Another process holds the trial of the opening that was over at 1,000; its permit is given up at 21,000. */
const besideATrial = async () => {
  const ledger: Ledger = { ...createMemoryLedger(), shared: true }
  const facts = createRecipientFacts(ledger, 'live', new Map(), () => undefined)
  const store = (circuit: object | null): Promise<void> => ledger.setCircuit('a', 'live', circuit && JSON.stringify(circuit))
  await store({ kind: 'open', until: 1_000, waitMs: 500 })
  await facts.refresh(1_000)
  facts.refused({ kind: 'permit', recipient: 'a', name: 'trial:live:a:1000', until: 21_000 }, 1_000)
  return { facts, store, circuit: () => facts.now.get('a')?.circuit }
}

it('whose trial another process holds waits for its answer as long as the store knows nothing newer', async () => {
  const { facts, circuit } = await besideATrial()
  await facts.refresh(1_500)
  expect(circuit()).toEqual({ kind: 'trial', until: 21_000, waitMs: 500, opening: 1_000 })
})

it('hears of the next opening when that trial failed: given up later, it would be tried beside the next', async () => {
  const { facts, store, circuit } = await besideATrial()
  await store({ kind: 'open', until: 2_000, waitMs: 1_000 })
  await facts.refresh(1_500)
  expect(circuit()).toEqual({ kind: 'open', until: 2_000, waitMs: 1_000 })
})

it('hears that the circuit closed when that trial was answered', async () => {
  const { facts, store, circuit } = await besideATrial()
  await store(null)
  await facts.refresh(1_500)
  expect(circuit()).toEqual({ kind: 'closed', recent: '' })
})

const breaks = new Map([['a', policy('a', { circuit: { errorRate: 0.5, over: 2, waitMs: 1_000, maxWaitMs: 8_000 } })]])

it('alone at its store it counts failures by itself: what the store keeps of a closed circuit is nothing', async () => {
  const ledger = createMemoryLedger()
  await ledger.setPaused('a', 'live', null)
  const facts = createRecipientFacts(ledger, 'live', breaks, () => undefined)
  await facts.refresh(0)
  await facts.answered('a', broken, 1, 0)
  await facts.refresh(2)
  expect(await facts.answered('a', broken, 3, 2)).toBe('opened')
})

it('alone at its store it hears of a trial that a person has brought forward, and of no older opening', async () => {
  const ledger = createMemoryLedger()
  const facts = createRecipientFacts(ledger, 'live', breaks, () => undefined)
  for (const at of [1, 2]) await facts.answered('a', broken, at, at)
  expect(facts.now.get('a')?.circuit).toEqual({ kind: 'open', until: 1_002, waitMs: 1_000 })
  for (const [stored, until] of [[{ kind: 'open', until: 300, waitMs: 500 }, 1_002], [{ kind: 'open', until: 500, waitMs: 1_000 }, 1_002], [{ kind: 'open', until: 300, waitMs: 1_000 }, 300]] as const) {
    await ledger.setCircuit('a', 'live', JSON.stringify(stored))
    await facts.refresh(400)
    expect(facts.now.get('a')?.circuit).toEqual({ kind: 'open', until, waitMs: 1_000 })
  }
})

it('a recipient that is paused stays paused for what it was paused for first', async () => {
  const ledger = createMemoryLedger()
  const facts = createRecipientFacts(ledger, 'live', new Map(), () => undefined)
  for (const [at, reason] of [[1, 'wrong password'], [2, 'locked after too many tries']] as const) await facts.pause('a', at, reason)
  expect(await ledger.recipientStates('live')).toMatchObject([{ paused: { at: 1, reason: 'wrong password' } }])
})

it('a recipient that asked to be left alone for an hour is, whatever shorter time another answer names', async () => {
  const ledger = createMemoryLedger()
  const facts = createRecipientFacts(ledger, 'live', new Map(), () => undefined)
  for (const until of [3_600_000, 600_000]) await facts.close('a', until)
  expect([facts.now.get('a')?.closedUntil, (await ledger.recipientStates('live'))[0]?.closedUntil]).toEqual([3_600_000, 3_600_000])
})

it.each([['alone', false, ['a:day']], ['of several', true, []]])('a cap that was full is, to a process %s, until it hears of a place that came free', async (_case, shared, full) => {
  const facts = createRecipientFacts({ ...createMemoryLedger(), shared }, 'live', new Map(), () => undefined)
  facts.refused({ kind: 'cap', recipient: 'a', counter: 'a:day', limit: 1, amount: 1 }, 1_000)
  expect([...facts.now.get('a')?.full ?? []]).toEqual(['a:day'])
  await facts.refresh(1_500)
  expect([...facts.now.get('a')?.full ?? []]).toEqual(full)
  facts.claimed([{ kind: 'cap', recipient: 'a', counter: 'a:day', limit: 1, amount: -1 }], 2_000)
  expect([...facts.now.get('a')?.full ?? []]).toEqual([])
})

it('good answers count beside several processes too, though they are told with the next bad one', async () => {
  const ledger: Ledger = { ...createMemoryLedger(), shared: true }
  const facts = createRecipientFacts(ledger, 'live', new Map([['a', policy('a', { circuit: { errorRate: 0.5, over: 4, waitMs: 1_000, maxWaitMs: 8_000 } })]]), () => undefined)
  const turned: unknown[] = []
  for (const [i, verdict] of [accepted, accepted, accepted, accepted, accepted, broken, broken, broken].entries()) turned.push(await facts.answered('a', verdict, i + 1, i))
  expect(turned).toEqual([null, null, null, null, null, null, null, 'opened'])
})

it.each([['alone', false], ['of several', true]])('wakes what waits for a recipient whose trial was answered, in a process %s', async (_case, shared) => {
  const ledger: Ledger = { ...createMemoryLedger(), shared }
  const woken: unknown[] = []
  const facts = createRecipientFacts({ ...ledger, wake: async (recipient, _mode, now) => { woken.push([recipient, now]); return 0 } }, 'live', breaks, () => undefined)
  await ledger.setCircuit('a', 'live', JSON.stringify({ kind: 'open', until: 1_000, waitMs: 1_000 }))
  await facts.refresh(1_000)
  facts.claimed([{ kind: 'permit', recipient: 'a', name: 'trial:live:a:1000', until: 21_000 }], 1_000)
  await facts.answered('a', accepted, 1_100, 1_000)
  expect(woken).toEqual([['a', 1_100]])
})

it('an answer that comes when its own trial is over does not decide the trial of another process', async () => {
  const ledger: Ledger = { ...createMemoryLedger(), shared: true }
  const facts = createRecipientFacts(ledger, 'live', breaks, () => undefined)
  const trial = (opening: number) => ({ kind: 'permit', recipient: 'a', name: `trial:live:a:${opening}`, until: opening + 20_000 }) as const
  await ledger.setCircuit('a', 'live', JSON.stringify({ kind: 'open', until: 1_000, waitMs: 1_000 }))
  await facts.refresh(1_000)
  facts.claimed([trial(1_000)], 1_000)
  await facts.answered('a', broken, 1_100, 1_000)
  const next = facts.now.get('a')?.circuit
  expect(next).toEqual({ kind: 'open', until: 3_100, waitMs: 2_000 })
  facts.refused(trial(3_100), 3_100)
  await facts.answered('a', accepted, 3_200, 3_100)
  expect(facts.now.get('a')?.circuit).toMatchObject({ kind: 'trial', opening: 3_100 })
})

it.each([['alone', false], ['of several', true]])('an answer to what left before the opening was over decides no trial of a process %s', async (_case, shared) => {
  const ledger: Ledger = { ...createMemoryLedger(), shared }
  const facts = createRecipientFacts(ledger, 'live', breaks, () => undefined)
  await ledger.setCircuit('a', 'live', JSON.stringify({ kind: 'open', until: 1_000, waitMs: 1_000 }))
  await facts.refresh(1_000)
  facts.claimed([{ kind: 'permit', recipient: 'a', name: 'trial:live:a:1000', until: 21_000 }], 1_000)
  await facts.answered('a', broken, 1_100, 999)
  await facts.answered('a', accepted, 1_200, 998)
  expect(facts.now.get('a')?.circuit).toMatchObject({ kind: 'trial', opening: 1_000 })
  expect(await facts.answered('a', accepted, 1_300, 1_000)).toBe('closed')
})
