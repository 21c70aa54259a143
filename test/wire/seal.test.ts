import { describe, expect, it } from 'vitest'
import { createSeal } from '../../src/wire/seal.ts'

const seal = createSeal('client-secret', 'salesforce-production')
const closed = seal.close('["token","https://acme.my.salesforce.com"]')

describe('a sealed token', () => {
  it('opens again with the same secret', () => { expect(createSeal('client-secret', 'salesforce-production').open(closed)).toBe('["token","https://acme.my.salesforce.com"]') })
  it('shows nothing of itself', () => { expect(Buffer.from(closed.slice(2), 'base64url').toString('latin1')).not.toMatch(/token|salesforce/) })
  it.each([
    ['another secret', createSeal('client-secret-2', 'salesforce-production').open(closed)],
    ['another recipient', createSeal('client-secret', 'other').open(closed)],
    ['a byte that was changed', seal.open(`${closed.slice(0, -2)}${closed.endsWith('A') ? 'B' : 'A'}A`)],
    ['a part of it', seal.open(closed.slice(0, 12))],
    ['another version', seal.open(`2.${closed.slice(2)}`)],
    ['no such thing', seal.open('')],
  ])('does not open with %s', (_, opened) => { expect(opened).toBeNull() })
  it('equal texts close to equal ones, others do not', () => {
    expect(seal.close('a')).toBe(seal.close('a'))
    expect(seal.close('a')).not.toBe(seal.close('b'))
  })
})
