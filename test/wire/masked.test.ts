import { describe, expect, it } from 'vitest'
import { createMasker } from '../../src/base/secrets.ts'
import { compileEndpoint } from '../../src/wire/compile.ts'
import { maskedReader, maskedToken } from '../../src/wire/masked.ts'
import { answer, buildDefinition, buildParsing, is, path, textOf } from './build-definition.ts'

const mask = createMasker(['hush-hush', '6666'])
const definition = buildDefinition({
  auth: { kind: 'oauth2', tokenUrl: textOf('https://t.example/token'), clientId: textOf('us'), clientSecret: textOf('hush-hush'), scope: null },
  parsing: buildParsing({ success: is('ok', true), leadId: path('id'), message: path('message'), capture: { ticket: path('ticket') } }),
})
const { endpoint } = compileEndpoint(definition, { hasPriceFallback: true })
if (!endpoint?.token) throw new Error('no endpoint')

describe('secrets that a service echoes', () => {
  const { read } = maskedReader(endpoint, mask)
  it('are masked in its words, and in no id or capture, which are used again', () => {
    expect(read(answer(200, { ok: true, id: '16666', ticket: '6666', message: 'for hush-hush' }), 'post')).toMatchObject({ kind: 'accepted', buyerLeadId: '16666', captured: { ticket: '6666' }, reason: 'for ••••' })
    expect(read(answer(401, { message: 'password hush-hush is wrong' }), 'post')).toMatchObject({ kind: 'failed', class: 'auth', reason: 'password •••• is wrong' })
  })
  it('are masked in what a token host says', () => {
    expect(maskedToken(endpoint.token ?? raise(), mask).read(answer(400, { error: 'invalid_client', error_description: 'hush-hush is unknown' }))).toMatchObject({ kind: 'failed', verdict: { reason: expect.not.stringContaining('hush-hush') } })
    expect(maskedToken(endpoint.token ?? raise(), mask).read(answer(200, { access_token: 'hush-hush-2' }))).toMatchObject({ kind: 'token', token: 'hush-hush-2' })
  })
})

const raise = (): never => { throw new Error('no token') }
