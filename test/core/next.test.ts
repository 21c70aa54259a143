import { describe, expect, it } from 'vitest'
import type { Plan } from '../../src/core/plan.ts'
import { money } from '../../src/base/money.ts'
import { DAY } from '../../src/base/time.ts'
import { book } from '../../src/core/booking.ts'
import { counterOf } from '../../src/core/caps.ts'
import type { DeliveryEvent } from '../../src/core/event.ts'
import { emptyHistory, evolve } from '../../src/core/history.ts'
import type { Verdict } from '../../src/core/verdict.ts'
import type { Cap } from '../../src/core/policy.ts'
import type { Given } from './given.ts'
import {
  T0, accepted, actionsOf, broken, duplicate, invalid, noGuard, policy, received, refused, rejected, sendTo, tried, decides, unknown, unreadable, waterfall,
} from './given.ts'

const single = sendTo('a')
const three = waterfall([sendTo('a', 50), sendTo('b', 40), sendTo('c', 30)])
const table = (rows: readonly [rule: string, given: Given, actions: readonly string[]][]) =>
  it.each(rows)('%s', (_rule, given, actions) => { expect(decides(given)).toEqual(actions) })

describe('one endpoint', () => {
  table([
    ['a new lead is sent', { plan: single }, ['send a #1']],
    ['an attempt on its way is waited for', { plan: single, history: tried('/', 'a', 1, null) }, []],
    ['accepted settles', { plan: single, history: tried('/', 'a', 1, accepted) }, ['settle accepted a']],
    ['rejected settles', { plan: single, history: tried('/', 'a', 1, rejected) }, ['settle rejected a']],
    ['duplicate settles', { plan: single, history: tried('/', 'a', 1, duplicate) }, ['settle duplicate a']],
    ['an unreadable answer holds, and is no success', { plan: single, history: tried('/', 'a', 1, unreadable) }, ['settle held a']],
    ['invalid data is not tried again', { plan: single, history: tried('/', 'a', 1, invalid) }, ['settle failed a']],
    ['refused waits 1 s', { plan: single, history: tried('/', 'a', 1, refused) }, ['wait +1000 a']],
    ['and is sent again when the second is over', { plan: single, history: tried('/', 'a', 1, refused), now: T0 + 1000 }, ['send a #2']],
    ['not a millisecond before', { plan: single, history: tried('/', 'a', 1, refused), now: T0 + 999 }, ['wait +1000 a']],
    ['the second wait is 2 s', { plan: single, history: [...tried('/', 'a', 1, refused), ...tried('/', 'a', 2, refused, T0 + 1000)], now: T0 + 1000 }, ['wait +3000 a']],
    ['no answer is repeated with half as long a timeout more', { plan: single, history: tried('/', 'a', 1, unknown), now: T0 + 1000 }, ['send a #2 15000ms']],
    ['after three retries it has failed', { plan: single, history: [1, 2, 3, 4].flatMap((n) => tried('/', 'a', n, unknown)), now: T0 + 60_000 }, ['settle failed a']],
    ['Retry-After is waited exactly', { plan: single, history: tried('/', 'a', 1, { kind: 'failed', class: 'rate_limited', retry: true, retryAfterMs: 42_000, reason: null }) }, ['wait +42000 a']],
    ['Retry-After over 5 minutes closes a lone endpoint to the lead', { plan: single, history: tried('/', 'a', 1, { kind: 'failed', class: 'rate_limited', retry: true, retryAfterMs: 3_600_000, reason: null }) }, ['wait +3600000 a']],
    ['and it is sent when that is over', { plan: single, now: T0 + 3_600_000, history: tried('/', 'a', 1, { kind: 'failed', class: 'rate_limited', retry: true, retryAfterMs: 3_600_000, reason: null }) }, ['send a #2']],
    ['the backup endpoint follows an endpoint in trouble', { plan: single, policies: [policy('a', { hasBackup: true, retry: {} })], history: tried('/', 'a', 1, broken) }, ['send a #2 backup']],
    ['the backup does not follow refused data', { plan: single, policies: [policy('a', { hasBackup: true })], history: tried('/', 'a', 1, invalid) }, ['settle failed a']],
    ['the backup is the last', { plan: single, policies: [policy('a', { hasBackup: true, retry: {} })], history: [...tried('/', 'a', 1, broken), ...tried('/', 'a', 2, broken, T0, { target: 'backup' })] }, ['settle failed a']],
    ['settled is settled', { plan: single, history: [...tried('/', 'a', 1, accepted), { type: 'settled', at: T0, cost: null, outcome: { kind: 'accepted', recipient: 'a', path: '/', buyerLeadId: null, revenue: null, reason: null, class: null } }] }, []],
  ])
})

describe('in doubt', () => {
  const hold = [policy('a', { onUnknown: 'hold', retry: {} }), policy('b')]
  table([
    ['On Unknown: next goes on', { plan: waterfall([sendTo('a'), sendTo('b')]), policies: [policy('a', { retry: {} }), policy('b')], history: tried('/0', 'a', 1, unknown) }, ['send b #1']],
    ['On Unknown: hold keeps the lead', { plan: waterfall([sendTo('a'), sendTo('b')]), policies: hold, history: tried('/0', 'a', 1, unknown) }, ['settle held a']],
    ['a failure after a time-out is still in doubt', { plan: single, policies: [policy('a', { onUnknown: 'hold' })], history: [...tried('/', 'a', 1, unknown), ...tried('/', 'a', 2, invalid)] }, ['settle held a']],
    ['so is a duplicate answered to a repeat', { plan: single, policies: hold, history: [...tried('/', 'a', 1, unknown), ...tried('/', 'a', 2, duplicate)] }, ['settle held a']],
    ['an acceptance of the repeat ends the doubt', { plan: single, policies: hold, history: [...tried('/', 'a', 1, unknown), ...tried('/', 'a', 2, accepted)] }, ['settle accepted a']],
    ['a rejection of the repeat ends it too', { plan: single, policies: hold, history: [...tried('/', 'a', 1, unknown), ...tried('/', 'a', 2, rejected)] }, ['settle rejected a']],
    ['without a time-out nothing is held', { plan: single, policies: hold, history: tried('/', 'a', 1, invalid) }, ['settle failed a']],
  ])
})

describe('waterfall', () => {
  const paused = { paused: { reason: '401' }, closedUntil: null }
  const later = { paused: null, closedUntil: T0 + 60_000 }
  const pool = [policy('a'), policy('b'), policy('c'), policy('pool', { pool: true })]
  table([
    ['begins with the first', { plan: three }, ['send a #1']],
    ['moves on at a rejection', { plan: three, history: tried('/0', 'a', 1, rejected) }, ['send b #1']],
    ['moves on at a duplicate', { plan: three, history: tried('/0', 'a', 1, duplicate) }, ['send b #1']],
    ['moves on at an error', { plan: three, history: tried('/0', 'a', 1, invalid) }, ['send b #1']],
    ['retries before it moves on', { plan: three, history: tried('/0', 'a', 1, broken), now: T0 + 5_000 }, ['send a #2']],
    ['stays at an unreadable answer: never a second sale', { plan: three, history: tried('/0', 'a', 1, unreadable) }, ['settle held a']],
    ['ends with an acceptance', { plan: three, history: [...tried('/0', 'a', 1, rejected), ...tried('/1', 'b', 1, accepted)] }, ['settle accepted b']],
    ['all rejected is rejected', { plan: three, history: ['a', 'b', 'c'].flatMap((r, i) => tried(`/${i}`, r, 1, rejected)) }, ['settle rejected c']],
    ['a failure among rejections is a failure, to be taken up again', { plan: three, history: [...tried('/0', 'a', 1, invalid), ...tried('/1', 'b', 1, rejected), ...tried('/2', 'c', 1, rejected)] }, ['settle failed a']],
    ['Finally takes what nobody took', { plan: waterfall([sendTo('a')], sendTo('pool')), policies: pool, history: tried('/0', 'a', 1, rejected) }, ['settle pooled pool']],
    ['a Finally that does not want it hides no failure', { plan: waterfall([sendTo('a')], sendTo('b')), history: [...tried('/0', 'a', 1, invalid), { type: 'chose', at: T0, path: '/finally', choice: { kind: 'pass', recipient: 'b', reason: 'no' } }] }, ['settle failed a']],
    ['nor one that refuses it', { plan: waterfall([sendTo('a')], sendTo('b')), history: [...tried('/0', 'a', 1, invalid), ...tried('/finally', 'b', 1, rejected)] }, ['settle failed a']],
    ['an answer outweighs its skip', { plan: waterfall([sendTo('a')], sendTo('b')), history: [...tried('/0', 'a', 1, rejected), { type: 'chose', at: T0, path: '/finally', choice: { kind: 'pass', recipient: 'b', reason: 'no' } }] }, ['settle rejected a']],
    ['of equal answers its own is the last', { plan: waterfall([sendTo('a')], sendTo('b')), history: [...tried('/0', 'a', 1, rejected), ...tried('/finally', 'b', 1, rejected)] }, ['settle rejected b']],
    ['where a refusal is an answer, its own is', { plan: { ...waterfall([sendTo('a')], sendTo('b')), moveOn: ['skipped', 'failed'] } as Plan, history: [...tried('/0', 'a', 1, invalid), ...tried('/finally', 'b', 1, rejected)] }, ['settle rejected b']],
    ['what it buys is bought', { plan: waterfall([sendTo('a')], sendTo('b')), history: [...tried('/0', 'a', 1, invalid), ...tried('/finally', 'b', 1, accepted)] }, ['settle accepted b']],
    ['Finally is not reached by an acceptance', { plan: waterfall([sendTo('a')], sendTo('pool')), policies: pool, history: tried('/0', 'a', 1, accepted) }, ['settle accepted a']],
    ['a paused recipient is passed by, with its reason', { plan: three, recipients: { a: paused } }, ['pass /0: A is paused (401); `finalmile unpause a` opens it']],
    ['and then the next is sent to', { plan: three, recipients: { a: paused }, history: [{ type: 'chose', at: T0, path: '/0', choice: { kind: 'pass', recipient: 'a', reason: 'paused' } }] }, ['send b #1']],
    ['a choice stands when the recipient opens again', { plan: three, history: [{ type: 'chose', at: T0, path: '/0', choice: { kind: 'pass', recipient: 'a', reason: 'paused' } }] }, ['send b #1']],
    ['all closed waits for the first to open', { plan: three, recipients: { a: paused, b: later, c: { ...later, closedUntil: T0 + 30_000 } } }, ['wait +30000 a']],
    ['all paused waits for a person', { plan: three, recipients: { a: paused, b: paused, c: paused } }, ['wait for a person a']],
    ['closed ones are passed by for a later open one', { plan: three, recipients: { a: later, b: later } }, ['pass /0: A asked for a longer wait, until 2026-11-24 12:01 UTC', 'pass /1: B asked for a longer wait, until 2026-11-24 12:01 UTC']],
    ['but not for one that does not want the lead', { plan: waterfall([sendTo('a'), sendTo('b')]), recipients: { a: later }, elsewhere: { b: 'it was sold to B before' } }, ['pass /1: it was sold to B before']],
    ['which leaves those that are closed to be waited for', { plan: waterfall([sendTo('a'), sendTo('b')], sendTo('pool')), policies: pool, recipients: { a: later }, history: [{ type: 'chose', at: T0, path: '/1', choice: { kind: 'pass', recipient: 'b', reason: 'no' } }] }, ['wait +60000 a']],
    ['nor for one that skips what it is closed to', { plan: waterfall([sendTo('a'), sendTo('b')]), policies: [policy('a'), policy('b', { whenClosed: 'skip' })], recipients: { a: later, b: paused } }, ['pass /1: B is paused (401); `finalmile unpause b` opens it']],
    ['nor before turns are drawn among others, who may be closed too', { plan: waterfall([sendTo('a'), { kind: 'share', pattern: 'S', guard: noGuard, weights: [1, 1], entrants: [sendTo('b'), sendTo('c')] }]), recipients: { a: later, b: later, c: later } }, ['draw 1:1']],
    ['one of several at once is waited for where the others do not want the lead', { plan: { kind: 'race', pattern: 'R', guard: noGuard, accept: 1, entrants: [sendTo('a'), sendTo('b')] }, recipients: { a: later }, elsewhere: { b: 'it was sold to B before' } }, ['pass /1: it was sold to B before']],
    ['and passed by where one of them is asked', { plan: { kind: 'race', pattern: 'R', guard: noGuard, accept: 1, entrants: [sendTo('a'), sendTo('b'), sendTo('c')] }, recipients: { a: later }, elsewhere: { b: 'it was sold to B before' } }, ['pass /0: A asked for a longer wait, until 2026-11-24 12:01 UTC', 'pass /1: it was sold to B before']],
    ['the last, closed, is waited for after refusals', { plan: three, recipients: { c: later }, history: [...tried('/0', 'a', 1, rejected), ...tried('/1', 'b', 1, rejected)] }, ['wait +60000 c']],
    ['When Closed: skip is passed by even alone', { plan: single, policies: [policy('a', { whenClosed: 'skip' })], recipients: { a: later } }, ['pass /: A asked for a longer wait, until 2026-11-24 12:01 UTC']],
    ['When Closed: wait holds a pattern back', { plan: three, policies: [policy('a', { whenClosed: 'wait' }), policy('b'), policy('c')], recipients: { a: later } }, ['wait +60000 a']],
    ['and a retry', { plan: three, policies: [policy('a', { whenClosed: 'wait' }), policy('b'), policy('c')], history: tried('/0', 'a', 1, broken), recipients: { a: paused } }, ['wait for a person a']],
    ['which is passed by without', { plan: three, history: tried('/0', 'a', 1, broken), recipients: { a: later } }, ['pass /0: A asked for a longer wait, until 2026-11-24 12:01 UTC']],
    ['but not in doubt, where it said itself when to come again', { plan: three, history: tried('/0', 'a', 1, unknown), recipients: { a: later } }, ['wait +60000 a']],
    ['nor where it said so to the repeat of what is in doubt', { plan: three, history: [...tried('/0', 'a', 1, unknown), ...tried('/0', 'a', 2, { kind: 'failed', class: 'rate_limited', retry: true, retryAfterMs: 600_000, reason: 'later' })] }, ['wait +600000 a']],
    ['patterns nest', { plan: waterfall([waterfall([sendTo('a'), sendTo('b')]), sendTo('c')]), history: [...tried('/0/0', 'a', 1, rejected), ...tried('/0/1', 'b', 1, rejected)] }, ['send c #1']],
    ['a lead that an endpoint has had is not sent there again', { plan: three, elsewhere: { a: 'it was sold to A before' } }, ['pass /0: it was sold to A before']],
    ['nor again after an error, once it has it', { plan: three, history: tried('/0', 'a', 1, broken), now: T0 + 60_000, elsewhere: { a: 'it was sold to A before' } }, ['send b #1']],
    ['but a doubt is ended there, under the key that may have sold it', { plan: three, history: tried('/0', 'a', 1, unknown), now: T0 + 60_000, elsewhere: { a: 'it was sold to A before' } }, ['send a #2 15000ms']],
    ['and a batch is repeated whole', { plan: three, policies: [policy('a', { batch: { maxLeads: 2, maxWaitMs: 1000, schedule: null } }), policy('b'), policy('c')], history: tried('/0', 'a', 1, broken, T0, { batch: 'B1' }), now: T0 + 60_000, elsewhere: { a: 'it was sold to A before' } }, ['send a #2 batch B1']],
    ['it leaves a batch that it had joined', { plan: three, policies: [policy('a', { batch: { maxLeads: 2, maxWaitMs: 1000, schedule: null } }), policy('b'), policy('c')], history: [{ type: 'chose', at: T0, path: '/0', choice: { kind: 'queue' } }], elsewhere: { a: 'it was sold to A before' } }, ['pass /0: it was sold to A before']],
    ['below the minimum price is passed by', { plan: { ...three, guard: { ...noGuard, minimumPrice: money(450_000) } } as typeof three, history: tried('/0', 'a', 1, rejected) }, ['pass /1: its price of USD 40.00 is below the minimum price of Waterfall, USD 45.00']],
  ])

  it('a lead it does not want is skipped with the condition as the reason', () => {
    const accept = { text: 'lead.state = "CA"', condition: { kind: 'compare', path: { kind: 'path', text: 'lead.state' }, op: '=', value: 'CA' } } as const
    const given = { plan: single, policies: [policy('a', { acceptWhen: accept })] }
    expect(decides({ ...given, fields: { state: 'NY' } })).toEqual(['pass /: A accepts only leads where lead.state = "CA"'])
    expect(decides({ ...given, fields: { state: 'CA' } })).toEqual(['send a #1'])
  })

  it('says each reason once, where a pattern names one recipient at many places', () => {
    const later = { paused: null, closedUntil: T0 + 60_000 }
    const why = (name: string): string => `${name} asked for a longer wait, until 2026-11-24 12:01 UTC`
    expect(actionsOf({ plan: waterfall([waterfall([sendTo('a'), sendTo('b')]), sendTo('b'), sendTo('a')]), recipients: { a: later, b: later } })).toMatchObject([{ kind: 'wait', why: `${why('A')}; ${why('B')}` }])
  })

  it('says why it waits', () => {
    const [wait] = actionsOf({ plan: single, recipients: { a: { paused: { reason: '401' }, closedUntil: null } } })
    expect(wait).toMatchObject({ kind: 'wait', until: null, why: expect.stringContaining('finalmile unpause a') })
  })
  const reasonIn = (history: Given['history']): string | null | undefined => {
    const [action] = actionsOf({ plan: waterfall([sendTo('a'), sendTo('b')], sendTo('pool')), policies: pool, history })
    return action?.kind === 'settle' ? action.outcome.reason : undefined
  }
  it.each<[string, NonNullable<Given['history']>, string]>([
    ['the last that was asked', [...tried('/0', 'a', 1, rejected), ...tried('/1', 'b', 1, duplicate)], 'parked in POOL; b: seen before'],
    ['the last that was passed by', [...tried('/0', 'a', 1, rejected), { type: 'chose', at: T0, path: '/1', choice: { kind: 'pass', recipient: 'b', reason: 'paused' } }], 'parked in POOL; b: paused'],
    ['who is named in it', [...tried('/0', 'a', 1, rejected), { type: 'chose', at: T0, path: '/1', choice: { kind: 'pass', recipient: 'b', reason: 'B is paused (401)' } }], 'parked in POOL; B is paused (401)'],
    ['a failure', [...tried('/0', 'a', 1, rejected), ...tried('/1', 'b', 1, invalid)], 'parked in POOL; b: zip is missing'],
    ['nobody that gave a reason', [...tried('/0', 'a', 1, { kind: 'rejected', reason: null }), ...tried('/1', 'b', 1, { kind: 'rejected', reason: null })], 'parked in POOL'],
  ])('the reason of a pooled lead is that of %s', (_name, history, reason) => { expect(reasonIn(history)).toBe(reason) })
})

describe('batch', () => {
  const batched = [policy('a', { batch: { maxLeads: 100, maxWaitMs: 300_000, schedule: null } })]
  const queued = { type: 'chose', at: T0, path: '/', choice: { kind: 'queue' } } as const
  const paused = { paused: { reason: '401' }, closedUntil: null }
  const daily: Cap = { period: 'day', limit: { kind: 'leads', count: 1 } }
  table([
    ['a lead joins the batch', { plan: single, policies: batched }, ['queue /']],
    ['and waits for it', { plan: single, policies: batched, history: [queued] }, ['wait +300000 a batch']],
    ['but no more for the batch where its recipient was paused meanwhile', { plan: single, policies: batched, history: [queued], recipients: { a: paused } }, ['wait for a person a']],
    ['where another can be tried it is passed on', { plan: waterfall([sendTo('a'), sendTo('b')]), policies: [...batched, policy('b')], history: [{ ...queued, path: '/0' }], recipients: { a: paused } }, ['pass /0: A is paused (401); `finalmile unpause a` opens it']],
    ['a cap that is reached has a place for it', { plan: single, policies: batched.map((each) => ({ ...each, caps: [daily] })), history: [queued], recipients: { a: { paused: null, closedUntil: null, full: new Set([counterOf(policy('a'), daily, 'live', T0)]) } } }, ['wait +300000 a batch']],
    ['a batch without an answer is repeated as that batch', { plan: single, policies: batched, now: T0 + 1000, history: [queued, ...tried('/', 'a', 1, unknown, T0, { batch: 'b_1.2' })] }, ['send a #2 15000ms batch b_1.2']],
    ['a row that failed by itself joins another batch', { plan: single, policies: batched, now: T0 + 5000, history: [queued, tried('/', 'a', 1, null, T0, { batch: 'b_1.2' })[0]!, tried('/', 'a', 1, broken)[1]!] }, ['queue /']],
    ['a row that was accepted settles', { plan: single, policies: batched, history: [queued, ...tried('/', 'a', 1, accepted, T0, { batch: 'b_1.2' })] }, ['settle accepted a']],
  ])
})

describe('a cap that others used up', () => {
  const daily: Cap = { period: 'day', limit: { kind: 'leads', count: 1 } }
  const policies = [policy('a', { caps: [daily] }), policy('b')]
  const plan = waterfall([sendTo('a'), sendTo('b')])
  const fullAt = (at: number) => ({ a: { paused: null, closedUntil: null, full: new Set([counterOf(policy('a'), daily, 'live', at)]) } })
  const passed = [expect.stringMatching(/^pass \/0: A: cap of 1 per day reached/) as unknown as string]
  table([
    ['does not keep from its answer what is in doubt: the place is its own', { plan, policies, now: T0 + 60_000, history: tried('/0', 'a', 1, unknown), recipients: fullAt(T0) }, ['send a #2 15000ms']],
    ['nor where a try after that brought no answer either', { plan, policies, now: T0 + 60_000, history: [...tried('/0', 'a', 1, unknown), ...tried('/0', 'a', 2, broken)], recipients: fullAt(T0) }, ['send a #3']],
    ['closes to what failed, whose place went back', { plan, policies, now: T0 + 60_000, history: tried('/0', 'a', 1, broken), recipients: fullAt(T0) }, passed],
    ['closes on the next day, of which it has no place', { plan, policies, now: T0 + DAY, history: tried('/0', 'a', 1, unknown), recipients: fullAt(T0 + DAY) }, passed],
    ['but for a batch, which is repeated in the place of its first day', { plan, policies: [policy('a', { caps: [daily], batch: { maxLeads: 9, maxWaitMs: 1000, schedule: null } }), policy('b')], now: T0 + DAY, history: [{ type: 'chose', at: T0, path: '/0', choice: { kind: 'queue' } }, ...tried('/0', 'a', 1, unknown, T0, { batch: 'B1' })], recipients: fullAt(T0 + DAY) }, ['send a #2 15000ms batch B1']],
  ])
})

describe('taken up again', () => {
  const ordered = { type: 'reviewed', at: T0, decision: 'retry', note: null } as const
  const again = { type: 'reopened', at: T0, reason: '--retry-failed' } as const
  table([
    ['a failed node is tried again, counting on', { plan: single, history: [...tried('/', 'a', 1, invalid), again] }, ['send a #2']],
    ['an answer already given stands', { plan: waterfall([sendTo('a'), sendTo('b')]), history: [...tried('/0', 'a', 1, rejected), ...tried('/1', 'b', 1, invalid), again] }, ['send b #2']],
    ['a person who orders it asks again whose answer could not be read', { plan: single, history: [...tried('/', 'a', 1, unreadable), ordered] }, ['send a #2']],
    ['but never who has bought', { plan: waterfall([sendTo('a'), sendTo('a')]), history: [...tried('/0', 'a', 1, unreadable), ...tried('/1', 'a', 1, accepted), ordered] }, [expect.stringContaining('pass /0: A has bought this lead') as unknown as string]],
    ['its retries count afresh', { plan: single, history: [...[1, 2, 3, 4].flatMap((n) => tried('/', 'a', n, refused)), again, ...tried('/', 'a', 5, refused)], now: T0 + 1000 }, ['send a #6']],
  ])
})

describe('a batch that nobody answered', () => {
  const policies = [policy('a', { batch: { maxLeads: 9, maxWaitMs: 1000, schedule: null }, retry: {} }), policy('b')]
  const patient = [policy('a', { batch: { maxLeads: 9, maxWaitMs: 1000, schedule: null } }), policy('b')]
  const again = { type: 'reopened', at: T0, reason: '--retry-failed' } as const
  const whole = { ...again, batches: ['B1'] }
  const once = tried('/', 'a', 1, unknown, T0, { batch: 'B1' })
  const both = [...tried('/0', 'a', 1, unknown, T0, { batch: 'B1' }), ...tried('/1', 'b', 1, invalid)]
  const either = waterfall([sendTo('a'), sendTo('b')])
  table([
    ['stays in doubt when its lead is taken up again', { plan: single, policies, history: [...once, again] }, ['settle failed a']],
    ['goes again as it went, where all of its leads do', { plan: single, policies, history: [...once, whole] }, ['send a #2 batch B1']],
    ['and not where those of another do', { plan: single, policies, history: [...once, { ...again, batches: ['B2'] }] }, ['settle failed a']],
    ['also where its repeats could not be sent, or were refused', { plan: single, policies, history: [...once, ...tried('/', 'a', 2, refused, T0, { batch: 'B1' }), ...tried('/', 'a', 3, invalid), whole] }, ['send a #4 batch B1']],
    ['whatever its retries say, once', { plan: single, policies, history: [...once, whole, ...tried('/', 'a', 2, unknown, T0, { batch: 'B1' })] }, ['settle failed a']],
    ['and once more when it is ordered again', { plan: single, policies, history: [...once, whole, ...tried('/', 'a', 2, unknown, T0, { batch: 'B1' }), whole] }, ['send a #3 batch B1']],
    ['the last order counts', { plan: single, policies, history: [...once, whole, again] }, ['settle failed a']],
    ['waits as it went while its recipient is paused', { plan: single, policies, history: [...once, whole], recipients: { a: { paused: { reason: 'by hand' }, closedUntil: null } } }, ['wait for a person a']],
    ['is another to a person who has looked', { plan: single, policies, history: [...once, { type: 'reviewed', at: T0, decision: 'retry', note: null }] }, ['queue /']],
    ['so is one that was answered by a failure', { plan: single, policies, history: [...tried('/', 'a', 1, broken, T0, { batch: 'B1' }), again] }, ['queue /']],
    ['keeps its lead from another, though a repeat was answered by a failure of this one', { plan: single, policies: patient, now: T0 + 60_000, history: [...once, ...tried('/', 'a', 2, broken)] }, ['settle failed a']],
    ['and from the next, where it says On Unknown: hold', { plan: either, policies: patient.map((each) => ({ ...each, onUnknown: 'hold' as const })), now: T0 + 60_000, history: [...both.slice(0, 2), ...tried('/0', 'a', 2, broken)] }, ['settle held a']],
    ['from its backup as well', { plan: single, policies: patient.map((each) => ({ ...each, hasBackup: true, retry: {} })), now: T0 + 60_000, history: [...once, ...tried('/', 'a', 2, broken)] }, ['settle failed a']],
    ['but not from a request of its own, which the buyer asks for', { plan: single, policies: patient, now: T0 + 60_000, history: [...once, ...tried('/', 'a', 2, { ...broken, instead: 'update' } as Verdict)] }, ['send a #3 update']],
    ['nor is one repeated that has come apart', { plan: single, policies: patient, now: T0 + 60_000, history: [...tried('/', 'a', 1, broken, T0, { batch: 'B1' }), { type: 'chose', at: T0, path: '/', choice: { kind: 'apart' } }] }, ['queue /']],
    ['keeps nobody from what failed beside it', { plan: either, policies, history: [...both, again] }, ['send b #2']],
    ['which comes after it, where it goes again', { plan: either, policies, history: [...both, whole] }, ['send a #2 batch B1']],
  ])
})

describe('a post that is taken up again after a ping', () => {
  const bid: Verdict = { kind: 'bid', price: money(330_000), pingId: 'P1', reason: null }
  const plan: Plan = { kind: 'auction', pattern: 'P', guard: noGuard, bidders: [sendTo('a'), sendTo('b')], windowMs: 500, floor: null }
  const pinged: readonly DeliveryEvent[] = [...tried('/0', 'a', 1, bid, T0, { phase: 'ping' }), ...tried('/1', 'b', 1, rejected, T0, { phase: 'ping' }), { type: 'chose', at: T0, path: '/', choice: { kind: 'order', order: [0], why: '' } }]
  const ended = (kind: 'failed' | 'held'): DeliveryEvent => ({ type: 'settled', at: T0, cost: null, outcome: { kind, recipient: 'a', path: '/0', buyerLeadId: null, revenue: null, reason: null, class: null } })
  it.each<[string, readonly DeliveryEvent[]]>([
    ['by --retry-failed', [...tried('/0', 'a', 2, invalid), ended('failed'), { type: 'reopened', at: T0, reason: '--retry-failed' }]],
    ['by a person', [...tried('/0', 'a', 2, unreadable), ended('held'), { type: 'reviewed', at: T0, decision: 'retry', note: null }]],
  ])('%s goes to its bidder, for its bid', (_case, again) => {
    const history = [...pinged, ...again]
    expect(decides({ plan, history, now: T0 + 90_000 })).toEqual(['send a #3'])
    expect(decides({ plan, history: history.slice(0, -1), now: T0 + 90_000 })).toEqual([])
    expect(decides({ plan, history: [...history.slice(0, -1), { type: 'reviewed', at: T0, decision: 'drop', note: null }], now: T0 + 90_000 })).toEqual([])
    expect(book(plan, '/0', [received(), ...history].reduce(evolve, emptyHistory), { ...accepted, price: null } as Verdict, policy('a'))).toEqual({ revenue: money(330_000), surplus: false })
  })
})

describe('a window that a lead has begun in', () => {
  const plan: Plan = { kind: 'sequence', pattern: 'W', guard: noGuard, moveOn: ['rejected', 'failed', 'skipped'], finally: null, steps: [{ plan: { kind: 'share', pattern: 'S', guard: noGuard, weights: [1], entrants: [sendTo('a')] }, closesMs: 60_000 }, { plan: sendTo('b') }] }
  const drawn: DeliveryEvent = { type: 'chose', at: T0, path: '/0', choice: { kind: 'order', order: [0], why: 'its share' } }
  const over = [expect.stringMatching(/^pass \/0: its window closed/) as unknown as string]
  table([
    ['may finish there', { plan, now: T0 + 60_000, history: [drawn, ...tried('/0/0', 'a', 1, broken)] }, ['send a #2']],
    ['a draw alone is no beginning', { plan, now: T0 + 60_000, history: [drawn] }, over],
    ['nor what was tried before it was opened again', { plan, now: T0 + 60_000, history: [drawn, ...tried('/0/0', 'a', 1, invalid), { type: 'reopened', at: T0, reason: '' }] }, over],
    ['waiting for a batch is one', { plan, policies: [policy('a', { batch: { maxLeads: 9, maxWaitMs: 90_000, schedule: null } }), policy('b')], now: T0 + 60_000, history: [drawn, { type: 'chose', at: T0, path: '/0/0', choice: { kind: 'queue' } }] }, ['wait +90000 a batch']],
  ])
})

describe('opened again, an answer that was given stands', () => {
  const again: DeliveryEvent = { type: 'reopened', at: T0, reason: '--retry-failed' }
  const plan = waterfall([sendTo('a'), sendTo('b')])
  const b = tried('/1', 'b', 1, invalid)
  table([
    ['a refusal', { plan, history: [...tried('/0', 'a', 1, rejected), ...b, again] }, ['send b #2']],
    ['one that came to a repeat', { plan, history: [...tried('/0', 'a', 1, broken), ...tried('/0', 'a', 2, rejected), ...b, again] }, ['send b #2']],
    ['a duplicate', { plan, history: [...tried('/0', 'a', 1, duplicate), ...b, again] }, ['send b #2']],
    ['what failed is asked again', { plan, history: [...tried('/0', 'a', 1, invalid), ...b, again] }, ['send a #2']],
  ])
})
