import { describe, expect, it } from 'vitest'
import { faultsOf, identityOf } from '../../../src/wire/simulate/validate.ts'

const fields = (given: Readonly<Record<string, string>>) => Object.entries(given).map(([name, value]) => ({ name, value }))

describe('what a buyer finds wrong', () => {
  it('takes the Success Path of the subject document', () => {
    expect(faultsOf(fields({ email: 'test@example.com', phone_1: '5555551234', state: 'CA' }))).toEqual([])
  })

  it('names each field of its Validation Failures', () => {
    expect(faultsOf(fields({ email: 'invalid-email', phone_1: '123', state: 'XX' }))).toEqual([
      'email: "invalid-email" is not an e-mail address',
      'phone_1: "123" has 3 digits, a phone number has 10',
      'state: "XX" is not a US state',
    ])
  })

  it.each([
    ['contactEmail', 'x'], ['applicant.contact.email', 'x'], ['Email_Address', 'x'], ['e-mail', 'x'],
    ['phoneNumber', '12'], ['number1', '12'], ['applicant.phone.primary', '12'], ['cell', '12'], ['secondaryPhone', '12'],
    ['stateCode', 'ZZ'], ['st', 'ZZ'], ['address.state', 'ZZ'], ['stateFullName', 'Kalifornia'],
  ])('%s = %s is a fault', (name, value) => {
    expect(faultsOf([{ name, value }])).toHaveLength(1)
  })

  it.each([
    ['phone_code', '1'], ['phone_type', 'mobile'], ['email_opt_in', 'yes'], ['estate', 'ZZ'], ['status', 'ZZ'], ['email', ''],
    ['emailHash', 'd'.repeat(64)], ['email', 'a'.repeat(32)], ['state', 'california'], ['State', 'ny'], ['phone', '+1 (415) 555-0101'], ['first_name', 'x'],
  ])('%s = %s is none', (name, value) => {
    expect(faultsOf([{ name, value }])).toEqual([])
  })

  it('knows a person by e-mail, else by phone, however they are written', () => {
    expect(identityOf(fields({ phone: '1-415-555-0101', email: 'Dana@Example.com' }))).toBe('dana@example.com')
    expect(identityOf(fields({ phone: '1-415-555-0101' }))).toBe('4155550101')
    expect(identityOf(fields({ zip: '94110' }))).toBeNull()
  })
})
