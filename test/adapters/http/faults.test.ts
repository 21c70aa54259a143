import net, { type AddressInfo } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { faultOfConnect, faultOfExchange, wordsOf } from '../../../src/adapters/http/faults.ts'
import { createHttpTransport } from '../../../src/adapters/http/transport.ts'
import type { Fault } from '../../../src/wire/request.ts'
import type { Act } from '../../world/act.ts'
import { startBuyer } from '../../world/buyer.ts'
import { certPath } from '../../world/certs.ts'
import { startProxy } from '../../world/proxy.ts'
import { startRawBuyer } from '../../world/raw-buyer.ts'
import { faultOf, post, sendOnce, settings, textOf } from './sending.ts'

const closers: (() => Promise<unknown>)[] = []
afterAll(async () => {
  await Promise.all(closers.map((close) => close()))
})
const closing = <T extends { close(): Promise<unknown> }>(each: T): T => {
  closers.push(() => each.close())
  return each
}
const buyerOf = async (script: Act, tls?: 'server' | 'expired' | 'wrong-host' | 'self-signed') => closing(await startBuyer({ script, tls }))

/** A port that nobody listens on. */
const deadPort = async (): Promise<number> => {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Takes TCP connections and says nothing, or something that is no TLS. */
const mute = async (says: string | null) => {
  const sockets = new Set<net.Socket>()
  const server = net.createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    if (says !== null) socket.end(says)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => new Promise((resolve) => {
    server.close(resolve)
    for (const socket of sockets) socket.destroy()
  }))
  return (server.address() as AddressInfo).port
}

const ca = { ca: certPath('ca.pem'), certificate: null, key: null }

describe('nothing was sent', () => {
  it('refused: nobody listens', async () => {
    const reply = await sendOnce(post(`http://127.0.0.1:${await deadPort()}/`))
    expect(faultOf(reply)).toBe('refused')
    expect(textOf(reply)).toContain('ECONNREFUSED')
  })

  it('dns: no such name', async () => {
    expect(faultOf(await sendOnce(post('http://no-such-name.invalid/', { mayBePrivate: false })))).toBe('dns')
  })

  it('connect-timeout: TCP stands, TLS never does', async () => {
    const reply = await sendOnce(post(`https://127.0.0.1:${await mute(null)}/`), settings({ connectTimeoutMs: 100 }))
    expect([faultOf(reply), textOf(reply)]).toEqual(['connect-timeout', expect.stringContaining('in 100 ms')])
  })

  it('connect-timeout: the connection that came to nothing is closed', async () => {
    const transport = closing(createHttpTransport({ closeGraceMs: 50 }))
    const closed = new Promise((resolve) => {
      const server = net.createServer((socket) => socket.on('error', () => undefined).on('close', resolve).resume())
      server.listen(0, '127.0.0.1', () => {
        closing({ close: async () => { server.close() } })
        void transport.send(post(`https://127.0.0.1:${(server.address() as AddressInfo).port}/`), settings({ connectTimeoutMs: 100 }))
      })
    })
    await closed
  })

  it('tls-handshake: the other side speaks no TLS', async () => {
    const reply = await sendOnce(post(`https://127.0.0.1:${await mute('HTTP/1.1 400 Bad Request\r\n\r\n')}/`))
    expect([faultOf(reply), textOf(reply)]).toEqual(['tls-handshake', 'fault tls-handshake: wrong version number: does this port speak https? (ERR_SSL_WRONG_VERSION_NUMBER)'])
  })

  it.each(['expired', 'wrong-host', 'self-signed'] as const)('tls-certificate: %s, even where the CA is known', async (tls) => {
    const buyer = await buyerOf({ do: 'accept' }, tls)
    expect(faultOf(await sendOnce(post(buyer.url), settings({ tls: ca })))).toBe('tls-certificate')
    expect(buyer.journal).toEqual([])
  })

  it('tls-certificate: the CA is not known; with it, the lead arrives', async () => {
    const buyer = await buyerOf({ do: 'accept' }, 'server')
    const refused = await sendOnce(post(buyer.url))
    expect([faultOf(refused), textOf(refused)]).toEqual(['tls-certificate', 'fault tls-certificate: self-signed certificate in certificate chain (SELF_SIGNED_CERT_IN_CHAIN)'])
    expect(textOf(await sendOnce(post(buyer.url), settings({ tls: ca })))).toContain('accepted')
    expect(textOf(await sendOnce(post(buyer.url.replace('127.0.0.1', 'localhost')), settings({ tls: ca })))).toContain('accepted')
  })

  it.each([
    ['a file that is not there', { ca: '/nowhere/ca.pem', certificate: null, key: null }, '/nowhere/ca.pem'],
    ['a file that is no PEM', { ca: import.meta.filename.replace('faults.test', 'sending'), certificate: null, key: null }, 'no PEM'],
    ['a certificate without its key', { ca: null, certificate: certPath('client.pem'), key: null }, 'one is missing'],
  ])('invalid-request: %s', async (_what, tls, words) => {
    const reply = await sendOnce(post('https://127.0.0.1:9/'), settings({ tls }))
    expect([faultOf(reply), textOf(reply)]).toEqual(['invalid-request', expect.stringContaining(words)])
  })

  it.each([
    ['no address', { url: 'not an address' }],
    ['another scheme', { url: 'ftp://127.0.0.1/' }],
    ['a line end in a header', { headers: [['X-Name', 'a\r\nX-Evil: 1']] as const }],
    ['a header name with a colon', { headers: [['X:Y', 'a']] as const }],
    ['a header that the wire owns', { headers: [['Transfer-Encoding', 'chunked']] as const }],
    ['a method with a space', { method: 'PO ST' }],
  ])('invalid-request: %s', async (_what, changes) => {
    const buyer = await buyerOf({ do: 'accept' })
    expect(faultOf(await sendOnce(post(buyer.url, changes)))).toBe('invalid-request')
    expect(buyer.journal).toEqual([])
  })

  it.each([
    ['refuse', 'https'], ['garbage', 'https'], ['close', 'https'],
  ] as const)('proxy: %s', async (does, scheme) => {
    const proxy = closing(await startProxy({ does }))
    const reply = await sendOnce(post(`${scheme}://127.0.0.1:9/`), settings({ proxy: proxy.url }))
    expect([faultOf(reply), textOf(reply)]).toEqual(['proxy', expect.stringContaining('no tunnel')])
  })

  it('proxy: hangs, is not there, wants credentials, is no address', async () => {
    const hangs = closing(await startProxy({ does: 'hang' }))
    expect(faultOf(await sendOnce(post('https://127.0.0.1:9/'), settings({ proxy: hangs.url, connectTimeoutMs: 100 })))).toBe('proxy')
    expect(faultOf(await sendOnce(post('http://127.0.0.1:9/'), settings({ proxy: `http://127.0.0.1:${await deadPort()}` })))).toBe('proxy')
    const locked = closing(await startProxy({ credentials: 'user:pass' }))
    expect(faultOf(await sendOnce(post('http://127.0.0.1:9/'), settings({ proxy: locked.url })))).toBe('proxy')
    expect(faultOf(await sendOnce(post('https://127.0.0.1:9/'), settings({ proxy: locked.url })))).toBe('proxy')
    expect(faultOf(await sendOnce(post('http://127.0.0.1:9/'), settings({ proxy: 'squid:3128' })))).toBe('invalid-request')
  })
})

describe('sent, and no whole answer', () => {
  it.each<[Fault, Act]>([
    ['timeout', { do: 'hang' }],
    ['timeout', { do: 'drip', everyMs: 30 }],
    ['reset', { do: 'reset-before' }],
    ['reset', { do: 'reset-after' }],
    ['reset', { do: 'reset-mid-answer' }],
    ['malformed', { do: 'garbage' }],
    ['malformed', { do: 'endless-headers' }],
    ['malformed', { do: 'answer', status: 200, headers: { 'x-big': 'x'.repeat(70_000) } }],
  ])('%s: %o', async (fault, act) => {
    const buyer = await buyerOf(act)
    const reply = await sendOnce(post(buyer.url), settings({ timeoutMs: fault === 'timeout' ? 250 : 10_000 }))
    expect(faultOf(reply)).toBe(fault)
    expect(buyer.journal.length).toBe(1)
  })

  it.each([
    ['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}', 'answer 200'],
    ['HTTP/1.1 099 What\r\ncontent-length: 2\r\n\r\n{}', 'malformed'],
    ['HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n', 'malformed'],
    ['HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}', 'reset'], ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n', 'malformed'],
    ['HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}', 'answer 200'],
    ['HTTP/1.0 200 OK\ncontent-length: 2\n\n{}', 'malformed'],
  ])('%j is %s', async (answer, expected) => {
    const buyer = closing(await startRawBuyer(answer))
    expect(faultOf(await sendOnce(post(buyer.url)))).toBe(expected)
  })

  it('nothing happens to a drip that is done in time', async () => {
    const buyer = await buyerOf({ do: 'drip', everyMs: 1 })
    expect(textOf(await sendOnce(post(buyer.url)))).toContain('"price":45.00')
  })
})

describe('codes', () => {
  const coded = (code: string) => Object.assign(new Error('words'), { code })
  it.each<[Parameters<typeof faultOfConnect>[1], string, Fault]>([
    ['dns', 'ENOTFOUND', 'dns'], ['dns', 'EAI_AGAIN', 'dns'], ['dns', 'ANYTHING', 'dns'],
    ['tcp', 'ECONNREFUSED', 'refused'], ['tcp', 'ETIMEDOUT', 'connect-timeout'], ['tcp', 'EHOSTUNREACH', 'unreachable'],
    ['tcp', 'ENETUNREACH', 'unreachable'], ['tcp', 'EMFILE', 'unreachable'], ['tcp', 'ANYTHING', 'unreachable'],
    ['proxy', 'ECONNREFUSED', 'proxy'],
    ['tls', 'CERT_HAS_EXPIRED', 'tls-certificate'], ['tls', 'ERR_TLS_CERT_ALTNAME_INVALID', 'tls-certificate'],
    ['tls', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls-certificate'], ['tls', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'tls-certificate'],
    ['tls', 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'tls-certificate'],
    ['tls', 'ERR_SSL_WRONG_VERSION_NUMBER', 'tls-handshake'], ['tls', 'ECONNRESET', 'tls-handshake'],
  ])('%s %s is %s', (phase, code, fault) => expect(faultOfConnect(coded(code), phase)).toBe(fault))

  it('a refused client certificate after the first write is no doubt; with an answer begun it is', () => {
    expect(faultOfExchange(coded('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'), false)).toBe('tls-certificate')
    expect(faultOfExchange(coded('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'), true)).toBe('reset')
  })

  it('tells the words of several attempts once each', () => {
    const both = new AggregateError([Object.assign(new Error('connect ECONNREFUSED ::1:1'), { code: 'ECONNREFUSED' }), Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' })])
    expect(wordsOf(both)).toBe('connect ECONNREFUSED ::1:1; connect ECONNREFUSED 127.0.0.1:1')
    expect(faultOfConnect(both, 'tcp')).toBe('refused')
  })
})
