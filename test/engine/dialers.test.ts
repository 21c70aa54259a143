import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Lead } from '../../src/core/lead.ts'
import { startConvoso, startNoojee } from '../world/dialers/json-dialers.ts'
import type { Service } from '../world/dialers/service.ts'
import { startVicidial } from '../world/dialers/vicidial.ts'
import { createWorld } from './world.ts'

/** The shipped recipient files of other dialers, against stand-ins that answer as those do. */
const open: { close(): Promise<void> }[] = []
afterEach(async () => { await Promise.all(open.splice(0).map((each) => each.close())) })

const shipped = (id: string, url: string, variables: Readonly<Record<string, string>>): string =>
  readFileSync(join(import.meta.dirname, '../../recipients/examples', `${id}.yaml`), 'utf8')
    .replace(/^Recipient:.*\n/m, '').replace(/https:\/\/[\w.]+(?=\/)/, url).replaceAll(/\$\{(\w+)\}/g, (_, name: string) => variables[name] ?? '')

const lead = (id: string, phone: string): Lead => ({ id, fields: { id, phone_1: phone, first_name: "Mary O'Brien", email: 'm@example.com', state: 'CA' } })

const deliver = async (id: string, service: Service, leads: readonly Lead[], variables: Readonly<Record<string, string>> = {}) => {
  open.push(service)
  const text = shipped(id, service.url, { VICIDIAL_USER: '6666', VICIDIAL_PASS: '1234', CONVOSO_AUTH_TOKEN: 'c-token', NOOJEE_API_KEY: 'n-key', ...variables })
  const world = createWorld({ dialer: `${text}\nConcurrency: 1\n` })
  await world.run('dialer', leads)
  const verdicts = async (leadId: string) => (await world.events(leadId)).flatMap((each) => (each.type === 'attemptFinished' ? [each.verdict] : []))
  return { world, verdicts }
}

const GOOD = '(415) 555-0101'

describe('VICIdial', () => {
  it('adds the lead, takes the field before the offset for its id, and does not mind the hopper', async () => {
    const service = await startVicidial()
    const { world, verdicts } = await deliver('vicidial', service, [lead('L1', GOOD), lead('L2', GOOD)])
    expect(await world.standing('L1')).toMatchObject({ outcome: 'accepted', buyerLeadId: '1188372' })
    expect(await verdicts('L2')).toMatchObject([{ kind: 'duplicate', reason: 'DUPLICATE PHONE NUMBER IN LIST' }])
    expect(service.list('101')).toEqual(['4155550101'])
    expect(service.asked[0]?.path).toBe('/vicidial/non_agent_api.php')
    const { verdicts: late } = await deliver('vicidial', await startVicidial({ afterHours: true }), [lead('L1', GOOD)])
    expect(await late('L1')).toMatchObject([{ kind: 'accepted', buyerLeadId: '1188372' }])
  })

  it.each([
    ['an invalid number', {}, '415', { kind: 'failed', class: 'invalid_data', retry: false, reason: 'INVALID PHONE NUMBER LENGTH' }],
    ['a number on the DNC list', { dnc: ['4155550101'] }, GOOD, { kind: 'rejected', reason: 'PHONE NUMBER IN DNC' }],
    ['a user without permission', { permitted: false }, GOOD, { kind: 'failed', class: 'auth', pause: true, alert: true }],
    ['a wrong password, which the dialer echoes', { pass: 'other' }, GOOD, { kind: 'failed', class: 'auth', pause: true, reason: 'Invalid Username/Password' }],
  ])('%s', async (_, options, phone, expected) => {
    const { verdicts } = await deliver('vicidial', await startVicidial(options), [lead('L1', phone)])
    expect(await verdicts('L1')).toMatchObject([expected])
  })
})

describe('Convoso', () => {
  it('reads the success flag, not the status', async () => {
    const { world, verdicts } = await deliver('convoso', await startConvoso({ dnc: ['2125550101'] }), [lead('L1', GOOD), lead('L2', GOOD), lead('L3', '212-555-0101'), lead('L4', '415')])
    expect(await world.standing('L1')).toMatchObject({ outcome: 'accepted', buyerLeadId: '8841207' })
    expect([...await verdicts('L2'), ...await verdicts('L3'), ...await verdicts('L4')]).toMatchObject([
      { kind: 'duplicate', reason: 'The phone number already exists' }, { kind: 'rejected', reason: 'The phone number exists on the DNC list' }, { kind: 'failed', class: 'invalid_data', retry: false, reason: 'The phone number is invalid' },
    ])
  })
  it('is paused when the token is refused', async () => {
    const { verdicts } = await deliver('convoso', await startConvoso({ token: 'other' }), [lead('L1', GOOD)])
    expect(await verdicts('L1')).toMatchObject([{ kind: 'failed', class: 'auth', pause: true }])
  })
})

describe('Noojee', () => {
  it('tries a 400 with code 109 again, and no other 400', async () => {
    const busy = await startNoojee({ busy: 2 })
    const { verdicts } = await deliver('noojee', busy, [lead('L1', GOOD)])
    expect(await verdicts('L1')).toMatchObject([{ kind: 'failed', retry: true }, { kind: 'failed', retry: true }, { kind: 'accepted' }])
    expect(busy.asked).toHaveLength(3)
    const service = await startNoojee({ dnc: ['2125550101'] })
    const others = await deliver('noojee', service, [lead('L1', GOOD), lead('L2', GOOD), lead('L3', '212-555-0101')])
    expect([...await others.verdicts('L2'), ...await others.verdicts('L3')]).toMatchObject([{ kind: 'duplicate' }, { kind: 'rejected', reason: 'DNC' }])
    expect(service.asked).toHaveLength(3)
  })
})
