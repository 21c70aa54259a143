import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { money } from '../../../src/base/money.ts'
import type { Sandbox } from '../../../src/adapters/sandbox/sandbox.ts'
import type { SeenRequest } from '../../../src/adapters/sandbox/state.ts'
import { startSandbox } from '../../../src/adapters/sandbox/sandbox.ts'
import { createReader } from '../../../src/wire/read.ts'
import { buildDefinition, buildParsing, is, path, textOf } from '../../wire/build-definition.ts'

const parsing = buildParsing({ success: is('status', 'accepted'), leadId: path('leadId'), price: path('price'), message: path('message') })
const endpoint = (id: string, given: Parameters<typeof buildDefinition>[0] = {}) => {
  const definition = buildDefinition({ id, parsing, ...given })
  return { definition, read: createReader(definition).read }
}

let sandbox: Sandbox
const seen: SeenRequest[] = []
beforeAll(async () => {
  sandbox = await startSandbox({
    endpoints: [
      endpoint('a b'), endpoint('faulty'), endpoint('pool', { type: 'pool', url: null }),
      endpoint('tokens', { auth: { kind: 'token-request', url: textOf('https://x.example/t'), method: 'POST', fields: null, token: path('data.token'), use: textOf('Bearer {{token}}') } }),
    ],
    prices: new Map([['a b', money(450_000)]]),
    onRequest: (each) => seen.push(each),
  })
})
afterAll(() => sandbox.close())

const post = (url: string | null, body: unknown, headers: Record<string, string> = {}) =>
  fetch(url ?? '', { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body), signal: AbortSignal.timeout(10_000) })
const good = { email: 'test@example.com', phone_1: '5555551234', state: 'CA' }

describe('the sandbox', () => {
  it('plays every recipient that is sent to by HTTP, and no other', () => {
    expect(sandbox.url('a b')).toBe(`${sandbox.origin}/r/a%20b`)
    expect(sandbox.url('a b', 'ping')).toBe(`${sandbox.origin}/r/a%20b/ping`)
    expect(sandbox.url('pool')).toBeNull()
    expect(sandbox.url('nobody')).toBeNull()
  })

  it('accepts, with the price that the recipient pays', async () => {
    const answer = await post(sandbox.url('a b'), good)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ status: 'accepted', price: 45 })
    expect(seen.at(-1)).toMatchObject({ recipient: 'a b', phase: 'post', status: 200, means: 'accepted' })
  })

  it('answers what is wrong with 400', async () => {
    const answer = await post(sandbox.url('a b'), { email: 'invalid-email', phone_1: '123', state: 'XX' })
    expect(answer.status).toBe(400)
    expect(String(((await answer.json()) as { message: string }).message)).toMatch(/email: .*phone_1: .*state: /)
  })

  it('unpacks a compressed body', async () => {
    const answer = await fetch(sandbox.url('a b') ?? '', { method: 'POST', headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' }, body: gzipSync(JSON.stringify({ ...good, state: 'XX' })) })
    expect(answer.status).toBe(400)
  })

  it('a broken compressed body is told to the caller', async () => {
    const answer = await fetch(sandbox.url('a b') ?? '', { method: 'POST', headers: { 'content-encoding': 'gzip' }, body: 'no gzip' })
    expect(answer.status).toBe(400)
  })

  it('gives faults that were ordered, as many as were ordered', async () => {
    const order = await post(`${sandbox.origin}/_faults`, { recipient: 'faulty', kind: '503', count: 2 })
    expect(order.status).toBe(200)
    const codes = []
    for (let i = 0; i < 3; i++) codes.push((await post(sandbox.url('faulty'), { ...good, email: `f${i}@example.com` })).status)
    expect(codes).toEqual([503, 503, 200])
    expect((await post(sandbox.url('a b'), { ...good, email: 'other@example.com' })).status).toBe(200)
  })

  it.each([[{ kind: 'tea' }, 400], [{ recipient: 'nobody', kind: 'reset' }, 404], [{ kind: 'reset', count: 0 }, 400], [null, 400]])('refuses the order %j', async (asked, status) => {
    expect((await post(`${sandbox.origin}/_faults`, asked)).status).toBe(status)
  })

  it('breaks the connection where that is ordered', async () => {
    await post(`${sandbox.origin}/_faults`, { recipient: 'faulty', kind: 'reset' })
    await expect(post(sandbox.url('faulty'), good)).rejects.toThrow()
  })

  it('stays silent where that is ordered', async () => {
    await post(`${sandbox.origin}/_faults`, { recipient: 'faulty', kind: 'timeout' })
    await expect(fetch(sandbox.url('faulty') ?? '', { method: 'POST', body: '{}', signal: AbortSignal.timeout(50) })).rejects.toThrow()
  })

  it('hands out tokens where the recipient looks for them', async () => {
    const answer = await post(sandbox.tokenUrl('tokens'), {})
    expect(await answer.json()).toMatchObject({ data: { token: 'sandbox-token' } })
  })

  it('lists its recipients and what it was asked, without lead data', async () => {
    expect(await (await fetch(`${sandbox.origin}/`)).json()).toMatchObject({ recipients: [{ id: 'a b' }, { id: 'faulty' }, { id: 'tokens' }] })
    const requests = await (await fetch(`${sandbox.origin}/_requests`)).text()
    expect(JSON.parse(requests)).toMatchObject({ count: seen.length })
    expect(requests).toContain('"accepted"')
    expect(requests).not.toContain('test@example.com')
  })

  it.each(['/r/nobody', '/elsewhere', '/r/%'])('%s is no place of it', async (path) => {
    expect((await fetch(sandbox.origin + path)).status).toBeGreaterThanOrEqual(400)
  })
})
