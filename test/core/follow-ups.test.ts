import { describe, expect, it } from 'vitest'
import { capClaims } from '../../src/core/caps.ts'
import type { DeliveryEvent } from '../../src/core/event.ts'
import { emptyHistory, evolve } from '../../src/core/history.ts'
import type { Plan } from '../../src/core/plan.ts'
import type { Verdict } from '../../src/core/verdict.ts'
import type { Given } from './given.ts'
import { T0, accepted, actionsOf, broken, decides, invalid, noGuard, policy, received, rejected, sendTo, tried, unknown, unreadable, waterfall } from './given.ts'

const crm = policy('a', { steps: ['list', 'workflow'] })
const policies = [crm, policy('b'), policy('c')]
const single = sendTo('a', 45)
const sold = tried('/', 'a', 1, accepted)
const done: Verdict = { kind: 'accepted', reason: null, price: null }
const list = (n: number, verdict: Verdict | null, at = T0): DeliveryEvent[] => tried('/', 'a', n, verdict, at, { phase: 'list' })
const workflow = (n: number, verdict: Verdict | null, at = T0): DeliveryEvent[] => tried('/', 'a', n, verdict, at, { phase: 'workflow' })
const slow: Verdict = { kind: 'failed', class: 'rate_limited', retry: true, retryAfterMs: 10_000, reason: 'ten secondly' }
const long: Verdict = { ...slow, retryAfterMs: 3_600_000 }
const race = (accept: number, ...entrants: Plan[]): Plan => ({ kind: 'race', pattern: 'R', guard: noGuard, entrants, accept })
const settled: DeliveryEvent = { type: 'settled', at: T0, cost: null, outcome: { kind: 'accepted', recipient: 'a', path: '/', buyerLeadId: 'B1', revenue: null, reason: null, class: null, open: ['list'] } }
const reopened: DeliveryEvent = { type: 'reopened', at: T0 + 9_000, reason: '--retry-failed' }

const table = (rows: readonly [rule: string, given: Given, actions: readonly string[]][]) =>
  it.each(rows)('%s', (_rule, given, actions) => { expect(decides({ policies, ...given })).toEqual(actions) })

describe('steps after a sale', () => {
  table([
    ['the first follows the sale', { plan: single, history: sold }, ['send a #1 list']],
    ['none follows where none is declared', { plan: single, history: sold, policies: [policy('a')] }, ['settle accepted a']],
    ['none follows a refusal', { plan: single, history: tried('/', 'a', 1, rejected) }, ['settle rejected a']],
    ['none follows a sale that is surplus', { plan: single, history: sold.map((each) => (each.type === 'attemptFinished' ? { ...each, surplus: true } : each)) }, ['settle accepted a']],
    ['one on its way is waited for', { plan: single, history: [...sold, ...list(1, null)] }, []],
    ['the next follows the first', { plan: single, history: [...sold, ...list(1, done)] }, ['send a #1 workflow']],
    ['and then it is settled', { plan: single, history: [...sold, ...list(1, done), ...workflow(1, done)] }, ['settle accepted a']],
    ['one that may pass is tried again by the retry rules', { plan: single, history: [...sold, ...list(1, slow)] }, ['wait +10000 a']],
    ['for itself, and the sale is not repeated', { plan: single, now: T0 + 10_000, history: [...sold, ...list(1, slow)] }, ['send a #2 list']],
    ['no answer is repeated with a longer timeout', { plan: single, now: T0 + 1_000, history: [...sold, ...list(1, unknown)] }, ['send a #2 list 15000ms']],
    ['one that fails for good does not stop the next', { plan: single, history: [...sold, ...list(1, invalid)] }, ['send a #1 workflow']],
    ['and the lead is sold all the same', { plan: single, history: [...sold, ...list(1, invalid), ...workflow(1, done)] }, ['settle accepted a']],
    ['retries that are used up end the step, not the sale', { plan: single, now: T0 + 90_000, history: [...sold, ...[1, 2, 3, 4].flatMap((n) => list(n, broken)), ...workflow(1, done)] }, ['settle accepted a']],
    ['a buyer that asks for a long wait is waited for', { plan: single, history: [...sold, ...list(1, long)] }, ['wait +3600000 a']],
    ['nobody else is passed on to meanwhile', { plan: waterfall([sendTo('a'), sendTo('b')]), history: [...tried('/0', 'a', 1, accepted), ...tried('/0', 'a', 1, long, T0, { phase: 'list' })] }, ['wait +3600000 a']],
    ['a pause is waited out', { plan: single, history: sold, recipients: { a: { paused: { reason: 'HTTP 401' }, closedUntil: null } } }, ['wait for a person a']],
    ['a window that has closed keeps none back', { plan: single, history: sold, policies: [policy('a', { steps: ['list'], window: { spans: [{ fromMinute: 60, toMinute: 120 }], days: [1, 2, 3, 4, 5, 6, 7] } })] }, ['send a #1 list']],
    ['a race that is won waits for its winner', { plan: race(1, sendTo('a'), sendTo('b')), history: [...tried('/0', 'a', 1, accepted), ...tried('/1', 'b', 1, broken)] }, ['send a #1 list']],
    ['also for the time of a step that is tried again', { plan: race(1, sendTo('a'), sendTo('b')), history: [...tried('/0', 'a', 1, accepted), ...tried('/0', 'a', 1, slow, T0, { phase: 'list' }), ...tried('/1', 'b', 1, broken)] }, ['wait +10000 a']],
    ['and ends then, without what others would still try', { plan: race(1, sendTo('a'), sendTo('b')), history: [...tried('/0', 'a', 1, accepted), ...tried('/1', 'b', 1, broken), ...tried('/0', 'a', 1, done, T0, { phase: 'list' }), ...tried('/0', 'a', 1, done, T0, { phase: 'workflow' })] }, ['settle accepted a']],
    ['opened again only the failed step is taken up', { plan: single, now: T0 + 9_000, history: [...sold, ...list(1, invalid), ...workflow(1, done), settled, reopened] }, ['send a #2 list']],
    ['with all of its retries', { plan: single, now: T0 + 9_000, history: [...sold, ...[1, 2, 3, 4].flatMap((n) => list(n, broken)), ...workflow(1, done), settled, reopened, ...list(5, broken, T0 + 9_000)] }, [expect.stringMatching(/^wait \+9\d{3}|^wait \+1\d{4}/) as unknown as string]],
  ])

  describe('opened again, nobody gets the lead once more: it is sold', () => {
    const opened: readonly DeliveryEvent[] = [...tried('/0', 'a', 1, accepted), ...tried('/0', 'a', 1, invalid, T0, { phase: 'list' }), ...tried('/0', 'a', 1, done, T0, { phase: 'workflow' })]
    const passed: DeliveryEvent = { type: 'chose', at: T0, path: '/1', choice: { kind: 'pass', recipient: 'b', reason: 'shut' } }
    table(([
      ['who may have bought it', tried('/1', 'b', 1, unreadable)],
      ['who gave no answer', [1, 2, 3, 4].flatMap((n) => tried('/1', 'b', n, unknown))],
      ['who failed', tried('/1', 'b', 1, invalid)],
      ['who was passed by', [passed]],
    ] as const).map(([who, other]) => [who, { plan: race(Infinity, sendTo('a'), sendTo('b')), now: T0 + 9_000, history: [...opened, ...other, settled, reopened] }, ['send a #2 list']]))
  })

  it('what is left open is told in the outcome', () => {
    const [action] = actionsOf({ plan: single, policies, history: [...sold, ...list(1, invalid), ...workflow(1, invalid)] })
    expect(action).toMatchObject({ kind: 'settle', outcome: { kind: 'accepted', open: ['list', 'workflow'], buyerLeadId: 'B1', reason: 'its list step failed: zip is missing; its workflow step failed: zip is missing' } })
  })

  it('a race tells it too', () => {
    const [action] = actionsOf({ plan: race(2, sendTo('a'), sendTo('b')), policies, history: [...tried('/0', 'a', 1, accepted), ...tried('/0', 'a', 1, invalid, T0, { phase: 'list' }), ...tried('/0', 'a', 1, done, T0, { phase: 'workflow' }), ...tried('/1', 'b', 1, accepted)] })
    expect(action).toMatchObject({ kind: 'settle', outcome: { kind: 'accepted', open: ['list'] } })
  })

  it('the place of a cap stays taken when a step fails', () => {
    const capped = new Map([['a', policy('a', { steps: ['list'], caps: [{ period: 'day', limit: { kind: 'leads', count: 1 } }] })]])
    const before = [received(), ...sold].reduce(evolve, emptyHistory)
    const after = list(1, invalid).reduce(evolve, before)
    expect(capClaims(capped, sendTo('a'), before, after, 'live')).toEqual([])
  })
})

const conflict: Verdict = { kind: 'failed', class: 'duplicate', retry: true, instead: 'update', reason: 'Contact already exists' }
const alone: Verdict = { kind: 'failed', class: 'invalid_data', retry: true, instead: 'alone', reason: 'one of them is not valid' }
const batched = [policy('a', { batch: { maxLeads: 100, maxWaitMs: 60_000, schedule: null } })]

describe('asked otherwise', () => {
  table([
    ['at once, whatever the retry rules say', { plan: single, policies: [policy('a', { retry: {} })], history: tried('/', 'a', 1, conflict) }, ['send a #2 update']],
    ['once', { plan: single, history: [...tried('/', 'a', 1, conflict), ...tried('/', 'a', 2, conflict, T0, { target: 'update' })] }, ['settle failed a']],
    ['and tried again in that way, by the retry rules', { plan: single, now: T0 + 5_000, history: [...tried('/', 'a', 1, conflict), ...tried('/', 'a', 2, broken, T0, { target: 'update' })] }, ['send a #3 update']],
    ['a lead of a batch by itself', { plan: single, policies: batched, history: tried('/', 'a', 1, alone, T0, { batch: 'b_1.3' }) }, ['send a #2 alone']],
    ['and stays alone', { plan: single, policies: batched, now: T0 + 5_000, history: [...tried('/', 'a', 1, alone, T0, { batch: 'b_1.3' }), ...tried('/', 'a', 2, broken, T0, { target: 'alone' })] }, ['send a #3 alone']],
    ['alone it may be known there', { plan: single, policies: batched, history: [...tried('/', 'a', 1, alone, T0, { batch: 'b_1.3' }), ...tried('/', 'a', 2, conflict, T0, { target: 'alone' })] }, ['send a #3 update']],
  ])
})
