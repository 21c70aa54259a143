import dns from 'node:dns'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { publicLookup, refusalOfAddress, refusalOfHost } from '../../../src/adapters/http/addresses.ts'
import { createHttpTransport } from '../../../src/adapters/http/transport.ts'
import { type Buyer, startBuyer } from '../../world/buyer.ts'
import { faultOf, post, sendOnce, settings, statusOf } from './sending.ts'

let buyer: Buyer
beforeAll(async () => {
  buyer = await startBuyer()
})
afterAll(() => buyer.close())

describe('addresses', () => {
  it.each([
    '127.0.0.1', '127.255.0.9', '10.1.2.3', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '224.0.0.1',
    '255.255.255.255', '198.18.0.1', '::', '::1', 'fe80::1', 'fe80::1%eth0', 'fc00::1', 'fd12::1', 'ff02::1', '::ffff:127.0.0.1', '::ffff:a00:1',
    '::7f00:1', '64:ff9b::7f00:1', '64:ff9b::10.0.0.1', '64:ff9b:1::808:808', '2002:7f00:1::', '2001:db8::1', 'fec0::1', 'no address',
  ])('%s is refused', (address) => expect(refusalOfAddress(address)).toEqual(expect.any(String)))

  it.each(['8.8.8.8', '93.184.216.34', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808', '172.32.0.1', '100.128.0.1'])('%s is public', (address) =>
    expect(refusalOfAddress(address)).toBeNull())
})

describe('names', () => {
  it.each(['localhost', 'LOCALHOST', 'localhost.', 'buyer.localhost', '[::1]', '127.0.0.1'])('%s is refused before anyone resolves it', (name) => expect(refusalOfHost(name)).toEqual(expect.any(String)))
  it.each(['localhost.example', 'notlocalhost', 'buyer.example', '8.8.8.8', '[2606:4700::1111]'])('%s is not', (name) => expect(refusalOfHost(name)).toBeNull())

  it('all addresses of a name are judged, also for who asks for one', async () => {
    const found = await new Promise((resolve) => { publicLookup('localhost', { all: false }, (error) => { resolve(error?.message) }) })
    expect(found).toContain('localhost resolves to a private address')
  })
})

describe('a name server that says nothing', () => {
  it('is asked once at a time, however many connections want the name, and anew after its answer', async () => {
    const answers: ((error: Error | null, found: object[]) => void)[] = []
    const lookup = vi.spyOn(dns, 'lookup').mockImplementation(((_name: string, _options: unknown, callback: (typeof answers)[number]) => { answers.push(callback) }) as unknown as typeof dns.lookup)
    const transport = createHttpTransport({ closeGraceMs: 50 })
    const send = (name: string) => transport.send(post(`http://${name}:${buyer.port}/`), settings({ connectTimeoutMs: 100 }))
    const silent = ['a.example', 'a.example', 'b.example'].map(send)
    expect((await Promise.all(silent)).map(faultOf)).toEqual(['dns', 'dns', 'dns'])
    const late = send('a.example')
    expect(lookup).toHaveBeenCalledTimes(2)
    for (const answer of answers.splice(0)) answer(null, [{ address: '127.0.0.1', family: 4 }])
    expect(statusOf(await late)).toBe(200)
    void transport.send(post(`http://a.example:${buyer.port}/`), settings({ keepAliveMs: 0 }))
    expect(lookup).toHaveBeenCalledTimes(3)
    lookup.mockRestore()
    await transport.close()
  })
})

describe('a recipient whose author did not write a private address out', () => {
  it.each(['127.0.0.1', '127.1', '0x7f000001', '2130706433', '017700000001', '[::ffff:127.0.0.1]', '[::1]', '169.254.169.254', 'localhost', 'LOCALHOST', '0'])(
    'is blocked from %s, which sees nothing', async (host) => {
      const before = buyer.connections().made
      expect(faultOf(await sendOnce(post(`http://${host}:${buyer.port}/`, { mayBePrivate: false })))).toBe('blocked')
      expect(buyer.connections().made).toBe(before)
    })

  it.each([['the author wrote it', { mayBePrivate: true }, {}], ['the setting allows it', { mayBePrivate: false }, { allowPrivateNetwork: true }]])('is served where %s', async (_why, request, given) => {
    for (const host of ['127.0.0.1', '127.1', 'localhost']) expect(statusOf(await sendOnce(post(`http://${host}:${buyer.port}/`, request), settings(given)))).toBe(200)
  })

  it('is blocked where one of a name\u2019s addresses is private, and asks once only (rebinding)', async () => {
    const lookup = vi.spyOn(dns, 'lookup').mockImplementation(((_name: string, _options: unknown, callback: (error: null, found: object[]) => void) => {
      callback(null, [{ address: '93.184.216.34', family: 4 }, { address: '127.0.0.1', family: 4 }])
    }) as unknown as typeof dns.lookup)
    expect(faultOf(await sendOnce(post(`http://rebinding.example:${buyer.port}/`, { mayBePrivate: false })))).toBe('blocked')
    expect(lookup).toHaveBeenCalledTimes(1)
    lookup.mockRestore()
  })
})
