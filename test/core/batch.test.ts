import { describe, expect, it } from 'vitest'
import { DAY, HOUR } from '../../src/base/time.ts'
import { batchLeavesAt, batchesOf, keptApart, leavesWhenFull, mayHaveFromBatch, openBatches, unansweredBatches, wholeBatches } from '../../src/core/batch.ts'
import { capClaims } from '../../src/core/caps.ts'
import type { DeliveryEvent } from '../../src/core/event.ts'
import { emptyHistory, evolve } from '../../src/core/history.ts'
import type { Verdict } from '../../src/core/verdict.ts'
import { T0, accepted, duplicate, invalid, policy, received, refused, rejected, sendTo, tried, unknown, unreadable, waterfall } from './given.ts'

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

describe('a batch with a schedule', () => {
  const nightly = { maxLeads: 3, maxWaitMs: HOUR, schedule: '0 2 * * *' }
  it('leaves at its time where the recipient is, in UTC where its zone is the lead\'s, and not sooner when it is full', () => {
    expect(batchLeavesAt(nightly, { kind: 'zone', name: 'America/Chicago' }, T0)).toBe(Date.UTC(2026, 10, 25, 8))
    expect(batchLeavesAt(nightly, { kind: 'lead' }, T0)).toBe(Date.UTC(2026, 10, 25, 2))
    expect(leavesWhenFull(nightly)).toBe(Infinity)
  })
  it('without one, when its first lead has waited, or when it is full', () => {
    expect(batchLeavesAt({ ...nightly, schedule: null }, { kind: 'lead' }, T0)).toBe(T0 + HOUR)
    expect(leavesWhenFull({ ...nightly, schedule: null })).toBe(3)
  })
})

describe('a recipient of batches may have a lead', () => {
  const inBatch = (attempt: number, verdict: typeof accepted, recipient = 'a'): readonly DeliveryEvent[] => tried('/0', recipient, attempt, verdict, T0, { batch: 'b.1' })
  const retried: DeliveryEvent = { type: 'reviewed', at: T0 + DAY, decision: 'retry', note: null }
  it.each<[string, boolean, readonly DeliveryEvent[]]>([
    ['not asked', false, []],
    ['that refused it', false, inBatch(1, rejected)],
    ['that had it before', false, inBatch(1, duplicate)],
    ['that could not be reached', false, inBatch(1, refused)],
    ['that gave no answer', true, inBatch(1, unknown)],
    ['that gave none, and then could not be reached', true, [...inBatch(1, unknown), ...inBatch(2, refused)]],
    ['that gave none, and took the repeat for wrong', true, [...inBatch(1, unknown), ...inBatch(2, invalid)]],
    ['that gave none, and refused the repeat', false, [...inBatch(1, unknown), ...inBatch(2, rejected)]],
    ['whose answer cannot be read', true, inBatch(1, unreadable)],
    ['that took it, also second to another', true, inBatch(1, accepted).map((event) => (event.type === 'attemptFinished' ? { ...event, surplus: true, revenue: null } : event))],
    ['that a person has ordered to be tried again', false, [...inBatch(1, unknown), retried]],
    ['beside another that gave no answer', false, inBatch(1, unknown, 'b')],
    ['that was only asked what it offers', false, tried('/0', 'a', 1, unknown, T0, { phase: 'ping' })],
  ])('%s', (_case, may, events) => { expect(mayHaveFromBatch([received(), ...events].reduce(evolve, emptyHistory), 'a')).toBe(may) })
})

describe('a pattern that is passed by', () => {
  const at = (path: string, kind: 'queue' | 'pass'): DeliveryEvent => ({ type: 'chose', at: T0, path, choice: kind === 'queue' ? { kind } : { kind, recipient: null, reason: 'its window closed' } })
  const queued = (...events: readonly DeliveryEvent[]): readonly string[] => [...events.reduce(evolve, emptyHistory).nodes].flatMap(([path, { queuedAt }]) => (queuedAt === null ? [] : path))
  it.each<[string, readonly DeliveryEvent[], readonly string[]]>([
    ['takes the lead out of the batches of all places below it', [at('/0/0', 'queue'), at('/0/1/0', 'queue'), at('/1', 'queue'), at('/0', 'pass')], ['/1']],
    ['and of no place that is only named alike', [at('/01', 'queue'), at('/0', 'pass')], ['/01']],
    ['as a whole, of all', [at('/0', 'queue'), at('/1', 'queue'), at('/', 'pass')], []],
  ])('%s', (_, events, left) => { expect(queued(received(), ...events)).toEqual(left) })
})

it('a lead that is settled joins no batch any more: its place in a cap is free', () => {
  const queue: DeliveryEvent = { type: 'chose', at: T0, path: '/0', choice: { kind: 'queue' } }
  const settled: DeliveryEvent = { type: 'settled', at: T0, cost: null, outcome: { kind: 'accepted', recipient: 'b', path: '/1', buyerLeadId: null, revenue: null, reason: null, class: null } }
  const capped = policy('a', { batch: { maxLeads: 9, maxWaitMs: HOUR, schedule: null }, caps: [{ period: 'day', limit: { kind: 'leads', count: 2 } }] })
  const waiting = [received(), queue, ...tried('/1', 'b', 1, accepted)].reduce(evolve, emptyHistory)
  const claims = capClaims(new Map([['a', capped]]), waterfall([sendTo('a'), sendTo('b')]), waiting, evolve(waiting, settled), 'live')
  expect(claims).toMatchObject([{ kind: 'cap', recipient: 'a', amount: -1 }])
})

describe('batches that nobody answered', () => {
  const inBatch = (batch: string, attempt: number, verdict: Verdict, recipient = 'a', path = '/0') => tried(path, recipient, attempt, verdict, T0, { batch })
  const again: DeliveryEvent = { type: 'reopened', at: T0, reason: '--retry-failed' }
  it.each<[string, readonly string[], readonly DeliveryEvent[]]>([
    ['none', [], []],
    ['one', ['a B1'], inBatch('B1', 1, unknown)],
    ['one of two recipients each', ['a B1', 'b B2'], [...inBatch('B1', 1, unknown), ...inBatch('B2', 1, unknown, 'b', '/1')]],
    ['of which a repeat met a failure', ['a B1'], [...inBatch('B1', 1, unknown), ...tried('/0', 'a', 2, invalid)]],
    ['that could not be repeated', ['a B1'], [...inBatch('B1', 1, unknown), ...tried('/0', 'a', 2, unknown)]],
    ['whose repeat was answered', [], [...inBatch('B1', 1, unknown), ...inBatch('B1', 2, rejected)]],
    ['that was answered by a failure', [], inBatch('B1', 1, refused)],
    ['which --retry-failed leaves in doubt', ['a B1'], [...inBatch('B1', 1, unknown), again]],
    ['which it orders again', ['a B1'], [...inBatch('B1', 1, unknown), { ...again, batches: ['B1'] }]],
    ['at which a person has looked', [], [...inBatch('B1', 1, unknown), { type: 'reviewed', at: T0, decision: 'retry', note: null }]],
    ['no batch, but a lead alone', [], tried('/0', 'a', 1, unknown)],
  ])('%s', (_, expected, events) => {
    expect(unansweredBatches([received(), ...events].reduce(evolve, emptyHistory)).map(({ recipient, batch }) => `${recipient} ${batch}`)).toEqual(expected)
  })
  it('that are to go again are open, though a repeat was refused', () => {
    const events = [received(), ...inBatch('B1', 1, unknown), ...tried('/0', 'a', 2, invalid)]
    expect(openBatches(events.reduce(evolve, emptyHistory))).toEqual([])
    expect(openBatches([...events, { ...again, batches: ['B1'] }].reduce(evolve, emptyHistory))).toEqual([{ recipient: 'a', batch: 'B1' }])
  })
  it.each<[string, readonly string[], string]>([
    ['none', [], ''],
    ['all of whose leads are there', ['A3', 'A3', 'A3'], 'A3'],
    ['of which one is missing', ['A3', 'A3', 'B1'], 'B1'],
    ['of which a lead is in another, that is not whole', ['A2 B2', 'A2', 'C1'], 'C1'],
    ['and so on', ['A2 B2', 'B2 C2', 'C2 D2', 'A2', 'E1'], 'E1'],
    ['that are whole together', ['A2 B2', 'A2', 'B2'], 'A2 B2'],
  ])('are whole: %s', (_, batches, expected) => {
    expect([...wholeBatches(batches.map((each) => each.split(' ')), (batch) => Number(batch[1]))].join(' ')).toBe(expected)
  })
})
