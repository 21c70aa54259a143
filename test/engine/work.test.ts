import { expect, it } from 'vitest'
import { money } from '../../src/base/money.ts'
import { settledAs, withBeside } from '../../src/engine/work.ts'

it.each([
  ['takes off what was given back in its own currency', money(450_000), money(-200_000), money(250_000), 'fine; told'],
  ['has nothing of another currency but the words', money(450_000), money(-50_000, 'CAD'), money(450_000), 'fine; told'],
  ['is what came beside it where it earned nothing', null, money(200_000), money(200_000), 'fine; told'],
])('a settlement %s', (_case, revenue, more, left, reason) => {
  const standing = settledAs({ type: 'settled', at: 0, cost: null, outcome: { kind: 'accepted', recipient: 'a', path: '/', buyerLeadId: null, revenue, reason: 'fine', class: null } }, revenue, 1)
  expect(withBeside(standing, more, 'told')).toEqual({ ...standing, revenue: left, reason })
  expect(withBeside({ ...standing, reason: null }, more, 'told').reason).toBe('told')
})
