import { describe, expect, it } from 'vitest'
import { money } from '../../src/base/money.ts'
import type { DeliveryEvent } from '../../src/core/event.ts'
import type { Plan } from '../../src/core/plan.ts'
import { T0, accepted, actionsOf, broken, decides, noGuard, policy, rejected, sendTo, tried, waterfall } from './given.ts'

const race = (accept: number, ...entrants: readonly Plan[]): Plan => ({ kind: 'race', pattern: 'R', guard: noGuard, entrants, accept })
const both = race(1, sendTo('a'), sendTo('b'))
const surplus = tried('/0', 'a', 1, accepted).map((event) => (event.type === 'attemptFinished' ? { ...event, surplus: true, revenue: null } : event))
const paused = { paused: { reason: 'x' }, closedUntil: null }
const until = (ms: number) => ({ paused: null, closedUntil: T0 + ms })

describe('all at once', () => {
  it.each<[string, Parameters<typeof decides>[0], readonly string[]]>([
    ['to all', { plan: both }, ['send a #1', 'send b #1']],
    ['what is on its way is waited for', { plan: both, history: [...tried('/0', 'a', 1, accepted), ...tried('/1', 'b', 1, null)] }, []],
    ['the first sale ends it, whoever would be tried again', { plan: both, history: [...tried('/0', 'a', 1, accepted), ...tried('/1', 'b', 1, broken)] }, ['settle accepted a']],
    ['so does one that the store knows already: nobody else is asked', { plan: both, history: [...surplus, ...tried('/1', 'b', 1, broken)] }, ['settle accepted a']],
    ['a closed one is passed by where another is open', { plan: both, recipients: { a: paused } }, [expect.stringMatching(/^pass \/0: A is paused/)]],
    ['where all are closed, the first to open is waited for', { plan: both, recipients: { a: until(9_000), b: until(5_000) } }, ['wait +5000 a']],
    ['and none is passed by for that: nobody has it yet', { plan: both, recipients: { b: until(5_000) }, history: tried('/0', 'a', 1, rejected) }, ['wait +5000 b']],
    ['a closed one is passed by once another has bought it', { plan: race(2, sendTo('a'), sendTo('b')), recipients: { b: until(5_000) }, history: tried('/0', 'a', 1, accepted) }, [expect.stringMatching(/^pass \/1: /)]],
    ['nested, a closed pattern lets the next be tried', { plan: waterfall([both, sendTo('c')]), recipients: { a: paused, b: paused } }, [expect.stringMatching(/^pass \/0: /)]],
  ])('%s', (_case, given, actions) => { expect(decides(given)).toEqual(actions) })
})

it('a sale of several has the id of the first, and names no step where none is open', () => {
  const [action] = actionsOf({ plan: race(2, sendTo('a'), sendTo('b')), history: [...tried('/0', 'a', 1, accepted), ...tried('/1', 'b', 1, { ...accepted, buyerLeadId: 'B2' })] })
  expect(action).toEqual({ kind: 'settle', outcome: { kind: 'accepted', path: '/0', recipient: 'a', buyerLeadId: 'B1', revenue: money(900_000), reason: null, class: null } })
})

describe('Accept When of a pattern that a lead does not meet', () => {
  const guard = { ...noGuard, acceptWhen: { text: 'lead.state = "CA"', condition: { kind: 'compare', path: { kind: 'path', text: 'lead.state' }, op: '=', value: 'CA' } } } as const
  const out: DeliveryEvent = { type: 'chose', at: T0, path: '/', choice: { kind: 'pass', recipient: null, reason: 'R accepts only leads where lead.state = "CA"' } }
  it.each<[string, Plan]>([
    ['Simultaneous', { ...race(1, sendTo('a')), guard } as Plan],
    ['Waterfall', { ...waterfall([sendTo('a')]), guard, pattern: 'R' } as Plan],
    ['Round Robin', { kind: 'share', pattern: 'R', guard, entrants: [sendTo('a')], weights: [1] }],
    ['Ping/Post', { kind: 'auction', pattern: 'R', guard, bidders: [sendTo('a')], windowMs: 500, floor: null }],
  ])('%s: it is passed by, once, and nobody is asked', (_case, plan) => {
    expect(decides({ plan, policies: [policy('a')], fields: { state: 'NY' } })).toEqual(['pass /: R accepts only leads where lead.state = "CA"'])
    expect(decides({ plan, policies: [policy('a')], fields: { state: 'NY' }, history: [out] })).toEqual(['settle skipped -'])
    expect(decides({ plan, policies: [policy('a')], fields: { state: 'CA' } })).not.toEqual(['pass /: R accepts only leads where lead.state = "CA"'])
  })
})
