import { describe, expect, it } from 'vitest'
import { money } from '../../../src/base/money.ts'
import { createProgressCount } from '../../../src/cli/run/watch-run.ts'
import { renderSummary } from '../../../src/cli/render/summary.ts'
import { renderTimeline } from '../../../src/cli/render/timeline.ts'
import { commandsOf } from '../../../src/cli/render/command-for.ts'
import { createPaint } from '../../../src/cli/streams.ts'
import type { DeliveryEvent } from '../../../src/core/event.ts'
import type { Outcome, OutcomeKind } from '../../../src/core/outcome.ts'
import { addEvent, emptyReport } from '../../../src/core/report.ts'
import { summaryOf } from '../../../src/core/report/summary.ts'
import type { LoadedDelivery, Standing } from '../../../src/ports.ts'

const plain = createPaint(0)
const commandFor = commandsOf({ given: [] })
const start = Date.UTC(2026, 10, 24, 3, 29, 15)
const outcome: Outcome = { kind: 'accepted', recipient: 'bright', path: '/1', buyerLeadId: 'B-7', revenue: money(280_000), reason: null, class: null }
const base = { path: '/0', recipient: 'acme', phase: 'post', attempt: 1, key: 'k1' } as const
const events: readonly DeliveryEvent[] = [
  { type: 'received', at: start, receivedAt: start, planHash: 'p', cost: money(150_000) },
  { type: 'attemptStarted', at: start + 1, ...base, requestHash: 'h', version: null },
  { type: 'attemptFinished', at: start + 181, ...base, verdict: { kind: 'rejected', reason: 'not \u001b[2J served' }, revenue: null, httpStatus: 200, durationMs: 180 },
  { type: 'chose', at: start + 181, path: '/2', choice: { kind: 'pass', recipient: 'west', reason: 'West accepts only leads where state = "CA"' } },
  { type: 'attemptFinished', at: start + 281, ...base, path: '/1', recipient: 'bright', verdict: { kind: 'accepted', reason: null, price: null, buyerLeadId: 'B-7' }, revenue: money(280_000), httpStatus: 200, durationMs: 90 },
  { type: 'settled', at: start + 281, outcome, cost: money(150_000) },
]
const settled: Standing = { state: 'settled', at: start + 281, outcome: 'accepted', recipient: 'bright', buyerLeadId: 'B-7', revenue: money(280_000), cost: money(150_000), attempts: 2, reason: null }
const loaded = (standing: Standing): LoadedDelivery => ({
  delivery: { id: 'd_1', mode: 'live', to: 'auto', lead: { id: 'L-1', fields: { state: 'CA' } }, number: 1, receivedAt: start, source: { name: 'search' }, vars: {}, cost: null, planHash: 'p' },
  runId: 'r1', standing, events: events.map((event, seq) => ({ seq, runId: 'r1', event })),
})

describe('a timeline', () => {
  it('tells what happened in order, with times, reasons and money', () => {
    const lines = renderTimeline(loaded(settled), start, commandFor, plain).split('\n')
    expect(lines[0]).toBe('L-1 to auto (live), received 2026-11-24 03:29:15 UTC')
    expect(lines[1]).toBe('  source name=search')
    expect(lines.slice(3).map((line) => line.trim().replace(/ {2,}/g, ' '))).toEqual([
      '03:29:15.000 received, cost $15.00',
      '03:29:15.001 → acme, post, attempt 1 key k1',
      '03:29:15.181 ✗ acme: rejected: not \\x1b[2J served (HTTP 200, 180 ms)',
      '03:29:15.181 ↷ passed by west: West accepts only leads where state = "CA"',
      '03:29:15.281 ✓ bright: accepted $28.00 as B-7 (HTTP 200, 90 ms)',
      '03:29:15.281 settled: accepted by bright for $28.00, cost $15.00',
      'next: nothing, it is settled', '',
    ])
  })

  it('says of an acceptance that came too late that it counts for nothing', () => {
    const late: DeliveryEvent = { type: 'attemptFinished', at: start, ...base, verdict: { kind: 'accepted', reason: null, price: null, buyerLeadId: 'B-8' }, revenue: null, surplus: true, httpStatus: 200, durationMs: 1 }
    expect(renderTimeline({ ...loaded(settled), events: [{ seq: 1, runId: 'r1', event: late }] }, start, commandFor, plain)).toContain('acme: surplus, sold already: accepted as B-8')
  })

  it.each<[Standing, string]>([
    [{ state: 'waiting', dueAt: start + 60_000, why: 'retry', recipient: 'acme', batch: false }, 'next: in 1 min (2026-11-24 03:30:15 UTC) – retry (acme)'],
    [{ state: 'waiting', dueAt: null, why: 'paused', recipient: null, batch: false }, 'next: until a person acts – paused'],
    [{ state: 'waiting', dueAt: start, why: 'retry', recipient: null, batch: false }, 'next: due now, at the next `finalmile resume` – retry'],
    [{ ...settled, outcome: 'held' } as Standing, 'next: a person decides: `finalmile review accept L-1 --to auto --price …` or `finalmile review retry L-1 --to auto` or `finalmile review drop L-1 --to auto`'],
    [{ ...settled, outcome: 'failed' } as Standing, 'next: nothing by itself; `finalmile deliver … --retry-failed` takes it up again (2 attempts so far)'],
    [{ state: 'working' }, 'next: being worked on by a run; after a crash `finalmile resume` takes it up'],
  ])('says what comes next: %o', (standing, text) => {
    expect(renderTimeline(loaded(standing), start, commandFor, plain).trimEnd().split('\n').at(-1)?.trim()).toBe(text)
  })

  it('a rehearsal is taken up as one, and not live', () => {
    const { delivery, ...rest } = loaded({ ...settled, outcome: 'failed' } as Standing)
    expect(renderTimeline({ ...rest, delivery: { ...delivery, mode: 'test' } }, start, commandFor, plain)).toContain('`finalmile deliver … --retry-failed --test` takes it up')
  })

  it('names a lead whose id begins with - last, and such a folder behind =, where they are no options', () => {
    const { delivery, ...rest } = loaded({ ...settled, outcome: 'held' } as Standing)
    const dashed = { ...rest, delivery: { ...delivery, mode: 'test' as const, lead: { id: "-x'1", fields: { state: 'CA' } } } }
    expect(commandsOf({ given: [['--recipients', '-r']] })(null, 'status')).toBe("finalmile status --recipients='-r'")
    expect(renderTimeline(dashed, start, commandsOf({ given: [['--store', 'sqlite:a.db']] }), plain)).toContain("or `finalmile review drop --to auto --test --store sqlite:a.db -- '-x'\\''1'`")
  })

  it.each<[OutcomeKind, string]>([
    ['failed', 'next: nothing, its data was purged; `finalmile deliver … --again` orders it anew from its file'],
    ['held', 'next: a person decides: `finalmile review accept L-1 --to auto --price …` or `finalmile review drop L-1 --to auto`; its data was purged'],
    ['accepted', 'next: nothing, it is settled'],
  ])('promises no retry of a lead that was purged: %s', (kind, text) => {
    const { delivery, ...rest } = loaded({ ...settled, outcome: kind } as Standing)
    expect(renderTimeline({ ...rest, delivery: { ...delivery, lead: { id: 'L-1', fields: {} } } }, start, commandFor, plain)).toContain(text)
  })
})

describe('a summary', () => {
  const summary = (mode: 'live' | 'test') => {
    const report = emptyReport(mode)
    for (const event of events) addEvent(report, { deliveryId: 'd_1', source: {} }, event)
    return renderSummary(summaryOf(report, { id: 'r1', mode, to: 'auto', startedAt: start }, {
      finishedAt: start + 1500, waiting: 2, alreadySettled: 1, badRows: 0,
      alerts: [{ kind: 'threshold', recipient: 'acme', rule: 'success rate < 90%', value: 0.5, attempts: 2 }],
    }), 160, plain)
  }

  it('tells money, outcomes, recipients and alerts', () => {
    const text = summary('live')
    expect(text).toContain('3 leads to auto in 1.5 s')
    expect(text).toContain('1 lead had been settled before and was not sent again')
    expect(text).toContain('Revenue $28.00   Cost $15.00   Margin $13.00')
    expect(text).toContain('1 accepted (33.3%) · 2 waiting')
    expect(text).toMatch(/^acme +1 +0 +0\.0% +1 .*\$0\.00$/m)
    expect(text).toMatch(/^bright +1 +1 +100\.0% +0 .*\$28\.00$/m)
    expect(text).not.toMatch(/DUP|NO ANSWER/)
    expect(text).toContain('alert acme: success rate < 90% missed: 50.0% over 2 attempts')
  })

  it('of a test run records no revenue, and says what it would have been', () => {
    const text = summary('test')
    expect(text).toContain('Revenue $0.00   Cost $15.00   Margin -$15.00')
    expect(text).toContain('It would have been $28.00')
  })
})

describe('the tally behind the progress line', () => {
  it('counts what was settled, earned and left waiting', () => {
    const tally = createProgressCount(start)
    tally.observe({ kind: 'waiting', leadId: 'L-1', until: null, why: 'retry' })
    tally.observe({ kind: 'waiting', leadId: 'L-2', until: null, why: 'retry' })
    for (const [seq, event] of events.entries()) tally.observe({ kind: 'stored', deliveryId: 'd_1', leadId: 'L-1', source: {}, seq, event })
    expect(tally.snapshot(2, start + 5)).toEqual({ settled: 1, waiting: 1, accepted: 1, failed: 0, attempts: 1, revenue: [money(280_000)], total: 2, startedAt: start, now: start + 5 })
  })
})

describe('a command that is suggested', () => {
  it('shows no password of its store', () => {
    expect(commandsOf({ given: [['--store', 'postgres://u:secret@db/leads']] })('live', 'resume')).toBe("finalmile resume --store 'postgres://u:••••@db/leads'")
  })
})
