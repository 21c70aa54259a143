import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatMoney, money, type Money } from '../../../src/base/money.ts'
import { DAY } from '../../../src/base/time.ts'
import type { DeliveryEvent, EventOf } from '../../../src/core/event.ts'
import type { OutcomeKind } from '../../../src/core/outcome.ts'
import { addEvent, emptyReport, type Period, type Report } from '../../../src/core/report.ts'
import { alertsOf, type AlertRule } from '../../../src/core/report/alerts.ts'
import { reportJson } from '../../../src/cli/render/report-text.ts'
import { addDuration, average, emptyHistogram, percentile } from '../../../src/core/report/histogram.ts'
import { inOrder, leadsOf, moneyOf, recipientSummary, summaryOf } from '../../../src/core/report/summary.ts'
import type { Verdict } from '../../../src/core/verdict.ts'

const usd = (dollars: number) => money(dollars * 10_000)
const verdictOf = (kind: Verdict['kind']): Verdict => {
  const answer = { reason: null }
  switch (kind) {
    case 'accepted': return { ...answer, kind, price: null }
    case 'rejected': return { ...answer, kind }
    case 'duplicate': return { ...answer, kind, class: 'duplicate' }
    case 'bid': return { ...answer, kind, price: usd(1), pingId: null }
    case 'failed': return { ...answer, kind, class: 'server_error', retry: true }
    case 'unknown': return { ...answer, kind, class: 'timeout', retry: true }
    case 'unconfirmed': return { ...answer, kind, class: 'unreadable' }
    default: return kind satisfies never
  }
}
const finished = (over: Partial<EventOf<'attemptFinished'>> & { kind?: Verdict['kind'] } = {}): DeliveryEvent => {
  const { kind = 'accepted', ...rest } = over
  return { type: 'attemptFinished', at: 0, path: '/', recipient: 'a', phase: 'post', attempt: 1, key: 'k', verdict: verdictOf(kind), revenue: kind === 'accepted' ? usd(45) : null, httpStatus: 200, durationMs: 100, ...rest }
}
const settled = (kind: OutcomeKind, revenue: Money | null = null, cost: Money | null = null, recipient: string | null = 'a'): DeliveryEvent =>
  ({ type: 'settled', at: 0, cost, outcome: { kind, recipient, path: '/', buyerLeadId: null, revenue, reason: null, class: null } })
const drawn: DeliveryEvent = { type: 'chose', at: 0, path: '/', choice: { kind: 'order', order: [0], why: 'share' } }
const pass: DeliveryEvent = { type: 'chose', at: 0, path: '/0', choice: { kind: 'pass', recipient: 'a', reason: 'cap' } }

const fold = (events: readonly (readonly [string, DeliveryEvent])[], mode: 'live' | 'test' = 'live', period?: Period): Report =>
  events.reduce((report, [deliveryId, event]) => addEvent(report, { deliveryId, source: { name: 'google' } }, event), emptyReport(mode, 'USD', period))
const summarise = (report: Report, known = {}) =>
  summaryOf(report, { id: 'r', mode: report.mode, to: 'a', startedAt: 0 }, { finishedAt: DAY, waiting: 0, alreadySettled: 0, badRows: 0, alerts: [], ...known })

describe('summary', () => {
  it('of a run with a sale, a refusal and a skip', () => {
    const report = fold([
      ['1', drawn], ['1', finished()], ['1', settled('accepted', usd(45), usd(10))],
      ['2', finished({ kind: 'failed', httpStatus: 500, durationMs: 300 })], ['2', finished({ kind: 'rejected', attempt: 2 })], ['2', settled('rejected', null, usd(10))],
      ['3', pass], ['3', settled('skipped', null, usd(10), null)],
    ])
    expect(summarise(report, { waiting: 2, alreadySettled: 5 })).toEqual({
      run_id: 'r', mode: 'live', to: 'a', started_at: '1970-01-01T00:00:00.000Z', finished_at: '1970-01-02T00:00:00.000Z',
      leads: 5, outcomes: { accepted: 1, rejected: 1, duplicate: 0, skipped: 1, failed: 0, held: 0, pooled: 0, waiting: 2 },
      already_settled: 5, bad_rows: 0, revenue: '45.00', cost: '30.00', margin: '15.00', currency: 'USD',
      recipients: { a: {
        attempts: 3, accepted: 1, rejected: 1, duplicates: 0, skipped: 1, failed: 1, unknown: 0, unconfirmed: 0, bids: 0,
        success_rate: 0.3333, avg_ms: 166.7, p95_ms: expect.closeTo(300, -1), revenue: '45.00', revenue_per_lead: '22.50', currency: 'USD', errors: { server_error: 1 },
      } },
      alerts: [],
    })
  })

  it('a surplus acceptance earns nothing and is told as that', () => {
    const report = fold([['1', finished()], ['1', finished({ path: '/1', recipient: 'b', surplus: true, revenue: null })], ['1', settled('accepted', usd(45))]])
    expect(summarise(report)).toMatchObject({ revenue: '45.00', recipients: { a: { revenue: '45.00', errors: {} }, b: { accepted: 1, revenue: '0.00', errors: { surplus: 1 } } } })
  })

  it('of a run without events has every figure, at nothing', () => {
    expect(summarise(emptyReport('live'))).toMatchObject({ leads: 0, revenue: '0.00', cost: '0.00', margin: '0.00', currency: 'USD', recipients: {} })
  })

  it('keeps test revenue apart', () => {
    const summary = summarise(fold([['1', finished()], ['1', settled('accepted', usd(45), usd(10))]], 'test'))
    expect(summary).toMatchObject({ revenue: '0.00', test_revenue: '45.00', cost: '10.00', margin: '-10.00' })
    expect(summary.recipients.a).toMatchObject({ revenue: '0.00', test_revenue: '45.00', revenue_per_lead: '0.00' })
    expect(summarise(fold([['1', settled('accepted', usd(45))]]))).not.toHaveProperty('test_revenue')
  })

  it('never adds unlike currencies', () => {
    const eur = money(300_000, 'EUR')
    const summary = summarise(fold([['1', finished()], ['1', settled('accepted', usd(45), usd(5))], ['2', finished({ revenue: eur })], ['2', settled('accepted', eur, usd(5))]]))
    expect(summary).toMatchObject({ revenue: null, currency: null, by_currency: { EUR: { revenue: '30.00', cost: '0.00', margin: '30.00' }, USD: { revenue: '45.00', cost: '10.00', margin: '35.00' } } })
    expect(summary.recipients.a).toMatchObject({ revenue: null, by_currency: { EUR: { revenue: '30.00' }, USD: { revenue: '45.00' } } })
    const rehearsed = summarise(fold([['1', finished()], ['1', settled('accepted', usd(45))], ['2', finished({ revenue: eur })], ['2', settled('accepted', eur)]], 'test'))
    expect([rehearsed, rehearsed.recipients.a]).toMatchObject([1, 2].map(() => ({ revenue: null, test_revenue: null, by_currency: { EUR: { revenue: '0.00', test_revenue: '30.00' }, USD: { revenue: '0.00', test_revenue: '45.00' } } })))
    expect([summary, summary.recipients.a].filter((each) => each && 'test_revenue' in each)).toEqual([])
  })

  it('a recipient that pays in one currency has its own beside those of others', () => {
    expect(summarise(fold([['1', finished()], ['2', finished({ recipient: 'b', revenue: money(300_000, 'EUR') })]])).recipients).toMatchObject({ a: { revenue: '45.00', currency: 'USD' }, b: { revenue: '30.00', revenue_per_lead: '30.00', currency: 'EUR' } })
  })

  it('a return is taken off its recipient and the whole, on the day on which it was recorded', () => {
    const returned: DeliveryEvent = { type: 'returned', at: DAY, path: '/', recipient: 'a', buyerLeadId: null, amount: usd(15), reason: null, ref: 'r' }
    const report = fold([['1', finished()], ['1', settled('accepted', usd(45), usd(10))], ['1', returned]])
    expect(summarise(report)).toMatchObject({ revenue: '30.00', margin: '20.00', recipients: { a: { accepted: 1, returns: 1, revenue: '30.00', revenue_per_lead: '30.00' } } })
    expect([...report.by.day].map(([day, { sales, revenue }]) => [day, sales.get('USD')?.amount, revenue.get('USD')?.amount])).toEqual([['1970-01-01', 450_000, 450_000], ['1970-01-02', -150_000, -150_000]])
  })

  it('leaves out what is no cost of a lead, of a store that has such from before', () => {
    expect(summarise(fold([...Array.from({ length: 300 }, (_, i) => [`P${i}`, settled('rejected', null, usd(4_155_550_101))] as const), ['1', settled('accepted', usd(45), usd(10))]]))).toMatchObject({ leads: 301, cost: '10.00', margin: '35.00' })
  })
  it('counts a lead that was taken up again once, with its cost', () => {
    const again = summarise(fold([['1', settled('failed', null, usd(10))], ['1', { type: 'reopened', at: 0, reason: 'retry' }], ['1', finished()], ['1', settled('accepted', usd(45), usd(10))]]))
    expect(again).toMatchObject({ leads: 1, cost: '10.00', revenue: '45.00', outcomes: { failed: 0, accepted: 1 } })
    expect(summarise(fold([['1', settled('failed', null, usd(10))], ['2', settled('accepted', usd(45), usd(10))]]))).toMatchObject({ leads: 2, cost: '20.00' })
  })

  it.each<DeliveryEvent>([{ type: 'reopened', at: 0, reason: 'retry' }, { type: 'reviewed', at: 0, decision: 'retry', note: null }])('leaves out a lead that was taken up again and waits: $type', (event) => {
    expect(summarise(fold([['1', settled('failed', null, usd(10))], ['1', event]]))).toMatchObject({ cost: '0.00', outcomes: { failed: 0 } })
  })

  it('gives a sale that a person confirmed to its recipient', () => {
    const events = [['1', finished({ kind: 'unconfirmed', revenue: null })], ['1', settled('held')], ['1', { type: 'reviewed', at: 0, decision: 'accept', note: null }], ['1', settled('accepted', usd(45))]] as const
    expect(summarise(fold(events))).toMatchObject({ revenue: '45.00', outcomes: { held: 0, accepted: 1 }, recipients: { a: { revenue: '45.00', errors: { unreadable: 1 } } } })
  })

  it.each<[string, readonly DeliveryEvent[]]>([
    ['refused by the next', [finished({ kind: 'unknown', recipient: 'b' }), finished({ kind: 'rejected' }), settled('rejected', null, usd(10))]],
    ['dropped in review', [finished({ kind: 'unconfirmed', recipient: 'b' }), settled('held', null, usd(10)), { type: 'reviewed', at: 0, decision: 'drop', note: null }, settled('rejected', null, usd(10))]],
  ])('a lead in doubt that was %s, and then accepted in review, counts once', (_, events) => {
    const accepted: readonly DeliveryEvent[] = [{ type: 'reviewed', at: 0, decision: 'accept', note: null }, settled('accepted', usd(20), usd(10), 'b')]
    expect(summarise(fold([...events, ...accepted].map((event) => ['1', event] as const)))).toMatchObject({ leads: 1, revenue: '20.00', cost: '10.00', outcomes: { accepted: 1, rejected: 0, held: 0 }, recipients: { b: { revenue: '20.00' } } })
  })

  it('a sale that a person confirmed beside another is revenue of both its recipient and the whole; the lead counts once', () => {
    const beside: DeliveryEvent = { type: 'reviewed', at: DAY, decision: 'accept', note: null, sale: { path: '/0', recipient: 'b', buyerLeadId: null, revenue: usd(20) } }
    const report = fold([['1', finished({ kind: 'unknown', recipient: 'b' })], ['1', finished()], ['1', settled('accepted', usd(45), usd(10))], ['1', beside]])
    expect(summarise(report)).toMatchObject({ leads: 1, revenue: '65.00', cost: '10.00', outcomes: { accepted: 1 }, recipients: { a: { revenue: '45.00' }, b: { revenue: '20.00', accepted: 0 } } })
    expect([...report.by.day].map(([day, figures]) => [day, figures.revenue.get('USD')?.amount])).toEqual([['1970-01-01', 450_000], ['1970-01-02', 200_000]])
  })

  it('a sale whose open step was taken up again counts once, in every currency', () => {
    const eur = money(300_000, 'EUR')
    const sale = (more: object): DeliveryEvent => ({ type: 'settled', at: 0, cost: usd(10), outcome: { kind: 'accepted', recipient: 'a', path: '/', buyerLeadId: null, revenue: usd(45), besides: [eur], reason: null, class: null, ...more } })
    expect(summarise(fold([['1', finished()], ['1', sale({ open: ['list'] })], ['1', { type: 'reopened', at: 0, reason: 'retry' }], ['1', sale({})]])))
      .toMatchObject({ outcomes: { accepted: 1 }, by_currency: { EUR: { revenue: '30.00' }, USD: { revenue: '45.00', cost: '10.00' } } })
  })

  it('a sale whose open step was taken up again stays one while that is tried', () => {
    const open: DeliveryEvent = { type: 'settled', at: 0, cost: usd(10), outcome: { kind: 'accepted', recipient: 'a', path: '/', buyerLeadId: null, revenue: usd(45), reason: null, class: null, open: ['list'] } }
    const report = fold([['1', finished()], ['1', open], ['1', { type: 'reopened', at: 0, reason: 'retry' }]])
    expect(summarise(report)).toMatchObject({ outcomes: { accepted: 1 }, revenue: '45.00', cost: '10.00' })
    expect(alertsOf(report, new Map())).toEqual([{ kind: 'attention', recipient: 'a', class: 'list step', reason: null, attempts: 1 }])
  })

  it('what our own end interrupted is in no rate and no time of the buyer\'s', () => {
    const interrupted = (attempt: number): DeliveryEvent => ({ ...finished({ kind: 'unknown', attempt, durationMs: 8 * 3_600_000 }), verdict: { kind: 'unknown', class: 'timeout', retry: true, interrupted: true, reason: 'finalmile ended' } } as DeliveryEvent)
    const report = fold([['1', interrupted(1)], ['1', finished({ attempt: 2 })], ['2', interrupted(1)], ['2', interrupted(2)], ['2', finished({ kind: 'rejected', attempt: 3 })]])
    expect(summarise(report).recipients['a']).toMatchObject({ attempts: 5, unknown: 3, accepted: 1, success_rate: 0.5, avg_ms: 100, p95_ms: 100, revenue_per_lead: '22.50' })
    const rule = (metric: AlertRule['metric'], op: '<' | '>', value: number): AlertRule => ({ metric, op, value, text: metric })
    expect(alertsOf(report, new Map([['a', [rule('error rate', '>', 0), rule('success rate', '<', 0.5), rule('response time', '>', 200)]]]))).toEqual([])
    expect(summarise(fold([['1', interrupted(1)]])).recipients['a']).toMatchObject({ attempts: 1, success_rate: null, avg_ms: null })
  })

  it('a ping is an attempt, but not a chance to sell', () => {
    const report = fold([['1', finished({ kind: 'bid', phase: 'ping' })], ['1', finished({ phase: 'post', attempt: 2 })]])
    expect(recipientSummary(report.by.recipient.get('a') ?? expect.fail(), report)).toMatchObject({ attempts: 2, bids: 1, accepted: 1, success_rate: 1, revenue_per_lead: '45.00' })
    expect(summarise(fold([['1', finished({ phase: 'ping', revenue: null })]])).recipients.a).toMatchObject({ bids: 1, accepted: 0, success_rate: null })
  })
})

describe('revenue per lead', () => {
  const perLead = (...events: readonly (readonly [string, DeliveryEvent])[]) => summarise(fold(events)).recipients.a?.revenue_per_lead
  it.each([
    ['counts a lead once, however often it was tried', [['1', finished({ kind: 'failed' })], ['1', finished({ attempt: 2, kind: 'unknown' })], ['1', finished({ attempt: 3 })], ['1', settled('accepted', usd(45))]], '45.00'],
    ['of a run that takes up retries counts them too', [['1', finished({ attempt: 2 })], ['1', settled('accepted', usd(45))], ['2', finished()], ['2', settled('accepted', usd(45))]], '45.00'],
    ['counts a lead once that failed and was taken up again', [['1', finished({ kind: 'failed' })], ['1', settled('failed')], ['1', { type: 'reopened', at: 0, reason: 'retry' }], ['1', finished({ attempt: 2 })], ['1', settled('accepted', usd(45))]], '45.00'],
    ['counts a new delivery of a lead anew', [['1', finished({ kind: 'rejected' })], ['1', settled('rejected')], ['1 again', finished()], ['1 again', settled('accepted', usd(45))]], '22.50'],
    ['counts a lead once whose answer could not be read, and that was tried again', [['1', finished({ kind: 'unconfirmed' })], ['1', settled('held')], ['1', { type: 'reviewed', at: 0, decision: 'retry', note: null }], ['1', finished({ attempt: 2 })], ['1', settled('accepted', usd(45))]], '45.00'],
    ['counts a lead once that did not answer, and was tried again', [['1', finished({ kind: 'unknown' })], ['1', finished({ attempt: 2 })], ['1', settled('accepted', usd(45))]], '45.00'],
    ['counts what was posted after a ping that failed first', [['1', finished({ kind: 'failed', phase: 'ping' })], ['1', finished({ kind: 'bid', phase: 'ping', attempt: 2 })], ['1', finished({ attempt: 3 })], ['1', settled('accepted', usd(45))]], '45.00'],
    ['is null where nothing was offered', [['1', pass]], null],
  ] as const)('%s', (_, events, worth) => { expect(perLead(...events)).toBe(worth) })

  it('keeps nothing of leads that are settled for good', () => {
    const report = fold([['1', finished({ kind: 'failed', path: '/0' })], ['1', finished({ path: '/1', recipient: 'b' })], ['1', settled('accepted', usd(45), null, 'b')]])
    expect(report.folding.repeated.size).toBe(0)
    const { inDoubt, resettable } = fold([['1', finished({ kind: 'unknown' })], ['2', finished({ kind: 'rejected' })], ['2', settled('rejected')], ['3', finished()], ['3', settled('accepted', usd(45))]]).folding
    expect([inDoubt.size, resettable.size]).toEqual([1, 0])
  })
})

describe('doubts', () => {
  it.each([
    ['stays where nothing more is heard', [], ['1']],
    ['stays where the repeat fails, which says nothing of the first request', [finished({ kind: 'failed', attempt: 2 })], ['1']],
    ['stays where the repeat is a duplicate: it may be of the first request', [finished({ kind: 'duplicate', attempt: 2 })], ['1']],
    ['stays where another buyer has the lead', [finished({ recipient: 'b' }), settled('accepted', usd(45), null, 'b')], ['1']],
    ['ends with any answer of the buyer\'s', [finished({ kind: 'rejected', attempt: 2 })], []],
    ['ends where a person lets the lead go', [settled('held'), { type: 'reviewed', at: 0, decision: 'drop', note: null }], []],
    ['stays where a person orders it sent again', [settled('held'), { type: 'reviewed', at: 0, decision: 'retry', note: null }], ['1']],
    ['ends where a person books the sale', [settled('failed'), { type: 'reviewed', at: 0, decision: 'accept', note: null }, settled('accepted', usd(45))], []],
    ['ends where a person books it beside another\'s', [settled('accepted', usd(45), null, 'b'), { type: 'reviewed', at: 0, decision: 'accept', note: null, sale: { path: '/', recipient: 'a', buyerLeadId: null, revenue: usd(45) } }], []],
  ] as const satisfies readonly (readonly [string, readonly DeliveryEvent[], readonly string[]])[])('a doubt %s', (_name, after, left) => {
    const { doubts } = fold([['1', finished({ kind: 'unknown' })], ...after.map((event) => ['1', event] as const)])
    expect([...doubts.get('a') ?? []]).toEqual(left)
  })

  it('none of a ping, which sells nothing', () => expect(fold([['1', finished({ kind: 'unknown', phase: 'ping' })]]).doubts.size).toBe(0))
})

describe('groups', () => {
  it('by source, day and version', () => {
    const started: DeliveryEvent = { type: 'attemptStarted', at: DAY, path: '/', recipient: 'a', phase: 'post', attempt: 1, key: 'k', requestHash: 'h', version: '2' }
    const report = fold([['1', started], ['1', finished({ at: DAY })], ['2', finished({ at: 2 * DAY })]])
    expect([...report.by.source.keys()]).toEqual(['google'])
    expect([...report.by.day].map(([day, each]) => [day, each.attempts])).toEqual([['1970-01-02', 1], ['1970-01-03', 1]])
    expect([...report.by.version].map(([version, each]) => [version, each.accepted])).toEqual([['a 2', 1]])
    expect(report.folding.versions.size).toBe(0)
  })
  it('by source as people read it: blanks around a name make no other, and blanks alone name none', () => {
    const report = ['google', ' google ', '  ', undefined].reduce((all, name) => addEvent(all, { deliveryId: name ?? '', source: name === undefined ? {} : { name } }, settled('rejected')), emptyReport('live', 'USD'))
    expect([...report.by.source].map(([source, each]) => [source, leadsOf(each)])).toEqual([['google', 2], ['(none)', 2]])
  })
  it('have cost and margin where a settled lead belongs to one group', () => {
    const report = fold([['1', finished()], ['1', settled('accepted', usd(45), usd(10))], ['2', settled('rejected', null, usd(10))]])
    expect(reportJson(report, null)).toMatchObject({
      sources: { google: { attempts: 1, leads: 2, outcomes: { accepted: 1, rejected: 1 }, revenue: '45.00', cost: '20.00', margin: '25.00' } },
      recipients: { a: expect.not.objectContaining({ cost: expect.anything() }) },
    })
  })
})

describe('alerts', () => {
  const limit = (metric: AlertRule['metric'], op: '<' | '>', value: number): AlertRule => ({ metric, op, value, text: `${metric} ${op} ${value}` })
  const report = fold([['1', finished({ durationMs: 3000 })], ['2', finished({ kind: 'failed', durationMs: 3000 })]])
  it.each([
    ['success rate', '<', 0.9, 0.5], ['success rate', '<', 0.5, null],
    ['error rate', '>', 0.2, 0.5], ['error rate', '>', 0.5, null],
    ['response time', '>', 2000, expect.closeTo(3000, -2)], ['response time', '>', 4000, null],
  ] as const)('%s %s %d', (metric, op, value, got) => {
    expect(alertsOf(report, new Map([['a', [limit(metric, op, value)]]])).map((each) => each.kind === 'threshold' && each.value)).toEqual(got === null ? [] : [got])
  })
  it('every attempt that brought no answer to go by is an error, but not what our own end interrupted', () => {
    const kinds = ['accepted', 'failed', 'unknown', 'unconfirmed'] as const
    const interrupted: DeliveryEvent = finished({ verdict: { kind: 'unknown', class: 'timeout', retry: true, interrupted: true, reason: null } })
    const report = fold([...kinds.map((kind) => ['1', finished({ kind })] as const), ['1', interrupted]])
    expect(alertsOf(report, new Map([['a', [limit('error rate', '>', 0.5)]]]))).toMatchObject([{ value: 0.75 }])
  })
  it('say nothing about other recipients, or without an attempt', () => {
    expect(alertsOf(report, new Map([['b', [limit('success rate', '<', 0.9)]]]))).toEqual([])
    expect(alertsOf(fold([['1', pass]]), new Map([['a', [limit('success rate', '<', 0.9)]]]))).toEqual([])
  })
  it('name what a person must look at, once', () => {
    const refused = finished({ verdict: { kind: 'failed', class: 'auth', retry: false, alert: true, reason: 'bad key' } })
    expect(alertsOf(fold([['1', refused], ['2', refused]]), new Map())).toEqual([{ kind: 'attention', recipient: 'a', class: 'auth', reason: 'bad key', attempts: 2 }])
  })
})

describe('histogram', () => {
  it('is true to one per cent, and exact on the average', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 5_000_000 }), { minLength: 1, maxLength: 200 }), fc.double({ min: 0.01, max: 1, noNaN: true }), (values, share) => {
      const histogram = emptyHistogram()
      for (const value of values) addDuration(histogram, value)
      const exact = [...values].sort((a, b) => a - b)[Math.max(1, Math.ceil(share * values.length)) - 1] ?? 0
      const got = percentile(histogram, share) ?? -1
      expect(Math.abs(got - exact)).toBeLessThanOrEqual(exact * 0.01)
      expect(average(histogram)).toBe(values.reduce((a, b) => a + b, 0) / values.length)
    }))
    expect(percentile(emptyHistogram(), 0.95)).toBeNull()
    const long = emptyHistogram()
    addDuration(long, 1e15)
    expect(percentile(long, 1)).toBeGreaterThan(2 ** 30)
  })
})

describe('a day that is over', () => {
  const on = (day: number, event: DeliveryEvent): DeliveryEvent => ({ ...event, at: day * DAY })
  const open = settled('accepted', usd(45), usd(10)) as EventOf<'settled'>
  it.each<[string, readonly DeliveryEvent[], readonly object[]]>([
    ['a held lead that is accepted later', [on(0, settled('held', null, usd(10))), { type: 'reviewed', at: DAY, decision: 'accept', note: null }, on(1, settled('accepted', usd(45), usd(10)))],
      [{ leads: 0, revenue: '0.00', cost: '10.00' }, { leads: 1, revenue: '45.00', cost: '0.00' }]],
    ['a failed lead that is taken up, and refused the day after', [on(0, settled('failed', null, usd(10))), { type: 'reopened', at: DAY, reason: 'retry' }, on(2, settled('rejected', null, usd(10)))],
      [{ leads: 0, cost: '10.00' }, { leads: 0, cost: '-10.00' }, { leads: 1, cost: '10.00' }]],
    ['a sale whose open step is done later', [on(0, { ...open, outcome: { ...open.outcome, open: ['list'] } }), { type: 'reopened', at: DAY, reason: 'retry' }, on(1, open)],
      [{ revenue: '45.00', cost: '10.00' }, { leads: 1, revenue: '0.00', cost: '0.00' }]],
  ])('keeps its money, as a closed month must: %s', (_what, events, days) => {
    const report = fold(events.map((each) => ['1', each]))
    expect(inOrder(report.by.day).map(([, each]) => ({ leads: leadsOf(each), ...moneyOf(each, report) }))).toMatchObject(days)
    // A period is its days.
    for (const [i, day] of days.entries()) {
      const { total, by } = fold(events.map((each) => ['1', each]), 'live', { since: i * DAY, until: (i + 1) * DAY })
      expect([{ leads: leadsOf(total), ...moneyOf(total, report) }, by.day.size]).toMatchObject([day, 1])
    }
  })
})

describe('the fold', () => {
  const event = fc.oneof(
    fc.record({ kind: fc.constantFrom<Verdict['kind']>('accepted', 'rejected', 'duplicate', 'bid', 'failed', 'unknown', 'unconfirmed'), recipient: fc.constantFrom('a', 'b'), attempt: fc.integer({ min: 1, max: 3 }), durationMs: fc.nat(9000), cents: fc.nat(100_000) })
      .map(({ cents, ...each }) => finished({ ...each, revenue: each.kind === 'accepted' ? money(cents) : null })),
    fc.record({ kind: fc.constantFrom<OutcomeKind>('accepted', 'rejected', 'failed', 'held'), cents: fc.nat(1_000_000), cost: fc.nat(1_000_000) })
      .map(({ kind, cents, cost }) => settled(kind, kind === 'accepted' ? money(cents) : null, money(cost))),
    fc.constant(pass),
  )
  it('sums as a plain sum does', () => {
    fc.assert(fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const summary = summarise(fold(events.map((each, i) => [String(i), each])))
      const attempts = events.filter((each) => each.type === 'attemptFinished')
      const ends = events.filter((each) => each.type === 'settled')
      const sum = (values: readonly (Money | null)[]) => formatMoney(money(values.reduce((total, each) => total + (each?.amount ?? 0), 0)))
      expect(summary.leads).toBe(ends.length)
      expect(summary.revenue).toBe(sum(ends.map((each) => each.outcome.revenue)))
      expect(summary.cost).toBe(sum(ends.map((each) => each.cost)))
      for (const [id, each] of Object.entries(summary.recipients)) {
        const own = attempts.filter((one) => one.recipient === id)
        expect(each.attempts).toBe(own.length)
        expect(each.accepted + each.rejected + each.duplicates + each.bids + each.failed + each.unknown + each.unconfirmed).toBe(own.length)
        expect(each.revenue).toBe(sum(own.map((one) => one.revenue)))
      }
    }))
  })
  it('of two periods beside each other is that of both', () => {
    fc.assert(fc.property(fc.array(event, { maxLength: 40 }), fc.nat(40), (events, until) => {
      const all = events.map((each, i) => [String(i % 7), { ...each, at: i } as DeliveryEvent] as const)
      const sum = (of: (report: Report) => number) => of(fold(all, 'live', { since: null, until })) + of(fold(all, 'live', { since: until, until: null }))
      for (const of of [({ total }: Report) => leadsOf(total), ({ total }: Report) => total.attempts, ({ total }: Report) => total.revenue.get('USD')?.amount ?? 0, ({ total }: Report) => total.cost.get('USD')?.amount ?? 0, ({ by }: Report) => by.recipient.get('a')?.sales.get('USD')?.amount ?? 0]) {
        expect(sum(of)).toBe(of(fold(all)))
      }
    }))
  })
  it('does not depend on where the events are cut', () => {
    fc.assert(fc.property(fc.array(event, { maxLength: 40 }), fc.nat(40), (events, cut) => {
      const all = events.map((each, i) => [String(i % 7), each] as const)
      const first = fold(all.slice(0, cut))
      const both = all.slice(cut).reduce((report, [deliveryId, each]) => addEvent(report, { deliveryId, source: { name: 'google' } }, each), first)
      expect(summarise(both)).toEqual(summarise(fold(all)))
    }))
  })
})
