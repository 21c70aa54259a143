import { Webhook } from 'standardwebhooks'
import { expect, it } from 'vitest'
import type { AuthDefinition } from '../../../src/definitions/auth-definition.ts'
import { mapping, textOf } from '../build-definition.ts'
import { headersOf, requestOf } from '../render/input.ts'

const secret = (fill: number): string => `whsec_${Buffer.alloc(24, fill).toString('base64')}`
const [fresh, old, other] = [secret(1), secret(2), secret(3)]
const definition = (auth: AuthDefinition) => ({ auth, mapping: mapping({ name: '{{lead.name}}', id: '{{lead.id}}' }) })
const lead = { id: 'L1', name: 'Zoë "O\'Brien" </x>' }
/** The independent library checks the time against its own clock. */
const sentAt = Date.now()
const post = (auth: AuthDefinition, given = {}) => {
  const request = requestOf(definition(auth), lead, { key: 'delivery-key-1', now: sentAt - 3_600_000, sentAt, ...given })
  return { headers: headersOf(request), body: String(request.body) }
}
const verifies = (key: string, { headers, body }: ReturnType<typeof post>): boolean => {
  try { new Webhook(key).verify(body, headers); return true } catch { return false }
}

it('the library of the standard takes what is signed, an hour after the first attempt', () => {
  const sent = post({ kind: 'standard-webhooks', secret: textOf(fresh) })
  expect([verifies(fresh, sent), verifies(other, sent)]).toEqual([true, false])
  expect(verifies(fresh, { ...sent, body: sent.body.replace('L1', 'L2') })).toBe(false)
})

it.each<[string, AuthDefinition]>([
  ['a comma list', { kind: 'standard-webhooks', secret: textOf(`${fresh}, ${old}`) }],
  ['a list', { kind: 'standard-webhooks', secret: textOf(fresh), older: [textOf(old)] }],
])('while the secret is changed both keys sign: %s', (_, auth) => {
  const sent = post(auth)
  expect(sent.headers['webhook-signature']?.split(' ')).toHaveLength(2)
  expect([verifies(fresh, sent), verifies(old, sent), verifies(other, sent)]).toEqual([true, true, false])
})

it('a plain secret with a comma is one secret', () => {
  expect(post({ kind: 'standard-webhooks', secret: textOf('a,b') }).headers['webhook-signature']?.split(' ')).toHaveLength(1)
})

it('a retry has the same id, a time of its own, and is signed anew', () => {
  const auth: AuthDefinition = { kind: 'standard-webhooks', secret: textOf(fresh) }
  const [first, second] = [post(auth), post(auth, { sentAt: sentAt + 5_000, attempt: 2 })]
  expect(second.headers['webhook-id']).toBe(first.headers['webhook-id'])
  expect(Number(second.headers['webhook-timestamp']) - Number(first.headers['webhook-timestamp'])).toBe(5)
  expect(second.headers['webhook-signature']).not.toBe(first.headers['webhook-signature'])
  expect(verifies(fresh, second)).toBe(true)
})
