import { describe, expect, it } from 'vitest'
import { money, type Money } from '../../src/base/money.ts'
import { DAY, HOUR } from '../../src/base/time.ts'
import type { Claim } from '../../src/core/claim.ts'
import { capClaims, counterOf } from '../../src/core/caps.ts'
import type { DeliveryEvent } from '../../src/core/event.ts'
import { emptyHistory, evolve } from '../../src/core/history.ts'
import type { LeadValue } from '../../src/core/lead.ts'
import { batchLookBacks } from '../../src/core/look-back.ts'
import type { Plan } from '../../src/core/plan.ts'
import type { Policy, Requirement } from '../../src/core/policy.ts'
import { unmetRequirement } from '../../src/core/requirements.ts'
import type { Verdict } from '../../src/core/verdict.ts'
import { T0, accepted, actionsOf, decides, duplicate, noGuard, policy, received, rejected, sendTo, tried, unknown } from './given.ts'

describe('Requirements', () => {
  const mobile: Requirement = { reason: 'phone is mobile-capable', check: { kind: 'mobile-phone', field: 'phone' } }
  const form: Requirement = { reason: 'Include TrustedForm', check: { kind: 'trusted-form', maxAgeMs: 3 * DAY } }
  const adult: Requirement = { reason: 'lead.age >= 18', check: { kind: 'condition', condition: { kind: 'compare', path: { kind: 'path', text: 'lead.age' }, op: '>=', value: 18 } } }
  const jornaya: Requirement = { reason: 'Include Jornaya', check: { kind: 'jornaya' } }
  const token = '01234567-89ab-CDEF-0123-456789ABCDEF'
  const url = 'https://cert.trustedform.com/0123456789abcdef'
  it.each<[string, Requirement, Record<string, string | number>, number, string | null]>([
    ['a North American number', mobile, { phone_1: '(212) 555-0100' }, 0, null],
    ['with its country code', mobile, { phone_1: '+1 212 555 0100' }, 0, null],
    ['with an extension', mobile, { phone_1: '212-555-0100 ext. 4' }, 0, null],
    ['of another country', mobile, { phone_1: '+44 7700 900123' }, 0, null],
    ['in a field that is called phone', mobile, { phone: '212-555-0100' }, 0, null],
    ['in a column of a CRM', mobile, { 'Phone Number': '212-555-0100' }, 0, null],
    ['that the lead says is a landline', mobile, { phone_1: '212-555-0100', phone_type: 'Landline' }, 0, 'the lead says that it is a Landline'],
    ['that a look-up of lines says is fixed', mobile, { phone_1: '212-555-0100', 'Line Type': 'fixed_line' }, 0, 'the lead says that it is a fixed_line'],
    ['that may be of either', mobile, { phone_1: '212-555-0100', phone_1_type: 'fixed line or mobile' }, 0, null],
    ['that the lead says is a mobile', mobile, { phone_1: '212-555-0100', phone_type: 'mobile' }, 0, null],
    ['toll-free', mobile, { phone_1: '800-555-0100' }, 0, 'the number is toll-free or premium'],
    ['too short', mobile, { phone_1: '123' }, 0, 'the number cannot be dialled'],
    ['none', mobile, {}, 0, 'there is no phone number'],
    ['a LeadiD', jornaya, { universal_leadid: token }, 0, null],
    ['as LeadConduit names it', jornaya, { 'leadid.token': token }, 0, null],
    ['cut off', jornaya, { leadid_token: token.slice(0, 30) }, 0, 'its Jornaya LeadiD is not one of 36 characters, such as 01234567-89AB-CDEF-0123-456789ABCDEF'],
    ['none', jornaya, { leadid_token: '' }, 0, 'the lead has no Jornaya LeadiD'],
    ['a certificate', form, { trustedform_cert_url: url }, 0, null],
    ['as forms name it', form, { xxTrustedFormCertUrl: url }, 0, null],
    ['as boberdoo exports it', form, { Trusted_Form_URL: url }, 0, null],
    ['with a line in its name', form, { trusted_form_cert_url: url }, 0, null],
    ['three days old to the millisecond', form, { trustedform_cert_url: url }, 3 * DAY, null],
    ['a millisecond more', form, { trustedform_cert_url: url }, 3 * DAY + 1, 'its certificate is 3 days old, and may be 3 days at most'],
    ['of another host', form, { trustedform_cert_url: 'https://trustedform.example/1' }, 0, 'its certificate is no address of cert.trustedform.com'],
    ['no certificate', form, {}, 0, 'the lead has no TrustedForm certificate'],
    ['old enough', adult, { age: 18 }, 0, null],
    ['too young', adult, { age: 17 }, 0, 'the lead does not'],
  ])('%s', (_case, requirement, fields, ageMs, problem) => {
    const found = unmetRequirement(policy('a', { requirements: [requirement] }), { lead: { id: 'L', fields } }, T0, T0 + ageMs)
    expect(found).toBe(problem === null ? null : `A requires: ${requirement.reason} (${problem})`)
  })

  it('business hours are waited for: Monday to Friday, 9 to 5, where the recipient is', () => {
    const office = [policy('a', { requirements: [{ reason: 'Business hours only', check: { kind: 'business-hours' } }], zone: { kind: 'zone', name: 'America/Chicago' } })]
    const at = (iso: string) => decides({ plan: sendTo('a'), policies: office, now: Date.parse(iso) })
    expect(at('2026-11-24T15:00:00Z')).toEqual(['send a #1'])
    expect(at('2026-11-24T14:59:00Z')).toEqual([`wait +${3 * HOUR} a`])
    expect(at('2026-11-24T23:00:00Z')).toEqual([`wait +${27 * HOUR} a`])
    expect(at('2026-11-28T18:00:00Z')).toEqual([`wait +${Date.parse('2026-11-30T15:00:00Z') - T0} a`])
  })

  it('business hours are those of the lead where the Timezone is the lead\'s: not those of UTC', () => {
    const office = [policy('a', { requirements: [{ reason: 'Business hours only', check: { kind: 'business-hours' } }], zone: { kind: 'lead' } })]
    const at = (iso: string, fields: Readonly<Record<string, LeadValue>>) => decides({ plan: sendTo('a'), policies: office, fields, now: Date.parse(iso) })
    expect(at('2026-11-24T15:00:00Z', { state: 'IL' })).toEqual(['send a #1'])
    expect(at('2026-11-24T09:00:00Z', { state: 'IL' })).toEqual([`wait +${Date.parse('2026-11-24T15:00:00Z') - T0} a`])
    expect(at('2026-11-24T15:00:00Z', {})).toEqual(['wait for a person a'])
  })
})

describe('Duplicate Check', () => {
  const checked = [policy('a', { duplicateCheck: { field: 'phone_1', withinMs: 30 * DAY } })]
  const permitOf = (phone: LeadValue): Claim | undefined => actionsOf({ plan: sendTo('a'), policies: checked, fields: { phone_1: phone } }).flatMap((action) => (action.kind === 'send' ? action.claims : []))[0]
  it('asks for a permit that equal people share, for as long as it looks back', () => {
    const first = permitOf('2125550100')
    expect(first).toMatchObject({ kind: 'permit', recipient: 'a', until: T0 + 30 * DAY })
    for (const same of ['+1 (212) 555-0100', '212-555-0100 x12', 'p:+12125550100', '2125550100.0']) expect(permitOf(same)).toEqual(first)
    expect(permitOf('2125550101')).not.toEqual(first)
    expect(permitOf(2125550100)).toEqual(first)
    expect([permitOf(''), permitOf(' '), permitOf(null), permitOf([])]).toEqual([undefined, undefined, undefined, undefined])
    expect(actionsOf({ plan: sendTo('a'), policies: checked })).toMatchObject([{ kind: 'send', claims: [] }])
  })
  it('of what is a map by all that is in it', () => {
    expect(permitOf({ street: '1 Main St', zip: '02134' })).toEqual(permitOf({ street: '1 MAIN ST', zip: '02134' }))
    expect(permitOf({ street: '1 Main St', zip: '02134' })).not.toEqual(permitOf({ street: '2 Main St', zip: '02134' }))
  })
  it('not again for the post to a buyer that was pinged: it would stand in its own way', () => {
    const bid: Verdict = { kind: 'bid', price: money(330_000), pingId: null, reason: null }
    const plan: Plan = { kind: 'auction', pattern: 'P', guard: noGuard, bidders: [sendTo('a')], windowMs: 500, floor: null }
    const post = actionsOf({ plan, policies: checked, fields: { phone_1: '2125550100' }, history: [...tried('/0', 'a', 1, bid, T0, { phase: 'ping' }), { type: 'chose', at: T0, path: '/', choice: { kind: 'order', order: [0], why: '' } }] })
    expect(post).toMatchObject([{ kind: 'send', phase: 'post', attempt: 2, claims: [] }])
  })
  it('what joins a batch asks when it joins, and gives back where it leaves and nothing was sent of it', () => {
    const queue: DeliveryEvent = { type: 'chose', at: T0 + 5, path: '/', choice: { kind: 'queue' } }
    const pass: DeliveryEvent = { ...queue, choice: { kind: 'pass', recipient: 'a', reason: 'shut' } }
    const claims = (before: readonly DeliveryEvent[], step: readonly DeliveryEvent[], now = T0 + 5) => {
      const history = before.reduce(evolve, emptyHistory)
      return batchLookBacks(new Map([['a', checked[0]!]]), sendTo('a'), history, step.reduce(evolve, history), { id: 'L', fields: { phone_1: '2125550100' } }, 'live', now)
    }
    const permit = { ...permitOf('2125550100')!, until: T0 + 5 + 30 * DAY }
    const sent = tried('/', 'a', 1, { kind: 'failed', class: 'network', retry: true, reason: 'refused' })
    expect(claims([received()], [queue])).toEqual([permit])
    expect(claims([received(), queue], [pass])).toEqual([{ ...permit, until: 0 }])
    expect(claims([received(), queue], [pass], T0 + 31 * DAY), 'it has run out, and may be another\'s').toEqual([])
    expect(claims([received(), queue, pass, { type: 'reopened', at: T0, reason: '' }], [queue])).toEqual([permit])
    expect(claims([received()], [pass])).toEqual([])
    expect(claims([received(), queue], sent)).toEqual([])
    expect(claims([received(), ...sent], [queue])).toEqual([])
    expect(claims([received(), ...sent, queue], [pass])).toEqual([])
  })
  it('for the first that is sent, where no token or request could be had before', () => {
    const unsent = tried('/', 'a', 1, { kind: 'failed', class: 'network', retry: true, reason: 'no token' }).map((event) => (event.type === 'attemptStarted' ? { ...event, requestHash: '' } : event))
    const now = T0 + 60_000
    const claims = (history: readonly DeliveryEvent[]) => actionsOf({ plan: sendTo('a'), policies: checked, fields: { phone_1: '2125550100' }, now, history }).flatMap((action) => (action.kind === 'send' ? action.claims : []))
    expect(claims(unsent)).toEqual([{ ...permitOf('2125550100'), until: now + 30 * DAY }])
    expect(claims([...unsent, ...tried('/', 'a', 2, { kind: 'failed', class: 'network', retry: true, reason: 'refused' })])).toEqual([])
  })
  it('is this lead\'s own at another place of the pattern: it is passed by there, and tried again where it was tried (seed 992604934: it was not, until a crash)', () => {
    const plan: Plan = { kind: 'race', pattern: 'R', guard: noGuard, entrants: [sendTo('a'), sendTo('a')], accept: 1 }
    const failed = tried('/0', 'a', 1, { kind: 'failed', class: 'network', retry: true, reason: 'refused' })
    const at = (now: number, fields: Record<string, LeadValue>) => decides({ plan, policies: checked, fields, history: failed, now })
    expect(at(T0, { phone_1: '2125550100' })).toEqual(['pass /1: A was offered this lead already, at another place of the pattern'])
    expect(at(T0 + 30 * DAY, { phone_1: '2125550100' })).toContain('send a #1')
    expect(at(T0, {})).toContain('send a #1')
  })
  it('not again for a repeat of its own', () => {
    const again = actionsOf({ plan: sendTo('a'), policies: checked, fields: { phone_1: '2125550100' }, now: T0 + 60_000, history: tried('/', 'a', 1, { kind: 'failed', class: 'network', retry: true, reason: 'refused' }) })
    expect(again).toMatchObject([{ kind: 'send', attempt: 2, claims: [] }])
  })
})

describe('caps of batches', () => {
  const capped: Policy = policy('a', { caps: [{ period: 'day', limit: { kind: 'leads', count: 5 } }], batch: { maxLeads: 10, maxWaitMs: DAY, schedule: null } })
  const queued: DeliveryEvent = { type: 'chose', at: T0, path: '/', choice: { kind: 'queue' } }
  /** What the last `count` of these events take and give back. */
  const claims = (events: readonly DeliveryEvent[], count: number) => {
    const all = [received(), ...events]
    return capClaims(new Map([['a', capped]]), sendTo('a'), all.slice(0, -count).reduce(evolve, emptyHistory), all.reduce(evolve, emptyHistory), 'live')
  }
  const today = counterOf(capped, capped.caps[0]!, 'live', T0)
  const sent = (verdict: typeof accepted | typeof rejected | null) => tried('/', 'a', 1, verdict, T0 + DAY, { batch: 'b.1' })

  it('a lead takes its place when it joins', () => { expect(claims([queued], 1)).toEqual([{ kind: 'cap', recipient: 'a', counter: today, limit: 5, amount: 1 }]) })
  it('keeps it when the batch leaves, on another day too, and when it is sold', () => {
    expect(claims([queued, ...sent(null)], 1)).toEqual([])
    expect(claims([queued, ...sent(accepted)], 1)).toEqual([])
  })
  it('and where it was accepted beyond what was for sale: the buyer took it', () => {
    expect(claims([queued, ...sent(accepted).map((each) => ({ ...each, surplus: true, revenue: null }))], 1)).toEqual([])
  })
  it('and gives it back where it took it when the buyer says no', () => { expect(claims([queued, ...sent(rejected)], 1)).toMatchObject([{ counter: today, amount: -1 }]) })
})

describe('a cap in money holds what a sale is expected to earn', () => {
  const capped = policy('a', { price: null, caps: [{ period: 'day', limit: { kind: 'revenue', amount: money(1_000_000) } }] })
  const held = (expected: Money | null, events: readonly DeliveryEvent[], count = 1) => {
    const all = [received(), ...events]
    return capClaims(new Map([['a', capped]]), { kind: 'send', recipient: 'a', price: expected }, all.slice(0, -count).reduce(evolve, emptyHistory), all.reduce(evolve, emptyHistory), 'live')
      .map((claim) => (claim.kind === 'cap' ? [claim.amount, claim.limit] : []))
  }
  const bid: Verdict = { kind: 'bid', price: money(330_000), pingId: null, reason: null }
  const NO_LIMIT = Number.MAX_SAFE_INTEGER
  it.each<[string, Money | null, readonly DeliveryEvent[], readonly (readonly number[])[]]>([
    ['the price that the pattern names', money(200_000), tried('/', 'a', 1, null), [[200_000, 1_000_000]]],
    ['the bid before that', money(200_000), [...tried('/', 'a', 1, bid, T0, { phase: 'ping' }), ...tried('/', 'a', 1, null)], [[330_000, 1_000_000]]],
    ['a ping holds nothing', money(200_000), tried('/', 'a', 1, null, T0, { phase: 'ping' }), []],
    ['the smallest amount where only the answer tells, so that a full cap refuses it', null, tried('/', 'a', 1, null), [[1, 1_000_000]]],
    ['and after it what was paid', null, tried('/', 'a', 1, accepted), [[449_999, NO_LIMIT]]],
    ['or nothing', null, tried('/', 'a', 1, rejected), [[-1, NO_LIMIT]]],
    ['nothing of what is accepted second to another', money(200_000), tried('/', 'a', 1, accepted).map((each) => ({ ...each, surplus: true, revenue: null })), [[-200_000, NO_LIMIT]]],
    ['what is in doubt keeps its place, also where a repeat was a duplicate', money(200_000), [...tried('/', 'a', 1, unknown), ...tried('/', 'a', 2, duplicate)], []],
  ])('%s', (_rule, expected, events, claims) => { expect(held(expected, events)).toEqual(claims) })
})

describe('a ping', () => {
  it('is waited for as long as its own Timeout says, else as a post', () => {
    const plan: Plan = { kind: 'auction', pattern: 'P', guard: noGuard, bidders: [sendTo('a'), sendTo('b')], windowMs: 500, floor: null }
    expect(decides({ plan, policies: [policy('a', { pingTimeoutMs: 250 }), policy('b')] })).toEqual(['send a #1 ping 250ms', 'send b #1 ping'])
  })
})
