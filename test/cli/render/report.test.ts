import { describe, expect, it } from 'vitest'
import { money } from '../../../src/base/money.ts'
import { apartTexts, openLeadsOf, openTexts, type OpenLeads } from '../../../src/cli/render/open-leads.ts'
import { reportPage } from '../../../src/cli/render/report-page.ts'
import { reportCsv, reportJson, reportText } from '../../../src/cli/render/report-text.ts'
import { showAverage } from '../../../src/cli/render/summary.ts'
import { commandsOf } from '../../../src/cli/render/command-for.ts'
import { createPaint } from '../../../src/cli/streams.ts'
import { addEvent, emptyReport, type Report } from '../../../src/core/report.ts'
import type { OutcomeKind } from '../../../src/core/outcome.ts'
import { accepted, broken, tried, unknown } from '../../core/given.ts'

const day = Date.UTC(2026, 10, 24, 12)

const reportOf = (mode: 'live' | 'test' = 'live'): Report => {
  const report = emptyReport(mode)
  const lead = (id: string, source: string, kind: OutcomeKind, at: number): void => {
    const context = { deliveryId: id, source: { name: source } }
    for (const event of tried('/', 'acme', 1, kind === 'accepted' ? accepted : broken, at)) addEvent(report, context, event)
    addEvent(report, context, { type: 'settled', at, cost: money(150_000), outcome: { kind, recipient: 'acme', path: '/', buyerLeadId: null, revenue: kind === 'accepted' ? money(450_000) : null, reason: null, class: null } })
  }
  lead('1', '=search', 'accepted', day)
  lead('2', '=search', 'failed', day)
  lead('3', 'social', 'accepted', day + 86_400_000)
  return report
}

describe('the report', () => {
  it('for people has money and the grouping asked for', () => {
    const text = reportText(reportOf(), 'source', 120, createPaint(0))
    expect(text).toContain('3 leads')
    expect(text).toContain('Revenue $90.00   Cost $45.00   Margin $45.00')
    expect(text).toMatch(/^=search +2 +1 +50\.0% +1 +5 ms +5 ms +\$45\.00 +\$30\.00 +\$15\.00$/m)
    expect(reportText(reportOf(), 'recipient', 120, createPaint(0))).toMatch(/^acme +3 +2 +66\.7% +5 ms +5 ms +\$90\.00 +\$30\.00 +server_error 1$/m)
  })

  it('rounds an average to the cent, but for one of less than a dollar', () => {
    expect([showAverage('33.6723', 'USD'), showAverage('0.0312', 'EUR'), showAverage('3.037', 'USD')]).toEqual(['$33.67', '€0.0312', '$3.04'])
  })

  it('of a period says which, and names no other day', () => {
    const report = emptyReport('live', 'USD', { since: Date.UTC(2026, 10, 1), until: Date.UTC(2026, 11, 1) })
    expect(reportText(report, 'day', 120, createPaint(0))).toMatch(/^0 leads from 2026-11-01 00:00 UTC until 2026-12-01 00:00 UTC\n/)
    expect(reportPage(report, null, day)).toContain('All runs from 2026-11-01 00:00 UTC until 2026-12-01 00:00 UTC, as of')
    expect(reportJson(report, null)).toMatchObject({ since: '2026-11-01T00:00:00.000Z', until: '2026-12-01T00:00:00.000Z' })
  })

  it('says why the rows of recipients have more or less than the revenue: a sale is of its day, the lead of that on which it was settled', () => {
    expect(apartTexts(reportOf())).toEqual([])
    const within = (since: number | null, until: number | null, mode: 'live' | 'test' = 'live') => {
      const report = emptyReport(mode, 'USD', { since, until })
      for (const event of tried('/0', 'acme', 1, accepted, day)) addEvent(report, { deliveryId: '1', source: {} }, event)
      addEvent(report, { deliveryId: '1', source: {} }, { type: 'settled', at: day + 86_400_000, cost: null, outcome: { kind: 'accepted', recipient: 'acme', path: '/0', buyerLeadId: null, revenue: money(450_000), reason: null, class: null } })
      return apartTexts(report)
    }
    expect(within(null, day + 1)).toEqual(["Sold and not settled: the recipients' rows have $45.00 of leads that still wait for others, which is no revenue of settled leads yet"])
    expect(within(day + 1, null)).toEqual(["Sold before: the revenue has $45.00 of leads that were sold before this time and settled in it, which the recipients' rows do not have"])
    expect([within(null, null), within(null, day + 1, 'test')]).toEqual([[], []])
  })

  it('says what its figures do not have yet', () => {
    const report = reportOf()
    const queue = (recipient: string | null, leads: number) => ({ recipient, why: 'waits', batch: false, leads, nextAt: null, overdue: 0 })
    const counts = { waiting: 7, working: 1, settled: { accepted: 2, rejected: 0, duplicate: 0, skipped: 0, failed: 1, held: 0, pooled: 0 } }
    const of = () => openLeadsOf(report, counts, [queue('acme', 2), queue('brightpath', 4), queue(null, 1), queue('acme', 1)])
    const texts = (open: OpenLeads) => openTexts(open, commandsOf({ given: [['--store', 'sqlite:a.db']] }), 'live')
    const waits = 'Not final: 8 leads are not settled yet (4 for brightpath, 3 for acme)'
    expect(reportText(report, 'source', 120, createPaint(0), texts(of()))).toContain(`3 leads\n\n  Revenue $90.00   Cost $45.00   Margin $45.00\n\n  2 accepted (66.7%) · 1 failed\n\n  ${waits}\n\nSOURCE`)
    for (const event of tried('/', 'acme', 2, unknown)) addEvent(report, { deliveryId: '2', source: {} }, event)
    const doubt = "In doubt: no answer says whether 1 lead at acme was bought; the buyer's own list does (finalmile reconcile acme LIST --store sqlite:a.db)"
    expect(reportText(report, 'source', 120, createPaint(0), texts(of()))).toContain(`  ${waits}\n  ${doubt}\n`)
    expect(reportPage(report, null, day, texts(of()))).toContain(`<li>${waits}</li><li>In doubt: no answer says whether 1 lead at acme was bought;`)
    expect(reportJson(report, null, of())).toMatchObject({ open: { unsettled: 8, waiting_for: { brightpath: 4, acme: 3 }, in_doubt: { acme: 1 } } })
    for (const event of tried('/', 'acme', 3, accepted)) addEvent(report, { deliveryId: '2', source: {} }, event)
    expect(of().inDoubtAt).toEqual([])
    expect(reportText(report, 'source', 120, createPaint(0), texts(openLeadsOf(reportOf(), { ...counts, waiting: 0, working: 0 }, [])))).not.toMatch(/Not final|In doubt/)
  })

  it('as CSV has a row for each group, and no formula', () => {
    expect(reportCsv(reportOf(), 'source').split('\n')).toEqual([
      'source,leads,accepted,rejected,duplicate,skipped,failed,held,pooled,revenue,cost,margin,currency,attempts,success_rate,avg_ms,p95_ms,errors',
      "'=search,2,1,0,0,0,1,0,0,45.00,30.00,15.00,USD,2,0.5,5,5,server_error 1",
      'social,1,1,0,0,0,0,0,0,45.00,15.00,30.00,USD,1,1,5,5,', '',
    ])
    expect(reportCsv(reportOf(), 'day').split('\n').slice(1).map((line) => line.split(',').slice(0, 3))).toEqual([['2026-11-24', '2', '1'], ['2026-11-25', '1', '1'], ['']])
  })

  it('as JSON tells the money of a source in the currencies of its leads, where a sale for nothing was in another', () => {
    const report = reportOf()
    const [started, finished] = tried('/', 'free', 1, accepted, day)
    for (const event of [started, finished?.type === 'attemptFinished' ? { ...finished, revenue: money(0, 'EUR') } : finished]) if (event) addEvent(report, { deliveryId: '1', source: { name: 'social' } }, event)
    const { sources } = reportJson(report, null) as { readonly sources: Readonly<Record<string, object>> }
    expect(sources.social).toMatchObject({ revenue: '45.00', cost: '15.00', margin: '30.00', currency: 'USD' })
    expect(sources.social).not.toHaveProperty('by_currency')
  })

  it('as CSV has a row for each currency that a recipient pays in, its counts in the first', () => {
    const report = reportOf()
    for (const event of tried('/', 'acme', 1, { ...accepted, price: money(100_000, 'EUR') } as typeof accepted, day)) addEvent(report, { deliveryId: '4', source: {} }, event)
    expect(reportCsv(report, 'recipient').split('\n').slice(1).map((line) => [...line.split(',').slice(0, 2), ...line.split(',').slice(11, 13)])).toEqual([['acme', '4', '10.00', 'EUR'], ['acme', '', '90.00', 'USD'], ['']])
  })

  it('as CSV and JSON adds no currencies up: a row for each, and the leads counted once', () => {
    const report = reportOf()
    addEvent(report, { deliveryId: '5', source: { name: 'social' } }, { type: 'settled', at: day, cost: null, outcome: { kind: 'accepted', recipient: 'acme', path: '/', buyerLeadId: null, revenue: money(100_000, 'EUR'), reason: null, class: null } })
    expect(reportCsv(report, 'source').split('\n').slice(2).map((line) => line.split(',').slice(0, 13))).toEqual([
      ['social', '2', '2', '0', '0', '0', '0', '0', '0', '10.00', '0.00', '10.00', 'EUR'], ['social', '', '', '', '', '', '', '', '', '45.00', '15.00', '30.00', 'USD'], [''],
    ])
    expect(reportJson(report, null)).toMatchObject({ leads: 4, revenue: null, margin: null, currency: null, by_currency: { EUR: { revenue: '10.00' }, USD: { revenue: '90.00' } } })
  })

  it('for people leaves a currency out of which there is nothing, and subtracts what is below zero', () => {
    const report = reportOf()
    addEvent(report, { deliveryId: '5', source: { name: 'mail' } }, { type: 'settled', at: day, cost: money(20_000), outcome: { kind: 'accepted', recipient: 'acme', path: '/', buyerLeadId: null, revenue: money(100_000, 'EUR'), reason: null, class: null } })
    expect(reportText(report, 'source', 120, createPaint(0))).toMatch(/^mail .* €10\.00 +\$2\.00 +€10\.00 - \$2\.00$/m)
  })

  it('as JSON has every grouping', () => {
    expect(reportJson(reportOf(), null)).toMatchObject({
      mode: 'live', leads: 3, revenue: '90.00', margin: '45.00', outcomes: { accepted: 2, failed: 1 },
      recipients: { acme: { attempts: 3, accepted: 2, errors: { server_error: 1 } } },
      sources: { social: { leads: 1, revenue: '45.00', cost: '15.00', success_rate: 1 } }, days: { '2026-11-25': { leads: 1 } },
    })
  })

  it('of a test run records no revenue', () => {
    expect(reportText(reportOf('test'), 'recipient', 120, createPaint(0))).toContain('Revenue $0.00')
    expect(reportText(reportOf('test'), 'recipient', 120, createPaint(0))).toMatch(/^acme .*\$90\.00 +server_error 1$/m)
    expect(reportText(reportOf('test'), 'source', 120, createPaint(0))).toMatch(/^social .*\$45\.00 +\$15\.00 +–$/m)
    expect(reportPage(reportOf('test'), null, day)).toMatch(/social.*\$45\.00.*\$15\.00.*–/)
    expect(reportJson(reportOf('test'), null)).toMatchObject({ revenue: '0.00', test_revenue: '90.00' })
  })

  it('by what there is nothing of has no table, and says why', () => {
    expect(reportText(reportOf(), 'version', 120, createPaint(0))).toMatch(/failed\n\n  nothing was sent under a Version: .*\n$/)
    expect(reportText(emptyReport('live'), 'source', 120, createPaint(0))).toMatch(/no lead was settled\n$/)
  })

  it('as a page holds the same figures', () => {
    const html = reportPage(reportOf(), null, day)
    for (const text of ['$90.00', 'Accepted (66.7%)</span><strong>2<', 'By source', '=search', 'server_error 1', 'All runs, as of 2026-11-24 12:00:00 UTC']) expect(html).toContain(text)
  })

  it('as a page compares revenue by bars only where all of it is in one currency', () => {
    const bars = (report: Report): readonly string[] => [...reportPage(report, null, day).matchAll(/--share:([\d.]+)%"><?[^<]*[$€]/g)].map(([, share]) => share ?? '')
    const report = reportOf()
    for (const event of tried('/', 'small', 1, { ...accepted, price: money(90_000) } as typeof accepted, day)) addEvent(report, { deliveryId: '4', source: {} }, event)
    expect(bars(report)).toEqual(expect.arrayContaining(['100.0', '10.0']))
    for (const event of tried('/', 'european', 1, { ...accepted, price: money(600_000, 'EUR') } as typeof accepted, day)) addEvent(report, { deliveryId: '5', source: {} }, event)
    expect(bars(report).slice(0, 3)).toEqual(['0.0', '0.0', '0.0'])
  })

  it('as a page has a row of figures for each currency, and one for all of it where there is one', () => {
    const rows = (report: Report): readonly string[] => [...reportPage(report, null, day).matchAll(/<section class="figures">(.*)<\/section>/g)].map(([, row = '']) => [...row.matchAll(/<span>(\w+)/g)].map(([, label]) => label).join(' '))
    const report = reportOf()
    expect(rows(report)).toEqual(['Revenue Cost Margin Leads Accepted Failed'])
    addEvent(report, { deliveryId: '5', source: {} }, { type: 'settled', at: day, cost: null, outcome: { kind: 'accepted', recipient: 'acme', path: '/', buyerLeadId: null, revenue: money(100_000, 'EUR'), reason: null, class: null } })
    expect(rows(report)).toEqual(['Revenue Cost Margin', 'Revenue Cost Margin', 'Leads Accepted Failed'])
  })

  it('as a page leaves out columns without a word, as the text does, and begins with what became of the leads', () => {
    const report = emptyReport('live')
    for (const event of tried('/', 'acme', 1, accepted, day)) addEvent(report, { deliveryId: '1', source: {} }, event)
    expect(reportPage(report, null, day)).not.toContain('>Errors<')
    expect(reportPage(reportOf(), null, day)).toMatch(/>Outcomes<[^]*>By recipient<[^]*>Errors</)
  })

  it('of nothing is no failure', () => {
    expect(reportText(emptyReport('live'), 'recipient', 80, createPaint(0))).toContain('no lead was settled')
    expect(reportPage(emptyReport('live'), null, day)).toContain('$0.00')
  })
})
