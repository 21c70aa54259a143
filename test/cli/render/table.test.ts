import { describe, expect, it } from 'vitest'
import { money } from '../../../src/base/money.ts'
import { plural, showCount, showDue, showMoney, showRate, showWhen } from '../../../src/cli/render/figures.ts'
import { escapeHtml, renderPage } from '../../../src/cli/render/html.ts'
import { progressLine } from '../../../src/cli/render/progress.ts'
import { renderTable } from '../../../src/cli/render/table.ts'
import { oneLine, printable } from '../../../src/cli/render/printable.ts'
import { cut } from '../../../src/cli/render/width.ts'
import { colorLevel, createPaint } from '../../../src/cli/streams.ts'

const plain = createPaint(0)

describe('tables', () => {
  it('align numbers right, leave out empty columns, and keep wide text in line', () => {
    const text = renderTable([{ title: 'NAME' }, { title: 'EMPTY' }, { title: 'SENT', align: 'right' }, { title: 'WHY' }], [['名前', '', '1,200', 'x'], ['acme', '', '7', 'yy']], 80, plain)
    expect(text).toBe('NAME   SENT  WHY\n名前  1,200  x\nacme      7  yy\n')
  })

  it('shorten what is flexible where the terminal is narrow', () => {
    const text = renderTable([{ title: 'ID' }, { title: 'REASON', flexible: true }], [['L-1', 'a very long reason that does not fit']], 20, plain)
    expect(text.split('\n')[1]).toBe('L-1  a very long re…')
  })

  it.each([
    [40, 'RECIPIENT       SENT     AVG  REVENUE\nacme-insurance    24  145 ms  $500.00\n'],
    [34, 'RECIPIENT       SENT  REVENUE\nacme-insurance    24  $500.00\n'], [26, 'RECIPIENT    SENT  REVENUE\nacme-insur…    24  $500.00\n'],
  ])('on %i columns leave out what is spare before a name is cut', (width, shown) => {
    const columns = [{ title: 'RECIPIENT', flexible: true }, { title: 'SENT', align: 'right' }, { title: 'AVG', align: 'right', spare: true }, { title: 'P95', align: 'right', spare: true }, { title: 'REVENUE', align: 'right' }] as const
    expect(renderTable(columns, [['acme-insurance', '24', '145 ms', '394 ms', '$500.00']], width, plain)).toBe(shown)
  })

  it('may have more rows than a call has arguments', () => {
    const rows = Array.from({ length: 200_000 }, (_, i) => [`L-${i}`])
    expect(renderTable([{ title: 'LEAD' }], rows, 80, plain).split('\n')).toHaveLength(200_002)
  })

  it('never let a cell break the line or move the cursor', () => {
    expect(renderTable([{ title: 'A' }], [['x\n\u001b[31my']], 80, plain)).toBe('A\nx \\x1b[31my\n')
  })
})

describe('figures', () => {
  it.each([
    [showMoney(money(10_125_000)), '$1,012.50'], [showMoney(money(-150_000)), '-$15.00'], [showMoney(money(120_000, 'CHF')), '12.00 CHF'], [showMoney(money(15)), '$0.0015'],
    [showCount(1234567), '1,234,567'], [plural(1, 'lead'), '1 lead'], [plural(1000, 'lead'), '1,000 leads'],
    [showRate(1, 3), '33.3%'], [showRate(0, 0), '–'], [showDue(null, 0), 'until a person acts'], [showDue(5, 5), 'due now'], [showDue(60_000, 0), 'in 1 min'], [showWhen(60_000, 0), 'in 1 min'], [showWhen(0, 7_200_000), '2 h ago'], [showWhen(5, 0), 'now'], [showWhen(0, 28_240), '28 s ago'], [showWhen(3_598_700, 0), 'in 1 h'], [showWhen(0, 599_000), '9 min 59 s ago'],
    [cut('名前名前', 5), '名前…'], [printable('a\u001b]0;x\u0007'), 'a\\x1b]0;x\\x07'], [oneLine('a\r\n  b'), 'a b'],
  ])('%s', (got, expected) => expect(got).toBe(expected))
})

describe('colours', () => {
  it.each([
    ['a terminal', {}, true, false, 1], ['a pipe', {}, false, false, 0], ['NO_COLOR', { NO_COLOR: '1' }, true, false, 0], ['an empty NO_COLOR is none', { NO_COLOR: '' }, true, false, 1],
    ['FORCE_COLOR on a pipe', { FORCE_COLOR: '1' }, false, false, 1], ['FORCE_COLOR before NO_COLOR', { FORCE_COLOR: '1', NO_COLOR: '1' }, true, false, 1],
    ['FORCE_COLOR=0', { FORCE_COLOR: '0' }, true, false, 0], ['--no-color before all', { FORCE_COLOR: '3' }, true, true, 0], ['a dumb terminal', { TERM: 'dumb' }, true, false, 0],
  ])('%s', (_name, environment, isTTY, flag, level) => expect(colorLevel(environment, isTTY, flag)).toBe(level))
})

describe('progress', () => {
  it('tells leads, money, rate and time left', () => {
    const line = progressLine({ settled: 1200, waiting: 0, accepted: 600, failed: 0, attempts: 1300, revenue: [money(450_000_000)], total: 2400, startedAt: 0, now: 10_000 })
    expect(line).toBe('1,200 of 2,400 leads · 1,300 sent · 50.0% accepted · $45,000.00 · 120/s · 10 s left')
  })

  it('promises nothing where the end is not known', () => {
    const line = progressLine({ settled: 3, waiting: 1, accepted: 0, failed: 1, attempts: 4, revenue: [], total: null, startedAt: 0, now: 500 })
    expect(line).toBe('3 leads · 4 sent · 0.0% accepted · 1 waiting · 1 failed')
  })

  it('says so where there is nothing to do, as for a watch at night', () => {
    const idle = { settled: 0, waiting: 0, accepted: 0, failed: 0, attempts: 0, revenue: [], startedAt: 0, now: 14_120 }
    expect([progressLine({ ...idle, total: null }), progressLine({ ...idle, total: 5 })]).toEqual(['nothing to do yet · 14 s', '0 of 5 leads · 0 sent · 0.0/s'])
  })
})

describe('the page', () => {
  it('escapes every text and fetches nothing', () => {
    const evil = '"><script>alert(1)</script>'
    const html = renderPage({ title: evil, subtitle: evil, figures: [[{ label: evil, value: evil }]], notes: [evil], tables: [{ title: evil, columns: [{ title: evil }], rows: [[evil]] }] })
    expect(html).not.toContain('<script')
    expect(html.split(escapeHtml(evil))).toHaveLength(10)
    expect(html).not.toMatch(/src=|href=|url\(/)
  })
})
