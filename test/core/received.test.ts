import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Lead } from '../../src/core/lead.ts'
import type { Plan } from '../../src/core/plan.ts'
import { goesByAge, readReceived } from '../../src/core/received.ts'

const at = Date.UTC(2026, 10, 24, 15, 15)
const machine = process.env['TZ']
beforeAll(() => { process.env['TZ'] = 'America/New_York' })
afterAll(() => { if (machine === undefined) delete process.env['TZ']; else process.env['TZ'] = machine })

it.each<[string, unknown, number | 'unsaid' | 'unreadable']>([
  ['ISO text', '2026-11-24T15:15:00Z', at],
  ['ISO text without a zone', '2026-11-24T15:15:00', at],
  ['a database\'s text', '2026-11-24 15:15:00.000', at],
  ['a database\'s text with its zone', '2026-11-24 15:15:00 UTC', at],
  ['PostgreSQL\'s text', '2026-11-24 10:15:00.5-05', at + 500],
  ['a date alone', '2026-11-24', Date.UTC(2026, 10, 24)],
  ['an American date', '11/24/2026 3:15 PM', at],
  ['an American date with its zone', '11/24/2026 10:15 AM EST', at],
  ['a spreadsheet\'s date', '11/24/2026 15:15', at],
  ['a date in a mail', 'Tue, 24 Nov 2026 10:15:00 -0500', at],
  ['a date in words', 'November 24, 2026 3:15 pm', at],
  ['a date as a browser writes it', 'Tue Nov 24 2026 15:15:00 GMT+0000 (Coordinated Universal Time)', at],
  ['digits alone', '20261124151500', at],
  ['digits alone without seconds, which are no milliseconds of 1976', '202611241515', at],
  ['and as a number', 202_611_241_515, at],
  ['a number of eight digits', 20_261_124, Date.UTC(2026, 10, 24)],
  ['seconds', '1795533300', at],
  ['seconds as a number', 1_795_533_300, at],
  ['seconds with a fraction', '1795533300.0004', at],
  ['milliseconds', '1795533300000', at],
  ['days of Excel', '46350.6354166667', at],
  ['days of Excel as a number', 46_350.6354166667, at],
  ['a whole day of Excel, not the year 46350', '46350', Date.UTC(2026, 10, 24)],
  ['a number that is no time', '7', 'unreadable'],
  ['a word', 'yesterday', 'unreadable'],
  ['a word with a number', 'lead 12', 'unreadable'],
  ['a day first, which an American date would misread', '24/11/2026 15:15', 'unreadable'],
  ['a day first, with dots', '24.11.2026 15:15', at],
  ['a day that does not exist', '2026-02-30', 'unreadable'],
  ['a database\'s zero', '0000-00-00 00:00:00', 'unreadable'],
  ['an object', { at: 'noon' }, 'unreadable'],
  ['nothing', '', 'unsaid'],
  ['spaces', '  ', 'unsaid'],
  ['null', null, 'unsaid'],
  ['no field', undefined, 'unsaid'],
])('%s says when a lead was received, whatever the machine\'s zone', (_name, value, expected) => {
  const received = readReceived((value === undefined ? {} : { received_at: value }) as Lead['fields'], null)
  expect(received.kind === 'said' ? received.value : received.kind).toBe(expected)
})

it('takes another field where one is named', () => {
  expect(readReceived({ received_at: 'x', created: '2026-11-24T15:15:00Z' }, 'created')).toEqual({ kind: 'said', value: at })
})

it('knows the plans in which age decides, however deep', () => {
  const send: Plan = { kind: 'send', recipient: 'a', price: null }
  const guard = { minimumPrice: null, minimumMargin: null, cost: null, acceptWhen: null }
  const sequence = (step: Partial<{ opensMs: number; closesMs: number }>): Plan => ({ kind: 'sequence', pattern: 'p', guard, steps: [{ plan: send, ...step }], moveOn: [], finally: null })
  expect(goesByAge(send)).toBe(false)
  expect(goesByAge(sequence({}))).toBe(false)
  expect(goesByAge(sequence({ opensMs: 0 }))).toBe(true)
  expect(goesByAge({ kind: 'race', pattern: 'p', guard, entrants: [send, sequence({ opensMs: 1 })], accept: 1 })).toBe(true)
})
