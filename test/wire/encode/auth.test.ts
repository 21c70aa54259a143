import { createHmac } from 'node:crypto'
import { expect, it } from 'vitest'
import { compileAuth } from '../../../src/wire/encode/auth.ts'
import type { AuthDefinition } from '../../../src/definitions/auth-definition.ts'
import { textOf } from '../build-definition.ts'
import { inputOf } from '../render/input.ts'
import { templateOptions } from '../../../src/wire/template/template.ts'

const authorize = (auth: AuthDefinition) => compileAuth(auth, templateOptions({ recipient: { id: 'r', name: 'R' }, tables: {}, captures: null }, (each) => { throw new Error(each.message) }))

it('signs as the example of the Standard Webhooks libraries does', () => {
  const sign = authorize({ kind: 'standard-webhooks', secret: textOf('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw') })
  expect(sign(inputOf({}, { key: 'msg_p5jXN8AQM9LWM0D4loKWxJek', now: 1_614_265_330_000 }), '{"test": 2432232314}')).toEqual([
    ['webhook-id', 'msg_p5jXN8AQM9LWM0D4loKWxJek'], ['webhook-timestamp', '1614265330'], ['webhook-signature', 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='],
  ])
})

it('signs by HMAC as the example of RFC 4231 does, and knows no other algorithm', () => {
  expect(authorize({ kind: 'hmac', secret: textOf('Jefe'), algorithm: 'SHA-256', header: 'X-Sig' })(inputOf({}), 'what do ya want for nothing?')).toEqual([['X-Sig', '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843']])
  expect(() => authorize({ kind: 'hmac', secret: textOf('s'), algorithm: 'rot13', header: 'X' })).toThrow(/not supported/)
})

it('writes the signature as the buyer wants it, one for each secret while it is changed', () => {
  const hmac = { kind: 'hmac', secret: textOf('Jefe'), algorithm: 'sha256', header: 'X-Hub-Signature-256' } as const
  const bytes = createHmac('sha256', 'Jefe').update('what do ya want for nothing?').digest()
  const old = createHmac('sha256', 'old').update('what do ya want for nothing?').digest('hex')
  const sign = (more: object) => authorize({ ...hmac, ...more })(inputOf({}), 'what do ya want for nothing?')[0]?.[1]
  expect(sign({ prefix: 'sha256=' })).toBe(`sha256=${bytes.toString('hex')}`)
  expect(sign({ encoding: 'base64' })).toBe(bytes.toString('base64'))
  expect(sign({ prefix: 'sha256=', older: [textOf('old')] })).toBe(`sha256=${bytes.toString('hex')},sha256=${old}`)
})

it('without a token that was asked for there is no header', () => {
  expect(authorize({ kind: 'oauth2', tokenUrl: textOf('https://t.example'), clientId: textOf('i'), clientSecret: textOf('s'), scope: null })(inputOf({ token: 'x' }), '')).toEqual([])
})
