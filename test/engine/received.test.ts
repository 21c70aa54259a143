import { expect, it } from 'vitest'
import { receivedOf } from '../../src/engine/intake.ts'

const at = Date.UTC(2026, 10, 24, 15, 15)

it.each<[string, unknown, number | null]>([
  ['ISO text', '2026-11-24T15:15:00Z', at],
  ['seconds', '1795533300', at],
  ['seconds as a number', 1_795_533_300, at],
  ['milliseconds', '1795533300000', at],
  ['days of Excel', '46350.6354166667', at],
  ['days of Excel as a number', 46_350.6354166667, at],
  ['a whole day of Excel, not the year 46350', '46350', Date.UTC(2026, 10, 24)],
  ['a number that is no time', '7', null],
  ['a word', 'yesterday', null],
  ['nothing', '', null],
  ['null', null, null],
])('%s says when a lead was received', (_name, value, received) => {
  expect(receivedOf({ id: 'L1', fields: { received_at: value as string } }, null)).toBe(received)
})
