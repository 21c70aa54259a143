import { describe, expect, it } from 'vitest'
import { UserError } from '../../../src/base/diagnostic.ts'
import { modeToAct, periodOf, requireOneFormat, requireTo } from '../../../src/cli/flags/options.ts'
import { readSettings } from '../../../src/cli/flags/settings.ts'
import { readAge, readChoice, readCount, readMoneyText, readOne, readPair, readPort, readTime, readWait } from '../../../src/cli/flags/values.ts'

const refused = (read: () => unknown): string => {
  try { read() } catch (error) { if (error instanceof UserError) return error.diagnostics.map((each) => `${each.message} -> ${each.help}`).join('\n'); throw error }
  return ''
}
const settings = readSettings({}, {})

describe('the value of a flag', () => {
  it.each<[string, (text: string) => unknown, readonly (readonly [text: string, read: unknown])[], readonly string[]]>([
    ['a count', readCount('--take'), [['1', 1], ['50', 50]], ['0', '-1', '1.5', '5x', '1e3', '']],
    ['a port', readPort, [['0', 0], ['1', 1], ['65535', 65_535]], ['-1', '65536', '80x', 'x80', '']],
    ['a choice', readChoice('--by', ['day', 'source']), [['day', 'day']], ['Day', 'week']],
    ['a wait', readWait('--wait'), [['0', 0], ['30s', 30_000], ['1h 30m', 5_400_000]], ['30', '-1s', 'soon', '']],
    ['an age', readAge('--older-than'), [['0d', 0], ['90d', 90 * 86_400_000]], ['90', 'long ago']],
    ['money, which is kept as it is written', readMoneyText('--cost'), [['0', '0'], ['15.00', '15.00'], ['€12.50', '€12.50'], ['100000000', '100000000']], ['-1', '100000000.01', 'much', '']],
    ['a time', readTime('--since'), [['2026-11-24', Date.UTC(2026, 10, 24)], [' 2026-11-24 08:00 ', Date.UTC(2026, 10, 24, 8)], ['2026-11-24T08:00:00z', Date.UTC(2026, 10, 24, 8)], ['2026-11-24T08:00:00-05:00', Date.UTC(2026, 10, 24, 13)]], ['2026-11-31', '2026-02-29T08:00', '2026-11-24T25:00', '11/24/2026', '20261124', 'today']],
  ])('is %s', (_what, read, taken, not) => {
    expect(taken.map(([text]) => [text, read(text)])).toEqual(taken)
    for (const text of not) expect(refused(() => read(text))).toContain(`${text}`)
  })
  it('tells the units that are meant', () => expect([readWait('--wait'), readAge('--older-than')].map((read) => refused(() => read('90')))).toEqual([expect.stringContaining('90s or --wait 90min'), expect.stringContaining('90d or --older-than 90h')]))
  it('is a name and what it stands for, one beside the other', () => {
    const read = readPair('--var')
    expect(read('b=x=y', read(' a =1', undefined))).toEqual({ a: '1', b: 'x=y' })
    expect(['=1', 'a', ''].map((text) => refused(() => read(text, undefined)))).toEqual(Array(3).fill(expect.stringContaining('takes name=value')))
  })
  it('is one name and no second', () => {
    expect(readOne('--to')('a', undefined)).toBe('a')
    expect(refused(() => readOne('--to')('b', 'a'))).toContain('--to names two: "a" and "b"')
  })
})

describe('flags that belong together', () => {
  it('end after they begin', () => {
    expect(periodOf({ options: { since: 1, until: 2 } })).toEqual({ since: 1, until: 2 })
    expect([[2, 1], [1, 1]].map(([since, until]) => refused(() => periodOf({ options: { since, until } })))).toEqual(Array(2).fill(expect.stringContaining('--since is not before --until')))
  })
  it('name one format', () => {
    const told = (options: object, json = false) => refused(() => requireOneFormat({ options: { ...options }, settings: { ...settings, json } }))
    expect([told({}), told({ csv: true }), told({}, true), told({ jsonl: true }, true)]).toEqual(['', '', '', ''])
    expect([told({ csv: true }, true), told({ csv: true, jsonl: true })]).toEqual([expect.stringContaining('--json and --csv contradict'), expect.stringContaining('--csv and --jsonl contradict')])
  })
  it('leave the clock to test mode', () => {
    const at = (clock: number | null, test: boolean) => () => modeToAct({ options: { test }, settings: { ...settings, clock } })
    expect([at(null, false)(), at(null, true)(), at(0, true)()]).toEqual(['live', 'test', 'test'])
    expect(refused(at(0, false))).toContain('--clock is for test mode only')
  })
  it('have defaults, and the environment names a store', () => {
    expect(settings).toMatchObject({ store: 'sqlite:.finalmile/store.db', recipients: ['recipients'], given: [], out: null, json: false, concurrency: null, clock: null, quiet: false, verbose: false })
    expect(['', 'sqlite:e.db'].map((store) => readSettings({}, { FINALMILE_STORE: store }).store)).toEqual(['sqlite:.finalmile/store.db', 'sqlite:e.db'])
    expect(readSettings({ store: 'sqlite:f.db', recipients: ['a', 'b'] }, { FINALMILE_STORE: 'sqlite:e.db' })).toMatchObject({ store: 'sqlite:f.db', recipients: ['a', 'b'], given: [['--store', 'sqlite:f.db'], ['--recipients', 'a'], ['--recipients', 'b']] })
  })
  it('say how much is told', () => {
    expect(readSettings({ json: true, quiet: true, concurrency: 5, clock: 0, out: 'o' }, {})).toMatchObject({ json: true, quiet: true, verbose: false, concurrency: 5, clock: 0, out: 'o' })
    expect(readSettings({ verbose: true }, {})).toMatchObject({ json: false, quiet: false, verbose: true })
  })
  it('name who gets the leads', () => {
    expect(requireTo({ options: { to: 'acme' } })).toBe('acme')
    expect(refused(() => requireTo({ options: {} }))).toContain('--to is missing')
  })
  it('do not contradict each other', () => expect([{ out: '' }, { quiet: true, verbose: true }].map((options) => refused(() => readSettings(options, {})))).toEqual([expect.stringContaining('--out names no folder'), expect.stringContaining('--quiet and --verbose contradict')]))
})
