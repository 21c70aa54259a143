import { afterEach, describe, expect, it } from 'vitest'
import { followed } from '../../../src/adapters/http/redirect.ts'
import type { Act } from '../../world/act.ts'
import { type Script, startBuyer } from '../../world/buyer.ts'
import { faultOf, post, sendOnce, settings, statusOf, textOf } from './sending.ts'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})
const buyerOf = async (script: Script) => {
  const buyer = await startBuyer({ script })
  closers.push(() => buyer.close())
  return buyer
}
const to = (status: number, location: string): Act => ({ do: 'answer', status, headers: { location } })
const following = settings({ followRedirects: true })

const SENT = ['Content-Type', 'X-Partner-ID', 'X-Campaign', 'Idempotency-Key', 'X-Idempotency-Key', 'webhook-id', 'webhook-signature', 'X-Hub-Signature-256',
  'Authorization', 'Proxy-Authorization', 'Cookie', 'X-API-Key', 'apikey', 'Api_Key', 'X-Auth-Token', 'X-Access-Token', 'Partner-Key', 'X-Client-Secret', 'X-Password', 'Ocp-Apim-Subscription-Key', 'X-Authorization']

describe('redirects', () => {
  it('stand as the answer where they are off', async () => {
    const buyer = await buyerOf(to(307, '/new'))
    expect(statusOf(await sendOnce(post(buyer.url)))).toBe(307)
    expect(buyer.journal.length).toBe(1)
  })

  it.each([307, 308])('%d repeats method, body and headers at the same origin', async (status) => {
    const buyer = await buyerOf([to(status, '/new'), { do: 'accept' }])
    const reply = await sendOnce(post(`${buyer.url}/old`, { headers: [['Authorization', 'Bearer t']], compression: 'gzip' }), following)
    expect(textOf(reply)).toContain('accepted')
    expect(buyer.journal.map((each) => [each.method, each.path, each.body, each.headers['authorization']])).toEqual([
      ['POST', '/old', '{"a":1}', 'Bearer t'], ['POST', '/new', '{"a":1}', 'Bearer t'],
    ])
  })

  it('303 asks for the result', async () => {
    const buyer = await buyerOf([to(303, '/result'), { do: 'accept' }])
    expect(textOf(await sendOnce(post(buyer.url), following))).toContain('accepted')
    expect(buyer.journal[1]).toMatchObject({ method: 'GET', path: '/result', body: '' })
  })

  it.each([301, 302])('%d of a POST stands as the answer: the lead would be lost', async (status) => {
    const buyer = await buyerOf(to(status, '/new'))
    expect(statusOf(await sendOnce(post(buyer.url), following))).toBe(status)
    expect(buyer.journal.length).toBe(1)
  })

  it('ends after five', async () => {
    const buyer = await buyerOf(to(307, '/again'))
    expect(statusOf(await sendOnce(post(buyer.url), following))).toBe(307)
    expect(buyer.journal.length).toBe(6)
  })

  it('to a private address of another origin is blocked; the setting allows it, without the credentials', async () => {
    const other = await buyerOf({ do: 'accept' })
    const buyer = await buyerOf(to(307, `${other.url}/x`))
    expect(faultOf(await sendOnce(post(buyer.url), following))).toBe('blocked')
    expect(other.journal).toEqual([])
    const reply = await sendOnce(post(buyer.url, { headers: [['Authorization', 'Bearer t'], ['cookie', 'c'], ['X-A', '1']] }), { ...following, allowPrivateNetwork: true })
    expect(textOf(reply)).toContain('accepted')
    expect(other.journal[0]?.headers).toMatchObject({ 'x-a': '1' })
    expect(other.journal[0]?.headers).not.toHaveProperty('authorization')
    expect(other.journal[0]?.headers).not.toHaveProperty('cookie')
  })

  it('a key that stands in a header of its own goes to no other origin; what tells no secret does', () => {
    const names = (location: string): readonly string[] | undefined =>
      followed({ method: 'POST', url: 'https://a.example/x', body: '{}', compression: null, mayBePrivate: false, headers: SENT.map((name) => [name, '1'] as const) }, 307, location)?.headers.map(([name]) => name)
    expect(names('https://b.example/x')).toEqual(['Content-Type', 'X-Partner-ID', 'X-Campaign', 'Idempotency-Key', 'X-Idempotency-Key', 'webhook-id', 'webhook-signature', 'X-Hub-Signature-256'])
    expect(names('https://a.example/y')).toEqual(SENT)
  })

  it('one time limit holds for all of them', async () => {
    const buyer = await buyerOf([{ ...to(307, '/new'), afterMs: 150 }, { do: 'accept', afterMs: 150 }])
    expect(faultOf(await sendOnce(post(buyer.url), { ...following, timeoutMs: 200 }))).toBe('timeout')
  })

  it('what fails after a 303 is in doubt, for the lead was processed', async () => {
    const buyer = await buyerOf(to(303, 'http://no-such-name.invalid/'))
    expect(faultOf(await sendOnce(post(buyer.url), following))).toBe('reset')
    const early = await buyerOf(to(307, 'http://no-such-name.invalid/'))
    expect(faultOf(await sendOnce(post(early.url), following))).toBe('dns')
  })

  it.each<[string, Act[]]>([
    ['its page fails', [to(303, '/result'), { do: 'answer', status: 500 }]], ['its page is not there', [to(303, '/result'), { do: 'answer', status: 404 }]],
    ['its page wants a login', [to(303, '/result'), { do: 'answer', status: 401 }]], ['it goes in a circle', [to(303, '/again')]],
    ['it says not where to', [{ do: 'answer', status: 303 }]],
  ])('a result that cannot be fetched leaves the lead in doubt: %s', async (_what, script) => {
    expect(faultOf(await sendOnce(post((await buyerOf(script)).url), following))).toBe('reset')
  })

  it.each([200, 409, 422])('a result of status %d is the answer', async (status) => {
    expect(statusOf(await sendOnce(post((await buyerOf([to(303, '/result'), { do: 'answer', status }])).url), following))).toBe(status)
  })

  it('a 303 to a private address is blocked, and in doubt, for the lead was processed', async () => {
    const other = await buyerOf({ do: 'accept' })
    const buyer = await buyerOf(to(303, `${other.url}/result`))
    expect(faultOf(await sendOnce(post(buyer.url), following))).toBe('result-blocked')
    expect(other.journal).toEqual([])
  })

  it.each([['none', undefined], ['no address', 'http://['], ['from https to http', 'http://buyer.example/']])('is not followed: %s', (_what, location) => {
    expect(followed(post('https://buyer.example/'), 307, location)).toBeNull()
  })
})
