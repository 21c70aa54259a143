import { describe, expect, it } from 'vitest'
import type { Plan } from '../../src/core/plan.ts'
import { T0, decides, noGuard, policy, rejected, sendTo, tried, unknown, waterfall } from './given.ts'

const auction: Plan = { kind: 'auction', pattern: 'Ping', guard: noGuard, bidders: [sendTo('a'), sendTo('b')], windowMs: 500, floor: null }
const paused = { paused: { reason: 'x' }, closedUntil: null }

describe('found by simulation', () => {
  it('a lead is not settled while an answer is on its way (seed 76: a late ping unsettled it)', () => {
    const history = [...tried('/0', 'a', 1, rejected, T0, { phase: 'ping' }), ...tried('/1', 'b', 1, null, T0, { phase: 'ping' }), { type: 'chose' as const, at: T0 + 500, path: '/', choice: { kind: 'order' as const, order: [], why: '' } }]
    expect(decides({ plan: auction, now: T0 + 500, history })).toEqual([])
  })
  it('and is when the answer has come', () => {
    const history = [...tried('/0', 'a', 1, rejected, T0, { phase: 'ping' }), ...tried('/1', 'b', 1, unknown, T0, { phase: 'ping' }), { type: 'chose' as const, at: T0 + 500, path: '/', choice: { kind: 'order' as const, order: [], why: '' } }]
    expect(decides({ plan: auction, now: T0 + 500, history })).toEqual(['settle rejected -'])
  })
  it('in doubt and On Unknown: hold, a recipient that closes before the repeat is waited for, not passed by (seed 370)', () => {
    const given = { plan: waterfall([sendTo('a'), sendTo('b')]), now: T0 + 1000, recipients: { a: paused }, history: tried('/0', 'a', 1, unknown) }
    expect(decides({ ...given, policies: [policy('a', { onUnknown: 'hold' }), policy('b')] })).toEqual(['wait for a person a'])
  })
  it('with On Unknown: next it is passed by', () => {
    const given = { plan: waterfall([sendTo('a'), sendTo('b')]), now: T0 + 1000, recipients: { a: paused }, history: tried('/0', 'a', 1, unknown) }
    expect(decides(given)).toEqual(['pass /0: A is paused (x); `finalmile unpause a` opens it'])
  })
})
