import { describe, expect, it } from 'vitest'
import type { CallingHours } from '../../src/core/policy.ts'
import { windowState } from '../../src/core/window.ts'
import { builtInCallingHours, readCallingHours } from '../../src/definitions/calling-hours/read-calling-hours.ts'
import { loadCatalogue } from '../../src/definitions/catalogue.ts'
import { actionsOf, policy, sendTo, words } from '../core/given.ts'

const table = builtInCallingHours()
/** Open or shut in a state on its own clock: 2026-11-24 is a Tuesday, 29 a Sunday. */
const state = (hours: CallingHours, name: string, zone: string, local: string): string => {
  const offset = { 'America/New_York': '-05:00', 'America/Chicago': '-06:00' }[zone] ?? 'Z'
  const got = windowState(hours.byState[name] ?? hours.elsewhere, [zone], Date.parse(`${local}:00${offset}`))
  return got.open ? 'open' : got.until === null ? 'never' : `opens ${new Date(got.until + Date.parse('2026-01-01T00:00:00Z') - Date.parse(`2026-01-01T00:00:00${offset}`)).toISOString().slice(0, 16)}`
}

describe('calling hours', () => {
  it.each([
    ['elsewhere from 8', 'GA', 'America/New_York', '2026-11-24T08:00', 'open'],
    ['elsewhere not before', 'GA', 'America/New_York', '2026-11-24T07:59', 'opens 2026-11-24T08:00'],
    ['elsewhere to 9 in the evening', 'GA', 'America/New_York', '2026-11-24T20:59', 'open'],
    ['at 9 it is over', 'GA', 'America/New_York', '2026-11-24T21:00', 'opens 2026-11-25T08:00'],
    ['Florida ends at 8', 'FL', 'America/New_York', '2026-11-24T20:00', 'opens 2026-11-25T08:00'],
    ['Kentucky begins at 10', 'KY', 'America/New_York', '2026-11-24T09:30', 'opens 2026-11-24T10:00'],
    ['Rhode Island has weekdays only', 'RI', 'America/New_York', '2026-11-28T12:00', 'opens 2026-11-30T09:00'],
    ['Texas begins at noon on Sundays', 'TX', 'America/Chicago', '2026-11-29T10:00', 'opens 2026-11-29T12:00'],
    ['and at 9 on Mondays', 'TX', 'America/Chicago', '2026-11-30T09:00', 'open'],
    ['Alabama has no Sundays', 'AL', 'America/Chicago', '2026-11-29T12:00', 'opens 2026-11-30T08:00'],
  ])('%s', (_rule, name, zone, local, want) => { expect(state(table, name, zone, local)).toBe(want) })

  it('the built-in table is dated and names its source', () => {
    expect(table.asOf).toMatch(/^\d{4}-\d\d-\d\d$/)
    expect(table.source).toContain('47 CFR 64.1200(c)(1)')
  })

  const file = (text: string) => readCallingHours({ path: 'recipients/calling-hours.yaml', text }, table)
  it('a user\'s file goes before it, state by state', () => {
    const own = file('Source: our counsel\nAs Of: 2026-11-01\nHours:\n  FL: 9am-5pm\n  NJ: none\n  Elsewhere: Mon-Fri 9am-6pm\n')
    expect(own.diagnostics).toEqual([])
    expect(own.table).toMatchObject({ source: 'our counsel', asOf: '2026-11-01' })
    expect(state(own.table, 'FL', 'America/New_York', '2026-11-24T17:00')).toBe('opens 2026-11-25T09:00')
    expect(state(own.table, 'NJ', 'America/New_York', '2026-11-24T12:00')).toBe('never')
    expect(state(own.table, 'GA', 'America/New_York', '2026-11-28T12:00')).toBe('opens 2026-11-30T09:00')
    expect(state(own.table, 'KY', 'America/New_York', '2026-11-24T09:30')).toBe('opens 2026-11-24T10:00')
  })
  it('hours without days, behind days, are of those days: a break is one of them alone', () => {
    const own = file('Source: x\nAs Of: 2026-11-01\nHours:\n  FL: Mon-Fri 9am-12pm, 1pm-6pm, Sat 10am-2pm\n')
    expect([own.diagnostics, state(own.table, 'FL', 'America/New_York', '2026-11-28T14:00')]).toEqual([[], 'opens 2026-11-30T09:00'])
  })
  it.each([
    ['hours of one day beside those of every day', 'Source: x\nAs Of: 2026-11-01\nHours:\n  FL: 8am-8pm, Sun 1pm-6pm\n', 4, 'bad-hours'],
    ['a day with two hours', 'Source: x\nAs Of: 2026-11-01\nHours:\n  FL: Mon-Sat 8am-8pm, Sat 10am-2pm\n', 4, 'bad-hours'],
    ['no state', 'Source: x\nAs Of: 2026-11-01\nHours:\n  ZZ: 9am-5pm\n', 4, 'unknown-state'],
    ['no hours of the day', 'Source: x\nAs Of: 2026-11-01\nHours:\n  FL: morning\n', 4, 'bad-hours'],
    ['no date', 'Source: x\nHours: {FL: 9am-5pm}\n', 1, 'missing-key'],
    ['no source', 'As Of: 2026-11-01\nHours: {FL: 9am-5pm}\n', 1, 'missing-key'],
    ['an unknown key', 'Source: x\nAs Of: 2026-11-01\nHuors: {FL: 9am-5pm}\n', 3, 'unknown-key'],
  ])('%s is told at its place', (_case, text, line, code) => { expect(file(text).diagnostics[0]).toMatchObject({ line, code }) })

  it('is no recipient, and what it says reaches those that keep calling hours', () => {
    const { catalogue, diagnostics } = loadCatalogue([
      { path: 'recipients/dialer.yaml', text: 'Recipient: Dialer\nType: webhook.post\nURL: https://dialer.example/leads\nCalling Hours: yes\n' },
      { path: 'recipients/plain.yaml', text: 'Recipient: Plain\nType: webhook.post\nURL: https://plain.example/leads\n' },
      { path: 'recipients/calling-hours.yaml', text: 'Source: our counsel\nAs Of: 2026-11-01\nHours: {FL: 9am-5pm}\n' },
    ], {})
    expect(diagnostics.filter((each) => each.severity === 'error')).toEqual([])
    const kept = (id: string) => { const found = catalogue.recipients.get(id); return found?.kind === 'endpoint' ? found.policy.callingHours : undefined }
    expect([...catalogue.recipients.keys()]).toEqual(['dialer', 'plain'])
    expect(kept('dialer')?.source).toBe('our counsel')
    expect(kept('plain')).toBeNull()
  })

  it('a lead waits for its own state and zone, whatever the recipient\'s; without a zone it waits for a person', () => {
    const dialer = [policy('a', { callingHours: table })]
    const decide = (fields: Record<string, string>, iso: string) => actionsOf({ plan: sendTo('a'), policies: dialer, fields, now: Date.parse(iso) })
    expect(words(decide({ state: 'KY', postal_code: '40202' }, '2026-11-24T15:00:00Z'))).toEqual(['send a #1'])
    expect(decide({ state: 'KY', postal_code: '40202' }, '2026-11-24T14:30:00Z')).toMatchObject([{ kind: 'wait', why: 'A: outside the calling hours of KY (America/New_York), opens 2026-11-24 10:00' }])
    // Florida has two zones, and it is 8 in only one of them.
    expect(decide({ state: 'FL' }, '2026-11-24T13:30:00Z')).toMatchObject([{ kind: 'wait', why: 'A: outside the calling hours of FL (America/New_York and America/Chicago), opens 2026-11-24 09:00' }])
    expect(decide({ phone_1: '2125550100' }, '2026-11-24T12:00:00Z')).toMatchObject([{ kind: 'wait', why: 'A: outside the calling hours (America/New_York), opens 2026-11-24 08:00' }])
    expect(decide({}, '2026-11-24T15:00:00Z')).toMatchObject([{ kind: 'wait', until: null, why: expect.stringContaining('time zone is not known') }])
  })
})
