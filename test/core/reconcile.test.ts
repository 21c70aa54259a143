import { describe, expect, it } from 'vitest'
import { money } from '../../src/base/money.ts'
import type { DeliveryEvent } from '../../src/core/event.ts'
import { createOurs, isDifference, reconcile, type OurLine, type TheirLine } from '../../src/core/reconcile.ts'
import { accepted, broken, rejected, T0, tried, unknown } from './given.ts'

const ours = (events: Readonly<Record<string, readonly DeliveryEvent[]>>): ReadonlyMap<string, OurLine> => {
  const { add, lines } = createOurs('a')
  for (const [lead, list] of Object.entries(events)) for (const event of list) add(lead, `d-${lead}`, event)
  return lines
}
const theirs = (id: string, price: string | null = '45', taken = true): TheirLine => ({ line: 2, ids: [id], price, taken })
const returned: DeliveryEvent = { type: 'returned', at: T0, path: '/', recipient: 'a', buyerLeadId: 'B1', amount: money(200_000), reason: null, ref: 'r' }
const sold = tried('/', 'a', 1, accepted)

describe('reconcile', () => {
  it.each([
    ['a sale that both have', sold, theirs('L1'), 'agrees', false],
    ["a sale by the buyer's own id", sold, theirs('B1'), 'agrees', false],
    ['a sale that they name no price of', sold, theirs('L1', null), 'agrees', false],
    ['another price', sold, theirs('L1', '44'), 'price differs', true],
    ['the price in another currency, which their column names', sold, { ...theirs('L1'), currency: 'CAD' }, 'price differs', true],
    ['the price in the currency that their column names', sold, { ...theirs('L1'), currency: 'USD' }, 'agrees', false],
    ['what is left after a return', [...sold, returned], theirs('L1', '25'), 'agrees', false],
    ['a whole price after a return', [...sold, returned], theirs('L1', '45'), 'price differs', true],
    ['a sale that they say they refused', sold, theirs('L1', null, false), 'price differs', true],
    ['a rejection that they confirm', tried('/', 'a', 1, rejected), theirs('L1', null, false), 'agrees', false],
    ['a lead that they have and we do not', tried('/', 'a', 1, rejected), theirs('L1'), 'they have it, we do not', true],
    ['an acceptance when another had bought it', sold.map((event) => (event.type === 'attemptFinished' ? { ...event, surplus: true, revenue: null } : event)), theirs('L1'), 'they have it, we do not', true],
    ['a doubt', tried('/', 'a', 1, unknown), theirs('L1'), 'settles a doubt', true],
    ['a doubt with a failure after it', [...tried('/', 'a', 1, unknown), ...tried('/', 'a', 2, broken)], theirs('L1'), 'settles a doubt', true],
    ['a doubt that a repeat cleared', [...tried('/', 'a', 1, unknown), ...tried('/', 'a', 2, accepted)], theirs('L1'), 'agrees', false],
    ['a lead that is on its way to them', sold.slice(0, 1), theirs('L1'), 'they have it, we do not', true],
    ['a lead on its way that they refused', sold.slice(0, 1), theirs('L1', null, false), 'agrees', false],
    ['a failure after what was on its way', [...sold.slice(0, 1), ...tried('/', 'a', 1, broken)], theirs('L1', null, false), 'agrees', false],
    ['a lead that nobody knows', [], theirs('L9'), 'unknown to us', true],
    ['a refusal that nobody knows', [], theirs('L9', null, false), 'unknown to us', false],
  ] as const)('%s', (_, events, line, kind, differs) => {
    const [first] = reconcile(ours({ L1: events }).values(), [line], null, null)
    expect(first).toMatchObject({ kind })
    expect(first && isDifference(first)).toBe(differs)
  })

  it('tells a lead that their list has twice, which would be paid twice; the row of its return is none', () => {
    const kinds = (lines: ReturnType<typeof ours>, ...listed: readonly TheirLine[]) => reconcile(lines.values(), listed, null, null).map((each) => each.kind)
    expect(kinds(ours({ L1: sold }), theirs('L1'), theirs('L1'), theirs('B1'))).toEqual(['agrees', 'listed twice', 'listed twice'])
    expect(kinds(ours({ L1: sold }), theirs('L1'), theirs('L1', '45', false))).toEqual(['agrees', 'price differs'])
    expect(kinds(ours({ L1: tried('/', 'a', 1, rejected) }), theirs('L1', null, false), theirs('L1', null, false))).toEqual(['agrees', 'agrees'])
  })

  it('a lead that was delivered again is two sales, whichever way they are listed', () => {
    const line = (buyerLeadId: string): OurLine => ({ leadId: 'L1', buyerLeadId, state: 'sold', worth: money(450_000), at: T0 })
    for (const listed of [[theirs('L1'), theirs('L1')], [theirs('B1'), theirs('B2')]]) {
      const kinds = reconcile([line('B1'), line('B2')], listed, null, null).map((each) => each.kind)
      expect(kinds).toEqual(['agrees', 'agrees'])
    }
    expect(reconcile([line('B1'), line('B2')], [theirs('L1'), theirs('L1'), theirs('L1')], null, null).map((each) => each.kind)).toEqual(['agrees', 'agrees', 'listed twice'])
  })

  it('two sales of a lead at two prices agree, in whatever order they list them; one that came back is the one they say no of', () => {
    const line = (buyerLeadId: string, amount: number): OurLine => ({ leadId: 'L1', buyerLeadId, state: 'sold', worth: money(amount), at: T0 })
    const kinds = (second: number, ...listed: readonly TheirLine[]) => reconcile([line('B1', 450_000), line('B2', second)], listed, null, null).map((each) => each.kind)
    for (const listed of [[theirs('L1', '45'), theirs('L1', '40')], [theirs('L1', '40'), theirs('L1', '45')]]) expect(kinds(400_000, ...listed)).toEqual(['agrees', 'agrees'])
    for (const listed of [[theirs('L1'), theirs('L1', null, false)], [theirs('L1', null, false), theirs('L1')]]) expect(kinds(0, ...listed)).toEqual(['agrees', 'agrees'])
    expect(kinds(400_000, theirs('L1', '45'), theirs('L1', '41'))).toEqual(['agrees', 'price differs'])
  })

  it('a lead that was refused and sold when it was delivered again is both, in whatever order they list it', () => {
    const { add, lines } = createOurs('a')
    for (const event of tried('/', 'a', 1, rejected)) add('L1', 'd1', event)
    for (const event of tried('/', 'a', 1, accepted, T0 + 1)) add('L1', 'd2', event)
    const kinds = (...listed: readonly TheirLine[]) => reconcile(lines.values(), listed, null, null).map((each) => each.kind)
    const [yes, no] = [theirs('L1'), theirs('L1', null, false)]
    expect([kinds(yes, no), kinds(no, yes), kinds(yes)]).toEqual([['agrees', 'agrees'], ['agrees', 'agrees'], ['agrees']])
    // That they refused both, or gave the sale back, is a difference all the same.
    expect([kinds(no), kinds(yes, { ...no, ids: ['B1'] }), kinds(yes, no, no)]).toEqual([['agrees', 'we have it, they do not'], ['agrees', 'price differs'], ['agrees', 'agrees', 'price differs']])
  })

  it('a lead that is in doubt and was refused when it was delivered again is in doubt where they have it', () => {
    const line = (state: OurLine['state']): OurLine => ({ leadId: 'L1', buyerLeadId: null, state, worth: null, at: T0 })
    const kinds = (row: TheirLine) => reconcile([line('in doubt'), line('rejected')], [row], null, null).map((each) => each.kind)
    expect(kinds(theirs('L1'))).toEqual(['settles a doubt'])
    expect(kinds(theirs('L1', null, false))).toEqual(['agrees', 'in doubt, and they do not have it'])
  })

  it('a lead that is in doubt and was sold when it was delivered again is both, in whatever order they list it', () => {
    const line = (state: OurLine['state'], buyerLeadId: string | null): OurLine => ({ leadId: 'L1', buyerLeadId, state, worth: state === 'sold' ? money(450_000) : null, at: T0 })
    const row = (theirId: string): TheirLine => ({ line: 2, ids: ['L1', theirId], theirId, price: '45', taken: true })
    for (const listed of [[row('B1'), row('B2')], [row('B2'), row('B1')]]) {
      const found = reconcile([line('in doubt', null), line('sold', 'B2')], listed, null, null)
      expect(Object.fromEntries(found.map((each) => [each.theirs?.theirId, each.kind]))).toEqual({ B1: 'settles a doubt', B2: 'agrees' })
    }
    expect(reconcile([line('sold', 'B2')], [row('B1'), row('B2')], null, null).map((each) => each.kind)).toEqual(['agrees', 'listed twice'])
  })

  it('tells what only we have, within the time that is asked about', () => {
    const lines = ours({ L1: sold, L2: tried('/', 'a', 1, unknown), L3: [...sold, returned, { ...returned, amount: money(250_000), ref: 's' }], L4: tried('/', 'a', 1, rejected), L5: tried('/', 'b', 1, accepted) })
    expect(reconcile(lines.values(), [], null, null).map(({ kind, ours: line }) => [kind, line?.leadId])).toEqual([['we have it, they do not', 'L1'], ['in doubt, and they do not have it', 'L2']])
    expect(reconcile(lines.values(), [], T0 + 1, null)).toEqual([])
    expect(reconcile(lines.values(), [], null, T0)).toEqual([])
  })
})
